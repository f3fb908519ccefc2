//! `variable-unused`

use obsctl_model::Stack;
use obsctl_model::dashboard::variable::Values;
use obsctl_model::dashboard::{Dashboard, Variable};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use super::variable_undefined::{text_of, used};
use crate::check::{Check, Findings, Input, Run, example};
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
    run: Run::PerDashboard(run),
    fires: || choosing("connections"),
    silent: || choosing(r#"connections{path="$path"}"#),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    for variable in unused(dashboard) {
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

/// The variables of a dashboard that nothing in it uses.
fn unused(dashboard: &Dashboard) -> Vec<&Variable> {
    let mut unused: Vec<_> = dashboard.variables.iter().collect();
    // A choice of datasource can be there for the dashboards that links take it along to.
    let carries = dashboard.links.iter().any(|link| link.keep_variables);
    let carried = |variable: &Variable| carries && matches!(variable.values, Values::Datasource(_));
    unused.retain(|one| !one.is_implicit() && !carried(one));
    let mut all_used_with = |text: &str| {
        for (_, name) in used(text) {
            unused.retain(|one| one.name != name);
        }
        unused.is_empty()
    };
    // Nearly all are used by queries: the many other texts are mostly not asked.
    let queries = dashboard.queries();
    let panels = dashboard.panels().flat_map(|panel| &panel.queries);
    let datasources = panels.filter_map(|query| Some(&*query.datasource.as_ref()?.uid));
    let written = dashboard.written.get();
    let mentions = written.into_iter().flat_map(|written| &written.mentions);
    let all_used = queries
        .iter()
        .map(text_of)
        .chain(datasources)
        .chain(mentions.map(String::as_str))
        .any(&mut all_used_with);
    if !all_used {
        for placed in dashboard.texts() {
            all_used_with(&placed.text);
        }
    }
    unused
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
