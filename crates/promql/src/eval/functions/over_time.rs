//! `…_over_time`: the samples of a range as one value.

use super::range::{Over, RangeFunction, Window};
use super::seconds;
use crate::eval::select::Floats;
use crate::eval::{Annotation, EvalError, FloatHistogram, Value};
use crate::histogram::{
    Aggregate, HistogramMean, HistogramSum, IncompatibleSchemas, Kahan, Number,
};

type Outcome = Result<Option<Value>, EvalError>;

/// The function of that name.
pub(super) fn find(name: &str) -> Option<RangeFunction> {
    Some(match name {
        "avg_over_time" => avg,
        "sum_over_time" => sum,
        "count_over_time" => {
            |_, window| number(count(window.floats.len() + window.histograms.len()))
        }
        "present_over_time" | "absent_over_time" => |_, _| number(1.0),
        "first_over_time" => first,
        "last_over_time" => last,
        "min_over_time" => {
            |over, window| extreme(over, window, |value, best| value < best, value_of)
        }
        "max_over_time" => {
            |over, window| extreme(over, window, |value, best| value > best, value_of)
        }
        "ts_of_min_over_time" => {
            |over, window| extreme(over, window, |value, best| value <= best, time_of)
        }
        "ts_of_max_over_time" => {
            |over, window| extreme(over, window, |value, best| value >= best, time_of)
        }
        "ts_of_first_over_time" => |_, window| {
            let times = [window.floats.times.first(), window.histograms.times.first()];
            Ok(times
                .into_iter()
                .flatten()
                .min()
                .map(|time| Value::Float(seconds(*time))))
        },
        "ts_of_last_over_time" => |_, window| {
            let times = [window.floats.times.last(), window.histograms.times.last()];
            Ok(times
                .into_iter()
                .flatten()
                .max()
                .map(|time| Value::Float(seconds(*time))))
        },
        "stddev_over_time" => |over, window| variance(over, window, f64::sqrt),
        "stdvar_over_time" => |over, window| variance(over, window, |variance| variance),
        "quantile_over_time" => quantile_over_time,
        "mad_over_time" => mad,
        _ => return None,
    })
}

fn number(value: f64) -> Outcome {
    Ok(Some(Value::Float(value)))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "there are fewer samples than 2^53"
)]
fn count(samples: usize) -> f64 {
    samples as f64
}

/// Whether the window has both kinds of samples, which is said.
fn mixed(over: &Over<'_>, window: &Window<'_>) -> bool {
    let mixed = !window.floats.is_empty() && !window.histograms.is_empty();
    if mixed {
        over.note(Annotation::mixed_floats_histograms(
            over.metric(),
            over.span,
        ));
    }
    mixed
}

fn sum(over: &Over<'_>, window: &Window<'_>) -> Outcome {
    if mixed(over, window) {
        return Ok(None);
    }
    if window.floats.is_empty() {
        return Ok(histograms(
            over,
            window,
            HistogramSum::new,
            HistogramSum::add,
            HistogramSum::finish,
        ));
    }
    let sum = over.running.sum(window);
    number(if sum.sum.is_infinite() {
        sum.sum
    } else {
        sum.total()
    })
}

fn avg(over: &Over<'_>, window: &Window<'_>) -> Outcome {
    if mixed(over, window) {
        return Ok(None);
    }
    if window.floats.is_empty() {
        return Ok(histograms(
            over,
            window,
            HistogramMean::new,
            HistogramMean::add,
            HistogramMean::finish,
        ));
    }
    number(over.running.mean(window).mean())
}

/// The sum or mean of the histograms of a window.
fn histograms<T>(
    over: &Over<'_>,
    window: &Window<'_>,
    new: impl Fn(&FloatHistogram) -> T,
    add: impl Fn(&mut T, &FloatHistogram) -> Result<(), IncompatibleSchemas>,
    finish: impl Fn(&T) -> Aggregate,
) -> Option<Value> {
    let (first, others) = window.histograms.values.split_first()?;
    let mut sum = new(first);
    for histogram in others {
        if add(&mut sum, histogram).is_err() {
            over.note(Annotation::mixed_exponential_custom(
                over.metric(),
                over.span,
            ));
            return None;
        }
    }
    let Aggregate {
        histogram,
        combined,
    } = finish(&sum);
    if combined.hints_collide {
        over.note(Annotation::counter_reset_collision(
            "aggregation",
            over.span,
        ));
    }
    if combined.bounds_reconciled {
        over.note(Annotation::mismatched_custom_buckets(
            "aggregation",
            over.span,
        ));
    }
    Some(histogram.into())
}

/// A mean that becomes one of running means once the sum would overflow.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::eval) struct Mean {
    sum: Kahan,
    pub count: f64,
    running: bool,
}

