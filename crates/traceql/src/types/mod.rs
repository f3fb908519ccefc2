//! Validation, as Tempo does it before it looks for anything: what may stand where, and which types fit.
//!
//! What a Grafana variable stands for is not known, nor what could not be read: both fit everywhere.
//!
//! `stage` has what stands between the `|` of a pipeline, `calculation` the numbers there, `field` what
//! stands inside braces.

mod calculation;
mod call;
mod field;
mod hints;
mod stage;

use std::fmt;

use crate::ast::Expr;
use crate::{Span, TypeError};
use stage::Level;

/// What a query gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// Traces, with the spans that were selected.
    Traces,
    /// Series.
    Metrics,
    /// Not known before Grafana fills in a variable, or what could not be read.
    Unknown,
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Unknown => "unknown",
        })
    }
}

/// The type of a field or constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldType {
    /// `nil`
    Nil,
    /// A text.
    String,
    /// An integer.
    Int,
    /// A number with a fraction.
    Float,
    /// `true` or `false`.
    Bool,
    /// A duration.
    Duration,
    /// A status of spans.
    Status,
    /// A kind of spans.
    Kind,
    /// That of an attribute's value, known only when a span is looked at; or that of a variable.
    Unknown,
}

impl FieldType {
    /// Whether it can be calculated with: integers, floats and durations, also with one another.
    #[must_use]
    pub const fn is_numeric(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Duration)
    }

    /// Whether values of the types can be compared.
    #[must_use]
    pub fn fits(self, other: Self) -> bool {
        let unknown = self == Self::Unknown || other == Self::Unknown;
        unknown || self == other || (self.is_numeric() && other.is_numeric())
    }

    pub(crate) const fn with_article(self) -> &'static str {
        match self {
            Self::Nil => "`nil`",
            Self::String => "a string",
            Self::Int => "an integer",
            Self::Float => "a float",
            Self::Bool => "a boolean",
            Self::Duration => "a duration",
            Self::Status => "a status",
            Self::Kind => "a kind",
            Self::Unknown => "an attribute",
        }
    }
}

/// Which Tempo is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 3.0.
    #[default]
    V3_0,
    /// 3.1: calculates with metrics and constants, knows the hint `extrapolate`.
    V3_1,
}

/// What `expr` gives, and everything that Tempo 3.0 refuses although its syntax is right, in the order of
/// the text.
#[must_use]
pub fn typecheck(expr: &Expr) -> (ValueType, Vec<TypeError>) {
    typecheck_for(expr, Version::default())
}

/// Like [`typecheck`], for another version of Tempo.
#[must_use]
pub fn typecheck_for(expr: &Expr, version: Version) -> (ValueType, Vec<TypeError>) {
    let mut checker = Checker {
        version,
        errors: Vec::new(),
    };
    let value = checker.query(expr);
    checker.errors.sort_by_key(|error| error.span.start);
    (value, checker.errors)
}

struct Checker {
    version: Version,
    errors: Vec<TypeError>,
}

impl Checker {
    fn report(&mut self, error: TypeError) {
        self.errors.push(error);
    }

    fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.report(TypeError::new(span, message).help(help));
    }

    /// A whole query with its hints.
    fn query(&mut self, expr: &Expr) -> ValueType {
        let mut inner = expr;
        while let Expr::Hinted(hinted) = inner {
            inner = &hinted.expr;
        }
        let value = match self.pipeline(inner) {
            Level::Spansets(_) => ValueType::Traces,
            Level::Metrics { .. } => ValueType::Metrics,
            Level::Unknown => ValueType::Unknown,
            Level::Scalar(_) => {
                self.error(
                    inner.span(),
                    "a number for each spanset is no answer",
                    "compare it: `| count() > 2`",
                );
                ValueType::Unknown
            }
            Level::Constant(_) => {
                let help = "spans are selected between braces: `{ duration > 1s }`";
                self.error(inner.span(), "a constant is no query", help);
                ValueType::Unknown
            }
        };
        self.hints(expr, value);
        value
    }
}
