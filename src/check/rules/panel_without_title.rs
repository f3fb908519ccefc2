//! `panel-without-title`

use obsctl_model::dashboard::Dashboard;
use obsctl_model::dashboard::panel::Panel;
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Curves without a name.
pub static CHECK: Check = Check {
    name: "panel-without-title",
    severity: Severity::Note,
    docs: "\
A graph has no heading.

## Why it matters

The reader sees curves and does not know of what; alerts, links and searches cannot name the panel. A single number or
a table can do without: what they are can stand in them.

## How to fix it

Say in the title what is shown.
",
    run: Run::PerDashboard(run),
    fires: || example::panels(timeseries("").query(promql("connections"))),
    silent: || example::panels(timeseries("Connections").query(promql("connections"))),
};

/// Types whose content does not say what it is.
const NAMELESS: &[&str] = &["graph", "heatmap", "state-timeline", "timeseries"];

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    for panel in dashboard.panels().filter(|panel| is_nameless(panel)) {
        let id = panel.written.get().and_then(|written| written.id);
        let id = id.map_or_else(String::new, |id| format!(" {id}"));
        let kind = panel.visualization.plugin();
        let message = format!("panel{id} of the type `{kind}` has no title");
        findings.push(Diagnostic::new(
            subject::panel(dashboard, panel),
            panel.origin,
            message,
        ));
    }
}

fn is_nameless(panel: &Panel) -> bool {
    let shared = panel
        .written
        .get()
        .is_some_and(|one| one.library.is_some() || one.copy);
    panel.title.trim().is_empty()
        && !panel.transparent
        && !shared
        && !panel.queries.is_empty()
        && NAMELESS.contains(&panel.visualization.plugin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn says_which_type_it_is() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[panel-without-title]: panel of the type `timeseries` has no title
        --> definitions.rs
         = in: panel `` of dashboard `api`
        ");
    }
}
