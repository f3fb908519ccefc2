//! `hidden-query-unused`

use std::collections::BTreeSet;

use obsctl_model::Stack;
use obsctl_model::dashboard::{Dashboard, Expression, Query};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use super::query_reference_missing::{calculation, is_used, shown_panel};
use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A query that nobody sees.
pub static CHECK: Check = Check {
    name: "hidden-query-unused",
    severity: Severity::Note,
    docs: "\
A query of a panel is hidden, and nothing calculates with it.

## Why it matters

Nobody sees its answer. Who changes the panel later has to find out what it was for, and a renamed metric has to be
followed here too.

## How to fix it

Remove it, or show it.
",
    run: Run::PerDashboard(run),
    fires: || {
        let hidden = Query {
            hidden: true,
            ..promql("sum(connections)").into()
        };
        let panel = timeseries("Connections").query(promql("connections")).query(hidden);
        example::panels(panel)
    },
    silent: || {
        let mut panel = calculation("$A * 100");
        panel.queries[0].hidden = true;
        let stack: Stack = example::stack();
        stack.dashboard(example::dashboard().top(vec![panel]))
    },
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    let all = dashboard.panels().flat_map(|panel| &panel.queries);
    let shown: BTreeSet<u64> = all
        .filter_map(|query| match &query.expression {
            Expression::Other(other) => shown_panel(other),
            _ => None,
        })
        .collect();
    for panel in dashboard.panels() {
        let written = panel.written.get();
        let taken_over = written
            .and_then(|one| one.id)
            .is_some_and(|id| shown.contains(&id));
        let transformed =
            !panel.transformations.is_empty() || written.is_some_and(|one| one.transformed);
        if taken_over || transformed {
            continue;
        }
        for (query, id) in panel.queries.iter().zip(panel.ref_ids()) {
            if query.hidden && !is_used(panel, &id) {
                let message = format!(
                    "query `{id}` of panel `{}` is hidden and unused",
                    panel.title
                );
                findings.push(
                    Diagnostic::new(subject::panel(dashboard, panel), panel.origin, message)
                        .help("remove it, or show it"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_query() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[hidden-query-unused]: query `B` of panel `Connections` is hidden and unused
        --> definitions.rs
         = in: panel `Connections` of dashboard `api`
         = help: remove it, or show it
        ");
    }
}
