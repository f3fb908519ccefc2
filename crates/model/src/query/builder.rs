//! From vectors to results: aggregations, operators, comparisons, subqueries.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Sub};

use obsctl_promql::ast::{
    Aggregate, AggregateOp, BinaryOp, Group, Grouping, Matching, MatchingLabels, Modifiers,
    StringLiteral, Subquery, Unary,
};
use obsctl_promql::build::{binary, number, operator, test};
use obsctl_promql::{Expr, Span};

use super::labels::{Labels, name};
use super::select::{Selector, Window, call};
use crate::{Metric, Origin, Promql};

/// The "metric" of an expression over several metrics, or over text: any declared label fits.
#[derive(Clone, Copy, Debug)]
pub enum Any {}

/// An instant vector made from series of metric `M`.
#[derive(Clone, Debug)]
pub struct Vector<M> {
    expr: Expr,
    of: PhantomData<fn() -> M>,
    origin: Origin,
}

impl<M> Vector<M> {
    pub(super) fn new(expr: Expr, origin: Origin) -> Self {
        Self {
            expr,
            of: PhantomData,
            origin,
        }
    }
}

impl<M> fmt::Display for Vector<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl<M> From<Vector<M>> for Promql {
    fn from(vector: Vector<M>) -> Self {
        Self::from_tree(&vector.expr, vector.origin)
    }
}

impl<M: Metric, S> From<Selector<M, S>> for Promql {
    fn from(selector: Selector<M, S>) -> Self {
        selector.into_vector().into()
    }
}

impl<M> Instant for Vector<M> {
    type Of = M;

    fn into_vector(self) -> Self {
        self
    }
}

impl Instant for Promql {
    type Of = Any;

    fn into_vector(self) -> Vector<Any> {
        Vector::new(self.expr().clone(), self.origin())
    }
}

/// The right side of an operator: a query or a number.
#[derive(Clone, Debug)]
pub struct Operand(Expr);

impl From<f64> for Operand {
    fn from(value: f64) -> Self {
        Self(number(value))
    }
}

impl From<i32> for Operand {
    fn from(value: i32) -> Self {
        Self(number(f64::from(value)))
    }
}

impl<M> From<Vector<M>> for Operand {
    fn from(vector: Vector<M>) -> Self {
        Self(vector.expr)
    }
}

impl<M: Metric, S> From<Selector<M, S>> for Operand {
    fn from(selector: Selector<M, S>) -> Self {
        Self(Expr::from(selector.selector))
    }
}

impl From<Promql> for Operand {
    fn from(query: Promql) -> Self {
        Self(query.expr().clone())
    }
}

