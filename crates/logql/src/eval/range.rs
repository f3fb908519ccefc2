//! Functions over the samples of a range.

use std::collections::BTreeMap;

use obsctl_promql::eval::{EvalError, Labels};

use super::evaluator::{Evaluator, Steps};
use super::plan::{Range, Window};
use super::stage::error;
use super::value::Sample;
use super::{ERROR, PRESERVE_ERROR};
use crate::Span;
use crate::ast::RangeOp;

/// Samples of series: times and values.
pub(super) type Samples = BTreeMap<Labels, Vec<(i64, f64)>>;

pub(super) fn steps(evaluator: &Evaluator<'_>, node: &Range) -> Result<Steps, EvalError> {
    let (from, to) = node.window.reach(evaluator.times);
    let mut samples = Samples::new();
    for (stream, entries) in evaluator.storage.select(&node.matchers, from, to) {
        for entry in entries {
            if let Some((labels, value)) = node.extractor.sample(stream, entry) {
                samples.entry(labels).or_default().push((entry.time, value));
            }
        }
    }
    node.window
        .steps(samples, evaluator.times, &node.absent, node.span)
}

impl Window {
    /// The first and the last time whose samples may count.
    pub fn reach(&self, times: &[i64]) -> (i64, i64) {
        let first = times.first().copied().unwrap_or_default();
        let last = times.last().copied().unwrap_or_default();
        let from = first.saturating_sub(self.offset).saturating_sub(self.range);
        (from, last.saturating_sub(self.offset))
    }

    /// The function's value at each time, of the samples after the begin of its window up to its end.
    pub fn steps(
        &self,
        samples: Samples,
        times: &[i64],
        absent: &Labels,
        span: Span,
    ) -> Result<Steps, EvalError> {
        let mut steps: Steps = vec![Vec::new(); times.len()];
        // The first step at which a line with an error counts.
        let mut failed: Option<(usize, Labels)> = None;
        for (labels, mut samples) in samples {
            samples.sort_by_key(|(time, _)| *time);
            let fails = labels.get(ERROR).is_some() && labels.value(PRESERVE_ERROR) != "true";
            let (mut from, mut to) = (0, 0);
            for (step, time) in times.iter().enumerate() {
                let end = time.saturating_sub(self.offset);
                let start = end.saturating_sub(self.range);
                while samples.get(to).is_some_and(|(time, _)| *time <= end) {
                    to += 1;
                }
                while from < to && samples[from].0 <= start {
                    from += 1;
                }
                if from == to {
                    continue;
                }
                if fails {
                    if failed.as_ref().is_none_or(|(first, _)| step < *first) {
                        failed = Some((step, labels.clone()));
                    }
                    break;
                }
                let value = self.value(&samples[from..to]);
                steps[step].push(Sample {
                    labels: labels.clone(),
                    value,
                });
            }
        }
        if let Some((_, labels)) = failed {
            return Err(pipeline_error(&labels, span));
        }
        if self.op == RangeOp::AbsentOverTime {
            for samples in &mut steps {
                if samples.is_empty() {
                    samples.push(Sample {
                        labels: absent.clone(),
                        value: 1.0,
                    });
                } else {
                    samples.clear();
                }
            }
        }
        Ok(steps)
    }

    /// The value of at least one sample.
    fn value(&self, samples: &[(i64, f64)]) -> f64 {
        let values = || samples.iter().map(|(_, value)| *value);
        let sum = || values().fold(0.0, |sum, value| sum + value);
        #[expect(clippy::cast_precision_loss, reason = "as Loki computes it")]
        let (seconds, count) = (self.range as f64 / 1e9, samples.len() as f64);
        match self.op {
            RangeOp::Rate if !self.unwrapped => count / seconds,
            RangeOp::Rate | RangeOp::BytesRate => sum() / seconds,
            RangeOp::RateCounter => self.rate_counter(samples),
            RangeOp::CountOverTime => count,
            RangeOp::BytesOverTime | RangeOp::SumOverTime => sum(),
            RangeOp::AvgOverTime => average(values()),
            RangeOp::MaxOverTime => {
                values().fold(
                    f64::NAN,
                    |most, it| if it > most || most.is_nan() { it } else { most },
                )
            }
            RangeOp::MinOverTime => values().fold(f64::NAN, |least, it| {
                if it < least || least.is_nan() {
                    it
                } else {
                    least
                }
            }),
            RangeOp::StddevOverTime => variance(values()).sqrt(),
            RangeOp::StdvarOverTime => variance(values()),
            RangeOp::QuantileOverTime => quantile(self.param, values().collect()),
            RangeOp::FirstOverTime => samples.first().map_or(f64::NAN, |(_, value)| *value),
            RangeOp::LastOverTime => samples.last().map_or(f64::NAN, |(_, value)| *value),
            RangeOp::AbsentOverTime => 1.0,
        }
    }

