//! `average-of-quantiles`

use obsctl_model::MetricKind;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{Aggregate, AggregateOp, BinaryOp, MatchOp};

use crate::check::value::keeps_targets;
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::series_name;
use crate::project::{Part, Project, Series};

/// Quantiles that are added up or averaged.
pub static CHECK: Check = Check {
    name: "average-of-quantiles",
    severity: Severity::Warning,
    docs: "\
Quantiles of several series are added up or averaged.

## Why it matters

The result is no quantile of anything. Nine idle instances with a p99 of 10 ms and a busy one with 2 s average to 0.2 s,
which nobody waited for.

## How to fix it

Add up the buckets and take the quantile of the sum: `histogram_quantile(0.99, sum by (le) (rate(…_bucket[5m])))`. A
summary's quantiles cannot be put together at all: show the worst with `max`, or make it a histogram.
",
    run: Run::PerText(run),
    fires: || {
        example::alert(promql(
            "avg(histogram_quantile(0.99, sum by (le, path) (rate(api_request_duration_seconds_bucket[5m])))) > 1",
        ))
    },
    silent: || {
        example::alert(promql(
            "histogram_quantile(0.99, sum by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 1",
        ))
    },
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for expr in query.nodes.iter().copied() {
        let Expr::Aggregate(node) = expr else {
            continue;
        };
        if !matches!(node.op, AggregateOp::Sum | AggregateOp::Avg) || keeps_targets(node) {
            continue;
        }
        let what = match node.op {
            AggregateOp::Sum => "sum",
            _ => "average",
        };
        if let Some((inner, help)) = quantiles(input.project, node, scaled(&node.expr)) {
            let message = format!("{what} of quantiles");
            findings.push(
                query
                    .at
                    .finding(node.op_span, message, "no quantile of anything")
                    .also_in(
                        query.at.origin,
                        query.at.query.as_str(),
                        inner.span().range(),
                        "quantiles",
                    )
                    .help(help),
            );
        }
    }
}

/// The expression without what multiplies or divides it by a number.
fn scaled(expr: &Expr) -> &Expr {
    match expr.without_parens() {
        Expr::Binary(node) if matches!(node.op, BinaryOp::Mul | BinaryOp::Div) => {
            if node.rhs.constant().is_some() {
                scaled(&node.lhs)
            } else if node.op == BinaryOp::Mul && node.lhs.constant().is_some() {
                scaled(&node.rhs)
            } else {
                expr
            }
        }
        other => other,
    }
}

/// The quantiles that are aggregated, and what to do instead.
fn quantiles<'a>(
    project: &Project,
    node: &Aggregate,
    expr: &'a Expr,
) -> Option<(&'a Expr, &'static str)> {
    const MAX: &str = "quantiles of a summary cannot be put together: show the worst with `max`";
    match expr {
        Expr::Call(call) if call.func.text == "histogram_quantile" => Some((
            expr,
            "add up the buckets by `le` first, and take the quantile of the sum",
        )),
        Expr::Selector(selector) => {
            let asked = selector.matchers.iter().any(|matcher| {
                matcher.name.text == "quantile"
                    && matches!(matcher.op, MatchOp::Equal | MatchOp::Regex)
                    && !matcher.value.value.is_empty()
            });
            let series = series_name(selector).and_then(|(name, _)| project.catalog().get(name));
            let summary = matches!(
                series,
                Some(Series::Exposed { metric, part: Part::Whole }) if matches!(metric.kind, MetricKind::Summary { .. })
            );
            let kept = node.grouping.as_ref().is_some_and(|grouping| {
                grouping.labels.iter().any(|label| label.text == "quantile") != grouping.without
            });
            // Grouped by quantile it is an average of each: still none of all.
            (asked && (summary || series.is_none()) || summary && !kept).then_some((expr, MAX))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn sums_and_averages_are_found() {
        for (query, found) in [
            (
                r#"avg by (job) (go_gc_duration_seconds{quantile="0.99"}) > 1"#,
                "avg",
            ),
            (
                "sum(1000 * histogram_quantile(0.9, rate(api_request_duration_seconds_bucket[5m]))) > 1",
                "sum",
            ),
        ] {
            let found_here = underlined(&CHECK, example::alert(promql(query)));
            assert_eq!(found_here, [found], "{query}");
        }
    }

    #[test]
    fn the_worst_of_them_is_one() {
        for query in [
            "max(histogram_quantile(0.9, rate(api_request_duration_seconds_bucket[5m]))) > 1",
            r#"avg by (job, instance) (go_gc_duration_seconds{quantile="0.99"}) > 1"#,
            r#"max(go_gc_duration_seconds{quantile="0.99"}) > 1"#,
            r#"avg(connections{quantile!="0.99"}) > 1"#,
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                [""; 0],
                "{query}"
            );
        }
    }
}
