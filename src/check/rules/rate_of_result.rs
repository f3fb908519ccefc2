//! `rate-of-result`

use obsctl_model::RuleQuery;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, BinaryOp};

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Series;
use crate::project::expression::series_name;

/// A rate of what is no counter any more.
pub static CHECK: Check = Check {
    name: "rate-of-result",
    severity: Severity::Error,
    docs: "\
`rate`, `irate` or `increase` is taken of a sum of counters, or of something that is a rate already.

## Why it matters

When one process of many restarts, the sum of their counters falls. `rate` takes that for a restart of the whole and
adds the whole sum once more: a peak that never was. A rate goes up and down like any gauge, and each fall counts
the same way.

## How to fix it

Take the rate first, of each counter, and aggregate then: `sum(rate(x[5m]))`. A recording rule that adds up counters
cannot be put right later: let it record `sum(rate(…))`. For how a rate changes, use `deriv`.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("rate(sum(api_requests_total)[5m:15s]) > 100")),
    silent: || example::alert(promql("sum(rate(api_requests_total[5m])) > 100")),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for call in &query.calls {
        let function = call.func.text.as_str();
        if !matches!(function, "rate" | "irate" | "increase") {
            continue;
        }
        let Some(arg) = call.args.first().map(Expr::without_parens) else {
            continue;
        };
        let (inner, recorded) = match arg {
            Expr::Subquery(node) => (node.expr.without_parens(), None),
            _ => {
                let Some((name, _)) = arg
                    .as_selector()
                    .and_then(|used| series_name(used.selector))
                else {
                    continue;
                };
                let Some(Series::Recorded {
                    query: RuleQuery::Promql(recorded),
                    origin,
                    ..
                }) = input.project.catalog().get(name)
                else {
                    continue;
                };
                (
                    recorded.expr().without_parens(),
                    Some((name, recorded, *origin)),
                )
            }
        };
        let Some(what) = no_counter(inner) else {
            continue;
        };
        let message = match recorded {
            Some((name, ..)) => format!("`{function}` of `{name}`, which is {what}"),
            None => format!("`{function}` of {what}"),
        };
        let finding = query.at.finding(
            call.func.span.to(arg.span()),
            message,
            "no counter any more",
        );
        let finding = match recorded {
            Some((_, text, origin)) => finding.also_in(
                origin,
                text.as_str(),
                0..text.as_str().len(),
                "recorded here",
            ),
            None => finding,
        };
        findings.push(finding.help("take the rate of each counter first, and aggregate then"));
    }
}

/// What an expression is, if it surely is no counter.
fn no_counter(expr: &Expr) -> Option<&'static str> {
    match expr.without_parens() {
        Expr::Aggregate(node) => match (node.op, no_counter(&node.expr)) {
            (_, Some(inner)) => Some(inner),
            (AggregateOp::Sum, None) => Some("a sum"),
            (AggregateOp::Avg, None) => Some("an average"),
            (
                AggregateOp::Count
                | AggregateOp::Quantile
                | AggregateOp::Stddev
                | AggregateOp::Stdvar,
                None,
            ) => Some("an aggregate"),
            // The larger of two copies of a counter is one.
            _ => None,
        },
        Expr::Call(call) => match call.func.text.as_str() {
            "rate" | "irate" | "deriv" | "increase" | "delta" | "idelta" => Some("a rate"),
            "histogram_quantile" => Some("a quantile"),
            _ => None,
        },
        Expr::Binary(node) if node.op == BinaryOp::Div => (no_counter(&node.lhs).is_some()
            && no_counter(&node.rhs).is_some())
        .then_some("a ratio"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn recording_rules_are_followed() {
        let stack = example::record(promql("sum by (path) (rate(api_requests_total[5m]))"));
        let alert = example::high_latency(promql("rate(job:api_requests:rate5m[5m]) > 1"));
        let stack = stack.rule_group(obsctl_model::RuleGroup::new("alerts").alert(alert));
        insta::assert_snapshot!(report(&CHECK, stack), @"
        error[rate-of-result]: `rate` of `job:api_requests:rate5m`, which is a rate
         --> definitions.rs:1:1
          |
        1 | rate(job:api_requests:rate5m[5m]) > 1
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no counter any more
          |
         ::: definitions.rs:1:1
          |
        1 | sum by (path) (rate(api_requests_total[5m]))
          | -------------------------------------------- recorded here
          |
          = in: alert `HighLatency` of group `alerts`
          = help: take the rate of each counter first, and aggregate then
        ");
    }

    #[test]
    fn a_counter_of_copies_is_a_counter() {
        for query in [
            "rate(max without (instance) (api_requests_total)[5m:15s]) > 1",
            "max_over_time(sum(api_requests_total)[5m:15s]) > 1",
            "deriv(sum(rate(api_requests_total[5m]))[5m:15s]) > 1",
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                [""; 0],
                "{query}"
            );
        }
    }
}
