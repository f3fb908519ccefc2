//! `quantile-of-non-histogram`

use obsctl_model::MetricKind;
use obsctl_model::query::promql;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::series_name;
use crate::project::{Part, Series};

/// A function of histograms applied to something else.
pub static CHECK: Check = Check {
    name: "quantile-of-non-histogram",
    severity: Severity::Error,
    docs: "\
`histogram_quantile` (or another function of histograms) is applied to series that are not a histogram.

## Why it matters

The functions ignore every sample that is no histogram: the result is empty.

## How to fix it

Give `histogram_quantile` the `_bucket` series of a classic histogram, or a native histogram. The other functions
(`histogram_avg`, `histogram_count`, `histogram_sum`, `histogram_stddev`, `histogram_stdvar`) know native histograms only.
",
    run: Run::PerText(run),
    fires: || {
        example::alert(promql(
            "histogram_quantile(0.95, rate(api_request_duration_seconds_count[5m])) > 1",
        ))
    },
    silent: || {
        example::alert(promql(
            "histogram_quantile(0.95, rate(api_request_duration_seconds_bucket[5m])) > 1",
        ))
    },
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for call in &query.calls {
        let function = call.func.text.as_str();
        let (classic, index) = match function {
            "histogram_quantile" => (true, 1),
            "histogram_fraction" => (true, 2),
            "histogram_avg" | "histogram_count" | "histogram_sum" | "histogram_stddev"
            | "histogram_stdvar" => (false, 0),
            _ => continue,
        };
        let Some(arg) = call.args.get(index) else {
            continue;
        };
        for used in arg.selectors() {
            let Some((name, _)) = series_name(used.selector) else {
                continue;
            };
            let (what, origin) = match input.project.catalog().get(name) {
                Some(Series::Exposed { metric, part }) => match (part, &metric.kind) {
                    (Part::Bucket, _) if classic => continue,
                    (Part::Whole, MetricKind::Histogram { .. }) => continue,
                    (Part::Bucket, _) => ("the buckets of a classic histogram", metric.origin),
                    (Part::Sum, _) => ("the sum of all observations", metric.origin),
                    (Part::Count, _) => ("the count of all observations", metric.origin),
                    (Part::Whole, kind) => (kind.word(), metric.origin),
                },
                Some(Series::Synthetic(_)) => ("gauge", query.at.origin),
                Some(Series::Recorded { .. }) | None => continue,
            };
            let message = format!("`{function}` of `{name}`, which is no histogram");
            let mut finding = query.at.finding(used.expr.span(), message, what);
            if let Some(Series::Exposed { .. }) = input.project.catalog().get(name) {
                finding = finding.also(origin, "declared here");
            }
            let buckets = name.trim_end_matches("_count").trim_end_matches("_sum");
            let buckets = format!("{buckets}_bucket");
            if classic && input.project.catalog().get(&buckets).is_some() {
                finding = finding.help(format!("use `{buckets}`"));
            }
            findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn suggests_the_buckets() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[quantile-of-non-histogram]: `histogram_quantile` of `api_request_duration_seconds_count`, which is no histogram
         --> definitions.rs:1:31
          |
        1 | histogram_quantile(0.95, rate(api_request_duration_seconds_count[5m])) > 1
          |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the count of all observations
          |
         ::: metrics.rs:1:1
          |
        1 | "api_request_duration_seconds"
          | ------------------------------ declared here
          |
          = in: alert `HighLatency` of group `api`
          = help: use `api_request_duration_seconds_bucket`
        "#);
    }

    #[test]
    fn counters_and_gauges_are_none() {
        for (query, found) in [
            (
                "histogram_quantile(0.9, rate(api_requests_total[5m])) > 1",
                "api_requests_total[5m]",
            ),
            ("histogram_quantile(0.9, up) > 1", "up"),
            (
                "histogram_avg(rate(api_request_duration_seconds_bucket[5m])) > 1",
                "api_request_duration_seconds_bucket[5m]",
            ),
        ] {
            assert_eq!(underlined(&CHECK, example::alert(promql(query))), [found]);
        }
    }
}
