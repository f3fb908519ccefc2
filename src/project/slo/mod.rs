//! SLOs: what each becomes (rules, alerts, dashboards), and its figures for people.

mod alerts;
mod calendar;
mod dashboards;
mod figures;
mod indicator;
mod logs;
mod lower;
mod measure;
mod spans;
#[cfg(test)]
mod tests;
pub(crate) mod tree;
mod windows;

use std::collections::BTreeMap;

use obsctl_model::dashboard::Dashboard;
use obsctl_model::{Duration, LabelName, RuleGroup, Slo, SloWindow, Stack, days};

use super::Catalog;
use crate::diagnostic::{Diagnostic, nearest};

pub use alerts::{absent_name, conditions, name as alert_name, out_of_reach};
pub use figures::{BurnFigures, SloFigures, explain, figures, percent, rounded};
pub(crate) use logs::total as lines;
pub(crate) use lower::EVERY;
pub use lower::Lowering;
pub use measure::Measure;
pub use windows::{BurnWindow, Urgency};

/// The uid of the dashboard of all SLOs.
pub const OVERVIEW: &str = "slo-overview";
/// The uid of the dashboard of one SLO.
pub const DETAIL: &str = "slo-detail";

/// Periods that can be promised.
const SHORTEST: Duration = days(7);
const LONGEST: Duration = days(90);

/// What the SLOs of a stack become.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// Their recording rules and alerts.
    pub groups: Vec<RuleGroup>,
    /// Their dashboards.
    pub dashboards: Vec<Dashboard>,
    /// Why some could not be lowered.
    pub problems: Vec<Diagnostic>,
}

/// Lowers the SLOs of a stack. The catalog holds its metrics and handwritten rules.
#[must_use]
pub fn lower(stack: &Stack, catalog: &Catalog) -> Lowered {
    let mut problems = vec![];
    let mut measured = vec![];
    let mut ids: BTreeMap<String, &Slo> = BTreeMap::new();
    for slo in &stack.slos {
        let problem = promise(slo, stack).or_else(|| {
            ids.insert(id(slo), slo).map(|first| {
                Diagnostic::new(
                    subject(slo),
                    slo.origin,
                    format!("another SLO is named `{}` too", slo.name),
                )
                .also(first.origin, "the other one")
                .help("name each after what it promises of which service")
            })
        });
        match problem.map_or_else(
            || indicator::measure(slo, catalog),
            |problem| Err(Box::new(problem)),
        ) {
            Ok(measure) => measured.push(Lowering { slo, measure }),
            Err(problem) => problems.push(*problem),
        }
    }
    Lowered {
        groups: measured.iter().flat_map(groups).collect(),
        dashboards: dashboards::dashboards(&measured),
        problems,
    }
}

/// An SLO of a project, read; `None` where it could not be lowered.
#[must_use]
pub fn read<'a>(slo: &'a Slo, catalog: &Catalog) -> Option<Lowering<'a>> {
    let measure = indicator::measure(slo, catalog).ok()?;
    Some(Lowering { slo, measure })
}

/// `<service>-<name>`: Sloth's id of an SLO.
#[must_use]
pub fn id(slo: &Slo) -> String {
    format!("{}-{}", slo.service, slo.name)
}

/// The names of its rule groups, as Sloth names them: ratios, metadata, alerts.
#[must_use]
pub fn group_names(slo: &Slo) -> [String; 3] {
    ["sli-recordings", "meta-recordings", "alerts"]
        .map(|part| format!("sloth-slo-{part}-{}", id(slo)))
}

fn subject(slo: &Slo) -> String {
    format!("SLO `{}`", slo.name)
}

fn groups(slo: &Lowering<'_>) -> Vec<RuleGroup> {
    let rules = [slo.sli_rules(), slo.meta_rules(), slo.alert_rules()];
    group_names(slo.slo)
        .into_iter()
        .zip(rules)
        .filter(|(_, rules)| !rules.is_empty())
        .map(|(name, rules)| RuleGroup {
            rules,
            origin: slo.slo.origin,
            ..RuleGroup::new(name).every(EVERY)
        })
        .collect()
}

/// What is wrong with the promise itself, whatever it measures.
fn promise(slo: &Slo, stack: &Stack) -> Option<Diagnostic> {
    let problem = |message: String| Diagnostic::new(subject(slo), slo.origin, message);
    let services = || stack.services.iter().map(|service| service.name.as_str());
    if !services().any(|service| service == slo.service) {
        let problem = problem(format!("the stack has no service `{}`", slo.service));
        return Some(match nearest(&slo.service, services()) {
            Some(name) => problem.help(format!("did you mean `{name}`?")),
            None => problem.help("add the service to the stack"),
        });
    }
    if let Some(problem) = spans::problem(slo, stack) {
        return Some(problem);
    }
    if slo.owner.is_empty() {
        return Some(
            problem("nobody owns it: its alerts would reach no team".to_owned())
                .help("say who answers: `.owner(\"…\")`"),
        );
    }
    if let Some(label) = slo.labels.keys().find(|label| !is_free(label, slo)) {
        return Some(
            problem(format!("its label `{label}` cannot be put on its rules")).help(
                "use a label name that is not one of `by` and does not begin with `sloth_` or `__`",
            ),
        );
    }
    let SloWindow::Rolling(window) = slo.window else {
        return None;
    };
    let whole = window.as_millis().is_multiple_of(days(1).as_millis());
    if !whole || window < SHORTEST || window > LONGEST {
        return Some(
            problem(format!("its window of `{window}` cannot be alerted on"))
            .help(format!(
                "choose whole days from {SHORTEST} to {LONGEST}: `30d` is usual; `month` and `quarter` follow the calendar"
            )),
        );
    }
    None
}

/// Whether a label can be put on the rules: it is a label name, and neither Sloth's nor one that tells groups apart.
fn is_free(label: &str, slo: &Slo) -> bool {
    LabelName::new(label).is_ok()
        && !label.starts_with("sloth_")
        && label != calendar::PERIOD
        && !slo.by.iter().any(|by| by.as_str() == label)
}
