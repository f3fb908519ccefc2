//! The functions of TraceQL: what they take, where they stand, what they give.

use std::ops::RangeInclusive;

/// Where in a pipeline a function stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A stage that takes spansets and gives spansets: `by`, `coalesce`, `select`.
    Spansets,
    /// A number for each spanset, to be compared: `count`, `avg`.
    Aggregate,
    /// From spans to series: `rate`.
    Metrics,
    /// From series to series: `topk`.
    SecondStage,
}

/// What an argument may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Argument {
    /// Any expression that asks for something of the span.
    Field,
    /// The same, with a number as its value.
    Number,
    /// An attribute or an intrinsic.
    Attribute,
    /// An attribute or an intrinsic that has numbers.
    NumericAttribute,
    /// A quantile: a number from 0 to 1, written out.
    Quantile,
    /// `{ … }`
    Spanset,
    /// A positive integer, written out.
    Integer,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Its arguments; the last one may be repeated as the count says.
    pub arguments: &'static [Argument],
    /// How many arguments it takes.
    pub count: RangeInclusive<usize>,
    /// How many `by (…)` behind it may name; none where it takes no grouping.
    pub most_groups: usize,
    /// How it is called.
    pub signature: &'static str,
    /// What it gives, in one line.
    pub doc: &'static str,
}

const MANY: usize = usize::MAX;

macro_rules! function {
    ($name:literal, $place:ident, [$($argument:ident),*], $count:expr, $groups:literal, $signature:literal, $doc:literal) => {
        Function {
            name: $name,
            place: Place::$place,
            arguments: &[$(Argument::$argument),*],
            count: $count,
            most_groups: $groups,
            signature: $signature,
            doc: $doc,
        }
    };
}

/// Every function, by name.
pub const ALL: &[Function] = &[
    function!(
        "avg",
        Aggregate,
        [Number],
        1..=1,
        0,
        "avg(duration) > 1s",
        "The average over the spans of a spanset."
    ),
    function!(
        "avg_over_time",
        Metrics,
        [NumericAttribute],
        1..=1,
        4,
        "avg_over_time(duration)",
        "The average over the spans of each step."
    ),
    function!(
        "bottomk",
        SecondStage,
        [Integer],
        1..=1,
        0,
        "bottomk(5)",
        "The k series with the smallest values."
    ),
    function!(
        "by",
        Spansets,
        [Field],
        1..=1,
        0,
        "by(resource.service.name)",
        "A spanset for each value."
    ),
    function!(
        "coalesce",
        Spansets,
        [],
        0..=0,
        0,
        "coalesce()",
        "All spansets of a trace in one, after `by`."
    ),
    function!(
        "compare",
        Metrics,
        [Spanset, Integer],
        1..=4,
        0,
        "compare({ status = error })",
        "How the attributes of the selected spans differ from those of the others."
    ),
    function!(
        "count",
        Aggregate,
        [],
        0..=0,
        0,
        "count() > 2",
        "How many spans a spanset has."
    ),
    function!(
        "count_over_time",
        Metrics,
        [],
        0..=0,
        5,
        "count_over_time()",
        "How many spans each step has."
    ),
    function!(
        "histogram_over_time",
        Metrics,
        [NumericAttribute],
        1..=1,
        4,
        "histogram_over_time(duration)",
        "The distribution over the spans of each step."
    ),
    function!(
        "max",
        Aggregate,
        [Number],
        1..=1,
        0,
        "max(duration) > 1s",
        "The largest value in a spanset."
    ),
    function!(
        "max_over_time",
        Metrics,
        [NumericAttribute],
        1..=1,
        5,
        "max_over_time(duration)",
        "The largest value of each step."
    ),
    function!(
        "min",
        Aggregate,
        [Number],
        1..=1,
        0,
        "min(duration) > 1s",
        "The smallest value in a spanset."
    ),
    function!(
        "min_over_time",
        Metrics,
        [NumericAttribute],
        1..=1,
        5,
        "min_over_time(duration)",
        "The smallest value of each step."
    ),
    function!(
        "quantile_over_time",
        Metrics,
        [NumericAttribute, Quantile],
        2..=MANY,
        4,
        "quantile_over_time(duration, 0.95)",
        "Quantiles over the spans of each step."
    ),
    function!(
        "rate",
        Metrics,
        [],
        0..=0,
        5,
        "rate()",
        "How many spans there are each second."
    ),
    function!(
        "select",
        Spansets,
        [Attribute],
        1..=MANY,
        0,
        "select(span.http.route)",
        "What is returned of each span besides what the query asks for."
    ),
    function!(
        "sum",
        Aggregate,
        [Number],
        1..=1,
        0,
        "sum(span.bytes) > 1000",
        "The sum over the spans of a spanset."
    ),
    function!(
        "sum_over_time",
        Metrics,
        [NumericAttribute],
        1..=1,
        5,
        "sum_over_time(span.bytes)",
        "The sum over the spans of each step."
    ),
    function!(
        "topk",
        SecondStage,
        [Integer],
        1..=1,
        0,
        "topk(5)",
        "The k series with the largest values."
    ),
];

/// The function of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    ALL.binary_search_by_key(&name, |function| function.name)
        .ok()
        .map(|at| &ALL[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_sorted_for_the_search() {
        assert!(ALL.is_sorted_by_key(|function| function.name));
        assert!(find("rate").is_some() && find("median").is_none());
    }
}
