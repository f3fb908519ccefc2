//! `quantile-without-le`

use obsctl_model::query::promql;

use super::label_lost_by_aggregation::removed;
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::labels::Use;

/// A quantile of buckets that can no longer be told apart.
pub static CHECK: Check = Check {
    name: "quantile-without-le",
    severity: Severity::Error,
    docs: "\
`histogram_quantile` gets the buckets of a classic histogram after `le` was aggregated away.

## Why it matters

`le` says which bucket a series is. Without it there is no histogram, and the result is empty.

## How to fix it

Keep `le`: `histogram_quantile(0.95, sum by (le, path) (rate(…_bucket[5m])))`.
",
    run: Run::PerText(run),
    fires: || {
        example::alert(promql(
            "histogram_quantile(0.95, sum by (path) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        ))
    },
    silent: || {
        example::alert(promql(
            "histogram_quantile(0.95, sum by (path, le) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        ))
    },
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for issue in &query.flow.issues {
        if let (Use::Quantile, Some(loss)) = (issue.used, issue.loss) {
            let message = "quantile of buckets without `le`";
            let finding = query.at.finding(issue.span, message, "has no `le`");
            findings.push(removed(finding, input, query, loss).help("add `le` to `by (…)`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn shows_where_it_was_removed() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[quantile-without-le]: quantile of buckets without `le`
         --> definitions.rs:1:26
          |
        1 | histogram_quantile(0.95, sum by (path) (rate(api_request_duration_seconds_bucket[5m]))) > 1
          |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ has no `le`
          |
          = in: alert `HighLatency` of group `api`
          = help: add `le` to `by (…)`
        ");
    }

    #[test]
    fn buckets_that_keep_le_are_silent() {
        for query in [
            "histogram_quantile(0.9, rate(api_request_duration_seconds_bucket[5m])) > 1",
            "histogram_quantile(0.9, sum without (path) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
            // Native histograms have no `le`.
            "histogram_quantile(0.9, sum by (path) (rate(theirs_seconds[5m]))) > 1",
            "histogram_fraction(0, 0.5, sum(rate(theirs_seconds[5m]))) < 0.9",
        ] {
            assert_eq!(underlined(&CHECK, example::alert(promql(query))), [""; 0]);
        }
    }
}
