//! Which queries give something although there is no data.

use obsctl_promql::ast::BinaryOp;
use obsctl_promql::{Expr, ValueType, typecheck};

use crate::ask::Expression;

/// Whether a rule may give a series when there are no series: one of Loki has lines, whatever series are there.
pub(super) fn rule_without_data(expr: &Expression) -> bool {
    match expr {
        Expression::Promql(expr) => without_data(expr),
        Expression::Logql(_) => true,
    }
}

/// Whether a query may give a series or a number when all of its selectors are empty.
pub(super) fn without_data(expr: &Expr) -> bool {
    match expr {
        Expr::Selector(_) | Expr::Range(_) => false,
        Expr::Subquery(node) => without_data(&node.expr),
        Expr::Aggregate(node) => without_data(&node.expr),
        Expr::Unary(node) => without_data(&node.expr),
        Expr::Paren(node) => without_data(&node.expr),
        Expr::Binary(node) => {
            let (lhs, rhs) = (without_data(&node.lhs), without_data(&node.rhs));
            let matching = node.matching.as_ref();
            let fills =
                matching.is_some_and(|it| it.fill_left.is_some() || it.fill_right.is_some());
            match node.op {
                BinaryOp::Or => lhs || rhs,
                BinaryOp::Unless => lhs,
                _ if fills => lhs || rhs,
                _ => lhs && rhs,
            }
        }
        Expr::Call(call) => {
            let vector =
                |arg: &&Expr| matches!(typecheck(arg).0, ValueType::Vector | ValueType::Range);
            let mut vectors = call.args.iter().filter(vector).peekable();
            match call.func.text.as_str() {
                // A number always is something, and what is absent is a series.
                "scalar" | "absent" | "absent_over_time" => true,
                _ => vectors.peek().is_none() || vectors.any(without_data),
            }
        }
        Expr::Number(_) | Expr::String(_) | Expr::Variable(_) | Expr::Error(_) => true,
    }
}
