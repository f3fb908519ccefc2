//! Witnesses of alerts: series that make an alert of Prometheus fire, and series that make it stop.
//!
//! [`find`] works backwards from the alert's expression: what a comparison asks of its operands, what that asks
//! of rates, sums and ratios, down to the series that are scraped. Recording rules are gone through. Then it
//! runs the rule over the series it made up (`obsctl-rules`): the evaluation is the proof, what leads to it only
//! proposes. [`contradiction`] says without any evaluation why an alert can never fire.
//!
//! What is known of metrics is asked through [`Facts`]; nothing here reads a file or a clock.
//!
//! ```
//! use obsctl_witness::{Alert, Unknown, find};
//!
//! let expr = obsctl_promql::parse("sum by (job) (rate(errors_total[5m])) > 0.5").expr;
//! let witness = find(&Alert::new("Errors", &expr).lasting(300_000), &Unknown).unwrap();
//! assert_eq!(witness.series[0].to_string(), r#"errors_total{job="a"} 0+1x6 106+100x13 1407+1x8"#);
//! assert!(witness.quiet < Some(witness.fires) && Some(witness.fires) < witness.stops);
//! ```

mod contradiction;
mod interval;
mod plan;
mod prove;
mod sample;
mod scene;
mod solve;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use obsctl_promql::ast::Selector;
use obsctl_promql::eval::notation::{self, WrittenSeries};
use obsctl_promql::histogram::NotationError;
use obsctl_promql::{Expr, Span};

pub use contradiction::{Contradiction, contradiction};
pub use prove::{find, step};
pub use sample::samples;

/// What is known of metrics. All that is not known is possible.
pub trait Facts {
    /// The smallest and the largest value that the samples of an expression can have.
    fn bounds(&self, _expr: &Expr) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    /// The labels of a metric's series; nothing where they can have any. `job` and `instance` are always possible.
    fn labels(&self, _metric: &str) -> Option<Vec<String>> {
        None
    }

    /// The values of a metric's label.
    fn values(&self, _metric: &str, _label: &str) -> Values {
        Values::default()
    }

    /// The upper bounds of a classic histogram's buckets without `+Inf`, ascending; `metric` ends in `_bucket`.
    /// Empty where nothing is known.
    fn buckets(&self, _metric: &str) -> Vec<f64> {
        vec![]
    }

    /// The rules that record series of that name.
    fn recorded(&self, _name: &str) -> Vec<Recorded<'_>> {
        vec![]
    }
}

/// Nothing is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unknown;

impl Facts for Unknown {}

/// The values that a label can have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Some of them, the likeliest first.
    pub known: Vec<String>,
    /// Whether there are no others.
    pub all: bool,
}

/// A recording rule.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// Its query.
    pub expr: &'a Expr,
    /// The labels that it sets.
    pub labels: &'a BTreeMap<String, String>,
}

/// An alert that a witness is looked for.
#[derive(Clone, Debug)]
pub struct Alert<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its condition.
    pub expr: &'a Expr,
    /// How long the condition has to hold (`for`): milliseconds.
    pub hold: i64,
    /// How long it fires on afterwards (`keep_firing_for`): milliseconds.
    pub keep_firing: i64,
    /// Labels that its texts use, which the series should have.
    pub labels: BTreeSet<String>,
    /// The time between two samples and two evaluations, in milliseconds; [`step`] of the condition where it is
    /// left out.
    pub step: Option<i64>,
}

impl<'a> Alert<'a> {
    /// An alert that fires at once.
    #[must_use]
    pub fn new(name: &'a str, expr: &'a Expr) -> Self {
        Self {
            name,
            expr,
            hold: 0,
            keep_firing: 0,
            labels: BTreeSet::new(),
            step: None,
        }
    }

    /// The condition has to hold this long: milliseconds.
    #[must_use]
    pub const fn lasting(mut self, hold: i64) -> Self {
        self.hold = hold;
        self
    }
}

/// Series that make an alert fire and stop again.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The time between two samples and two evaluations, in milliseconds.
    pub step: i64,
    /// The series, ordered by their labels.
    pub series: Vec<Series>,
    /// The last evaluation of the time when all is well; nothing where the alert fires whatever happens. All
    /// times are milliseconds since the first sample.
    pub quiet: Option<i64>,
    /// The first evaluation at which it fires.
    pub fires: i64,
    /// The last evaluation before all is well again: it still fires.
    pub firing: i64,
    /// The first evaluation from which on it has stopped; nothing where it never does.
    pub stops: Option<i64>,
    /// The last evaluation.
    pub end: i64,
    /// The labels of the series that fire, as the condition gives them.
    pub labels: Vec<BTreeMap<String, String>>,
}

/// A series in the notation of test files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Name and labels: `up{job="api"}`.
    pub labels: String,
    /// Its samples: `1x10 0x20`.
    pub values: String,
}

impl Series {
    /// The samples as test files are read.
    ///
    /// # Errors
    /// The place that cannot be read: never of a series that [`find`] gave.
    pub fn read(&self) -> Result<WrittenSeries, NotationError> {
        notation::series(&self.to_string())
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.labels, self.values)
    }
}

/// Why no witness was found: nothing is said about whether there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The part of the condition that is not understood, in the text of the alert or of the rule that `rule` names.
    pub span: Span,
    /// Why: a lowercase headline.
    pub message: String,
}

impl Obstacle {
    fn new(expr: &Expr, message: impl Into<String>) -> Self {
        let (span, message) = (expr.span(), message.into());
        Self { span, message }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Obstacle {}

/// The name that a selector asks for; nothing where it asks for several.
fn metric_name(selector: &Selector) -> Option<&str> {
    use obsctl_promql::ast::MatchOp;
    let matched = || {
        let mut named = selector.matchers.iter();
        named.find(|it| it.name.text == "__name__" && it.op == MatchOp::Equal)
    };
    match &selector.name {
        Some(name) => Some(&name.text),
        None => matched().map(|it| it.value.value.as_str()),
    }
}

/// The number that an expression is whatever series there are.
fn constant(expr: &Expr) -> Option<f64> {
    match expr.without_parens() {
        Expr::Call(call) if call.func.text == "scalar" || call.func.text == "vector" => {
            constant(call.args.first()?)
        }
        expr => expr.constant(),
    }
}
