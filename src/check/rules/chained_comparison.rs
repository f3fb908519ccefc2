//! `chained-comparison`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{Binary, BinaryOp};

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::labels::is_scalar;

/// A comparison of a comparison's result, which is another value than it seems.
pub static CHECK: Check = Check {
    name: "chained-comparison",
    severity: Severity::Warning,
    docs: "\
Two comparisons stand one after the other, and the second does not compare what stands next to it.

## Why it matters

A comparison of series gives those on its left side: `a < b < c` keeps `a` where it is below `b`, and compares `a` with
`c`. With `bool` the second compares 0 or 1.

## How to fix it

Write two comparisons: `a < b and b < c`. A range around a number can stay as it is: `x > 5 < 10` compares `x` twice.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("connections offset 1d < connections < 100")),
    silent: || example::alert(promql("connections > 5 < 100")),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for outer in query.binaries.iter().copied() {
        let Expr::Binary(inner) = &*outer.lhs else {
            continue;
        };
        if !outer.op.is_comparison() || !inner.op.is_comparison() {
            continue;
        }
        let text = |expr: &Expr| &query.at.query.as_str()[expr.span().range()];
        let note = if inner.bool_modifier && is_zero_or_one(outer) {
            // `(a < bool 5) == 0` says what is not so.
            continue;
        } else if inner.bool_modifier {
            "compares 0 or 1".to_owned()
        } else if !is_scalar(&inner.lhs) && !is_scalar(&inner.rhs) {
            let left = text(&inner.lhs);
            if left.len() > 40 {
                "compares what stands left of the first".to_owned()
            } else {
                format!("compares `{left}`")
            }
        } else {
            continue;
        };
        findings.push(
            query
                .at
                .finding(
                    outer.op_span,
                    "the second comparison does not compare what stands next to it",
                    note,
                )
                .help("write two comparisons: `a < b and b < c`"),
        );
    }
}

/// Whether a comparison asks for 0 or for 1.
fn is_zero_or_one(node: &Binary) -> bool {
    matches!(node.op, BinaryOp::Equal | BinaryOp::NotEqual)
        && matches!(node.rhs.without_parens(), Expr::Number(number) if [0.0, 1.0].contains(&number.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn ranges_around_numbers_are_fine() {
        for (query, found) in [
            ("connections > bool 5 > 0", vec![">"]),
            ("connections > bool 5 == bool 0", vec![]),
            ("(connections > bool 5) > 0", vec![]),
            ("5 < connections < 10", vec![]),
            // What cannot be read is told by `syntax` alone.
            ("connections == = 0", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
