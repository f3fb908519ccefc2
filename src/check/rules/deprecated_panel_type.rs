//! `deprecated-panel-type`

use std::collections::BTreeMap;

use obsctl_model::Stack;
use obsctl_model::dashboard::Dashboard;
use obsctl_model::dashboard::panel::{plugin, timeseries};
use obsctl_model::dashboard::{Panel, Panels};
use obsctl_model::query::promql;
use serde_json::Value;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// Panels that Grafana gave up.
pub static CHECK: Check = Check {
    name: "deprecated-panel-type",
    severity: Severity::Note,
    docs: "\
A dashboard has panels of a type that Grafana no longer draws.

## Why it matters

Grafana 12 has no Angular. It replaces the old types it knows when it opens a dashboard, and shows an error for others;
what it makes of them is saved with the next change, by whoever makes it.

## How to fix it

Open the dashboard in a current Grafana, compare, and save. Or write the panel anew with the type that took its place.
",
    run: Run::PerDashboard(run),
    fires: || shown(plugin("Connections", "graph", Value::Null).query(promql("connections"))),
    silent: || shown(timeseries("Connections").query(promql("connections"))),
};

/// Types that are gone, and what took their place.
const GONE: &[(&str, &str)] = &[
    ("graph", "timeseries"),
    ("singlestat", "stat"),
    ("table-old", "table"),
    ("heatmap-old", "heatmap"),
    ("grafana-singlestat-panel", "stat"),
    ("grafana-piechart-panel", "piechart"),
    ("grafana-worldmap-panel", "geomap"),
    ("natel-discrete-panel", "state-timeline"),
    ("flant-statusmap-panel", "status-history"),
    ("vonage-status-panel", "stat"),
    ("michaeldmoore-multistat-panel", "bargauge"),
    ("briangann-gauge-panel", "gauge"),
    ("jdbranham-diagram-panel", "canvas"),
];

/// The type that took the place of one that is gone.
fn instead(kind: &str) -> Option<(&'static str, &'static str)> {
    GONE.iter().copied().find(|(gone, _)| *gone == kind)
}

fn run(_: &Input<'_>, dashboard: &Dashboard, findings: &mut Findings) {
    let mut found: BTreeMap<_, Vec<&Panel>> = BTreeMap::new();
    for panel in dashboard.panels() {
        if let Some(gone) = instead(panel.visualization.plugin()) {
            found.entry(gone).or_default().push(panel);
        }
    }
    for ((gone, instead), panels) in found {
        let message = match panels.as_slice() {
            [one] => format!(
                "panel `{}` is of the type `{gone}`, which is gone",
                one.title
            ),
            many => format!(
                "{} panels are of the type `{gone}`, which is gone",
                many.len()
            ),
        };
        let origin = panels
            .first()
            .map_or(dashboard.origin, |panel| panel.origin);
        findings.push(
            Diagnostic::new(subject::dashboard(dashboard), origin, message)
                .help(format!("`{instead}` took its place")),
        );
    }
}

fn shown(panels: impl Panels) -> Stack {
    example::panels(panels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_what_took_its_place() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[deprecated-panel-type]: panel `Connections` is of the type `graph`, which is gone
        --> definitions.rs
         = in: dashboard `api`
         = help: `timeseries` took its place
        ");
    }

    #[test]
    fn many_panels_are_one_finding() {
        let old = || plugin("x", "singlestat", Value::Null).query(promql("connections"));
        insta::assert_snapshot!(report(&CHECK, shown((old(), old()))), @"
        note[deprecated-panel-type]: 2 panels are of the type `singlestat`, which is gone
        --> definitions.rs
         = in: dashboard `api`
         = help: `stat` took its place
        ");
    }
}
