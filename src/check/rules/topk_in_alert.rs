//! `topk-in-alert`

use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::BinaryOp;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// An alert whose series are others at every evaluation.
pub static CHECK: Check = Check {
    name: "topk-in-alert",
    severity: Severity::Warning,
    docs: "\
An alert fires for those series only that `topk` (or `bottomk`, `limitk`, `limit_ratio`) picks at the moment.

## Why it matters

Which series are picked changes from evaluation to evaluation. Alerts resolve although their condition still holds,
others take their place, and none lasts as long as `for` asks.

## How to fix it

Let every series fire that is above the threshold, or aggregate to one: `max(…) > 5`.
",
    run: Run::PerQuery(run),
    fires: || example::alert(promql("topk(3, sum by (path) (connections)) > 100")),
    silent: || example::alert(promql("sum by (path) (connections) > 100")),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    if !matches!(query.at.site, Site::Alert { .. }) {
        return;
    }
    query
        .at
        .query
        .expr()
        .walk_with_ancestors(|expr, ancestors| {
            let Expr::Aggregate(node) = expr else { return };
            if node.op.keeps_series() && stays(expr, ancestors) {
                let message = format!("the alert's series are chosen by `{}`", node.op);
                findings.push(
                    query
                        .at
                        .finding(node.op_span, message, "others at every evaluation")
                        .help(
                            "compare all series with the threshold, or take `max` or `min` of them",
                        ),
                );
            }
        });
}

/// Whether the labels of the series reach the result.
fn stays(expr: &Expr, ancestors: &[&Expr]) -> bool {
    let mut below = expr;
    for above in ancestors.iter().rev() {
        let gone = match above {
            Expr::Aggregate(node) => !node.op.keeps_series(),
            Expr::Call(call) => call.func.text.starts_with("absent") || call.func.text == "scalar",
            Expr::Binary(node) => {
                let right = std::ptr::eq(below, &raw const *node.rhs);
                right && matches!(node.op, BinaryOp::And | BinaryOp::Unless)
            }
            _ => false,
        };
        if gone {
            return false;
        }
        below = above;
    }
    // The first of each group takes one of several copies: the idiom for joins.
    let Expr::Aggregate(node) = expr else {
        return true;
    };
    let first = node.param.as_deref().and_then(Expr::constant) == Some(1.0);
    !(first && node.grouping.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::underlined;

    #[test]
    fn picked_series_that_are_aggregated_do_not_change() {
        for (query, found) in [
            ("bottomk(1, connections) < 5", vec!["bottomk"]),
            ("max(topk(3, connections)) > 5", vec![]),
            ("topk by (path) (1, connections) > 5", vec![]),
            ("connections > 5 and on (path) topk(3, connections)", vec![]),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(query))),
                found,
                "{query}"
            );
        }
    }
}
