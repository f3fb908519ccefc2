//! `unbounded-label-kept`

use obsctl_model::dashboard::Visualization;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// A result that grows with the business.
pub static CHECK: Check = Check {
    name: "unbounded-label-kept",
    severity: Severity::Warning,
    docs: "\
An alert, a recording rule or a graph has a series for every value of a label that grows with the business.

## Why it matters

With every customer comes another notification, another stored series, another line in the graph. An outage that hits
all of them sends hundreds of messages at once.

## How to fix it

Aggregate the label away, match one value of it (`tenant_id=\"$tenant\"`), or keep the highest (`topk(10, …)`). Where one
result per value is what is wanted, say so: `.allow(\"unbounded-label-kept\", \"…\")`.
",
    run: Run::PerQuery(run),
    fires: || {
        example::alert(promql(
            "time() - sync_last_success_timestamp_seconds > 3600",
        ))
    },
    silent: || {
        example::alert(promql(
            "time() - min(sync_last_success_timestamp_seconds) > 3600",
        ))
    },
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    if query.at.derived {
        return;
    }
    let what = match &query.at.site {
        Site::Alert { .. } => "a notification",
        Site::Record { .. } => "a stored series",
        Site::Panel { panel, .. }
            if matches!(panel.visualization, Visualization::Timeseries(_)) =>
        {
            "a line"
        }
        _ => return,
    };
    let labels = query.flow.labels.known();
    let kept: Vec<_> = labels
        .filter(|(_, known)| known.unbounded)
        .map(|(label, _)| format!("`{label}`"))
        .collect();
    if let Some(first) = kept.first() {
        let message = format!("{what} for every value of {}", kept.join(" and "));
        let span = query.at.query.expr().span();
        findings.push(
            query
                .at
                .finding(span, message, format!("keeps {first}"))
                .help("aggregate it away, match one value, or keep the highest with `topk`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};
    use obsctl_model::prelude::{stat, timeseries};

    #[test]
    fn says_what_grows() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[unbounded-label-kept]: a notification for every value of `tenant_id`
         --> definitions.rs:1:1
          |
        1 | time() - sync_last_success_timestamp_seconds > 3600
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ keeps `tenant_id`
          |
          = in: alert `HighLatency` of group `api`
          = help: aggregate it away, match one value, or keep the highest with `topk`
        ");
    }

    #[test]
    fn narrowed_results_are_silent() {
        let query = "rate(api_requests_total[5m])";
        let lines = |text: &str| example::panels(timeseries("x").query(promql(text)));
        assert_eq!(underlined(&CHECK, lines(query)), [query]);
        for silent in [
            "topk(5, rate(api_requests_total[5m]))",
            r#"rate(api_requests_total{tenant_id="$tenant"}[5m])"#,
            "sum by (path) (rate(api_requests_total[5m]))",
        ] {
            assert_eq!(underlined(&CHECK, lines(silent)), [""; 0], "{silent}");
        }
        let one = example::panels(stat("x").query(promql(query)));
        assert_eq!(underlined(&CHECK, one), [""; 0]);
    }
}
