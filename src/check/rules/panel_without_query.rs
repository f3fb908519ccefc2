//! `panel-without-query`

use obsctl_model::dashboard::panel::Panel;
use obsctl_model::dashboard::{Dashboard, Expression};
use obsctl_model::prelude::timeseries;
use obsctl_model::query::promql;
use serde_json::Value;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A panel that asks nothing.
pub static CHECK: Check = Check {
    name: "panel-without-query",
    severity: Severity::Note,
    docs: "\
A panel that draws data asks for none.

## Why it matters

It shows \"No data\" for ever, which looks like an outage of what it is about.

## How to fix it

Write its query, or remove the panel.
",
    run: Run::PerDashboard(run),
    fires: || example::panels(timeseries("Connections")),
    silent: || example::panels(timeseries("Connections").query(promql("connections"))),
};

/// Types that are nothing without data.
const DRAW_DATA: &[&str] = &[
    "barchart",
    "bargauge",
    "gauge",
    "graph",
    "heatmap",
    "histogram",
    "logs",
    "piechart",
    "singlestat",
    "stat",
    "state-timeline",
    "status-history",
    "table",
    "table-old",
    "timeseries",
    "trend",
    "xychart",
];

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    for panel in dashboard.panels() {
        let shared = panel
            .written
            .get()
            .is_some_and(|one| one.library.is_some() || one.copy);
        if draws_data(panel) && !shared && !asks(panel) {
            let message = format!("panel `{}` has no query", panel.title);
            findings.push(Diagnostic::new(
                subject::panel(dashboard, panel),
                panel.origin,
                message,
            ));
        }
    }
}

/// Whether a panel shows nothing without data.
pub(super) fn draws_data(panel: &Panel) -> bool {
    DRAW_DATA.contains(&panel.visualization.plugin())
}

/// Whether something is asked. Editors leave queries without text behind.
fn asks(panel: &Panel) -> bool {
    panel.queries.iter().any(|query| match &query.expression {
        Expression::Other(other) if ["prometheus", "loki"].contains(&other.plugin.as_str()) => {
            let text = other.json.get("expr").and_then(Value::as_str);
            text.is_some_and(|text| !text.trim().is_empty())
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;
    use obsctl_model::dashboard::other_query;
    use obsctl_model::prelude::text;

    #[test]
    fn names_the_panel() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[panel-without-query]: panel `Connections` has no query
        --> definitions.rs
         = in: panel `Connections` of dashboard `api`
        ");
    }

    #[test]
    fn text_needs_no_query_and_a_query_needs_text() {
        assert_eq!(report(&CHECK, example::panels(text("x", "y"))), "");
        let query = other_query("prometheus", "", serde_json::json!({ "expr": "" }));
        let empty = timeseries("x").query(query);
        assert_ne!(report(&CHECK, example::panels(empty)), "");
    }
}
