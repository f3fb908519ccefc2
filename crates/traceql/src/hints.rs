//! The hints that `with (…)` gives to Tempo.

use crate::ast::Value;

/// The queries that a hint does something for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Queries {
    Traces,
    Metrics,
    All,
}

/// What a hint's value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum HintType {
    Bool,
    Int,
    Number,
    BoolOrInt,
    BoolOrNumber,
    Duration,
    String,
}

/// A hint.
#[derive(Clone, Debug)]
pub struct KnownHint {
    /// Its name.
    pub name: &'static str,
    /// What its value may be.
    pub value: HintType,
    /// The queries that it does something for.
    pub queries: Queries,
    /// Whether Tempo only follows it where its configuration allows unsafe hints.
    pub is_unsafe: bool,
}

const fn hint(name: &'static str, value: HintType, queries: Queries, is_unsafe: bool) -> KnownHint {
    KnownHint {
        name,
        value,
        queries,
        is_unsafe,
    }
}

/// Every hint of Tempo 3.0, by name.
pub const ALL: &[KnownHint] = &[
    hint("concurrent_blocks", HintType::Int, Queries::All, true),
    hint("debug", HintType::Bool, Queries::Metrics, true),
    hint("debug_data_factor", HintType::Number, Queries::All, true),
    hint("debug_return_in", HintType::Duration, Queries::All, true),
    hint("debug_std_dev", HintType::Duration, Queries::All, true),
    hint("exemplars", HintType::BoolOrInt, Queries::Metrics, false),
    hint("info", HintType::Bool, Queries::Metrics, true),
    hint("job_size", HintType::Int, Queries::Metrics, true),
    hint("most_recent", HintType::Bool, Queries::Traces, false),
    hint("sample", HintType::BoolOrNumber, Queries::Metrics, false),
    hint(
        "skip_ast_transformations",
        HintType::String,
        Queries::All,
        true,
    ),
    hint("span_sample", HintType::Number, Queries::Metrics, false),
    hint("spanonly_fetch", HintType::Bool, Queries::Metrics, true),
    hint(
        "time_overlap_cutoff",
        HintType::Number,
        Queries::Metrics,
        true,
    ),
    hint("trace_sample", HintType::Number, Queries::Metrics, false),
];

/// The hint of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static KnownHint> {
    ALL.binary_search_by_key(&name, |hint| hint.name)
        .ok()
        .map(|at| &ALL[at])
}

impl HintType {
    /// Whether the value is of the type.
    #[must_use]
    pub const fn takes(self, value: &Value) -> bool {
        match value {
            Value::Bool(_) => matches!(self, Self::Bool | Self::BoolOrInt | Self::BoolOrNumber),
            Value::Int(_) => {
                matches!(
                    self,
                    Self::Int | Self::Number | Self::BoolOrInt | Self::BoolOrNumber
                )
            }
            Value::Float(_) => matches!(self, Self::Number | Self::BoolOrNumber),
            Value::Duration(_) => matches!(self, Self::Duration),
            Value::String(_) => matches!(self, Self::String),
            _ => false,
        }
    }

    pub(crate) const fn with_article(self) -> &'static str {
        match self {
            Self::Bool => "`true` or `false`",
            Self::Int => "an integer",
            Self::Number => "a number",
            Self::BoolOrInt => "`true`, `false` or an integer",
            Self::BoolOrNumber => "`true`, `false` or a number",
            Self::Duration => "a duration",
            Self::String => "a text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_sorted_for_the_search() {
        assert!(ALL.is_sorted_by_key(|hint| hint.name));
        assert!(find("most_recent").is_some() && find("recent").is_none());
    }
}