    /// The rate of a counter, as Prometheus extrapolates it to the ends of a window, but that Loki's window
    /// ends with the last sample, begins a range before the first, and that its times are nanoseconds where
    /// milliseconds are meant: only the range is in them.
    #[expect(clippy::cast_precision_loss, reason = "as Loki computes it")]
    fn rate_counter(&self, samples: &[(i64, f64)]) -> f64 {
        let ([(first_time, first), ..], [.., (last_time, last)]) = (samples, samples) else {
            return 0.0;
        };
        if samples.len() < 2 {
            return 0.0;
        }
        let mut increase = last - first;
        let mut previous = 0.0;
        for (_, value) in samples {
            if *value < previous {
                increase += previous;
            }
            previous = *value;
        }
        let mut to_start = (self.range / 1_000_000) as f64 / 1000.0;
        let sampled = (last_time - first_time) as f64 / 1000.0;
        let between = sampled / (samples.len() - 1) as f64;
        if increase > 0.0 && *first >= 0.0 {
            let to_zero = sampled * (first / increase);
            if to_zero < to_start {
                to_start = to_zero;
            }
        }
        let threshold = between * 1.1;
        let mut extrapolated = sampled;
        extrapolated += if to_start < threshold {
            to_start
        } else {
            between / 2.0
        };
        // Nothing is left behind the last sample.
        extrapolated += if 0.0 < threshold { 0.0 } else { between / 2.0 };
        increase * (extrapolated / sampled) / (self.range as f64 / 1e9)
    }
}

fn average(values: impl Iterator<Item = f64>) -> f64 {
    let (mut mean, mut count) = (0.0_f64, 0.0);
    for value in values {
        count += 1.0;
        // An infinite mean stays: what follows would make it no number.
        let same = value.is_infinite() && (mean > 0.0) == (value > 0.0);
        if mean.is_infinite() && (same || value.is_finite()) {
            continue;
        }
        mean += value / count - mean / count;
    }
    mean
}

/// The population variance, by Welford's algorithm
/// (<https://en.wikipedia.org/wiki/Algorithms_for_calculating_variance>).
fn variance(values: impl Iterator<Item = f64>) -> f64 {
    let (mut squares, mut count, mut mean) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        let delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
    }
    squares / count
}

/// The quantile of at least one value, interpolated between neighbours.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rank lies inside of the list"
)]
fn quantile(quantile: f64, mut values: Vec<f64>) -> f64 {
    if quantile < 0.0 {
        return f64::NEG_INFINITY;
    }
    if quantile > 1.0 {
        return f64::INFINITY;
    }
    values.sort_by(|a, b| b.is_nan().cmp(&a.is_nan()).then(a.total_cmp(b)));
    let last = values.len().saturating_sub(1);
    let rank = quantile * last as f64;
    let lower = (rank.floor() as usize).min(last);
    let weight = rank - rank.floor();
    values[lower] * (1.0 - weight) + values[(lower + 1).min(last)] * weight
}

fn pipeline_error(labels: &Labels, span: Span) -> EvalError {
    let kind = labels.value(ERROR);
    let message = format!(
        "pipeline error: '{kind}' for series: '{labels}': leave such lines out with \
         `| __error__!=\"{kind}\"`, or all errors with `| __error__=\"\"`, behind `unwrap` where that fails"
    );
    error(span, message)
}
