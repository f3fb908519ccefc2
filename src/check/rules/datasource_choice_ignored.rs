//! `datasource-choice-ignored`

use std::collections::BTreeMap;

use obsctl_model::Stack;
use obsctl_model::dashboard::variable::Values;
use obsctl_model::dashboard::{Dashboard, Datasource, DatasourceKind, Panel, Query, variable};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::expression::has_variable;
use crate::project::subject;

/// A panel that asks another datasource than the one chosen.
pub static CHECK: Check = Check {
    name: "datasource-choice-ignored",
    severity: Severity::Warning,
    docs: "\
A dashboard lets the reader choose a datasource, most of its panels follow, and one asks a fixed one.

## Why it matters

The reader chooses the cluster and reads the numbers of another. Elsewhere the fixed datasource does not exist, and the
panel shows an error.

## How to fix it

Give the panel the variable as its datasource, as the others have it.
",
    run: Run::PerDashboard(run),
    fires: || fixed("P1809F7CD0C75ACF3"),
    silent: || fixed("${datasource}"),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    for (kind, variable) in offered(dashboard) {
        let mut followers = 0;
        let mut others: BTreeMap<(String, &str), &Panel> = BTreeMap::new();
        for panel in dashboard.panels() {
            for query in &panel.queries {
                match asked(query, kind) {
                    Some(uid) if has_variable(uid) => followers += 1,
                    Some(uid) => {
                        others
                            .entry((subject::panel(dashboard, panel), uid))
                            .or_insert(panel);
                    }
                    None => {}
                }
            }
        }
        // Where most are fixed the variable is there for something else.
        if followers <= others.len() {
            continue;
        }
        for ((subject, uid), panel) in others {
            let message = format!(
                "panel `{}` asks `{uid}`, whatever `${variable}` is",
                panel.title
            );
            findings.push(
                Diagnostic::new(subject, panel.origin, message)
                    .help(format!("set its datasource to `${{{variable}}}`")),
            );
        }
    }
}

/// The choices of datasource: one for each kind that has no other.
fn offered(dashboard: &Dashboard) -> BTreeMap<DatasourceKind, &str> {
    let mut found: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for one in &dashboard.variables {
        if let Values::Datasource(kind) = one.values {
            found.entry(kind).or_default().push(&one.name);
        }
    }
    let single = found.into_iter().filter(|(_, names)| names.len() == 1);
    single
        .filter_map(|(kind, names)| Some((kind, *names.first()?)))
        .collect()
}

/// The datasource that a query of this kind names.
fn asked(query: &Query, kind: DatasourceKind) -> Option<&str> {
    let datasource = query.datasource.as_ref()?;
    let uid = datasource.uid.as_ref();
    (datasource.kind == kind && !uid.starts_with("--") && uid != "default").then_some(uid)
}

/// A dashboard with a choice of datasource and a panel that asks this one.
fn fixed(uid: &str) -> Stack {
    let kind = DatasourceKind::Prometheus;
    let asking = |title: &str, uid: &str| {
        let query = Query {
            datasource: Some(Datasource {
                kind,
                uid: uid.to_owned().into(),
            }),
            ..promql("connections").into()
        };
        timeseries(title).query(query)
    };
    example::stack().dashboard(
        example::dashboard()
            .variable(variable::datasource("datasource", kind))
            .row(
                "Traffic",
                (
                    asking("Now", "$datasource"),
                    asking("Before", "$datasource"),
                    asking("Copied", uid),
                ),
            ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_panel_and_the_variable() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[datasource-choice-ignored]: panel `Copied` asks `P1809F7CD0C75ACF3`, whatever `$datasource` is
        --> definitions.rs
         = in: panel `Copied` of dashboard `api`
         = help: set its datasource to `${datasource}`
        ");
    }
}
