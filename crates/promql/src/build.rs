//! Small constructors of trees, for queries that are made and not read: no node stands anywhere.

use crate::Span;
use crate::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Call, DurationExpr, Expr, Group, Grouping, MatchOp,
    Matcher, Matching, MatchingLabels, Name, Number, RangeSelector, Selector, StringLiteral,
    Variable, VariableForm,
};

/// A name without quotes.
#[must_use]
pub fn name(text: impl Into<String>) -> Name {
    Name {
        text: text.into(),
        ..Name::default()
    }
}

/// `label op "value"`
#[must_use]
pub fn matcher(label: &str, op: MatchOp, value: impl Into<String>) -> Matcher {
    Matcher {
        name: name(label),
        op,
        value: StringLiteral {
            value: value.into(),
            ..StringLiteral::default()
        },
        span: Span::default(),
    }
}

/// `metric{matchers}`
#[must_use]
pub fn selector(metric: impl Into<String>, matchers: Vec<Matcher>) -> Selector {
    Selector {
        name: Some(name(metric)),
        matchers,
        ..Selector::default()
    }
}

/// A number.
#[must_use]
pub fn number(value: f64) -> Expr {
    Expr::Number(Number {
        value,
        duration: false,
        span: Span::default(),
    })
}

/// `function(args)`
#[must_use]
pub fn call(function: &str, args: Vec<Expr>) -> Expr {
    Expr::Call(Call {
        func: name(function),
        args,
        span: Span::default(),
    })
}

/// `selector[range]`
#[must_use]
pub fn range(selector: Selector, range: DurationExpr) -> Expr {
    Expr::from(RangeSelector {
        selector,
        range,
        span: Span::default(),
    })
}

/// The duration `$name`.
#[must_use]
pub fn variable(name: &str) -> DurationExpr {
    DurationExpr::Variable(Variable {
        form: VariableForm::Dollar,
        name: name.to_owned(),
        field: None,
        format: None,
        span: Span::default(),
    })
}

fn aggregate(op: AggregateOp, expr: Expr, grouping: Option<Grouping>) -> Expr {
    Expr::Aggregate(Aggregate {
        op,
        op_span: Span::default(),
        param: None,
        expr: Box::new(expr),
        grouping,
        span: Span::default(),
    })
}

/// `op by (labels) (expr)`; without labels one series is left.
#[must_use]
pub fn by<L: ToString>(op: AggregateOp, labels: &[L], expr: Expr) -> Expr {
    let grouping = (!labels.is_empty()).then(|| Grouping {
        without: false,
        labels: labels.iter().map(|label| name(label.to_string())).collect(),
        span: Span::default(),
    });
    aggregate(op, expr, grouping)
}

/// `op without (label) (expr)`
#[must_use]
pub fn without(op: AggregateOp, label: &str, expr: Expr) -> Expr {
    let grouping = Grouping {
        without: true,
        labels: vec![name(label)],
        span: Span::default(),
    };
    aggregate(op, expr, Some(grouping))
}

/// `lhs op matching rhs`; with `bool_modifier` a comparison gives 0 or 1.
#[must_use]
pub fn operator(
    op: BinaryOp,
    lhs: Expr,
    rhs: Expr,
    bool_modifier: bool,
    matching: Option<Matching>,
) -> Expr {
    Expr::from(Binary {
        op,
        op_span: Span::default(),
        lhs: Box::new(lhs),
        rhs: Box::new(rhs),
        bool_modifier,
        matching,
        span: Span::default(),
    })
}

/// `lhs op rhs`
#[must_use]
pub fn binary(op: BinaryOp, lhs: Expr, rhs: Expr) -> Expr {
    operator(op, lhs, rhs, false, None)
}

/// A comparison that gives 0 or 1.
#[must_use]
pub fn test(op: BinaryOp, lhs: Expr, rhs: Expr) -> Expr {
    operator(op, lhs, rhs, true, None)
}

/// `lhs op on (labels) rhs`
#[must_use]
pub fn matching(op: BinaryOp, lhs: Expr, labels: &[&str], rhs: Expr) -> Expr {
    operator(op, lhs, rhs, false, Some(on(labels)))
}

/// `lhs op on (labels) group_left () rhs`
#[must_use]
pub fn many_to_one(op: BinaryOp, lhs: Expr, labels: &[&str], rhs: Expr) -> Expr {
    joined(op, lhs, labels, &[], rhs)
}

/// `lhs op on (labels) group_left (taken) rhs`
#[must_use]
pub fn joined(op: BinaryOp, lhs: Expr, labels: &[&str], taken: &[&str], rhs: Expr) -> Expr {
    let matching = Matching {
        group: Some(Group {
            left: true,
            include: taken.iter().map(|label| name(*label)).collect(),
            span: Span::default(),
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
            span: Span::default(),
        }),
        ..Matching::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn what_is_made_reads_as_it_is_meant() {
        let up = || selector("up", vec![matcher("job", MatchOp::Equal, "api")]);
        let plain = || Expr::from(up());
        let rate = call("rate", vec![range(up(), variable("window"))]);
        let sum = |expr| by(AggregateOp::Sum, &["job"], expr);
        for (made, text) in [
            (sum(rate), r#"sum by (job) (rate(up{job="api"}[$window]))"#),
            (
                by(AggregateOp::Sum, &[""; 0], plain()),
                r#"sum(up{job="api"})"#,
            ),
            (
                without(AggregateOp::Max, "pod", plain()),
                r#"max without (pod) (up{job="api"})"#,
            ),
            (
                binary(BinaryOp::Sub, number(1.0), plain()),
                r#"1 - up{job="api"}"#,
            ),
            (
                test(BinaryOp::Less, plain(), number(0.5)),
                r#"up{job="api"} < bool 0.5"#,
            ),
            (
                matching(BinaryOp::Div, plain(), &["job"], plain()),
                r#"up{job="api"} / on (job) up{job="api"}"#,
            ),
            (
                joined(BinaryOp::Mul, plain(), &["job"], &["team"], plain()),
                r#"up{job="api"} * on (job) group_left (team) up{job="api"}"#,
            ),
            (
                many_to_one(BinaryOp::Mul, plain(), &["job"], plain()),
                r#"up{job="api"} * on (job) group_left () up{job="api"}"#,
            ),
        ] {
            assert_eq!(made.to_string(), text);
            assert_eq!(parse(text).expr, made);
        }
    }
}