impl Mean {
    pub fn add(&mut self, value: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.sum.sum = value;
            return;
        }
        if !self.running {
            let mut sum = self.sum;
            sum.add(value);
            if !sum.sum.is_infinite() {
                self.sum = sum;
                return;
            }
            self.running = true;
            self.sum.sum /= self.count - 1.0;
            self.sum.lost /= self.count - 1.0;
        }
        let part = (self.count - 1.0) / self.count;
        self.sum.sum *= part;
        self.sum.lost *= part;
        self.sum.add(value / self.count);
    }

    pub fn mean(self) -> f64 {
        if self.running {
            self.sum.total()
        } else {
            self.sum.sum / self.count + self.sum.lost / self.count
        }
    }
}

fn first(_: &Over<'_>, window: &Window<'_>) -> Outcome {
    let (floats, histograms) = (window.floats, window.histograms);
    Ok(match (floats.times.first(), histograms.times.first()) {
        (Some(float), Some(histogram)) if float < histogram => Some(Value::Float(floats.values[0])),
        (_, Some(_)) => Some(Value::Histogram(histograms.values[0].clone())),
        (Some(_), None) => Some(Value::Float(floats.values[0])),
        (None, None) => None,
    })
}

fn last(_: &Over<'_>, window: &Window<'_>) -> Outcome {
    let (floats, histograms) = (window.floats, window.histograms);
    let float = floats.values.last().map(|value| Value::Float(*value));
    let histogram = histograms
        .values
        .last()
        .map(|it| Value::Histogram(it.clone()));
    Ok(if floats.times.last() > histograms.times.last() {
        float
    } else {
        histogram.or(float)
    })
}

fn value_of(floats: Floats<'_>, at: usize) -> f64 {
    floats.values[at]
}

fn time_of(floats: Floats<'_>, at: usize) -> f64 {
    seconds(floats.times[at])
}

/// The number that is better than all others; any is better than NaN.
fn extreme(
    over: &Over<'_>,
    window: &Window<'_>,
    better: impl Fn(f64, f64) -> bool,
    of: impl Fn(Floats<'_>, usize) -> f64,
) -> Outcome {
    let floats = window.floats;
    if floats.is_empty() {
        return Ok(None);
    }
    over.note_ignored_histograms(window);
    let mut best = 0;
    for (at, value) in floats.values.iter().enumerate() {
        let known = floats.values[best];
        if better(*value, known) || known.is_nan() {
            best = at;
        }
    }
    number(of(floats, best))
}

/// By Welford's method, with sums that keep what rounding loses.
fn variance(over: &Over<'_>, window: &Window<'_>, of: impl Fn(f64) -> f64) -> Outcome {
    if window.floats.is_empty() {
        return Ok(None);
    }
    over.note_ignored_histograms(window);
    let (mut mean, mut squares) = (Kahan::default(), Kahan::default());
    let mut count = 0.0;
    for value in window.floats.values {
        count += 1.0;
        let delta = value - mean.total();
        mean.add(delta / count);
        squares.add(delta * (value - mean.total()));
    }
    number(of(squares.total() / count))
}

fn quantile_over_time(over: &Over<'_>, window: &Window<'_>) -> Outcome {
    if window.floats.is_empty() {
        return Ok(None);
    }
    let q = window.params[0];
    if !(0.0..=1.0).contains(&q) {
        over.note(Annotation::invalid_quantile(q, over.span));
    }
    over.note_ignored_histograms(window);
    number(quantile(q, &mut window.floats.values.to_vec()))
}

/// The median distance from the median.
fn mad(over: &Over<'_>, window: &Window<'_>) -> Outcome {
    if window.floats.is_empty() {
        return Ok(None);
    }
    over.note_ignored_histograms(window);
    let mut values = window.floats.values.to_vec();
    if values.iter().any(|value| value.is_nan()) {
        return number(f64::NAN);
    }
    let median = quantile(0.5, &mut values);
    values
        .iter_mut()
        .for_each(|value| *value = (*value - median).abs());
    number(quantile(0.5, &mut values))
}

/// The φ-quantile, which sorts the values; between two of them on the line that joins them.
pub(in crate::eval) fn quantile(q: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    values.sort_unstable_by(|a, b| b.is_nan().cmp(&a.is_nan()).then_with(|| a.total_cmp(b)));
    let last = values.len() - 1;
    let rank = q * count(last);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the number of values"
    )]
    let lower = rank.floor() as usize;
    let weight = rank - rank.floor();
    values[lower] * (1.0 - weight) + values[(lower + 1).min(last)] * weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_does_not_overflow() {
        let mut mean = Mean::default();
        for _ in 0..3 {
            mean.add(f64::MAX);
        }
        assert!(mean.mean() > 0.999 * f64::MAX && mean.mean().is_finite());
    }

    #[test]
    fn quantiles_lie_between_values() {
        let mut values = [3.0, 1.0, 2.0, f64::NAN];
        assert!(quantile(0.0, &mut values).is_nan());
        assert_eq!(quantile(1.0, &mut values), 3.0);
        assert_eq!(quantile(0.5, &mut [1.0, 2.0]), 1.5);
        assert_eq!(quantile(-1.0, &mut [1.0]), f64::NEG_INFINITY);
        assert!(quantile(0.5, &mut []).is_nan());
    }
}
