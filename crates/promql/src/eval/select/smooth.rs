//! `anchored` and `smoothed`: samples from beyond the edges of a range, and values between samples.

use super::{Cursor, Floats, Histograms, RangeSeries};
use crate::Span;
use crate::ast::Extended;
use crate::eval::evaluator::Evaluator;
use crate::eval::plan::Selector;
use crate::eval::storage::StoredSeries;
use crate::eval::value::Series;
use crate::eval::{Annotation, EvalError, FloatHistogram, Value};
use crate::histogram::CounterResetHint;

/// A value on the line between two samples. A counter that was reset between them is taken to have
/// begun at 0.
pub(in crate::eval) fn between(
    before: (i64, f64),
    after: (i64, f64),
    time: i64,
    counter: bool,
) -> f64 {
    let from = if counter && after.1 < before.1 {
        0.0
    } else {
        before.1
    };
    from + (after.1 - from) * millis(time - before.0) / millis(after.0 - before.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus computes with floats"
)]
fn millis(duration: i64) -> f64 {
    duration as f64
}

/// A histogram on the line between two; nothing where they cannot be combined.
pub(in crate::eval) fn histogram_between(
    evaluator: &Evaluator<'_>,
    span: Span,
    metric: &str,
    before: (i64, &FloatHistogram),
    after: (i64, &FloatHistogram),
    time: i64,
    counter: bool,
) -> Option<FloatHistogram> {
    if time == before.0 {
        return Some(before.1.clone());
    }
    if time == after.0 {
        return Some(after.1.clone());
    }
    let fraction = millis(time - before.0) / millis(after.0 - before.0);
    let mut result = after.1.clone();
    if counter && after.1.detect_reset(before.1) {
        result.mul(fraction);
        return Some(result);
    }
    let subtracted = result.sub(before.1);
    if let Ok(combined) = subtracted {
        if combined.bounds_reconciled {
            evaluator.note(Annotation::mismatched_custom_buckets("subtraction", span));
        }
        result.mul(fraction);
        if let Ok(combined) = result.add(before.1) {
            if combined.bounds_reconciled {
                evaluator.note(Annotation::mismatched_custom_buckets("addition", span));
            }
            return Some(result);
        }
    }
    evaluator.note(Annotation::mixed_exponential_custom(metric, span));
    None
}

/// A smoothed instant vector selector: values between the samples around each step.
pub(super) fn instant(
    evaluator: &Evaluator<'_>,
    stored: &StoredSeries,
    selector: &Selector,
    span: Span,
) -> Option<Series> {
    let steps = evaluator.steps;
    let lookback = evaluator.options.lookback;
    let (floats, histograms) = (
        stored.floats.without_stale(),
        stored.histograms.without_stale(),
    );
    let [mut first, mut last, mut first_histogram, mut last_histogram] = [Cursor::default(); 4];
    let mut series = Series::new(stored.labels.clone());
    for step in 0..steps.count {
        let time = selector.shift.time(steps.time(step));
        let from = first.after(&floats.times, time - lookback);
        let to = last.after(&floats.times, time + lookback);
        let seen = floats.samples().slice(from, to.max(from));
        let from = first_histogram.after(&histograms.times, time - lookback);
        let to = last_histogram.after(&histograms.times, time + lookback);
        let seen_histograms = histograms.samples().slice(from, to.max(from));
        let metric = stored.labels.metric_name();
        let value = match (seen.is_empty(), seen_histograms.is_empty()) {
            (false, false) => {
                evaluator.note(Annotation::mixed_floats_histograms(metric, span));
                None
            }
            (_, true) => smoothed_at(seen, time).map(Value::Float),
            (true, false) => smoothed_histogram_at(evaluator, seen_histograms, time, metric, span)
                .map(Value::from),
        };
        if let Some(value) = value {
            series.set(step, value, steps.count);
        }
    }
    (!series.floats.is_empty() || !series.histograms.is_empty()).then_some(series)
}

