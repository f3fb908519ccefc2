//! `delta-of-counter`

use obsctl_model::MetricKind;
use obsctl_model::query::promql;
use obsctl_promql::Expr;

use super::counter_without_rate::is_total;
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::series_name;
use crate::project::{Part, Series};

/// A counter read with functions of gauges.
pub static CHECK: Check = Check {
    name: "delta-of-counter",
    severity: Severity::Error,
    docs: "\
`delta`, `deriv`, `avg_over_time` or another function of gauges is taken of a counter.

## Why it matters

A counter starts again at zero when its process does. Functions of gauges see a sudden fall, and give large negative
numbers at every restart.

## How to fix it

Use `increase` for the growth over a time, and `rate` for the growth per second: they know restarts.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("sum(delta(api_requests_total[5m])) > 1000")),
    silent: || example::alert(promql("sum(increase(api_requests_total[5m])) > 1000")),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for call in &query.calls {
        let function = call.func.text.as_str();
        let (index, instead) = match function {
            "delta" => (0, "increase"),
            "idelta" => (0, "irate"),
            "deriv" => (0, "rate"),
            "avg_over_time" | "stddev_over_time" | "stdvar_over_time" | "mad_over_time" => {
                (0, "rate")
            }
            "quantile_over_time" => (1, "rate"),
            _ => continue,
        };
        let Some(Expr::Range(range)) = call.args.get(index).map(Expr::without_parens) else {
            continue;
        };
        let Some((name, span)) = series_name(&range.selector) else {
            continue;
        };
        if counts(input, name) {
            let message = format!("`{function}` of counter `{name}`");
            findings.push(
                query
                    .at
                    .finding(
                        call.func.span.to(span),
                        message,
                        "falls to zero at every restart",
                    )
                    .help(format!("use `{instead}`")),
            );
        }
    }
}

fn counts(input: &Input<'_>, name: &str) -> bool {
    match input.project.catalog().get(name) {
        Some(Series::Exposed { metric, part }) => match part {
            Part::Whole => matches!(metric.kind, MetricKind::Counter),
            Part::Bucket | Part::Sum | Part::Count => true,
        },
        Some(_) => false,
        None => is_total(input, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_what_to_use() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[delta-of-counter]: `delta` of counter `api_requests_total`
         --> definitions.rs:1:5
          |
        1 | sum(delta(api_requests_total[5m])) > 1000
          |     ^^^^^^^^^^^^^^^^^^^^^^^^ falls to zero at every restart
          |
          = in: alert `HighLatency` of group `api`
          = help: use `increase`
        ");
    }

    #[test]
    fn parts_of_histograms_are_counters_and_gauges_are_none() {
        for (query, found) in [
            (
                "deriv(api_request_duration_seconds_sum[5m]) > 1",
                vec!["deriv(api_request_duration_seconds_sum"],
            ),
            ("delta(connections[5m]) > 1", vec![]),
            ("max_over_time(api_requests_total[5m]) > 1", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
