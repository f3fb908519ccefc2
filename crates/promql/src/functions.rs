//! The functions of PromQL, as Prometheus 3.14 knows them.

use crate::types::ValueType::{self, Range, Scalar, String, Vector};

/// A function: what it takes and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name. Unlike keywords, the names of functions are lowercase.
    pub name: &'static str,
    /// The types of its arguments; further ones are like the last.
    pub args: &'static [ValueType],
    /// How many arguments it needs.
    pub min_args: usize,
    /// How many arguments it takes; any number where there is none.
    pub max_args: Option<usize>,
    /// The type of its value.
    pub returns: ValueType,
    /// Whether Prometheus wants `--enable-feature=promql-experimental-functions` for it.
    pub experimental: bool,
    /// What it does, in one line.
    pub doc: &'static str,
}

impl Function {
    /// The type of the argument at `index`, counted from 0.
    #[must_use]
    pub fn arg_type(&self, index: usize) -> Option<ValueType> {
        let fits = self.max_args.is_none_or(|max| index < max);
        self.args
            .get(index)
            .or_else(|| self.args.last().filter(|_| fits))
            .copied()
    }

    /// Whether it takes a range vector: `rate`, `avg_over_time`.
    #[must_use]
    pub fn takes_range(&self) -> bool {
        self.args.contains(&Range)
    }

    /// How it is called: `clamp(vector, scalar, scalar)`.
    #[must_use]
    pub fn signature(&self) -> std::string::String {
        let mut text = format!("{}(", self.name);
        for (index, arg) in self.args.iter().enumerate() {
            let open = if index >= self.min_args { "[" } else { "" };
            let separator = if index > 0 { ", " } else { "" };
            let close = if index >= self.min_args { "]" } else { "" };
            let word = match arg {
                Scalar => "scalar",
                Vector => "vector",
                Range => "range",
                String => "string",
                ValueType::Unknown => "any",
            };
            text.push_str(&format!("{open}{separator}{word}{close}"));
        }
        if self.max_args.is_none_or(|max| max > self.args.len()) {
            text.push_str(", …");
        }
        text.push(')');
        text
    }

    const fn experimental(mut self) -> Self {
        self.experimental = true;
        self
    }

    const fn optional(mut self, count: usize) -> Self {
        self.min_args = self.args.len() - count;
        self
    }

    const fn at_least(mut self, min: usize, max: Option<usize>) -> Self {
        self.min_args = min;
        self.max_args = max;
        self
    }

    const fn returns(mut self, returns: ValueType) -> Self {
        self.returns = returns;
        self
    }
}

/// A function of a fixed number of arguments that gives an instant vector.
const fn function(name: &'static str, args: &'static [ValueType], doc: &'static str) -> Function {
    let (min_args, max_args) = (args.len(), Some(args.len()));
    Function {
        name,
        args,
        min_args,
        max_args,
        returns: Vector,
        experimental: false,
        doc,
    }
}

const fn of_vector(name: &'static str, doc: &'static str) -> Function {
    function(name, &[Vector], doc)
}

const fn of_range(name: &'static str, doc: &'static str) -> Function {
    function(name, &[Range], doc)
}

/// A function of times: of now where it has no argument.
const fn of_time(name: &'static str, doc: &'static str) -> Function {
    of_vector(name, doc).optional(1)
}

const fn scalar(name: &'static str, args: &'static [ValueType], doc: &'static str) -> Function {
    function(name, args, doc).returns(Scalar)
}

/// The function of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    ALL.binary_search_by(|function| function.name.cmp(name))
        .ok()
        .map(|index| &ALL[index])
}

/// Whether the function's value depends on the time of the evaluation even where its arguments do not.
#[must_use]
pub fn depends_on_time(name: &str) -> bool {
    matches!(
        name,
        "day_of_month"
            | "day_of_week"
            | "day_of_year"
            | "days_in_month"
            | "hour"
            | "minute"
            | "month"
            | "predict_linear"
            | "start_timestamp"
            | "time"
            | "timestamp"
            | "year"
    )
}

