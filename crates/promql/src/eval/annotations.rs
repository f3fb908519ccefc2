//! What a query's author should know of its evaluation: warnings and infos, in Prometheus' words.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::number::short;
use crate::Span;

/// How serious an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The result is probably not what was asked for.
    Warning,
    /// The query is probably not what was meant.
    Info,
}

/// A warning or an info.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// How serious it is.
    pub level: Level,
    /// What it says, without level and place.
    pub message: String,
    /// The part of the query that it is about.
    pub span: Span,
    details: Details,
}

/// What is counted together of annotations that say the same.
#[derive(Clone, Debug, PartialEq, Default)]
enum Details {
    #[default]
    None,
    Monotonicity {
        buckets: (f64, f64),
        max_difference: f64,
        samples: usize,
        times: (i64, i64),
    },
    Overlaps(usize),
}

impl Annotation {
    fn new(level: Level, span: Span, message: String) -> Self {
        Self {
            level,
            message,
            span,
            details: Details::None,
        }
    }

    pub(super) fn warning(span: Span, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, span, message.into())
    }

    pub(super) fn info(span: Span, message: impl Into<String>) -> Self {
        Self::new(Level::Info, span, message.into())
    }

    /// As Prometheus' API words it for a query of this text:
    /// `PromQL info: metric might not be a counter, …: "up" (1:6)`.
    #[must_use]
    pub fn text(&self, query: &str) -> String {
        let mut text = self.key();
        match &self.details {
            Details::None => {}
            Details::Overlaps(count) => {
                if *count > 1 {
                    let _ = write!(text, " ({count} occurrences)");
                }
            }
            Details::Monotonicity {
                buckets: (min, max),
                max_difference,
                samples,
                times: (from, to),
            } => {
                let _ = write!(
                    text,
                    ", from buckets {} to {}, with a max diff of {}, over {samples} samples from {} to {}",
                    short(*min),
                    short(*max),
                    super::number::digits(*max_difference, 2),
                    super::functions::date::rfc3339(*from),
                    super::functions::date::rfc3339(*to),
                );
            }
        }
        let _ = write!(text, " ({})", position(query, self.span));
        text
    }

    /// What tells annotations apart: those of one text are one.
    fn key(&self) -> String {
        let level = match self.level {
            Level::Warning => "warning",
            Level::Info => "info",
        };
        format!("PromQL {level}: {}", self.message)
    }
}

/// Line and column, counted from 1, the column in bytes.
fn position(query: &str, span: Span) -> String {
    let before = query.get(..span.start as usize).unwrap_or(query);
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
    format!("{line}:{column}")
}

/// The annotations of a query, each text once.
#[derive(Clone, Debug, Default)]
pub struct Annotations(BTreeMap<String, Annotation>);

impl Annotations {
    /// All of them, infos before warnings, by their text.
    pub fn iter(&self) -> impl Iterator<Item = &Annotation> {
        self.0.values()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of the level.
    pub fn of(&self, level: Level) -> impl Iterator<Item = &Annotation> {
        self.iter()
            .filter(move |annotation| annotation.level == level)
    }

    pub(super) fn add(&mut self, annotation: Annotation) {
        match self.0.entry(annotation.key()) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(annotation);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.details.merge(&annotation.details);
                known.span = annotation.span;
            }
        }
    }
}

impl Details {
    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Overlaps(count), Self::Overlaps(more)) => *count += more,
            (
                Self::Monotonicity {
                    buckets,
                    max_difference,
                    samples,
                    times,
                },
                Self::Monotonicity {
                    buckets: other_buckets,
                    max_difference: other_difference,
                    samples: more,
                    times: other_times,
                },
            ) => {
                *buckets = (
                    buckets.0.min(other_buckets.0),
                    buckets.1.max(other_buckets.1),
                );
                *max_difference = max_difference.max(*other_difference);
                *samples += more;
                *times = (times.0.min(other_times.0), times.1.max(other_times.1));
            }
            _ => {}
        }
    }
}

/// The annotations that there are. Spans are those of the argument or operand they are about.
impl Annotation {
    pub(super) fn invalid_quantile(q: f64, span: Span) -> Self {
        let q = short(q);
        Self::warning(
            span,
            format!("quantile value should be between 0 and 1, got {q}"),
        )
    }

    pub(super) fn invalid_ratio(ratio: f64, to: f64, span: Span) -> Self {
        let (ratio, to) = (short(ratio), short(to));
        let message =
            format!("ratio value should be between -1 and 1, got {ratio}, capping to {to}");
        Self::warning(span, message)
    }

    pub(super) fn bad_bucket_label(metric: &str, value: &str, span: Span) -> Self {
        let message =
            format!("bucket label \"le\" is missing or has a malformed value of {value:?}");
        Self::warning(span, for_metric(message, metric))
    }

    pub(super) fn mixed_floats_histograms(metric: &str, span: Span) -> Self {
        let message =
            format!("encountered a mix of histograms and floats for metric name {metric:?}");
        Self::warning(span, message)
    }

    pub(super) fn mixed_floats_histograms_in_aggregation(span: Span) -> Self {
        Self::warning(
            span,
            "encountered a mix of histograms and floats for aggregation",
        )
    }

    pub(super) fn mixed_classic_native(metric: &str, span: Span) -> Self {
        let message = "vector contains a mix of classic and native histograms".to_owned();
        Self::warning(span, for_metric(message, metric))
    }

