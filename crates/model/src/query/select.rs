//! From a metric to a vector: selectors, matchers, and the functions that fit each kind of metric.

use std::marker::PhantomData;

use obsctl_promql::ast::{
    At, Call, DurationExpr, DurationLiteral, Modifiers, RangeSelector, Selector as AstSelector,
    Variable, VariableForm,
};
use obsctl_promql::build::number;
use obsctl_promql::{Expr, Span};

use super::builder::{Instant, Vector};
use super::labels::{Labels, Matcher, name};
use crate::{Duration, Metric, Origin};

/// The width of a range: a fixed time, or a variable of the panel.
#[derive(Clone, Debug)]
pub struct Window(pub(super) DurationExpr);

impl From<Duration> for Window {
    fn from(duration: Duration) -> Self {
        let millis = duration.signed_millis();
        Self(DurationExpr::Literal(DurationLiteral {
            millis,
            span: Span::default(),
        }))
    }
}

fn window_variable(name: &str) -> Window {
    Window(DurationExpr::Variable(Variable {
        form: VariableForm::Dollar,
        name: name.to_owned(),
        field: None,
        format: None,
        span: Span::default(),
    }))
}

/// `$__rate_interval`: the window for rates in panels. Never in rules.
#[must_use]
pub fn interval() -> Window {
    window_variable("__rate_interval")
}

/// `$__range`: all the time the dashboard shows. Never in rules.
#[must_use]
pub fn range() -> Window {
    window_variable("__range")
}

/// The part of a metric's series that a query starts from: what kind of series it is decides which
/// functions fit.
#[derive(Debug)]
pub struct Selector<M, S> {
    pub(super) selector: AstSelector,
    of: PhantomData<fn() -> (M, S)>,
    pub(super) origin: Origin,
}

impl<M, S> Clone for Selector<M, S> {
    fn clone(&self) -> Self {
        Self {
            selector: self.selector.clone(),
            of: PhantomData,
            origin: self.origin,
        }
    }
}

/// What a selector's series are: the second parameter of [`Selector`].
#[allow(missing_debug_implementations, reason = "these types have no values")]
pub mod series {
    /// Only grows.
    pub enum Cumulative {}
    /// Goes up and down.
    pub enum Level {}
    /// The buckets of a classic histogram, or a native histogram.
    pub enum Distribution {}
}

use series::{Cumulative, Distribution, Level};

impl<M, S> Selector<M, S> {
    fn new(name_text: &str, origin: Origin) -> Self {
        Self {
            selector: AstSelector {
                name: Some(name(name_text)),
                ..AstSelector::default()
            },
            of: PhantomData,
            origin,
        }
    }

    /// Keeps the series that match this too.
    #[must_use]
    pub fn with(mut self, matcher: Matcher<M>) -> Self {
        self.selector.matchers.push(matcher.matcher);
        self
    }

    /// The series as they were this long ago.
    #[must_use]
    pub fn offset(mut self, by: impl Into<Window>) -> Self {
        self.selector.modifiers.offset = Some(by.into().0);
        self
    }

    /// The series as they were at the end of the query's range (`@ end()`).
    #[must_use]
    pub fn at_end(mut self) -> Self {
        self.selector.modifiers = Modifiers {
            at: Some(At::End(Span::default())),
            ..self.selector.modifiers
        };
        self
    }

    fn ranged(self, function: &str, window: impl Into<Window>) -> Expr {
        let range = Expr::from(RangeSelector {
            selector: self.selector,
            range: window.into().0,
            span: Span::default(),
        });
        call(function, vec![range])
    }
}

pub(super) fn call(function: &str, args: Vec<Expr>) -> Expr {
    Expr::Call(Call {
        func: name(function),
        args,
        span: Span::default(),
    })
}

