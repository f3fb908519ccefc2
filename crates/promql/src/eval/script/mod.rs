//! Scripts of queries and what they must give: the format of Prometheus' own tests of its engine.
//!
//! ```
//! use obsctl_promql::eval::script;
//!
//! let script = r#"
//! load 1m
//!   requests_total{job="api"} 0+60x10
//!
//! eval instant at 5m rate(requests_total[5m])
//!   {job="api"} 1
//! "#;
//! let results = script::run(script);
//! assert!(results.iter().all(|result| result.outcome.is_ok()));
//! ```
//!
//! - `load <step>` is followed by indented series (see [`super::notation`]), whose first point is at time 0.
//!   `load_with_nhcb` also stores classic histograms as native ones with custom bounds. A line
//!   `metric{…}@st -1mx5` before a series gives the start timestamps of its samples, relative to them.
//! - `clear` removes all series.
//! - `eval instant at <time> <query>` and `eval range from <time> to <time> step <step> <query>` are followed
//!   by indented expectations: a number, series, or `expect ordered|fail|warn|info|no_warn|no_info|string …`
//!   and `expect range vector from … to … step …`. Nothing means that the result is empty.
//!
//! An instant query must give the same result as part of a range query, and with its time fixed by `@`.

mod compare;
mod parse;
mod run;

use super::notation::Point;
use super::{Labels, Options, Storage};

/// The outcome of one `eval`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalResult {
    /// The line of the `eval`, counted from 1.
    pub line: usize,
    /// The query; empty where a command is wrong.
    pub query: String,
    /// What is not as expected.
    pub outcome: Result<(), String>,
}

/// The options that scripts are run with.
#[must_use]
pub fn options() -> Options {
    Options {
        delayed_name_removal: true,
        start_timestamps: true,
        ..Options::default()
    }
}

/// Runs a script; gives the outcome of each of its `eval`s, and of each command that cannot be read.
#[must_use]
pub fn run(script: &str) -> Vec<EvalResult> {
    run_with(script, &options())
}

/// [`run`] with other options.
#[must_use]
pub fn run_with(script: &str, options: &Options) -> Vec<EvalResult> {
    run::run(script, options)
}

/// The series that a script loads.
///
/// # Errors
/// The line that is wrong, counted from 1, and why: one that cannot be read, or an `eval`.
pub fn load(script: &str) -> Result<Storage, (usize, String)> {
    run::load(script)
}

/// A command of a script.
#[derive(Clone, Debug)]
enum Command {
    Clear,
    Load(Load),
    Eval(Box<Eval>),
}

#[derive(Clone, Debug)]
struct Load {
    line: usize,
    /// Milliseconds between points.
    step: i64,
    /// Whether classic histograms are stored as native ones too.
    convert: bool,
    series: Vec<LoadedSeries>,
}

#[derive(Clone, Debug)]
struct LoadedSeries {
    labels: Labels,
    points: Vec<Point>,
    /// Milliseconds relative to each point; empty where unknown.
    starts: Vec<Option<i64>>,
}

#[derive(Clone, Debug)]
struct Eval {
    line: usize,
    query: String,
    when: When,
    ordered: bool,
    fail: Option<Text>,
    warn: Annotated,
    info: Annotated,
    expected: Expected,
    /// The times of the points of a range vector that an instant query gives.
    range_vector: Option<(i64, i64)>,
}

#[derive(Clone, Copy, Debug)]
enum When {
    At(i64),
    Range { start: i64, end: i64, step: i64 },
}

/// A text that is expected.
#[derive(Clone, Debug)]
enum Text {
    Any,
    Exactly(String),
    Matching(::regex::Regex),
}

impl Text {
    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(wanted) => wanted == text,
            Self::Matching(regex) => regex.is_match(text),
        }
    }
}

/// Which annotations are expected.
#[derive(Clone, Debug, Default)]
struct Annotated {
    wanted: Vec<Text>,
    /// None at all may be there.
    none: bool,
}

#[derive(Clone, Debug)]
enum Expected {
    Scalar(f64),
    String(String),
    Series(Vec<(Labels, Vec<Point>)>),
}
