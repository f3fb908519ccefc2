//! What is evaluated: names looked up, durations and times resolved, series selected, and what does not
//! depend on the step marked.

mod lower;
mod time;

pub(super) use lower::lower;

use super::matcher::Matcher;
use crate::ast::{self, AggregateOp, BinaryOp, Extended, Grouping, Matching};
use crate::functions::Function;
use crate::{Span, ValueType};

/// The times of the whole query, in milliseconds, which `start()`, `end()`, `range()`, `step()` ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct QueryTimes {
    pub start: i64,
    pub end: i64,
    /// 0 for an instant query.
    pub step: i64,
}

#[derive(Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub span: Span,
    pub ty: ValueType,
    /// Whether the value is the same at every step.
    pub fixed: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    Number(f64),
    Text(String),
    Selector(Selector),
    Range(Range),
    Call {
        function: &'static Function,
        args: Vec<Node>,
    },
    Aggregate {
        op: AggregateOp,
        param: Option<Box<Node>>,
        expr: Box<Node>,
        grouping: Groups,
    },
    Binary(Box<Binary>),
    Negate(Box<Node>),
}

/// An instant vector selector.
#[derive(Debug)]
pub(super) struct Selector {
    pub matchers: Vec<Matcher>,
    /// The series, ordered by labels.
    pub series: Vec<u32>,
    pub shift: Shift,
    pub extended: Option<Extended>,
    /// Whether only count and sum of histograms are asked for.
    pub totals: bool,
}

/// `@` and `offset`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift {
    pub at: Option<i64>,
    pub offset: i64,
}

impl Shift {
    /// The time that is looked at, at a step.
    pub fn time(self, step_time: i64) -> i64 {
        self.at.unwrap_or(step_time).saturating_sub(self.offset)
    }
}

/// A range of samples.
#[derive(Debug)]
pub(super) struct Range {
    pub source: Source,
    /// Milliseconds.
    pub range: i64,
    pub shift: Shift,
}

#[derive(Debug)]
pub(super) enum Source {
    Selector(Selector),
    Subquery {
        expr: Box<Node>,
        /// Milliseconds.
        step: i64,
    },
}

impl Range {
    pub fn extended(&self) -> Option<Extended> {
        match &self.source {
            Source::Selector(selector) => selector.extended,
            Source::Subquery { .. } => None,
        }
    }
}

#[derive(Debug)]
pub(super) struct Binary {
    pub op: BinaryOp,
    pub lhs: Node,
    pub rhs: Node,
    pub bool_modifier: bool,
    pub matching: Match,
}

/// How the series of two sides are paired.
#[derive(Debug, Default)]
pub(super) struct Match {
    pub on: bool,
    pub labels: Vec<String>,
    /// The side with many series, if any.
    pub many: Option<Many>,
    /// Labels taken over from the other side.
    pub include: Vec<String>,
    pub fill_left: Option<f64>,
    pub fill_right: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Many {
    Left,
    Right,
}

/// `by` and `without`; without either everything is one group.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub without: bool,
    pub labels: Vec<String>,
}

impl Groups {
    fn new(grouping: Option<&Grouping>) -> Self {
        let Some(grouping) = grouping else {
            return Self::default();
        };
        Self {
            without: grouping.without,
            labels: grouping.labels.iter().map(|it| it.text.clone()).collect(),
        }
    }
}

impl Match {
    fn new(matching: &Matching) -> Self {
        let names = |names: &[ast::Name]| names.iter().map(|it| it.text.clone()).collect();
        let labels = matching.labels.as_ref();
        let group = matching.group.as_ref();
        Self {
            on: labels.is_some_and(|labels| labels.on),
            labels: labels.map(|it| names(&it.labels)).unwrap_or_default(),
            many: group.map(|group| if group.left { Many::Left } else { Many::Right }),
            include: group.map(|group| names(&group.include)).unwrap_or_default(),
            fill_left: matching.fill_left.as_ref().map(|number| number.value),
            fill_right: matching.fill_right.as_ref().map(|number| number.value),
        }
    }
}
