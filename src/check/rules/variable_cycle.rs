//! `variable-cycle`

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::Stack;
use obsctl_model::dashboard::variable::{Values, series_label_values};
use obsctl_model::dashboard::{Dashboard, Variable, variable};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use serde_json::Value;

use super::variable_undefined::used;
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Choices that wait for each other.
pub static CHECK: Check = Check {
    name: "variable-cycle",
    severity: Severity::Error,
    docs: "\
The values of a variable depend on the variable itself, directly or through others.

## Why it matters

Grafana asks for the values of a variable when those before it are chosen. In a circle nobody is first: the list offers
only what is chosen already, or nothing.

## How to fix it

Take the variable out of its own query. If two choices narrow each other, one of them has to come first.
",
    run: Run::PerDashboard(run),
    fires: || choices("$path"),
    silent: || choices("/api"),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    let needs = needs(dashboard);
    let mut said = BTreeSet::new();
    for variable in &dashboard.variables {
        let Some(circle) = circle(&needs, &variable.name) else {
            continue;
        };
        let mut names = circle.clone();
        names.sort_unstable();
        if !said.insert(names) {
            continue;
        }
        let path: Vec<_> = circle.iter().map(|name| format!("`{name}`")).collect();
        let message = match circle.len() {
            1 => format!(
                "the values of variable `{}` depend on itself",
                variable.name
            ),
            _ => format!("variables {} depend on each other", path.join(", ")),
        };
        findings.push(Diagnostic::new(
            subject::variable(dashboard, variable),
            variable.origin,
            message,
        ));
    }
}

type Needs<'d> = BTreeMap<&'d str, BTreeSet<String>>;

/// Which variables the values of each depend on.
fn needs(dashboard: &Dashboard) -> Needs<'_> {
    let all = dashboard.variables.iter();
    all.map(|one| {
        let names = asked(one).into_iter().flat_map(|text| {
            let names: Vec<_> = used(&text)
                .map(|(_, variable)| variable.to_owned())
                .collect();
            names
        });
        (one.name.as_str(), names.collect())
    })
    .collect()
}

/// The texts that the values of a variable come from.
fn asked(variable: &Variable) -> Vec<String> {
    let mut texts = match &variable.values {
        Values::LabelValues { of, .. } | Values::QueryResult(of) => vec![of.as_str().to_owned()],
        Values::LogLabelValues { of: Some(of), .. } => vec![of.as_str().to_owned()],
        Values::Other(json) => json
            .get("query")
            .or_else(|| json.pointer("/spec/query"))
            .map(Value::to_string)
            .into_iter()
            .collect(),
        _ => vec![],
    };
    texts.extend(variable.regex.clone());
    texts
}

/// The shortest way from a variable back to itself.
fn circle<'d>(needs: &Needs<'d>, start: &'d str) -> Option<Vec<&'d str>> {
    let mut pending = std::collections::VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(path) = pending.pop_front() {
        let last = path.last().copied().unwrap_or(start);
        for next in needs.get(last).into_iter().flatten() {
            if next == start {
                return Some(path);
            }
            if let Some((next, _)) = needs.get_key_value(next.as_str())
                && seen.insert(*next)
            {
                pending.push_back([path.clone(), vec![*next]].concat());
            }
        }
    }
    None
}

/// A dashboard that offers paths, and methods of this path.
fn choices(path: &str) -> Stack {
    let of = format!("connections{{path=~\"{path}\"}}");
    let choice = variable::query("path", series_label_values("path", promql(&of)));
    let panel = timeseries("Connections").query(promql("connections{path=\"$path\"}"));
    example::stack().dashboard(example::dashboard().variable(choice).row("Traffic", panel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_variable() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[variable-cycle]: the values of variable `path` depend on itself
        --> definitions.rs
         = in: variable `path` of dashboard `api`
        ");
    }

    #[test]
    fn circles_are_said_once() {
        let of = |name: &str, other: &str| {
            let series = format!("connections{{x=\"${other}\"}}");
            variable::query(name, series_label_values("path", promql(&series)))
        };
        let dashboard = example::dashboard()
            .variable(of("a", "b"))
            .variable(of("b", "c"))
            .variable(of("c", "a"))
            .variable(of("d", "a"));
        insta::assert_snapshot!(report(&CHECK, example::stack().dashboard(dashboard)), @"
        error[variable-cycle]: variables `a`, `b`, `c` depend on each other
        --> definitions.rs
         = in: variable `a` of dashboard `api`
        ");
    }
}