macro_rules! range_functions {
    ($($(#[$doc:meta])+ $name:ident;)+) => { $(
        $(#[$doc])+
        #[must_use]
        pub fn $name(self, window: impl Into<Window>) -> Vector<M> {
            let origin = self.origin;
            Vector::new(self.ranged(stringify!($name), window), origin)
        }
    )+ };
}

impl<M: Metric> Selector<M, Cumulative> {
    range_functions! {
        /// Growth per second over the window.
        rate;
        /// Growth over the window.
        increase;
        /// Growth per second between the last two samples.
        irate;
        /// How often the counter started again at zero.
        resets;
    }
}

impl<M: Metric> Selector<M, Level> {
    range_functions! {
        /// The mean over the window.
        avg_over_time;
        /// The highest value in the window.
        max_over_time;
        /// The lowest value in the window.
        min_over_time;
        /// The sum of the samples in the window.
        sum_over_time;
        /// How many samples the window holds.
        count_over_time;
        /// The last sample in the window.
        last_over_time;
        /// Difference between the ends of the window.
        delta;
        /// Slope per second (least squares).
        deriv;
        /// How often the value changed.
        changes;
    }

    /// The value `ahead` from now, if it goes on as in the window (least squares).
    #[must_use]
    pub fn predict_linear(self, window: impl Into<Window>, ahead: Duration) -> Vector<M> {
        let origin = self.origin;
        let range = Expr::from(RangeSelector {
            selector: self.selector,
            range: window.into().0,
            span: Span::default(),
        });
        let args = vec![range, number(ahead.as_secs_f64())];
        Vector::new(call("predict_linear", args), origin)
    }

    /// The `q`-quantile of the samples in the window.
    #[must_use]
    pub fn quantile_over_time(self, q: f64, window: impl Into<Window>) -> Vector<M> {
        let origin = self.origin;
        let range = Expr::from(RangeSelector {
            selector: self.selector,
            range: window.into().0,
            span: Span::default(),
        });
        Vector::new(call("quantile_over_time", vec![number(q), range]), origin)
    }
}

impl<M: Metric> Selector<M, Distribution>
where
    M: Histogram,
{
    /// Growth per second of every bucket.
    #[must_use]
    pub fn rate(self, window: impl Into<Window>) -> Buckets<M> {
        let (origin, classic) = (self.origin, self.is_classic());
        Buckets {
            expr: self.ranged("rate", window),
            classic,
            of: PhantomData,
            origin,
        }
    }

    /// Growth of every bucket over the window: what heatmaps draw.
    #[must_use]
    pub fn increase(self, window: impl Into<Window>) -> Buckets<M> {
        let (origin, classic) = (self.origin, self.is_classic());
        Buckets {
            expr: self.ranged("increase", window),
            classic,
            of: PhantomData,
            origin,
        }
    }

    fn is_classic(&self) -> bool {
        self.selector
            .name
            .as_ref()
            .is_some_and(|name| name.text.ends_with("_bucket"))
    }
}

/// Buckets of a histogram over time. Classic ones keep `le` through every aggregation.
#[derive(Clone, Debug)]
pub struct Buckets<M> {
    expr: Expr,
    classic: bool,
    of: PhantomData<fn() -> M>,
    origin: Origin,
}

impl<M: Histogram> Buckets<M> {
    /// Adds the buckets of all series up.
    #[must_use]
    pub fn sum(self) -> Self {
        self.sum_by(())
    }

    /// Adds the buckets up per these labels.
    #[must_use]
    pub fn sum_by(self, labels: impl Labels<M>) -> Self {
        let mut names = labels.names();
        if self.classic {
            names.push("le");
        }
        let grouping = Some((false, names));
        Self {
            expr: super::builder::aggregate(
                obsctl_promql::ast::AggregateOp::Sum,
                None,
                self.expr,
                grouping,
            ),
            ..self
        }
    }

    /// The `q`-quantile, 0 to 1.
    #[must_use]
    pub fn quantile(self, q: f64) -> Vector<M> {
        Vector::new(
            call("histogram_quantile", vec![number(q), self.expr]),
            self.origin,
        )
    }

    /// The buckets themselves, for a heatmap.
    #[must_use]
    pub fn heatmap(self) -> Vector<M> {
        Vector::new(self.expr, self.origin)
    }
}

impl<M: Metric, S> Instant for Selector<M, S> {
    type Of = M;

    fn into_vector(self) -> Vector<M> {
        Vector::new(Expr::from(self.selector), self.origin)
    }
}

/// Entry points that every kind of metric shares.
macro_rules! entry {
    ($series:ty) => {
        /// All series of the metric.
        #[track_caller]
        #[must_use]
        fn select() -> Selector<Self, $series> {
            Selector::new(Self::NAME, Origin::here())
        }

        /// The series that match.
        #[track_caller]
        #[must_use]
        fn with(matcher: Matcher<Self>) -> Selector<Self, $series> {
            Selector::new(Self::NAME, Origin::here()).with(matcher)
        }
    };
}

/// A declared counter.
pub trait Counter: Metric {
    entry!(Cumulative);

    /// Growth per second of every series.
    #[track_caller]
    #[must_use]
    fn rate(window: impl Into<Window>) -> Vector<Self> {
        Self::select().rate(window)
    }

    /// Growth of every series over the window.
    #[track_caller]
    #[must_use]
    fn increase(window: impl Into<Window>) -> Vector<Self> {
        Self::select().increase(window)
    }
}

/// A declared gauge.
pub trait Gauge: Metric {
    entry!(Level);
}

/// A declared summary: its precomputed quantiles are levels.
pub trait Summary: Metric {
    entry!(Level);
}

/// A declared histogram.
pub trait Histogram: Metric {
    /// Whether queries read the classic buckets.
    const CLASSIC: bool;

    /// All buckets.
    #[track_caller]
    #[must_use]
    fn select() -> Selector<Self, Distribution> {
        let name = if Self::CLASSIC {
            format!("{}_bucket", Self::NAME)
        } else {
            Self::NAME.to_owned()
        };
        Selector::new(&name, Origin::here())
    }

    /// The buckets of the series that match.
    #[track_caller]
    #[must_use]
    fn with(matcher: Matcher<Self>) -> Selector<Self, Distribution> {
        Self::select().with(matcher)
    }

    /// The native form of a histogram that has both.
    #[track_caller]
    #[must_use]
    fn native() -> Selector<Self, Distribution> {
        Selector::new(Self::NAME, Origin::here())
    }

    /// Growth per second of every bucket.
    #[track_caller]
    #[must_use]
    fn rate(window: impl Into<Window>) -> Buckets<Self> {
        Self::select().rate(window)
    }

    /// Growth of every bucket over the window.
    #[track_caller]
    #[must_use]
    fn increase(window: impl Into<Window>) -> Buckets<Self> {
        Self::select().increase(window)
    }

    /// How many observations were made (`_count`): a counter. Classic histograms and those with both forms.
    #[track_caller]
    #[must_use]
    fn observations() -> Selector<Self, Cumulative> {
        Selector::new(&format!("{}_count", Self::NAME), Origin::here())
    }

    /// The sum of all observations (`_sum`): a counter. Classic histograms and those with both forms.
    #[track_caller]
    #[must_use]
    fn observed() -> Selector<Self, Cumulative> {
        Selector::new(&format!("{}_sum", Self::NAME), Origin::here())
    }
}

/// Marks what a [`Selector`] selects; see [`series`].
pub use series as Series;
