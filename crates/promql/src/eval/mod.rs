//! Evaluating queries, as Prometheus 3.14 does, over series in memory.
//!
//! A [`Storage`] holds series; an [`Engine`] evaluates a parsed expression over it, at one time or over a
//! range of times. Nothing here reads a clock, a file or the network. Storage and engine can be shared
//! between threads.
//!
//! ```
//! use obsctl_promql::eval::{Data, Engine, Labels, Options, Storage, Value};
//! use obsctl_promql::parse;
//!
//! let mut storage = Storage::new();
//! let labels: Labels = [("__name__", "requests_total"), ("job", "api")].into_iter().collect();
//! let series = storage.series(&labels);
//! for minute in 0..10 {
//!     storage.push(series, minute * 60_000, minute as f64 * 6.0);
//! }
//!
//! let engine = Engine::new(Options::default());
//! let query = parse("sum by (job) (rate(requests_total[5m]))").expr;
//! let output = engine.instant(&storage, &query, 9 * 60_000)?;
//! let Data::Vector(samples) = output.data else { panic!() };
//! assert_eq!(samples[0].labels.to_string(), r#"{job="api"}"#);
//! assert_eq!(samples[0].value, Value::Float(0.1));
//! # Ok::<(), obsctl_promql::eval::EvalError>(())
//! ```
//!
//! # How it works
//!
//! An expression is lowered into a plan (`plan`): durations and `@` are resolved, names looked up, series
//! selected, and what is the same at every step is marked. The plan is evaluated series by series over all
//! steps at once (`evaluator`): a series is a column with one cell for each step, and a range function
//! slides its window over the samples of a series, visiting each once. What depends on several series at
//! one time (matching, aggregation) works on the cells of a step.
//!
//! # Differences from Prometheus
//!
//! - Series are visited in the order of their labels, where Prometheus leaves the order open.
//! - Functions like `ln` are those of the system's mathematical library: the last bit may differ.
//! - The limit of samples counts the cells of columns, so that it is reached a little earlier by series
//!   with gaps.

mod aggregate;
mod annotations;
mod binary;
mod deep;
mod evaluator;
mod functions;
pub mod labels;
mod matcher;
mod merge;
pub mod notation;
mod number;
mod plan;
mod query;
mod regex;
pub mod script;
mod select;
mod storage;
mod subquery;
mod value;
mod xxhash;

use std::fmt;

pub use annotations::{Annotation, Annotations, Level};
pub use labels::{Label, Labels};
pub use matcher::Matcher;
pub use regex::{compile_anchored, compile_search, translate};
pub use storage::{SeriesId, Storage};
pub use value::{Data, STALE, Sample, SeriesPoints, Value, is_stale};

use crate::histogram::FloatHistogram;
use crate::{Expr, Span};

/// How queries are evaluated. The defaults are those of Prometheus.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a sample counts after its time, in milliseconds.
    pub lookback: i64,
    /// The step of subqueries that name none, in milliseconds: the server's evaluation interval.
    pub subquery_step: i64,
    /// How many cells a query may hold at once; a query that needs more fails.
    pub max_samples: usize,
    /// Whether metric names are dropped at the end of a query rather than by each function
    /// (`--enable-feature=promql-delayed-name-removal`).
    pub delayed_name_removal: bool,
    /// Whether types and units of metrics are labels (`--enable-feature=type-and-unit-labels`).
    pub type_and_unit_labels: bool,
    /// Whether rates use start timestamps (`--enable-feature=use-start-timestamps`).
    pub start_timestamps: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lookback: 5 * 60_000,
            subquery_step: 60_000,
            max_samples: 50_000_000,
            delayed_name_removal: false,
            type_and_unit_labels: false,
            start_timestamps: false,
        }
    }
}

/// Evaluates queries.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    options: Options,
}

/// The result of a query.
#[derive(Clone, Debug)]
pub struct Output {
    /// The value.
    pub data: Data,
    /// Warnings and infos.
    pub annotations: Annotations,
}

/// Why a query has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    /// The part of the query that is wrong.
    pub span: Span,
    /// What is wrong: a lowercase headline. Where Prometheus says the same, in its words.
    pub message: String,
}

impl EvalError {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { span, message }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EvalError {}

impl Engine {
    /// An engine with these options.
    #[must_use]
    pub fn new(mut options: Options) -> Self {
        // Times further away could not be calculated with.
        options.lookback = options.lookback.clamp(0, query::FURTHEST);
        options.subquery_step = options.subquery_step.clamp(1, query::FURTHEST);
        Self { options }
    }

    /// Its options.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Evaluates an expression at a time, in milliseconds since the epoch.
    ///
    /// The text that it was parsed from must have no errors: a tree can look whole although a bracket was
    /// missing.
    ///
    /// # Errors
    /// When the expression has syntax or type errors or a variable, when series cannot be matched, when a
    /// parameter is out of range, or when the limit of samples is reached.
    pub fn instant(&self, storage: &Storage, expr: &Expr, time: i64) -> Result<Output, EvalError> {
        deep::with_stack(expr, || query::instant(&self.options, storage, expr, time))
    }

    /// Evaluates an expression at `start`, each `step` after it, and up to `end`, all in milliseconds.
    ///
    /// # Errors
    /// Those of [`Engine::instant`]; and when the step is not positive, or the expression gives neither
    /// a number nor an instant vector.
    pub fn range(
        &self,
        storage: &Storage,
        expr: &Expr,
        start: i64,
        end: i64,
        step: i64,
    ) -> Result<Output, EvalError> {
        deep::with_stack(expr, || {
            query::range(&self.options, storage, expr, start, end, step)
        })
    }
}
