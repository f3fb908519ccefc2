//! Evaluating queries, as Loki 3.7 does, over lines in memory.
//!
//! A [`Storage`] holds streams with their lines; an [`Engine`] evaluates a parsed expression over it, at
//! one time or over a range of times. Nothing here reads a clock, a file or the network. Storage and engine
//! can be shared between threads. All times are nanoseconds since the epoch.
//!
//! ```
//! use obsctl_logql::eval::{Data, Engine, Labels, Options, Storage};
//! use obsctl_logql::parse;
//!
//! const SECOND: i64 = 1_000_000_000;
//! let mut storage = Storage::new();
//! let labels: Labels = [("job", "api")].into_iter().collect();
//! for second in 0..60 {
//!     let level = if second % 10 == 0 { "error" } else { "info" };
//!     storage.push(&labels, second * SECOND, format!("level={level} took={second}ms"));
//! }
//!
//! let engine = Engine::new(Options::default());
//! let query = parse(r#"sum by (level) (count_over_time({job="api"} | logfmt [1m])) > 10"#).expr;
//! let Data::Vector(samples) = engine.instant(&storage, &query, 59 * SECOND)? else { panic!() };
//! assert_eq!(samples[0].labels.to_string(), r#"{level="info"}"#);
//! assert_eq!(samples[0].value, 54.0);
//! # Ok::<(), obsctl_logql::eval::EvalError>(())
//! ```
//!
//! # How it works
//!
//! An expression is lowered into a plan (`plan`): stages are compiled (`stage`), and it is worked out which
//! labels parsers must find (`hints`). A line runs through its pipeline as a `record` and becomes a line of
//! the answer (`lines`) or a sample (`extract`). Samples are aggregated over ranges (`range`), then over
//! series (`aggregate`, `binary`, `replace`), for all steps at once.
//!
//! # As in Loki
//!
//! What Loki does in ways that one may not expect is done here as well, since rules are tested:
//!
//! - A line that cannot be parsed or compared gets the label `__error__`, and the query fails, unless a
//!   condition on `__error__` lets no such line through, or the query never needs what was to be parsed:
//!   `sum(count_over_time(… | json [5m]))` does not parse at all.
//! - Conditions on labels with regular expressions like `a.*` or `a|ab` hold wherever `a` stands in the
//!   value, because Loki replaces them by a search (`stage::simplify`).
//! - `rate_counter` takes nanoseconds for milliseconds where it extrapolates.
//! - A division by 0 is NaN.
//!
//! # Differences from Loki
//!
//! - Series are visited in the order of their labels, and lines of the same time in the order of their
//!   streams, where Loki leaves the order open.
//! - A label without value is no label: `{a=""}` and `{}` are one series.
//! - `approx_topk` is exact.
//! - JSON is read 512 levels deep.
//! - Times in templates are in UTC, `now` is the end of the query, and whole numbers have one type.
//! - Loki's limits of time ranges and bytes are not known, and a query that variants of more series than
//!   [`Options::max_series`] are asked for fails, where Loki leaves them out.

mod aggregate;
mod binary;
#[cfg(test)]
mod check;
mod convert;
mod evaluator;
mod extract;
mod hints;
mod lines;
mod plan;
mod range;
mod record;
mod replace;
mod stage;
mod storage;
mod template;
mod value;
mod variants;

pub use obsctl_promql::eval::{EvalError, Label, Labels, Matcher};
pub use storage::{Entry, Storage};
pub(crate) use template::problem as template_problem;
pub use value::{Data, Sample, SeriesPoints, StreamLines};

use crate::{Expr, ast};

/// The label of a line that a stage could not work on: the kind of error.
pub const ERROR: &str = "__error__";
/// What exactly went wrong with such a line.
pub const ERROR_DETAILS: &str = "__error_details__";
/// The label of samples whose errors were asked for, so that they do not fail the query.
const PRESERVE_ERROR: &str = "__preserve_error__";

const JSON_ERROR: &str = "JSONParserErr";
const LOGFMT_ERROR: &str = "LogfmtParserErr";
const SAMPLE_ERROR: &str = "SampleExtractionErr";
const LABEL_FILTER_ERROR: &str = "LabelFilterErr";
const TEMPLATE_ERROR: &str = "TemplateFormatErr";

/// Which lines of a log query come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The newest.
    #[default]
    Backward,
    /// The oldest.
    Forward,
}

/// How queries are evaluated. The defaults are those of Loki.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many series a query may give; one that gives more fails.
    pub max_series: usize,
    /// How many steps a range query may have.
    pub max_steps: usize,
    /// How many lines a log query gives; the rest is left out.
    pub max_lines: usize,
    /// Which lines come first.
    pub direction: Direction,
    /// Whether `variants(…) of (…)` is switched on (`enable_multi_variant_queries`).
    pub variants: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_series: 500,
            max_steps: 11_000,
            max_lines: 100,
            direction: Direction::Backward,
            variants: false,
        }
    }
}

/// Evaluates queries.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    options: Options,
}

impl Engine {
    /// An engine with these options.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options }
    }

    /// Its options.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Evaluates an expression at a time.
    ///
    /// # Errors
    /// When the expression has syntax or type errors, a variable, a template that is none, or is a log
    /// query; when a line has an error; when series cannot be matched, or there are too many.
    pub fn instant(&self, storage: &Storage, expr: &Expr, time: i64) -> Result<Data, EvalError> {
        evaluator::instant(self, storage, expr, time)
    }

    /// Evaluates an expression at `start`, each `step` after it, and up to `end`. Of a log query, it gives
    /// the lines from `start` to before `end`; the step does not matter then.
    ///
    /// # Errors
    /// Those of [`Engine::instant`], but log queries are welcome; and when the step is not positive, the
    /// end before the start, or there are too many steps.
    pub fn range(
        &self,
        storage: &Storage,
        expr: &Expr,
        start: i64,
        end: i64,
        step: i64,
    ) -> Result<Data, EvalError> {
        evaluator::range(self, storage, expr, start, end, step)
    }
}

/// A matcher that is ready to be asked.
fn matcher(matcher: &ast::Matcher) -> Result<Matcher, EvalError> {
    let value = &matcher.value.value;
    Matcher::new(&matcher.name.text, matcher.op, value).map_err(|reason| {
        let message = format!("`{value}` is not a regular expression: {reason}");
        stage::error(matcher.value.span, message)
    })
}
