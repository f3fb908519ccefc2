//! Subqueries: an expression evaluated over steps of its own, whose results are samples of a range.

use std::sync::Arc;

use super::EvalError;
use super::FloatHistogram;
use super::evaluator::{Evaluator, Steps};
use super::plan::{Node, Range};
use super::select::RangeSeries;
use super::storage::Samples;
use super::value::{Series, is_stale};
use crate::histogram::CounterResetHint;

/// The series of a subquery, with the samples that any step of the query sees.
pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    range: &Range,
    expr: &Node,
    step: i64,
    sink: &mut dyn FnMut(RangeSeries<'_>) -> Result<(), EvalError>,
) -> Result<(), EvalError> {
    let steps = evaluator.steps;
    let end = range.shift.time(steps.end());
    let before = range.shift.time(steps.start) - range.range;
    // Steps of a subquery are multiples of its step, whatever the time of the query.
    let mut start = step * (before / step);
    if start <= before {
        start += step;
    }
    let inner = evaluator.over(Steps::new(start, end, step));
    if inner.steps.count == 0 {
        return Ok(());
    }
    evaluator.hold(inner.steps.count, expr.span)?;
    for series in inner.vector(expr)? {
        with_samples(&series, inner.steps, sink)?;
    }
    Ok(())
}

fn with_samples(
    series: &Series,
    steps: Steps,
    sink: &mut dyn FnMut(RangeSeries<'_>) -> Result<(), EvalError>,
) -> Result<(), EvalError> {
    let mut times = Vec::with_capacity(series.floats.len());
    let mut values = Vec::with_capacity(series.floats.len());
    for (step, value) in series.floats.iter().enumerate() {
        if !is_stale(*value) {
            times.push(steps.time(step));
            values.push(*value);
        }
    }
    let histogram_times = series.histograms.iter().map(|(step, _)| steps.time(*step));
    let histogram_times: Vec<_> = histogram_times.collect();
    // Steps skip samples and repeat them: what is known of resets is no longer true.
    let histograms = series
        .histograms
        .iter()
        .map(|(_, histogram)| match histogram.hint {
            CounterResetHint::Reset | CounterResetHint::NotReset => Arc::new(FloatHistogram {
                hint: CounterResetHint::Unknown,
                ..FloatHistogram::clone(histogram)
            }),
            CounterResetHint::Unknown | CounterResetHint::Gauge => histogram.clone(),
        });
    let histograms: Vec<_> = histograms.collect();
    sink(RangeSeries {
        labels: &series.labels,
        drop_name: series.drop_name,
        floats: Samples {
            times: &times,
            values: &values,
            starts: &[],
        },
        histograms: Samples {
            times: &histogram_times,
            values: &histograms,
            starts: &[],
        },
    })
}
