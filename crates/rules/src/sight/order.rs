//! Which queries give other results when they are evaluated over a range of times.

use obsctl_promql::Expr;
use obsctl_promql::ast::{DurationExpr, Modifiers};

use crate::ask::Expression;

/// Whether a rule has to be evaluated at each step. In LogQL only templates can ask for the time of the query.
pub(super) fn is_rule_stepwise(expr: &Expression) -> bool {
    match expr {
        Expression::Promql(expr) => is_stepwise(expr),
        Expression::Logql(expr) => expr.to_string().contains("now"),
    }
}

/// Whether a query has to be evaluated at each step, when nothing later is there: it may look ahead, or it
/// asks for the times of the whole query.
pub(super) fn is_stepwise(expr: &Expr) -> bool {
    expr.descendants().any(|expr| match expr {
        Expr::Selector(it) => moves(&it.modifiers) || it.extended.is_some(),
        Expr::Range(it) => {
            let selector = &it.selector;
            moves(&selector.modifiers) || selector.extended.is_some() || !is_fixed(&it.range)
        }
        Expr::Subquery(it) => {
            let step = it.step.as_ref();
            moves(&it.modifiers) || !is_fixed(&it.range) || step.is_some_and(|it| !is_fixed(it))
        }
        Expr::Call(it) => ["start", "end", "range", "step"].contains(&it.func.text.as_str()),
        _ => false,
    })
}

fn moves(modifiers: &Modifiers) -> bool {
    modifiers.at.is_some() || modifiers.offset.as_ref().is_some_and(|it| !is_fixed(it))
}

/// Whether a duration is written as it is, and not negative.
fn is_fixed(duration: &DurationExpr) -> bool {
    match duration {
        DurationExpr::Literal(_) => true,
        DurationExpr::Number(number) => number.value >= 0.0,
        _ => false,
    }
}
