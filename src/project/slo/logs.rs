//! SLOs on log lines: the two rules that Loki evaluates. Its ruler writes what they record to Prometheus, where it is what
//! counters give for other SLOs.

use obsctl_logql::Expr;
use obsctl_logql::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Duration as Range, DurationLiteral, Grouping,
    LogQuery, Number, RangeAggregate, RangeOp, RangeQuery,
};
use obsctl_model::{Duration, LabelName};

use super::tree;

/// Lines per second over the window.
pub(crate) fn total(lines: &LogQuery, by: &[LabelName], window: Duration) -> Expr {
    let millis = window.signed_millis();
    let range = RangeQuery {
        query: lines.clone(),
        range: Range::Literal(DurationLiteral {
            nanos: millis.saturating_mul(1_000_000),
            span: Default::default(),
        }),
        offset: None,
        span: Default::default(),
    };
    let rate = RangeAggregate {
        op: RangeOp::Rate,
        op_span: Default::default(),
        param: None,
        expr: Box::new(Expr::Range(Box::new(range))),
        grouping: None,
        span: Default::default(),
    };
    let grouping = (!by.is_empty()).then(|| Grouping {
        without: false,
        labels: by.iter().map(|label| tree::name(label.as_str())).collect(),
        span: Default::default(),
    });
    Expr::Aggregate(Aggregate {
        op: AggregateOp::Sum,
        op_span: Default::default(),
        param: None,
        expr: Box::new(Expr::RangeAggregate(rate)),
        grouping,
        span: Default::default(),
    })
}

/// Bad lines per second over the window; zero where only good ones were written.
pub(super) fn bad(bad: &LogQuery, all: &LogQuery, by: &[LabelName], window: Duration) -> Expr {
    let zero = Expr::Number(Number {
        value: 0.0,
        span: Default::default(),
    });
    let none = binary(BinaryOp::Mul, zero, total(all, by, window));
    binary(BinaryOp::Or, total(bad, by, window), none)
}

fn binary(op: BinaryOp, lhs: Expr, rhs: Expr) -> Expr {
    Expr::Binary(Box::new(Binary {
        op,
        op_span: Default::default(),
        lhs: Box::new(lhs),
        rhs: Box::new(rhs),
        bool_modifier: false,
        matching: None,
        span: Default::default(),
    }))
}
