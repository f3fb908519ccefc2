//! `empty-row`

use obsctl_model::dashboard::Dashboard;
use obsctl_model::dashboard::panel::Panel;
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A heading over nothing.
pub static CHECK: Check = Check {
    name: "empty-row",
    severity: Severity::Note,
    docs: "\
A row of a dashboard has no panels.

## Why it matters

The reader opens it and looks for what is missing. Mostly the panels went elsewhere, or were never made.

## How to fix it

Remove the row, or add its panels.
",
    run: Run::PerDashboard(run),
    fires: || {
        example::stack().dashboard(
            example::dashboard()
                .row("Traffic", timeseries("Connections").query(promql("connections")))
                .row("Errors", Vec::<Panel>::new()),
        )
    },
    silent: || example::panels(timeseries("Connections").query(promql("connections"))),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    for row in dashboard.rows.iter().filter(|row| row.panels.is_empty()) {
        let message = format!("row `{}` has no panels", row.title);
        findings.push(Diagnostic::new(
            format!("row `{}` of {}", row.title, subject::dashboard(dashboard)),
            row.origin,
            message,
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_row() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[empty-row]: row `Errors` has no panels
        --> definitions.rs
         = in: row `Errors` of dashboard `api`
        ");
    }
}
