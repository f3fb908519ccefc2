//! Small constructors of PromQL trees: what lowering writes, and nothing else.

use obsctl_model::{Duration, LabelName};
use obsctl_promql::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Call, DurationExpr, DurationLiteral, Expr, Group,
    Grouping, MatchOp, Matcher, Matching, MatchingLabels, Name, Number, RangeSelector, Selector,
    StringLiteral, Variable, VariableForm,
};

pub(crate) fn name(text: impl Into<String>) -> Name {
    Name {
        text: text.into(),
        ..Name::default()
    }
}

pub(crate) fn matcher(label: &str, op: MatchOp, value: impl Into<String>) -> Matcher {
    Matcher {
        name: name(label),
        op,
        value: StringLiteral {
            value: value.into(),
            ..StringLiteral::default()
        },
        span: Default::default(),
    }
}

pub(crate) fn selector(metric: impl Into<String>, matchers: Vec<Matcher>) -> Selector {
    Selector {
        name: Some(name(metric)),
        matchers,
        ..Selector::default()
    }
}

pub(crate) fn number(value: f64) -> Expr {
    Expr::Number(Number {
        value,
        duration: false,
        span: Default::default(),
    })
}

pub(crate) fn call(function: &str, args: Vec<Expr>) -> Expr {
    Expr::Call(Call {
        func: name(function),
        args,
        span: Default::default(),
    })
}

fn duration(time: Duration) -> DurationExpr {
    DurationExpr::Literal(DurationLiteral {
        millis: i64::try_from(time.as_millis()).unwrap_or(i64::MAX),
        span: Default::default(),
    })
}

/// `function(selector[window])`
pub(crate) fn over(function: &str, selector: &Selector, window: Duration) -> Expr {
    let range = Expr::from(RangeSelector {
        selector: selector.clone(),
        range: duration(window),
        span: Default::default(),
    });
    call(function, vec![range])
}

/// `function(selector[$variable])`
pub(crate) fn over_variable(function: &str, selector: &Selector, variable: &str) -> Expr {
    let range = Expr::from(RangeSelector {
        selector: selector.clone(),
        range: DurationExpr::Variable(Variable {
            form: VariableForm::Dollar,
            name: variable.to_owned(),
            field: None,
            format: None,
            span: Default::default(),
        }),
        span: Default::default(),
    });
    call(function, vec![range])
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

fn aggregate(op: AggregateOp, expr: Expr, grouping: Option<Grouping>) -> Expr {
    Expr::Aggregate(Aggregate {
        op,
        op_span: Default::default(),
        param: None,
        expr: Box::new(expr),
        grouping,
        span: Default::default(),
    })
}

/// `op by (labels) (expr)`; without labels one series is left.
pub(crate) fn by(op: AggregateOp, labels: &[LabelName], expr: Expr) -> Expr {
    let grouping = (!labels.is_empty()).then(|| Grouping {
        without: false,
        labels: labels.iter().map(|label| name(label.as_str())).collect(),
        span: Default::default(),
    });
    aggregate(op, expr, grouping)
}

/// `max without (label) (expr)`
pub(crate) fn max_without(label: &str, expr: Expr) -> Expr {
    without(AggregateOp::Max, label, expr)
}

/// `op without (label) (expr)`
pub(crate) fn without(op: AggregateOp, label: &str, expr: Expr) -> Expr {
    let grouping = Grouping {
        without: true,
        labels: vec![name(label)],
        span: Default::default(),
    };
    aggregate(op, expr, Some(grouping))
}

fn operator(op: BinaryOp, lhs: Expr, rhs: Expr, keep: bool, matching: Option<Matching>) -> Expr {
    Expr::from(Binary {
        op,
        op_span: Default::default(),
        lhs: Box::new(lhs),
        rhs: Box::new(rhs),
        bool_modifier: keep,
        matching,
        span: Default::default(),
    })
}

pub(crate) fn binary(op: BinaryOp, lhs: Expr, rhs: Expr) -> Expr {
    operator(op, lhs, rhs, false, None)
}

/// A comparison that gives 0 or 1.
pub(crate) fn test(op: BinaryOp, lhs: Expr, rhs: Expr) -> Expr {
    operator(op, lhs, rhs, true, None)
}

/// `lhs op on (labels) rhs`
pub(crate) fn matching(op: BinaryOp, lhs: Expr, labels: &[&str], rhs: Expr) -> Expr {
    operator(op, lhs, rhs, false, Some(on(labels)))
}

/// `lhs op on (labels) group_left () rhs`
pub(crate) fn many_to_one(op: BinaryOp, lhs: Expr, labels: &[&str], rhs: Expr) -> Expr {
    joined(op, lhs, labels, &[], rhs)
}

/// `lhs op on (labels) group_left (taken) rhs`
pub(crate) fn joined(op: BinaryOp, lhs: Expr, labels: &[&str], taken: &[&str], rhs: Expr) -> Expr {
    let matching = Matching {
        group: Some(Group {
            left: true,
            include: taken.iter().map(|label| name(*label)).collect(),
            span: Default::default(),
        }),
        ..on(labels)
    };
    operator(op, lhs, rhs, false, Some(matching))
}

fn on(labels: &[&str]) -> Matching {
    Matching {
        labels: Some(MatchingLabels {
            on: true,
            labels: labels.iter().map(|label| name(*label)).collect(),
            span: Default::default(),
        }),
        ..Matching::default()
    }
}