/// `grouping` is (without, labels).
pub(super) fn aggregate(
    op: AggregateOp,
    param: Option<Expr>,
    expr: Expr,
    grouping: Option<(bool, Vec<&'static str>)>,
) -> Expr {
    Expr::Aggregate(Aggregate {
        op,
        op_span: Span::default(),
        param: param.map(Box::new),
        expr: Box::new(expr),
        // `by ()` says the same as no clause.
        grouping: grouping
            .filter(|(without, labels)| *without || !labels.is_empty())
            .map(|(without, labels)| Grouping {
                without,
                labels: labels.into_iter().map(name).collect(),
                span: Span::default(),
            }),
        span: Span::default(),
    })
}

macro_rules! aggregations {
    ($($(#[$doc:meta])+ $op:ident $all:ident $by:ident $without:ident;)+) => { $(
        $(#[$doc])+
        #[must_use]
        fn $all(self) -> Vector<Self::Of> {
            self.into_vector().map(|expr| aggregate(AggregateOp::$op, None, expr, None))
        }

        #[doc = concat!("[`Instant::", stringify!($all), "`], per these labels.")]
        #[must_use]
        fn $by(self, labels: impl Labels<Self::Of>) -> Vector<Self::Of> {
            self.into_vector().map(|expr| aggregate(AggregateOp::$op, None, expr, Some((false, labels.names()))))
        }

        #[doc = concat!("[`Instant::", stringify!($all), "`], over these labels.")]
        #[must_use]
        fn $without(self, labels: impl Labels<Self::Of>) -> Vector<Self::Of> {
            self.into_vector().map(|expr| aggregate(AggregateOp::$op, None, expr, Some((true, labels.names()))))
        }
    )+ };
}

macro_rules! functions {
    ($($(#[$doc:meta])+ $name:ident;)+) => { $(
        $(#[$doc])+
        #[must_use]
        fn $name(self) -> Vector<Self::Of> {
            self.into_vector().map(|expr| call(stringify!($name), vec![expr]))
        }
    )+ };
}

macro_rules! comparisons {
    ($($(#[$doc:meta])+ $op:ident $keep:ident $bool:ident;)+) => { $(
        $(#[$doc])+
        #[must_use]
        fn $keep(self, rhs: impl Into<Operand>) -> Vector<Self::Of> {
            self.into_vector().map(|lhs| binary(BinaryOp::$op, lhs, rhs.into().0))
        }

        #[doc = concat!("As [`Instant::", stringify!($keep), "`], giving 1 or 0 for every series.")]
        #[must_use]
        fn $bool(self, rhs: impl Into<Operand>) -> Vector<Self::Of> {
            self.into_vector().map(|lhs| test(BinaryOp::$op, lhs, rhs.into().0))
        }
    )+ };
}

/// Everything that is an instant vector: selectors, vectors, and text.
pub trait Instant: Sized {
    /// The metric whose labels the vector has.
    type Of;

    /// As a vector.
    fn into_vector(self) -> Vector<Self::Of>;

    aggregations! {
        /// Adds all series up.
        Sum sum sum_by sum_without;
        /// The mean of all series.
        Avg avg avg_by avg_without;
        /// The lowest of all series.
        Min min min_by min_without;
        /// The highest of all series.
        Max max max_by max_without;
        /// How many series there are.
        Count count count_by count_without;
    }

    functions! {
        /// Absolute values.
        abs;
        /// Rounded up.
        ceil;
        /// Rounded down.
        floor;
        /// 1 where the vector is empty, else nothing.
        absent;
        /// The time of each sample, in seconds since the epoch.
        timestamp;
        /// Sorted, for tables.
        sort;
        /// Sorted from high to low, for tables.
        sort_desc;
    }

    comparisons! {
        /// Keeps the series above.
        Greater gt gt_bool;
        /// Keeps the series at or above.
        GreaterEqual ge ge_bool;
        /// Keeps the series below.
        Less lt lt_bool;
        /// Keeps the series at or below.
        LessEqual le le_bool;
        /// Keeps the series equal to.
        Equal equals equals_bool;
        /// Keeps the series different from.
        NotEqual differs differs_bool;
    }

    /// The `k` highest series.
    #[must_use]
    fn topk(self, k: u32) -> Vector<Self::Of> {
        self.into_vector()
            .map(|expr| aggregate(AggregateOp::Topk, Some(number(f64::from(k))), expr, None))
    }

    /// The `k` lowest series.
    #[must_use]
    fn bottomk(self, k: u32) -> Vector<Self::Of> {
        self.into_vector()
            .map(|expr| aggregate(AggregateOp::Bottomk, Some(number(f64::from(k))), expr, None))
    }

    /// The `q`-quantile across the series (not of a histogram).
    #[must_use]
    fn quantile_across(self, q: f64, labels: impl Labels<Self::Of>) -> Vector<Self::Of> {
        self.into_vector().map(|expr| {
            aggregate(
                AggregateOp::Quantile,
                Some(number(q)),
                expr,
                Some((false, labels.names())),
            )
        })
    }

    /// At most `highest`.
    #[must_use]
    fn clamp_max(self, highest: f64) -> Vector<Self::Of> {
        self.into_vector()
            .map(|expr| call("clamp_max", vec![expr, number(highest)]))
    }

    /// At least `lowest`.
    #[must_use]
    fn clamp_min(self, lowest: f64) -> Vector<Self::Of> {
        self.into_vector()
            .map(|expr| call("clamp_min", vec![expr, number(lowest)]))
    }

    /// Sets label `target` to `replacement` where `regex` matches label `source`.
    #[must_use]
    fn label_replace(
        self,
        target: &str,
        replacement: &str,
        source: &str,
        regex: &str,
    ) -> Vector<Any> {
        let text = |value: &str| {
            Expr::String(StringLiteral {
                value: value.to_owned(),
                span: Span::default(),
            })
        };
        let vector = self.into_vector();
        let args = vec![
            vector.expr,
            text(target),
            text(replacement),
            text(source),
            text(regex),
        ];
        Vector::new(call("label_replace", args), vector.origin)
    }

    /// Keeps the series that both sides have.
    #[must_use]
    fn and(self, rhs: impl Into<Operand>) -> Vector<Self::Of> {
        self.into_vector()
            .map(|lhs| binary(BinaryOp::And, lhs, rhs.into().0))
    }

    /// The series of the left side, and those that only the right has.
    #[must_use]
    fn or(self, rhs: impl Into<Operand>) -> Vector<Any> {
        let vector = self.into_vector();
        Vector::new(
            binary(BinaryOp::Or, vector.expr, rhs.into().0),
            vector.origin,
        )
    }

    /// This part over the whole, series by series: 0, not nothing, where the whole has no such part yet.
    /// `failed.share_of(all)` is `(failed or all * 0) / all`.
    #[must_use]
    fn share_of(self, whole: impl Instant<Of = Self::Of>) -> Vector<Any> {
        let whole = whole.into_vector().expr;
        let none = binary(BinaryOp::Mul, whole.clone(), number(0.0));
        self.or(Operand(none)) / Operand(whole)
    }

    /// 0 where there is no series at all: for a total that nothing may have counted yet.
    #[must_use]
    fn or_zero(self) -> Vector<Any> {
        self.or(Operand(call("vector", vec![number(0.0)])))
    }

    /// Keeps the series that the right side does not have.
    #[must_use]
    fn unless(self, rhs: impl Into<Operand>) -> Vector<Self::Of> {
        self.into_vector()
            .map(|lhs| binary(BinaryOp::Unless, lhs, rhs.into().0))
    }

    /// Pairs series by these labels only: `a.on(labels).div(b)`.
    #[must_use]
    fn on(self, labels: impl Labels<Self::Of>) -> Matched<Self::Of> {
        Matched::new(self.into_vector(), true, labels.names())
    }

    /// Pairs series by all labels but these.
    #[must_use]
    fn ignoring(self, labels: impl Labels<Self::Of>) -> Matched<Self::Of> {
        Matched::new(self.into_vector(), false, labels.names())
    }

    /// The vector evaluated over and over: `[range:step]`, to be followed by one of [`Repeated`]'s functions.
    #[must_use]
    fn repeated(self, range: impl Into<Window>, step: Option<Window>) -> Repeated<Self::Of> {
        let vector = self.into_vector();
        let subquery = Expr::from(Subquery {
            expr: Box::new(vector.expr),
            range: range.into().0,
            step: step.map(|step| step.0),
            modifiers: Modifiers::default(),
            span: Span::default(),
        });
        Repeated {
            vector: Vector::new(subquery, vector.origin),
        }
    }
}

impl<M> Vector<M> {
    fn map(self, f: impl FnOnce(Expr) -> Expr) -> Self {
        Self {
            expr: f(self.expr),
            ..self
        }
    }
}

/// A subquery, which a function over time makes a vector again.
#[derive(Clone, Debug)]
pub struct Repeated<M> {
    vector: Vector<M>,
}

macro_rules! over_time {
    ($($(#[$doc:meta])+ $name:ident;)+) => {
        impl<M> Repeated<M> { $(
            $(#[$doc])+
            #[must_use]
            pub fn $name(self) -> Vector<M> {
                self.vector.map(|expr| call(stringify!($name), vec![expr]))
            }
        )+ }
    };
}

over_time! {
    /// The mean.
    avg_over_time;
    /// The highest.
    max_over_time;
    /// The lowest.
    min_over_time;
    /// The sum.
    sum_over_time;
    /// How many.
    count_over_time;
}

/// A left side with the labels that pair its series; an operator completes it.
#[derive(Clone, Debug)]
pub struct Matched<M> {
    vector: Vector<M>,
    matching: Matching,
}

impl<M> Matched<M> {
    fn new(vector: Vector<M>, on: bool, labels: Vec<&'static str>) -> Self {
        let labels = MatchingLabels {
            on,
            labels: labels.into_iter().map(name).collect(),
            span: Span::default(),
        };
        Self {
            vector,
            matching: Matching {
                labels: Some(labels),
                ..Matching::default()
            },
        }
    }

    /// Many series on the left pair with one on the right, whose labels `include` they take over.
    #[must_use]
    pub fn group_left(mut self, include: impl Labels<Any>) -> Self {
        self.matching.group = Some(group(true, &include.names()));
        self
    }

    /// Many series on the right pair with one on the left, whose labels `include` they take over.
    #[must_use]
    pub fn group_right(mut self, include: impl Labels<Any>) -> Self {
        self.matching.group = Some(group(false, &include.names()));
        self
    }
}

fn group(left: bool, include: &[&'static str]) -> Group {
    Group {
        left,
        include: include.iter().map(|label| name(label)).collect(),
        span: Span::default(),
    }
}

macro_rules! matched_operators {
    ($($(#[$doc:meta])+ $name:ident $op:ident;)+) => {
        impl<M> Matched<M> { $(
            $(#[$doc])+
            #[must_use]
            pub fn $name(self, rhs: impl Into<Operand>) -> Vector<Any> {
                let expr = operator(BinaryOp::$op, self.vector.expr, rhs.into().0, false, Some(self.matching));
                Vector::new(expr, self.vector.origin)
            }
        )+ }
    };
}

#[allow(
    clippy::should_implement_trait,
    reason = "operators cannot carry the matching clause"
)]
mod matched {
    use super::{Any, BinaryOp, Matched, Operand, Vector, operator};

    matched_operators! {
        /// Left plus right.
        add Add;
        /// Left minus right.
        sub Sub;
        /// Left times right.
        mul Mul;
        /// Left over right.
        div Div;
        /// Left where it is above right.
        gt Greater;
        /// Left where it is below right.
        lt Less;
        /// Left where right has a partner.
        and And;
        /// Left, and what only right has.
        or Or;
        /// Left where right has no partner.
        unless Unless;
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:ident;)+) => { $(
        impl<M, R: Into<Operand>> $trait<R> for Vector<M> {
            type Output = Vector<Any>;

            fn $method(self, rhs: R) -> Vector<Any> {
                Vector::new(binary(BinaryOp::$op, self.expr, rhs.into().0), self.origin)
            }
        }

        impl<M: Metric, S, R: Into<Operand>> $trait<R> for Selector<M, S> {
            type Output = Vector<Any>;

            fn $method(self, rhs: R) -> Vector<Any> {
                $trait::$method(self.into_vector(), rhs)
            }
        }

        impl<R: Into<Operand>> $trait<R> for Promql {
            type Output = Vector<Any>;

            fn $method(self, rhs: R) -> Vector<Any> {
                $trait::$method(self.into_vector(), rhs)
            }
        }

        impl<M> $trait<Vector<M>> for f64 {
            type Output = Vector<Any>;

            fn $method(self, rhs: Vector<M>) -> Vector<Any> {
                Vector::new(binary(BinaryOp::$op, number(self), rhs.expr), rhs.origin)
            }
        }
    )+ };
}

operators! {
    Add add Add;
    Sub sub Sub;
    Mul mul Mul;
    Div div Div;
}

impl<M> Neg for Vector<M> {
    type Output = Self;

    fn neg(self) -> Self {
        self.map(|expr| {
            Expr::Unary(Unary {
                minus: true,
                expr: Box::new(expr),
                span: Span::default(),
            })
        })
    }
}

/// The time of the evaluation, in seconds since the epoch: `time()`.
#[track_caller]
#[must_use]
pub fn time() -> Vector<Any> {
    Vector::new(call("time", vec![]), Origin::here())
}
