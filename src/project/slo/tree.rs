//! PromQL trees as lowering writes them.

use obsctl_model::{Duration, LabelName};
use obsctl_promql::ast::{AggregateOp, DurationExpr, Expr, Selector};
use obsctl_promql::build;

pub(crate) use obsctl_promql::build::{
    binary, call, joined, many_to_one, matcher, matching, name, number, range, selector, test,
    without,
};

fn duration(time: Duration) -> DurationExpr {
    DurationExpr::from_millis(time.signed_millis())
}

/// `function(selector[window])`
pub(crate) fn over(function: &str, selector: &Selector, window: Duration) -> Expr {
    call(function, vec![range(selector.clone(), duration(window))])
}

/// `function(selector[$variable])`
pub(crate) fn over_variable(function: &str, selector: &Selector, variable: &str) -> Expr {
    call(
        function,
        vec![range(selector.clone(), build::variable(variable))],
    )
}

/// The variable that stands for the window a query is asked for.
const WINDOW: &str = "window";

/// Whether a query names `$window`.
pub(crate) fn names_window(expr: &Expr) -> bool {
    let mut found = false;
    expr.clone().walk_mut(&mut |node| {
        in_durations(node, &mut |time| found |= is_window(time));
    });
    found
}

/// The query with a window in place of `$window`.
pub(crate) fn over_window(expr: &Expr, window: Duration) -> Expr {
    let mut expr = expr.clone();
    expr.walk_mut(&mut |node| {
        in_durations(node, &mut |time| {
            if is_window(time) {
                *time = duration(window);
            }
        });
    });
    expr
}

fn is_window(time: &DurationExpr) -> bool {
    matches!(time, DurationExpr::Variable(variable) if variable.name == WINDOW)
}

/// Calls `see` with every duration of an expression itself, not of those below it.
fn in_durations(expr: &mut Expr, see: &mut impl FnMut(&mut DurationExpr)) {
    let modifiers = match expr {
        Expr::Selector(selector) => &mut selector.modifiers,
        Expr::Range(range) => {
            deep(&mut range.range, see);
            &mut range.selector.modifiers
        }
        Expr::Subquery(subquery) => {
            deep(&mut subquery.range, see);
            if let Some(step) = &mut subquery.step {
                deep(step, see);
            }
            &mut subquery.modifiers
        }
        _ => return,
    };
    if let Some(offset) = &mut modifiers.offset {
        deep(offset, see);
    }
}

/// Calls `see` with a duration and those that it is calculated from.
fn deep(time: &mut DurationExpr, see: &mut impl FnMut(&mut DurationExpr)) {
    see(time);
    match time {
        DurationExpr::Negative(inner, _) | DurationExpr::Paren(inner, _) => deep(inner, see),
        DurationExpr::Binary(_, left, right, _) => {
            deep(left, see);
            deep(right, see);
        }
        DurationExpr::Call(_, arguments, _) => {
            arguments.iter_mut().for_each(|one| deep(one, see));
        }
        DurationExpr::Literal(_)
        | DurationExpr::Number(_)
        | DurationExpr::Variable(_)
        | DurationExpr::Error(_) => {}
    }
}

/// `op by (labels) (expr)`; without labels one series is left.
pub(crate) fn by(op: AggregateOp, labels: &[LabelName], expr: Expr) -> Expr {
    build::by(op, labels, expr)
}

/// `max without (label) (expr)`
pub(crate) fn max_without(label: &str, expr: Expr) -> Expr {
    without(AggregateOp::Max, label, expr)
}
