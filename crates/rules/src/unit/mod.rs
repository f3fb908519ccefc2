//! Unit tests of rules, as `promtool test rules` of Prometheus 3.14 reads and judges them.
//!
//! Rules are evaluated at the start and then once per evaluation interval, whatever the interval of their
//! group, up to the last time that a test asks for. An alert test at a time that is no time of evaluation
//! sees the evaluation before it. A query test sees all samples up to the last evaluation of the whole test.

mod compare;
mod coverage;
mod judge;

use std::collections::BTreeMap;

use obsctl_promql::Expr;
use obsctl_promql::eval::notation::WrittenSeries;
use obsctl_promql::eval::{Labels, Value};

use crate::group::Place;
pub use crate::run::RuleFailure;
pub use judge::Outcome;

/// A test: series, and what has to become of them.
#[derive(Clone, Debug, Default)]
pub struct Test {
    /// Its name; empty where it has none.
    pub name: String,
    /// The time between two samples of a series: milliseconds, more than 0.
    pub interval: i64,
    /// The time between two evaluations of the rules: milliseconds, more than 0.
    pub evaluation_interval: i64,
    /// The time of the first samples and of the first evaluation: milliseconds since the epoch.
    pub start: i64,
    /// Whether numbers that are next to each other count as equal.
    pub fuzzy: bool,
    /// The series that are there before any rule.
    pub input: Vec<WrittenSeries>,
    /// The log lines.
    pub lines: obsctl_logql::eval::Storage,
    /// Labels that templates see.
    pub external_labels: BTreeMap<String, String>,
    /// Prometheus' own address, which templates see.
    pub external_url: String,
    /// Which alerts fire.
    pub alerts: Vec<AlertCase>,
    /// What queries give.
    pub queries: Vec<QueryCase>,
    /// What queries of log lines give.
    pub log_queries: Vec<LogQueryCase>,
    /// Where it stands.
    pub place: Place,
}

/// The alerts of one name that fire at a time.
#[derive(Clone, Debug)]
pub struct AlertCase {
    /// Milliseconds since the test's start.
    pub time: i64,
    /// The alert's name.
    pub alert: String,
    /// Those that fire.
    pub expected: Vec<ExpectedAlert>,
    /// Where it stands.
    pub place: Place,
}

/// An alert that has to fire.
#[derive(Clone, Debug, Default)]
pub struct ExpectedAlert {
    /// Its labels but for the name.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What a query gives at a time.
#[derive(Clone, Debug)]
pub struct QueryCase {
    /// Milliseconds since the test's start.
    pub time: i64,
    /// The query as it was written.
    pub text: String,
    /// The query.
    pub expr: Expr,
    /// The series it gives.
    pub expected: Vec<ExpectedSample>,
    /// Where it stands.
    pub place: Place,
}

/// What a query of log lines gives at a time.
#[derive(Clone, Debug)]
pub struct LogQueryCase {
    /// Milliseconds since the test's start.
    pub time: i64,
    /// The query as it was written.
    pub text: String,
    /// The query.
    pub expr: obsctl_logql::Expr,
    /// What it gives.
    pub expected: LogAnswer,
    /// Where it stands.
    pub place: Place,
}

/// What a query of log lines gives.
#[derive(Clone, Debug)]
pub enum LogAnswer {
    /// Series at that time.
    Samples(Vec<ExpectedSample>),
    /// Lines from the test's start to that time, both included, in the order of time.
    Lines(Vec<String>),
}

/// A series that a query has to give.
#[derive(Clone, Debug)]
pub struct ExpectedSample {
    /// Its labels.
    pub labels: Labels,
    /// Its value. Of a histogram its notation is compared.
    pub value: Value,
}

/// Something that is not as it has to be.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The place in the test's file.
    pub place: Place,
    /// What it is.
    pub what: What,
}

/// What is not as it has to be.
#[derive(Clone, Debug)]
pub enum What {
    /// Other alerts fire, or with other labels or annotations.
    Alerts {
        /// The alert's name.
        alert: String,
        /// Milliseconds since the test's start.
        time: i64,
        /// The alerts, each in lines, that have to fire.
        expected: Vec<Vec<String>>,
        /// Those that do.
        got: Vec<Vec<String>>,
    },
    /// A query gives something else.
    Answer {
        /// The query.
        query: String,
        /// Milliseconds since the test's start.
        time: i64,
        /// The samples or lines that it has to give.
        expected: Vec<String>,
        /// Those that it gives.
        got: Vec<String>,
    },
    /// A query cannot be evaluated.
    Query {
        /// The query.
        query: String,
        /// Milliseconds since the test's start.
        time: i64,
        /// Why.
        message: String,
    },
    /// A rule cannot be evaluated, which ends the test.
    Rule(RuleFailure),
}

impl Test {
    /// How many expectations it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.alerts.len() + self.queries.len() + self.log_queries.len()
    }

    /// Whether it expects nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
