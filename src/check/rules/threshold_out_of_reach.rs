//! `threshold-out-of-reach`

use obsctl_model::dashboard::panel::Panel;
use obsctl_model::dashboard::written::WrittenPanel;
use obsctl_model::dashboard::{Color, Visualization};
use obsctl_model::prelude::stat;
use obsctl_model::query::promql;
use obsctl_model::{MetricKind, Stack};
use obsctl_promql::Expr;

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{Part, Series, Site, subject};

/// A colour that never comes.
pub static CHECK: Check = Check {
    name: "threshold-out-of-reach",
    severity: Severity::Warning,
    docs: "\
A panel changes colour at a number that its values cannot reach: a part of a whole at a number of percent, or a quantile of
a histogram above its largest bucket.

## Why it matters

Grafana's unit \"Percent (0.0-1.0)\" multiplies by 100 to show; thresholds, minimum and maximum are compared before that.
A threshold of 80 is 8000 %: the panel stays green whatever happens. New panels have one of 80 until somebody changes it.

A quantile is never more than the upper bound of the last bucket but `+Inf`, however slow the service is.

## How to fix it

Write the threshold as a part of the whole: 0.8. Or, if the query gives 0 to 100, take the unit \"Percent (0-100)\".
For a quantile, take a lower threshold, or give the histogram a larger bucket.
",
    run: Run::Once(run),
    fires: || colored(80.0),
    silent: || colored(0.8),
};

/// Ten times the whole: no part is that large, and few ratios are.
const UNREACHED: f64 = 10.0;

fn run(input: &Input<'_>, findings: &mut Findings) {
    quantiles(input, findings);
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

/// Quantiles that change colour above the largest bucket.
fn quantiles(input: &Input<'_>, findings: &mut Findings) {
    for query in input.queries.iter().filter(|query| !query.at.derived) {
        let Site::Panel { panel, .. } = &query.at.site else {
            continue;
        };
        let Expr::Call(call) = query.at.query.expr().without_parens() else {
            continue;
        };
        if call.func.text != "histogram_quantile" || !shown(panel) || panel.queries.len() != 1 {
            continue;
        }
        let largest = query.named.iter().map(|named| match named.series? {
            Series::Exposed {
                metric,
                part: Part::Bucket,
            } => match &metric.kind {
                MetricKind::Histogram {
                    buckets,
                    native: false,
                } => buckets.last().copied(),
                _ => None,
            },
            _ => None,
        });
        let Some(largest) = largest
            .collect::<Option<Vec<_>>>()
            .and_then(|all| all.into_iter().reduce(f64::max))
        else {
            continue;
        };
        let mut thresholds = panel.thresholds.iter().map(|one| one.value);
        if let Some(high) = thresholds.find(|value| *value > largest) {
            let message = format!(
                "panel `{}` changes colour at {high}, and no quantile is above {largest}",
                panel.title
            );
            findings.push(
                query
                    .at
                    .finding(
                        call.span,
                        message,
                        format!("the largest bucket ends at {largest}"),
                    )
                    .help("take a lower threshold, or give the histogram a larger bucket"),
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
    fn quantiles_end_with_the_buckets() {
        let latency = |threshold: f64| {
            let query = "histogram_quantile(0.99, sum by (le) (rate(api_request_duration_seconds_bucket[5m])))";
            example::panels(
                stat("Latency")
                    .query(promql(query))
                    .threshold(threshold, Color::Red),
            )
        };
        assert_eq!(report(&CHECK, latency(5.0)), "");
        insta::assert_snapshot!(report(&CHECK, latency(2000.0)), @"
        warning[threshold-out-of-reach]: panel `Latency` changes colour at 2000, and no quantile is above 5
         --> definitions.rs:1:1
          |
        1 | histogram_quantile(0.99, sum by (le) (rate(api_request_duration_seconds_bucket[5m])))
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the largest bucket ends at 5
          |
          = in: panel `Latency` of dashboard `api`
          = help: take a lower threshold, or give the histogram a larger bucket
        ");
    }

    #[test]
    fn overcommitment_is_no_defect() {
        assert_eq!(report(&CHECK, colored(1.5)), "");
    }
}
