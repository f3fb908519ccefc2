//! `buckets-not-summed`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::AggregateOp;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;

/// Buckets put together in a way that leaves no histogram.
pub static CHECK: Check = Check {
    name: "buckets-not-summed",
    severity: Severity::Error,
    docs: "\
`histogram_quantile` gets buckets of several series that were put together by something else than a sum.

## Why it matters

Each bucket's largest (or smallest) count comes from another series: together they are no histogram of anything, and
the quantile means nothing.

## How to fix it

Add the buckets up: `histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m])))`. For the worst of all series take the
maximum of their quantiles: `max(histogram_quantile(0.95, rate(…_bucket[5m])))`.
",
    run: Run::PerText(run),
    fires: || {
        example::alert(promql(
            "histogram_quantile(0.95, max by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        ))
    },
    silent: || {
        example::alert(promql(
            "histogram_quantile(0.95, sum by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        ))
    },
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for call in &query.calls {
        if call.func.text != "histogram_quantile" {
            continue;
        }
        let Some(Expr::Aggregate(node)) = call.args.get(1).map(Expr::without_parens) else {
            continue;
        };
        let kept = node.grouping.as_ref().is_some_and(|grouping| {
            grouping.labels.iter().any(|label| label.text == "le") != grouping.without
        });
        let wrong = matches!(
            node.op,
            AggregateOp::Max
                | AggregateOp::Min
                | AggregateOp::Count
                | AggregateOp::Group
                | AggregateOp::Stddev
                | AggregateOp::Stdvar
                | AggregateOp::Quantile
        );
        if kept && wrong {
            let message = format!("quantile of buckets put together by `{}`", node.op);
            findings.push(
                query
                    .at
                    .finding(node.op_span, message, "no histogram of anything")
                    .help("add the buckets up with `sum by (le)`; for the worst series take `max` of the quantiles"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn only_sums_and_averages_keep_the_shape() {
        let buckets = "(rate(api_request_duration_seconds_bucket[5m]))";
        for (aggregation, found) in [
            ("min without (path)", vec!["min"]),
            ("max by (path, le)", vec!["max"]),
            ("avg by (le)", vec![]),
            ("sum without (path)", vec![]),
        ] {
            let query = format!("histogram_quantile(0.9, {aggregation} {buckets}) > 1");
            assert_eq!(
                underlined(&CHECK, example::alert(promql(&query))),
                found,
                "{query}"
            );
        }
    }
}
