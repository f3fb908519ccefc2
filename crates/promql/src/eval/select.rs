//! Selectors: the sample that counts at each step, and the samples of ranges.

pub(super) mod smooth;
mod totals;

use std::sync::Arc;

use super::evaluator::{Evaluator, Sink};
use super::labels::Labels;
use super::plan::{Range, Selector};
use super::storage::{Samples, StoredSeries};
use super::value::{Series, is_stale};
use super::{EvalError, FloatHistogram, SeriesPoints, Value};
use crate::Span;
use crate::ast::Extended;

/// Numbers of a series that follow each other.
pub(super) type Floats<'a> = Samples<'a, f64>;
/// Histograms of a series that follow each other.
pub(super) type Histograms<'a> = Samples<'a, Arc<FloatHistogram>>;

/// Finds the first sample after a time, from times that only grow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor(usize);

impl Cursor {
    /// How many samples are at `time` or before it. Times may not go back.
    #[inline]
    pub fn after(&mut self, times: &[i64], time: i64) -> usize {
        let mut stride = 1;
        // Double the stride until beyond, then search between.
        while self.0 + stride <= times.len() && times[self.0 + stride - 1] <= time {
            self.0 += stride;
            stride *= 2;
        }
        if stride > 1 {
            let end = (self.0 + stride).min(times.len());
            self.0 += times[self.0..end].partition_point(|at| *at <= time);
        }
        self.0
    }
}

/// An instant vector selector: at each step the last sample that is not older than the lookback.
pub(super) fn instant(
    evaluator: &Evaluator<'_>,
    selector: &Selector,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    for id in &selector.series {
        let stored = evaluator.storage.get(*id);
        let series = if selector.extended == Some(Extended::Smoothed) {
            smooth::instant(evaluator, stored, selector, span)
        } else {
            column(evaluator, stored, selector, |sample| sample.value)
        };
        if let Some(series) = series {
            sink(series)?;
        }
    }
    Ok(())
}

/// A sample that a selector finds.
pub(super) struct Found {
    pub time: i64,
    pub start: i64,
    pub value: Value,
}

/// What `of` makes of the samples that a selector finds in a series; nothing where it finds none.
pub(super) fn column(
    evaluator: &Evaluator<'_>,
    stored: &StoredSeries,
    selector: &Selector,
    of: impl Fn(Found) -> Value,
) -> Option<Series> {
    let steps = evaluator.steps;
    let lookback = evaluator.options.lookback;
    let floats = stored.floats.samples();
    let first = selector.shift.time(steps.start) - lookback;
    let totals = selector
        .totals
        .then(|| totals::of(&stored.histograms, first));
    let histograms = totals.as_ref().unwrap_or(&stored.histograms).samples();
    let (mut float_cursor, mut histogram_cursor) = (Cursor::default(), Cursor::default());
    let mut series = Series::new(stored.labels.clone());
    for step in 0..steps.count {
        let time = selector.shift.time(steps.time(step));
        let float = float_cursor.after(floats.times, time).checked_sub(1);
        let histogram = histogram_cursor
            .after(histograms.times, time)
            .checked_sub(1);
        let float_time = float.map(|at| floats.times[at]);
        let histogram_time = histogram.map(|at| histograms.times[at]);
        let Some(found) = float_time
            .max(histogram_time)
            .filter(|it| *it > time - lookback)
        else {
            continue;
        };
        if let Some(at) = float.filter(|_| float_time == Some(found)) {
            if !is_stale(floats.values[at]) {
                let sample = Found {
                    time: found,
                    start: floats.start(at),
                    value: Value::Float(floats.values[at]),
                };
                series.set(step, of(sample), steps.count);
            }
        } else if let Some(at) = histogram {
            let histogram = &histograms.values[at];
            if !is_stale(histogram.sum) {
                let sample = Found {
                    time: found,
                    start: histograms.start(at),
                    value: Value::Histogram(histogram.clone()),
                };
                series.set(step, of(sample), steps.count);
            }
        }
    }
    (!series.floats.is_empty() || !series.histograms.is_empty()).then_some(series)
}

/// A series of a range: all its samples without staleness markers.
#[derive(Clone, Copy, Debug)]
pub(super) struct RangeSeries<'a> {
    pub labels: &'a Labels,
    pub drop_name: bool,
    pub floats: Floats<'a>,
    pub histograms: Histograms<'a>,
}

/// The series of a range vector selector; no step sees a sample before `first`.
pub(super) fn ranges(
    evaluator: &Evaluator<'_>,
    selector: &Selector,
    first: i64,
    sink: &mut dyn FnMut(RangeSeries<'_>) -> Result<(), EvalError>,
) -> Result<(), EvalError> {
    for id in &selector.series {
        let stored = evaluator.storage.get(*id);
        let live_floats;
        let floats = if stored.floats.stale {
            live_floats = stored.floats.without_stale();
            live_floats.samples()
        } else {
            stored.floats.samples()
        };
        let live_histograms;
        let histograms = if stored.histograms.stale || selector.totals {
            let live = stored.histograms.without_stale();
            live_histograms = if selector.totals {
                totals::of(&live, first)
            } else {
                live
            };
            live_histograms.samples()
        } else {
            stored.histograms.samples()
        };
        sink(RangeSeries {
            labels: &stored.labels,
            drop_name: false,
            floats,
            histograms,
        })?;
    }
    Ok(())
}

/// A range vector that is the result of an instant query.
pub(super) fn whole(
    evaluator: &Evaluator<'_>,
    range: &Range,
    span: Span,
) -> Result<Vec<SeriesPoints>, EvalError> {
    let last = range.shift.time(evaluator.steps.start);
    let first = last - range.range;
    let mut all = Vec::new();
    evaluator.each_range(range, &mut |series| {
        let labels = if series.drop_name {
            series.labels.without_metadata()
        } else {
            series.labels.clone()
        };
        let points = match range.extended() {
            None => {
                let inside = |time: &i64| *time > first && *time <= last;
                let floats = series.floats.times.iter().zip(series.floats.values);
                let floats = floats.filter(|(time, _)| inside(time));
                let mut points: Vec<_> = floats
                    .map(|(time, value)| (*time, Value::Float(*value)))
                    .collect();
                let histograms = series.histograms.times.iter().zip(series.histograms.values);
                let histograms = histograms.filter(|(time, _)| inside(time));
                points.extend(histograms.map(|(time, it)| (*time, Value::Histogram(it.clone()))));
                points.sort_by_key(|(time, _)| *time);
                points
            }
            Some(extended) => {
                let lookback = evaluator.options.lookback;
                smooth::whole(&series, (first, last), lookback, extended, span)?
            }
        };
        evaluator.hold(points.len(), span)?;
        all.push(SeriesPoints { labels, points });
        Ok(())
    })?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_finds_what_a_search_finds() {
        let times: Vec<i64> = (0..50).map(|at| at * at).collect();
        for stride in [1, 3, 10, 200, 5000] {
            let mut cursor = Cursor::default();
            for time in (-5..3000).step_by(stride) {
                let expected = times.partition_point(|at| *at <= time);
                assert_eq!(cursor.after(&times, time), expected, "{time} by {stride}");
            }
        }
    }
}
