//! `comparison-with-nan`

use obsctl_model::query::promql;
use obsctl_promql::ast::BinaryOp;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;

/// A comparison with what equals nothing.
pub static CHECK: Check = Check {
    name: "comparison-with-nan",
    severity: Severity::Error,
    docs: "\
A value is compared with `NaN`.

## Why it matters

`NaN` equals nothing, not even itself: `== NaN` is never true, `!= NaN` always.

## How to fix it

Only `NaN` differs from itself: `x != x` keeps the series that are `NaN`, `x == x` all others.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("connections == NaN")),
    silent: || example::alert(promql("connections != connections")),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for node in query.binaries.iter().copied() {
        if !node.op.is_comparison() {
            continue;
        }
        for side in [&node.lhs, &node.rhs] {
            if side.constant().is_some_and(f64::is_nan) {
                let note = match node.op {
                    BinaryOp::NotEqual => "always true",
                    _ => "never true",
                };
                findings.push(
                    query
                        .at
                        .finding(node.op_span.to(side.span()), "a comparison with NaN", note)
                        .help("`x != x` keeps the series that are NaN, `x == x` all others"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn either_side_counts() {
        for (query, found) in [
            ("connections > NaN", vec!["> NaN"]),
            ("connections * NaN > 1", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
