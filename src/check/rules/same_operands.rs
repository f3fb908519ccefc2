//! `same-operands`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::BinaryOp;

use crate::check::{Check, Findings, Input, Operation, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::labels::is_scalar;

/// An operator with the same on both sides.
pub static CHECK: Check = Check {
    name: "same-operands",
    severity: Severity::Warning,
    docs: "\
Both sides of an operator are the same.

## Why it matters

The result says nothing: `x / x` is 1, `x - x` is 0, `x unless x` is empty. Mostly one side was copied and not changed,
`_sum` divided by `_sum` rather than by `_count`.

## How to fix it

Change the side that was meant to differ. `x == x` and `x != x`, which tell NaN from values, are not reported.
",
    run: Run::PerText(run),
    fires: || {
        example::alert(promql(
            "sum(rate(api_request_duration_seconds_sum[5m])) / sum(rate(api_request_duration_seconds_sum[5m])) > 0.5",
        ))
    },
    silent: || {
        example::alert(promql(
            "sum(rate(api_request_duration_seconds_sum[5m])) / sum(rate(api_request_duration_seconds_count[5m])) > 0.5",
        ))
    },
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    query.operations(|Operation { node, around, .. }| {
        // Labels are joined by multiplying with ones, and `x / x` is how one makes them.
        let factor =
            |above: &&Expr| matches!(above, Expr::Binary(node) if node.op == BinaryOp::Mul);
        if node.op == BinaryOp::Div && around.iter().any(factor) {
            return;
        }
        let note = match node.op {
            BinaryOp::Div => "always 1",
            BinaryOp::Sub | BinaryOp::Mod => "always 0",
            BinaryOp::Unless | BinaryOp::Less | BinaryOp::Greater => "always empty",
            BinaryOp::And | BinaryOp::Or | BinaryOp::LessEqual | BinaryOp::GreaterEqual => {
                "changes nothing"
            }
            _ => return,
        };
        let same = node.lhs.without_parens() == node.rhs.without_parens();
        if same && !is_scalar(&node.lhs) && !matches!(*node.lhs, Expr::Error(_)) {
            let message = format!("both sides of `{}` are the same", node.op);
            findings.push(
                query
                    .at
                    .finding(node.op_span, message, note)
                    .help("change the side that was meant to differ"),
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn tests_for_nan_are_silent() {
        for (query, found) in [
            ("connections unless connections", vec!["unless"]),
            ("connections - (connections) > 1", vec!["-"]),
            ("connections - connections offset 5m > 1", vec![]),
            ("connections != connections", vec![]),
            ("connections * connections > 1", vec![]),
            (
                "connections * on (path) group_left () avg by (path) (connections / connections) > 1",
                vec![],
            ),
            ("1 / 1 > connections", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