/// All functions, by name.
pub static ALL: &[Function] = &[
    of_vector("abs", "The absolute value."),
    of_vector("absent", "1 if there are no series, nothing if there are."),
    of_range(
        "absent_over_time",
        "1 if the range has no series, nothing if it has.",
    ),
    of_vector("acos", "The arccosine."),
    of_vector("acosh", "The inverse hyperbolic cosine."),
    of_vector("asin", "The arcsine."),
    of_vector("asinh", "The inverse hyperbolic sine."),
    of_vector("atan", "The arctangent."),
    of_vector("atanh", "The inverse hyperbolic tangent."),
    of_range("avg_over_time", "The average of the samples in the range."),
    of_vector("ceil", "The value rounded up to a whole number."),
    of_range("changes", "How often the value changed within the range."),
    function(
        "clamp",
        &[Vector, Scalar, Scalar],
        "The value, kept between a minimum and a maximum.",
    ),
    function(
        "clamp_max",
        &[Vector, Scalar],
        "The value, but at most the maximum.",
    ),
    function(
        "clamp_min",
        &[Vector, Scalar],
        "The value, but at least the minimum.",
    ),
    of_vector("cos", "The cosine."),
    of_vector("cosh", "The hyperbolic cosine."),
    of_range("count_over_time", "How many samples the range has."),
    of_time("day_of_month", "The day of the month, 1 to 31, in UTC."),
    of_time(
        "day_of_week",
        "The day of the week, 0 (Sunday) to 6, in UTC.",
    ),
    of_time("day_of_year", "The day of the year, 1 to 366, in UTC."),
    of_time(
        "days_in_month",
        "How many days the month has, 28 to 31, in UTC.",
    ),
    of_vector("deg", "Radians as degrees."),
    of_range(
        "delta",
        "By how much a gauge differs between the ends of the range.",
    ),
    of_range(
        "deriv",
        "The change per second of a gauge, by linear regression.",
    ),
    function(
        "double_exponential_smoothing",
        &[Range, Scalar, Scalar],
        "A gauge, smoothed by a smoothing and a trend factor.",
    )
    .experimental(),
    scalar(
        "end",
        &[],
        "The end of the query's range, in seconds since 1970.",
    )
    .experimental(),
    of_vector("exp", "e to the power of the value."),
    of_range("first_over_time", "The first sample in the range."),
    of_vector("floor", "The value rounded down to a whole number."),
    of_vector(
        "histogram_avg",
        "The average of the observations of a native histogram.",
    ),
    of_vector(
        "histogram_count",
        "The number of observations of a native histogram.",
    ),
    function(
        "histogram_fraction",
        &[Scalar, Scalar, Vector],
        "The share of a histogram's observations between two values.",
    ),
    function(
        "histogram_quantile",
        &[Scalar, Vector],
        "The φ-quantile of a classic or native histogram.",
    ),
    function(
        "histogram_quantiles",
        &[Vector, String, Scalar, Scalar],
        "Several quantiles of a histogram; the label tells them apart.",
    )
    .at_least(3, Some(12))
    .experimental(),
    of_vector(
        "histogram_stddev",
        "The standard deviation of a native histogram's observations.",
    ),
    of_vector(
        "histogram_stdvar",
        "The variance of a native histogram's observations.",
    ),
    of_vector(
        "histogram_sum",
        "The sum of the observations of a native histogram.",
    ),
    of_time("hour", "The hour, 0 to 23, in UTC."),
    of_range(
        "idelta",
        "The difference between the last two samples of a gauge.",
    ),
    of_range("increase", "By how much a counter grew within the range."),
    function(
        "info",
        &[Vector, Vector],
        "The series with labels of matching info metrics added.",
    )
    .optional(1)
    .experimental(),
    of_range(
        "irate",
        "The growth per second of a counter, from its last two samples.",
    ),
    function(
        "label_join",
        &[Vector, String, String, String],
        "Sets a label to the values of other labels, joined by a separator.",
    )
    .at_least(3, None),
    function(
        "label_replace",
        &[Vector, String, String, String, String],
        "Sets a label from another one's value by a regular expression.",
    ),
    of_range("last_over_time", "The last sample in the range."),
    of_vector("ln", "The natural logarithm."),
    of_vector("log10", "The logarithm to base 10."),
    of_vector("log2", "The logarithm to base 2."),
    of_range(
        "mad_over_time",
        "The median absolute deviation of the samples in the range.",
    )
    .experimental(),
    scalar("max_of", &[Scalar, Scalar], "The larger of two numbers.").experimental(),
    of_range("max_over_time", "The largest sample in the range."),
    scalar("min_of", &[Scalar, Scalar], "The smaller of two numbers.").experimental(),
    of_range("min_over_time", "The smallest sample in the range."),
    of_time("minute", "The minute, 0 to 59, in UTC."),
    of_time("month", "The month, 1 to 12, in UTC."),
    scalar("pi", &[], "π."),
    function(
        "predict_linear",
        &[Range, Scalar],
        "The value of a gauge so many seconds from now, by linear regression.",
    ),
    of_range(
        "present_over_time",
        "1 for each series that has a sample in the range.",
    ),
    function(
        "quantile_over_time",
        &[Scalar, Range],
        "The φ-quantile of the samples in the range.",
    ),
    of_vector("rad", "Degrees as radians."),
    scalar("range", &[], "The length of the query's range, in seconds.").experimental(),
    of_range(
        "rate",
        "The growth per second of a counter, averaged over the range.",
    ),
    of_range("resets", "How often a counter was reset within the range."),
    function(
        "round",
        &[Vector, Scalar],
        "The value rounded to a whole number or a multiple.",
    )
    .optional(1),
    scalar(
        "scalar",
        &[Vector],
        "The value of the only series, NaN if there is not exactly one.",
    ),
    of_vector("sgn", "The sign of the value: 1, 0 or -1."),
    of_vector("sin", "The sine."),
    of_vector("sinh", "The hyperbolic sine."),
    of_vector("sort", "The series ordered by value, ascending."),
    function(
        "sort_by_label",
        &[Vector, String],
        "The series ordered by labels, ascending.",
    )
    .at_least(1, None)
    .experimental(),
    function(
        "sort_by_label_desc",
        &[Vector, String],
        "The series ordered by labels, descending.",
    )
    .at_least(1, None)
    .experimental(),
    of_vector("sort_desc", "The series ordered by value, descending."),
    of_vector("sqrt", "The square root."),
    scalar(
        "start",
        &[],
        "The start of the query's range, in seconds since 1970.",
    )
    .experimental(),
    of_vector(
        "start_timestamp",
        "When the series began, in seconds since 1970.",
    )
    .experimental(),
    of_range(
        "stddev_over_time",
        "The population standard deviation of the samples in the range.",
    ),
    of_range(
        "stdvar_over_time",
        "The population variance of the samples in the range.",
    ),
    scalar("step", &[], "The step of the query, in seconds.").experimental(),
    of_range("sum_over_time", "The sum of the samples in the range."),
    of_vector("tan", "The tangent."),
    of_vector("tanh", "The hyperbolic tangent."),
    scalar(
        "time",
        &[],
        "The time of the evaluation, in seconds since 1970.",
    ),
    of_vector(
        "timestamp",
        "When the sample was taken, in seconds since 1970.",
    ),
    of_range(
        "ts_of_first_over_time",
        "When the first sample of the range was taken.",
    )
    .experimental(),
    of_range(
        "ts_of_last_over_time",
        "When the last sample of the range was taken.",
    )
    .experimental(),
    of_range(
        "ts_of_max_over_time",
        "When the last largest sample of the range was taken.",
    )
    .experimental(),
    of_range(
        "ts_of_min_over_time",
        "When the last smallest sample of the range was taken.",
    )
    .experimental(),
    function(
        "vector",
        &[Scalar],
        "The number as a vector of one series without labels.",
    ),
    of_time("year", "The year, in UTC."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_whole() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(ALL.len(), 90);
        assert_eq!(
            ALL.iter().filter(|function| function.experimental).count(),
            17
        );
        for function in ALL {
            assert_eq!(find(function.name), Some(function));
            assert!(function.doc.ends_with('.'), "{}", function.name);
        }
        assert_eq!(find("Rate"), None);
    }

    #[test]
    fn signatures_read_like_calls() {
        let signature = |name| find(name).unwrap().signature();
        assert_eq!(signature("rate"), "rate(range)");
        assert_eq!(signature("round"), "round(vector[, scalar])");
        assert_eq!(signature("hour"), "hour([vector])");
        assert_eq!(
            signature("label_join"),
            "label_join(vector, string, string[, string], …)"
        );
        assert_eq!(find("label_join").unwrap().arg_type(9), Some(String));
        assert_eq!(find("rate").unwrap().arg_type(1), None);
    }
}
