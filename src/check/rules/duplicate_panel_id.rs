//! `duplicate-panel-id`

use std::collections::BTreeMap;

use obsctl_model::Stack;
use obsctl_model::dashboard::Dashboard;
use obsctl_model::dashboard::written::WrittenPanel;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Panels with one id.
pub static CHECK: Check = Check {
    name: "duplicate-panel-id",
    severity: Severity::Warning,
    docs: "\
Two panels in a dashboard's file have the same id.

## Why it matters

Links to a panel, shared queries and alerts name it by its id: they reach one of the two. Grafana gives the other a new
id every time it loads the dashboard.

## How to fix it

Give one of them an id of its own. It happens when the JSON of a panel is copied by hand.
",
    run: Run::PerDashboard(run),
    fires: || numbered(1),
    silent: || numbered(2),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    let mut seen = BTreeMap::new();
    for panel in dashboard.panels() {
        let written = panel.written.get().filter(|written| !written.copy);
        let Some(id) = written.and_then(|written| written.id) else {
            continue;
        };
        if let Some(first) = seen.insert(id, panel) {
            let message = format!(
                "panels `{}` and `{}` both have the id {id}",
                first.title, panel.title
            );
            findings.push(
                Diagnostic::new(subject::panel(dashboard, panel), panel.origin, message)
                    .also(first.origin, "the other one"),
            );
        }
    }
}

/// A dashboard read from a file, whose second panel has this id.
fn numbered(id: u64) -> Stack {
    let of = |id| WrittenPanel {
        id: Some(id),
        ..WrittenPanel::default()
    };
    example::written([("Rate", of(1)), ("Errors", of(id))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_both_panels() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[duplicate-panel-id]: panels `Rate` and `Errors` both have the id 1
        --> definitions.rs
        ::: definitions.rs
         = note: the other one
         = in: panel `Errors` of dashboard `api`
        ");
    }

    #[test]
    fn what_grafana_repeated_has_the_id_of_the_first() {
        let copy = WrittenPanel {
            id: Some(1),
            copy: true,
            ..WrittenPanel::default()
        };
        let first = WrittenPanel {
            copy: false,
            ..copy.clone()
        };
        assert_eq!(
            report(&CHECK, example::written([("A", first), ("A", copy)])),
            ""
        );
    }
}