fn smoothed_histogram_at(
    evaluator: &Evaluator<'_>,
    seen: Histograms<'_>,
    time: i64,
    metric: &str,
    span: Span,
) -> Option<FloatHistogram> {
    let next = seen.times.partition_point(|at| *at < time);
    if seen.times.get(next) == Some(&time) {
        return Some(FloatHistogram::clone(&seen.values[next]));
    }
    let before = next.checked_sub(1)?;
    let (from, to) = (&seen.values[before], seen.values.get(next));
    let Some(to) = to else {
        // The hint is of a sample, not of a value that is held.
        let mut held = FloatHistogram::clone(from);
        held.hint = CounterResetHint::Unknown;
        return Some(held);
    };
    if from.has_custom_bounds() != to.has_custom_bounds() {
        evaluator.note(Annotation::mixed_exponential_custom(metric, span));
        return None;
    }
    let gauges = from.hint == CounterResetHint::Gauge && to.hint == CounterResetHint::Gauge;
    let (from, to) = ((seen.times[before], &**from), (seen.times[next], &**to));
    histogram_between(evaluator, span, metric, from, to, time, !gauges)
}

fn smoothed_at(seen: Floats<'_>, time: i64) -> Option<f64> {
    let next = seen.times.partition_point(|at| *at < time);
    let point = |at: usize| (seen.times[at], seen.values[at]);
    if seen.times.get(next) == Some(&time) {
        Some(seen.values[next])
    } else if next == 0 {
        None
    } else if next < seen.len() {
        Some(between(point(next - 1), point(next), time, false))
    } else {
        Some(seen.values[next - 1])
    }
}

/// The samples of a range with values at its edges, as the result of an instant query.
pub(super) fn whole(
    series: &RangeSeries<'_>,
    (first, last): (i64, i64),
    lookback: i64,
    extended: Extended,
    span: Span,
) -> Result<Vec<(i64, Value)>, EvalError> {
    let smoothed = extended == Extended::Smoothed;
    let end = if smoothed { last + lookback } else { last };
    let inside = |times: &[i64]| {
        let from = times.partition_point(|at| *at <= first - lookback);
        (from, times.partition_point(|at| *at <= end).max(from))
    };
    let (from, to) = inside(series.histograms.times);
    if from < to {
        let modifier = if smoothed { "smoothed" } else { "anchored" };
        let message = format!("{modifier} modifier is not supported with histograms");
        return Err(EvalError::new(span, message));
    }
    let (from, to) = inside(series.floats.times);
    let floats = series.floats.slice(from, to);
    let Some(edges) = edges(floats, first, last, smoothed, false) else {
        return Ok(Vec::new());
    };
    let mut points = vec![(first, Value::Float(edges.left))];
    let inner = floats.times[edges.inner.clone()]
        .iter()
        .zip(&floats.values[edges.inner]);
    points.extend(inner.map(|(time, value)| (*time, Value::Float(*value))));
    points.push((last, Value::Float(edges.right)));
    Ok(points)
}

/// The values at the edges of a range, and the samples between.
pub(in crate::eval) struct Edges {
    pub left: f64,
    pub right: f64,
    pub inner: std::ops::Range<usize>,
}

/// Nothing where no sample is after the beginning of the range.
pub(in crate::eval) fn edges(
    floats: Floats<'_>,
    start: i64,
    end: i64,
    smoothed: bool,
    counter: bool,
) -> Option<Edges> {
    let (times, values) = (floats.times, floats.values);
    let (mut first, mut last) = edge_samples(times, start, end, smoothed)?;
    let point = |at: usize| (times[at], values[at]);
    let left = if smoothed && times[first] < start {
        between(point(first), point(first + 1), start, counter)
    } else {
        values[first]
    };
    let right = if smoothed && last > 0 && times[last] > end {
        between(point(last - 1), point(last), end, counter)
    } else {
        values[last]
    };
    if times[first] <= start {
        first += 1;
    }
    // One past the last sample inside.
    last += usize::from(times[last] < end);
    Some(Edges {
        left,
        right,
        inner: first..last.max(first),
    })
}

/// The samples at or around the edges of a range: the last one at its beginning or before (else the first
/// one), and the last one (of a smoothed range the first one at its end or after).
pub(in crate::eval) fn edge_samples(
    times: &[i64],
    start: i64,
    end: i64,
    smoothed: bool,
) -> Option<(usize, usize)> {
    let mut last = times.len().checked_sub(1)?;
    let first = times[..last]
        .partition_point(|at| *at <= start)
        .saturating_sub(1);
    if smoothed {
        last = times[..last].partition_point(|at| *at < end);
    }
    (times[last] > start && !(smoothed && times[first] > end)).then_some((first, last))
}
