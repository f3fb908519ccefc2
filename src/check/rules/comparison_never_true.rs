//! `comparison-never-true`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, Binary, BinaryOp};

use crate::check::value::{Bounds, Verdict, bounds, is_age, verdict};
use crate::check::{Check, Findings, Input, Operation, Query, Run, example};
use crate::diagnostic::Severity;

/// A condition that no value can meet.
pub static CHECK: Check = Check {
    name: "comparison-never-true",
    severity: Severity::Error,
    docs: "\
A comparison can never be true, whatever the data are.

## Why it matters

The alert never fires and the panel stays empty. `count(…)` of nothing is not 0 but nothing at all; a quantile of a
classic histogram never exceeds the largest finite bucket; a part divided by the whole is never above 1, so that
percents need `* 100`; `up` is 0 or 1; and `or` binds weaker than a comparison, so
that `… or vector(0) > 5` compares only the `0`. `time() - timestamp(…)` is never more than 5 minutes: older samples are
forgotten.

## How to fix it

Ask whether series exist with `absent(…)`, or give the empty result a value with `(count(…) or vector(0)) == 0`. Choose
a threshold that values can reach, or buckets that reach the threshold.
",
    run: Run::PerText(run),
    fires: || example::alert(promql(r#"count(up{job="api"}) == 0"#)),
    silent: || example::alert(promql(r#"absent(up{job="api"})"#)),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    query.operations(|Operation { node, span, around }| {
        // Two numbers that are compared are a switch: `1 == bool $on`.
        if !node.op.is_comparison()
            || node.lhs.constant().is_some() && node.rhs.constant().is_some()
        {
            return;
        }
        let left = bounds(input.project, &node.lhs);
        let right = bounds(input.project, &node.rhs);
        if verdict(left, node.op, right) != Verdict::Never {
            return;
        }
        let message = format!("`{}` is never true", &query.at.query.as_str()[span.range()]);
        let message = if message.chars().count() > 80 {
            "the comparison is never true".to_owned()
        } else {
            message
        };
        let note = said(node, left, right);
        let finding = query.at.finding(node.op_span, message, note);
        findings.push(finding.help(help(node, around)));
    });
}

/// What the values of the side that is no constant can be.
fn said(node: &Binary, left: Bounds, right: Bounds) -> String {
    let (side, which) = if right.is_constant() || node.rhs.constant().is_some() {
        (left, "left")
    } else {
        (right, "right")
    };
    match (side.min.is_finite(), side.max.is_finite()) {
        _ if side.is_constant() => format!("the {which} side is always {}", side.min),
        (true, true) => format!("the {which} side is between {} and {}", side.min, side.max),
        (true, false) => format!("the {which} side is never below {}", side.min),
        _ => format!("the {which} side is never above {}", side.max),
    }
}

fn help(node: &Binary, ancestors: &[&Expr]) -> &'static str {
    let is_ratio = |expr: &Expr| matches!(expr.without_parens(), Expr::Binary(node) if node.op == BinaryOp::Div);
    let is_vector = |expr: &Expr| matches!(expr.without_parens(), Expr::Call(call) if call.func.text == "vector");
    let is_count = |expr: &Expr| matches!(expr.without_parens(), Expr::Aggregate(node) if node.op == AggregateOp::Count);
    let is_old = |expr: &Expr| matches!(expr.without_parens(), Expr::Binary(node) if is_age(node));
    let in_or = matches!(ancestors.last(), Some(Expr::Binary(outer)) if outer.op == BinaryOp::Or);
    let is_quantile = |expr: &Expr| matches!(expr.without_parens(), Expr::Call(call) if call.func.text == "histogram_quantile");
    if in_or && (is_vector(&node.lhs) || is_vector(&node.rhs)) {
        "`or` binds weaker than the comparison: put parentheses around `… or vector(…)`"
    } else if is_count(&node.lhs) || is_count(&node.rhs) {
        "of no series there is no count: use `absent(…)`, or `(count(…) or vector(0)) == 0`"
    } else if is_quantile(&node.lhs) || is_quantile(&node.rhs) {
        "compare with a bound within the buckets, or add larger buckets to the metric"
    } else if is_old(&node.lhs) {
        "a sample is forgotten after 5 minutes: ask for `absent_over_time(…[10m])`, or for a time that is a value"
    } else if is_ratio(&node.lhs) {
        "a part of the whole is between 0 and 1: compare with `0.05`, or multiply by 100 first"
    } else {
        "compare with a value that it can have"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn says_what_values_there_are() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @r#"
        error[comparison-never-true]: `count(up{job="api"}) == 0` is never true
         --> definitions.rs:1:22
          |
        1 | count(up{job="api"}) == 0
          |                      ^^ the left side is never below 1
          |
          = in: alert `HighLatency` of group `api`
          = help: of no series there is no count: use `absent(…)`, or `(count(…) or vector(0)) == 0`
        "#);
    }

    #[test]
    fn impossible_thresholds_are_found() {
        for query in [
            "up > 1",
            "rate(api_requests_total[5m]) < 0",
            "connections > 5 or vector(0) > 5",
            "histogram_quantile(0.9, sum by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 20",
            r#"sum(rate(api_requests_total{method="GET"}[5m])) / sum(rate(api_requests_total[5m])) > 5"#,
            "absent(up) == 0",
            "(connections > 10) < 5",
            "hour() > 23",
            "time() - timestamp(connections) > 600",
            "time() - max by (path) (timestamp(connections)) > 600",
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))).len(),
                1,
                "{query}"
            );
        }
    }

    #[test]
    fn what_can_be_is_silent() {
        for query in [
            "count(up == 0) > 1",
            "sum(up) == 0",
            "up == 0",
            "(count(up == 0) or vector(0)) == 0",
            "histogram_quantile(0.9, sum by (le) (rate(api_request_duration_seconds_bucket[5m]))) > 2",
            "connections > 5 < 10",
            "increase(api_requests_total[5m]) == 0",
            "time() - timestamp(connections) > 60",
            "time() - timestamp(connections offset 5m) > 400",
            "time() - last_over_time(connections[1h]) > 600",
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                [""; 0],
                "{query}"
            );
        }
    }
}
