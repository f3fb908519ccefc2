//! `panel-not-shown`

use obsctl_model::Stack;
use obsctl_model::dashboard::Dashboard;
use obsctl_model::dashboard::written::WrittenPanel;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A panel that nobody sees.
pub static CHECK: Check = Check {
    name: "panel-not-shown",
    severity: Severity::Note,
    docs: "\
A panel stands among the elements of a dashboard, and no item of its layout shows it.

## Why it matters

Nobody sees it. Whoever changes its query takes care of nothing, or the item was lost by mistake.

## How to fix it

Add an item to the layout that names the element, or remove the element. It is about the second form of dashboards
(`dashboard.grafana.app/v2…`), whose layout names what it shows.
",
    run: Run::PerDashboard(run),
    fires: || placed(false),
    silent: || placed(true),
};

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    for panel in dashboard.panels() {
        if panel.written.get().is_some_and(|written| written.unplaced) {
            let message = format!("no item of the layout shows panel `{}`", panel.title);
            let found = Diagnostic::new(subject::panel(dashboard, panel), panel.origin, message);
            findings.push(found.help("name it in the layout, or remove it"));
        }
    }
}

/// A dashboard read from a file, with a panel that its layout shows or does not.
fn placed(placed: bool) -> Stack {
    let written = WrittenPanel {
        unplaced: !placed,
        ..WrittenPanel::default()
    };
    example::written([("Rate", written)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_panel() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[panel-not-shown]: no item of the layout shows panel `Rate`
        --> definitions.rs
         = in: panel `Rate` of dashboard `api`
         = help: name it in the layout, or remove it
        ");
    }
}
