//! Types.

use std::fmt;

/// The type of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// One number.
    Scalar,
    /// A sample for each series.
    Vector,
    /// Many samples for each series.
    Range,
    /// A text.
    String,
    /// Not known before Grafana fills in a variable, or what could not be read: fits everywhere.
    Unknown,
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scalar => "scalar",
            Self::Vector => "instant vector",
            Self::Range => "range vector",
            Self::String => "string",
            Self::Unknown => "unknown",
        })
    }
}