    pub(super) fn not_a_counter_histogram(metric: &str, span: Span) -> Self {
        let message = format!("this native histogram metric is not a counter: {metric:?}");
        Self::warning(span, message)
    }

    pub(super) fn not_a_gauge_histogram(metric: &str, span: Span) -> Self {
        let message = format!("this native histogram metric is not a gauge: {metric:?}");
        Self::warning(span, message)
    }

    pub(super) fn mixed_exponential_custom(metric: &str, span: Span) -> Self {
        let message = "vector contains a mix of histograms with exponential and custom buckets schemas \
                       for metric name";
        Self::warning(span, format!("{message} {metric:?}"))
    }

    pub(super) fn incompatible_buckets(operator: &str, span: Span) -> Self {
        let message =
            format!("incompatible bucket layout encountered for binary operator {operator}");
        Self::warning(span, message)
    }

    pub(super) fn sort_in_range_query(span: Span) -> Self {
        let message =
            "sort is ineffective for range queries since results are always ordered by labels";
        Self::warning(span, message)
    }

    pub(super) fn possible_non_counter(metric: &str, span: Span) -> Self {
        let message =
            "metric might not be a counter, name does not end in _total/_sum/_count/_bucket:";
        Self::info(span, format!("{message} {metric:?}"))
    }

    pub(super) fn possible_non_counter_label(metric: &str, kind: &str, span: Span) -> Self {
        let message = "metric might not be a counter, __type__ label is not set to \"counter\" or \
                       \"histogram\"";
        Self::info(span, format!("{message}, got {kind:?}: {metric:?}"))
    }

    /// Bounds of the first and last bucket that was raised, and by how much at most.
    pub(super) fn forced_monotonicity(
        metric: &str,
        span: Span,
        time: i64,
        buckets: (f64, f64),
        max_difference: f64,
    ) -> Self {
        let message = "input to histogram_quantile needed to be fixed for monotonicity (see \
                       https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)";
        let mut annotation = Self::info(span, for_metric(message.to_owned(), metric));
        annotation.details = Details::Monotonicity {
            buckets,
            max_difference,
            samples: 1,
            times: (time, time),
        };
        annotation
    }

    pub(super) fn incompatible_types(left: &str, operator: &str, right: &str, span: Span) -> Self {
        let message = "incompatible sample types encountered for binary operator";
        Self::info(
            span,
            format!("{message} {operator:?}: {left} {operator} {right}"),
        )
    }

    pub(super) fn histogram_ignored_in_aggregation(aggregation: &str, span: Span) -> Self {
        Self::info(
            span,
            format!("ignored histogram in {aggregation} aggregation"),
        )
    }

    pub(super) fn histogram_ignored_in_mixed_range(metric: &str, span: Span) -> Self {
        let message =
            "ignored histograms in a range containing both floats and histograms for metric name";
        Self::info(span, format!("{message} {metric:?}"))
    }

    pub(super) fn quantile_is_nan(metric: &str, span: Span) -> Self {
        let message = "input to histogram_quantile has NaN observations, result is NaN".to_owned();
        Self::info(span, for_metric(message, metric))
    }

    pub(super) fn quantile_is_skewed(metric: &str, span: Span) -> Self {
        let message = "input to histogram_quantile has NaN observations, result is skewed higher";
        Self::info(span, for_metric(message.to_owned(), metric))
    }

    pub(super) fn fraction_excludes_nan(metric: &str, span: Span) -> Self {
        let message = "input to histogram_fraction has NaN observations, which are excluded from all \
                       fractions";
        Self::info(span, for_metric(message.to_owned(), metric))
    }

    /// The operation is `addition`, `subtraction` or `aggregation`.
    pub(super) fn counter_reset_collision(operation: &str, span: Span) -> Self {
        let message = format!("conflicting counter resets during histogram {operation}");
        Self::warning(span, message)
    }

    /// The operation is `addition`, `subtraction` or `aggregation`.
    pub(super) fn mismatched_custom_buckets(operation: &str, span: Span) -> Self {
        let message = format!("mismatched custom buckets were reconciled during {operation}");
        Self::info(span, message)
    }

    pub(super) fn start_time_overlap(metric: &str, span: Span) -> Self {
        let message =
            "sample has start time that overlaps with previous sample timestamp for metric";
        let mut annotation = Self::warning(span, format!("{message} {metric:?}"));
        annotation.details = Details::Overlaps(1);
        annotation
    }
}

fn for_metric(message: String, metric: &str) -> String {
    if metric.is_empty() {
        message
    } else {
        format!("{message} for metric name {metric:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_of_one_text_are_one() {
        let mut annotations = Annotations::default();
        let span = Span::new(5, 6);
        annotations.add(Annotation::start_time_overlap("m", span));
        annotations.add(Annotation::start_time_overlap("m", span));
        annotations.add(Annotation::invalid_quantile(2.0, span));
        let texts: Vec<_> = annotations.iter().map(|it| it.text("abs(\n m)")).collect();
        assert_eq!(
            texts,
            [
                "PromQL warning: quantile value should be between 0 and 1, got 2 (2:1)",
                "PromQL warning: sample has start time that overlaps with previous sample timestamp \
                 for metric \"m\" (2 occurrences) (2:1)",
            ]
        );
    }
}
