//! `variable-unused`

use std::collections::BTreeSet;

use obsctl_model::Stack;
use obsctl_model::dashboard::variable::Values;
use obsctl_model::dashboard::{Dashboard, PlacedText};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use super::variable_undefined::{text_of, used};
use crate::check::{Check, Findings, Input, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A choice without effect.
pub static CHECK: Check = Check {
    name: "variable-unused",
    severity: Severity::Warning,
    docs: "\
A dashboard offers a choice that none of its queries, links and texts uses.

## Why it matters

The reader chooses a tenant and reads the numbers of all of them.

## How to fix it

Use the variable in the queries, or remove it.
",
    run,
    fires: || choosing("connections"),
    silent: || choosing(r#"connections{path="$path"}"#),
};

fn run(input: &Input<'_>, findings: &mut Findings) {
    for dashboard in input.project.dashboards() {
        if dashboard.variables.is_empty() {
            continue;
        }
        let texts = dashboard.texts();
        let names = used_names(dashboard, &texts);
        for variable in &dashboard.variables {
            // A choice of datasource can be there for the dashboards that links take it along to.
            let carried = matches!(variable.values, Values::Datasource(_))
                && dashboard.links.iter().any(|link| link.keep_variables);
            if !names.contains(variable.name.as_str()) && !variable.is_implicit() && !carried {
                let message = format!("nothing uses variable `{}`", variable.name);
                findings.push(
                    Diagnostic::new(
                        subject::variable(dashboard, variable),
                        variable.origin,
                        message,
                    )
                    .help(format!(
                        "use `${}` in the dashboard's queries, or remove it",
                        variable.name
                    )),
                );
            }
        }
    }
}

/// The variables a dashboard uses anywhere: in these texts, or elsewhere.
fn used_names<'a>(dashboard: &'a Dashboard, texts: &'a [PlacedText<'_>]) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let mut add = |text: &'a str| names.extend(used(text).map(|(_, variable)| variable));
    for placed in dashboard.queries() {
        add(text_of(&placed));
    }
    for placed in texts {
        add(&placed.text);
    }
    if let Some(written) = dashboard.written.get() {
        written.mentions.iter().for_each(|text| add(text));
    }
    for query in dashboard.panels().flat_map(|panel| &panel.queries) {
        if let Some(datasource) = &query.datasource {
            add(&datasource.uid);
        }
    }
    names
}

/// A stack with a dashboard that offers a choice of `path` and shows this query.
fn choosing(query: &str) -> Stack {
    let panel = timeseries("Connections").query(promql(query));
    let choice = obsctl_model::dashboard::variable::textbox("path");
    example::stack().dashboard(example::dashboard().variable(choice).row("Traffic", panel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_variable() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[variable-unused]: nothing uses variable `path`
        --> definitions.rs
         = in: variable `path` of dashboard `api`
         = help: use `$path` in the dashboard's queries, or remove it
        ");
    }
}
