//! `threshold-out-of-reach`

use obsctl_model::Stack;
use obsctl_model::dashboard::panel::Panel;
use obsctl_model::dashboard::written::WrittenPanel;
use obsctl_model::dashboard::{Color, Visualization};
use obsctl_model::prelude::stat;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::subject;

/// A colour that never comes.
pub static CHECK: Check = Check {
    name: "threshold-out-of-reach",
    severity: Severity::Warning,
    docs: "\
A panel shows a part of a whole, 0 to 1, and changes colour at a number of percent.

## Why it matters

Grafana's unit \"Percent (0.0-1.0)\" multiplies by 100 to show; thresholds, minimum and maximum are compared before that.
A threshold of 80 is 8000 %: the panel stays green whatever happens. New panels have one of 80 until somebody changes it.

## How to fix it

Write the threshold as a part of the whole: 0.8. Or, if the query gives 0 to 100, take the unit \"Percent (0-100)\".
",
    run,
    fires: || colored(80.0),
    silent: || colored(0.8),
};

/// Ten times the whole: no part is that large, and few ratios are.
const UNREACHED: f64 = 10.0;

fn run(input: &Input<'_>, findings: &mut Findings) {
    for dashboard in input.project.dashboards() {
        for panel in dashboard.panels().filter(|panel| is_part(panel)) {
            let highest = panel
                .thresholds
                .iter()
                .map(|one| one.value)
                .reduce(f64::max);
            let lowest = panel
                .thresholds
                .iter()
                .map(|one| one.value)
                .filter(|value| *value > 0.0)
                .reduce(f64::min);
            let message = match (highest, lowest) {
                (Some(highest), Some(lowest)) if shown(panel) && lowest >= UNREACHED => {
                    format!(
                        "panel `{}` shows a part of a whole, and changes colour at {highest}",
                        panel.title
                    )
                }
                _ => match panel.max {
                    Some(max) if max >= UNREACHED && is_scale(panel) => {
                        format!(
                            "panel `{}` shows a part of a whole on a scale up to {max}",
                            panel.title
                        )
                    }
                    _ => continue,
                },
            };
            findings.push(
                Diagnostic::new(subject::panel(dashboard, panel), panel.origin, message)
                    .help("parts of a whole are 0 to 1: 80 % is 0.8"),
            );
        }
    }
}

fn is_part(panel: &Panel) -> bool {
    let differ = panel
        .written
        .get()
        .is_some_and(|written| written.units_differ || written.mapped);
    panel.grafana_unit.as_deref() == Some("percentunit") && panel.overrides.is_empty() && !differ
}

/// Whether thresholds are seen.
fn shown(panel: &Panel) -> bool {
    match panel.written.get() {
        Some(written) => written.thresholds_shown,
        None => matches!(
            panel.visualization,
            Visualization::Stat(_) | Visualization::Gauge(_) | Visualization::BarGauge(_)
        ),
    }
}

/// Whether the panel draws the end of its scale.
fn is_scale(panel: &Panel) -> bool {
    ["gauge", "bargauge", "timeseries"].contains(&panel.visualization.plugin())
}

fn colored(threshold: f64) -> Stack {
    let mut panel = stat("Errors")
        .query(promql("sum(rate(api_requests_total{status_code=\"500\"}[5m])) / sum(rate(api_requests_total[5m]))"))
        .threshold(threshold, Color::Red)
        .any();
    panel.grafana_unit = Some("percentunit".to_owned());
    panel.written = WrittenPanel {
        thresholds_shown: true,
        ..WrittenPanel::default()
    }
    .into();
    example::stack().dashboard(example::dashboard().top(vec![panel]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn names_the_threshold() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[threshold-out-of-reach]: panel `Errors` shows a part of a whole, and changes colour at 80
        --> definitions.rs
         = in: panel `Errors` of dashboard `api`
         = help: parts of a whole are 0 to 1: 80 % is 0.8
        ");
    }

    #[test]
    fn overcommitment_is_no_defect() {
        assert_eq!(report(&CHECK, colored(1.5)), "");
    }
}
