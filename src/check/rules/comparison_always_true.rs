//! `comparison-always-true`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, BinaryOp};

use crate::check::value::{Verdict, bounds, verdict};
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// A condition that every value meets.
pub static CHECK: Check = Check {
    name: "comparison-always-true",
    severity: Severity::Error,
    docs: "\
The condition of an alert is true of every value its query can have.

## Why it matters

The alert fires as soon as there are data, and never ends: a rate is never negative, so `rate(…) >= 0` says nothing.

## How to fix it

Choose a threshold that tells good from bad: `> 0` rather than `>= 0`.
",
    run: Run::PerQuery(run),
    fires: || example::alert(promql("sum(rate(api_requests_total[5m])) >= 0")),
    silent: || example::alert(promql("sum(rate(api_requests_total[5m])) > 0")),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    if !matches!(query.at.site, Site::Alert { .. }) {
        return;
    }
    let mut pending = vec![query.at.query.expr()];
    while let Some(expr) = pending.pop() {
        let Expr::Binary(node) = expr.without_parens() else {
            continue;
        };
        match node.op {
            BinaryOp::And | BinaryOp::Or => pending.extend([&*node.lhs, &*node.rhs]),
            BinaryOp::Unless => pending.push(&node.lhs),
            op if op.is_comparison() && !node.bool_modifier => {
                if node.lhs.constant().is_some() == node.rhs.constant().is_some()
                    || selects(&node.lhs)
                    || selects(&node.rhs)
                {
                    continue;
                }
                let left = bounds(input.project, &node.lhs);
                let right = bounds(input.project, &node.rhs);
                if verdict(left, op, right) == Verdict::Always {
                    findings.push(
                        query
                            .at
                            .finding(
                                node.op_span,
                                "the condition is always true",
                                "true of every value there can be",
                            )
                            .help("choose a threshold that tells good from bad"),
                    );
                }
            }
            _ => {}
        }
    }
}

/// Whether the existence of series is the condition, or NaN is what the comparison leaves out.
fn selects(expr: &Expr) -> bool {
    expr.descendants().any(|expr| match expr {
        Expr::Binary(node) => {
            matches!(
                node.op,
                BinaryOp::And | BinaryOp::Unless | BinaryOp::Div | BinaryOp::Mod
            ) || node.op.is_comparison() && !node.bool_modifier
        }
        Expr::Aggregate(node) => matches!(node.op, AggregateOp::Count | AggregateOp::Group),
        Expr::Call(call) => {
            call.func.text.starts_with("absent")
                || matches!(
                    call.func.text.as_str(),
                    "count_over_time" | "present_over_time" | "vector" | "time" | "scalar"
                )
        }
        Expr::Selector(selector) => selector
            .name
            .as_ref()
            .is_some_and(|name| name.text == "ALERTS"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn conditions_that_say_nothing_are_found() {
        for (query, found) in [
            ("rate(api_requests_total[5m]) >= 0", ">="),
            ("connections > 5 or up <= 1", "<="),
            ("abs(connections) > -1 and on () connections > 5", ">"),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                [found],
                "{query}"
            );
        }
    }

    #[test]
    fn existence_and_nan_are_conditions() {
        for query in [
            "count(up == 0) > 0",
            "count_over_time(up[5m]) > 0",
            "sum(rate(api_requests_total[5m])) / sum(rate(api_requests_total[5m])) >= 0",
            "connections >= 0",
            "rate(api_requests_total[5m]) > 0",
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                [""; 0],
                "{query}"
            );
        }
    }
}
