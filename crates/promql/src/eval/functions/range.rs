//! Functions of ranges: a window slides over the samples of each series.

pub(super) mod running;

use super::{is_range, linear, over_time, rate};
use crate::Span;
use crate::ast::Extended;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::labels::Labels;
use crate::eval::plan::{Kind, Node, Range};
use crate::eval::select::{Cursor, Floats, Histograms, RangeSeries};
use crate::eval::storage::Samples;
use crate::eval::value::Series;
use crate::eval::{Annotation, EvalError, Value};

use running::Running;

/// What a function makes of the samples of one series at one step.
pub(super) type RangeFunction = fn(&Over<'_>, &Window<'_>) -> Result<Option<Value>, EvalError>;

/// The function of that name.
pub(super) fn find(name: &str) -> Option<RangeFunction> {
    Some(match name {
        "rate" => |over, window| rate::extrapolated(over, window, true, true),
        "increase" => |over, window| rate::extrapolated(over, window, true, false),
        "delta" => |over, window| rate::extrapolated(over, window, false, false),
        "irate" => |over, window| rate::instant(over, window, true),
        "idelta" => |over, window| rate::instant(over, window, false),
        "changes" => rate::changes,
        "resets" => rate::resets,
        "deriv" => linear::deriv,
        "predict_linear" => linear::predict,
        "double_exponential_smoothing" => linear::smooth,
        _ => return over_time::find(name),
    })
}

/// A series that a function of ranges is applied to.
pub(super) struct Over<'a> {
    pub evaluator: &'a Evaluator<'a>,
    pub labels: &'a Labels,
    /// Milliseconds.
    pub range: i64,
    pub extended: Option<Extended>,
    /// Where the first argument stands.
    pub span: Span,
    /// What is carried from one window to the next.
    pub running: Running,
}

impl Over<'_> {
    pub fn metric(&self) -> &str {
        self.labels.metric_name()
    }

    pub fn note(&self, annotation: Annotation) {
        self.evaluator.note(annotation);
    }

    /// Says that histograms were left out beside numbers.
    pub fn note_ignored_histograms(&self, window: &Window<'_>) {
        if !window.histograms.is_empty() {
            self.note(Annotation::histogram_ignored_in_mixed_range(
                self.metric(),
                self.span,
            ));
        }
    }
}

/// The samples that a step sees.
pub(super) struct Window<'a> {
    pub floats: Floats<'a>,
    pub histograms: Histograms<'a>,
    /// The place of the first number among all of the series.
    pub first: usize,
    /// The places of the numbers that are smaller than the one before, inside of the window. Only for functions
    /// of counters.
    pub falls: &'a [usize],
    /// The time of the step.
    pub time: i64,
    /// The range reaches from after `start` to `end`.
    pub start: i64,
    pub end: i64,
    /// The values of the other arguments.
    pub params: &'a [f64],
}

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    name: &str,
    function: RangeFunction,
    args: &[Node],
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let Some(range) = args.iter().find_map(range_of) else {
        return Ok(());
    };
    let params = args
        .iter()
        .filter(|arg| !is_range(arg))
        .map(|arg| evaluator.scalar(arg));
    let params = params.collect::<Result<Vec<_>, _>>()?;
    let keeps_name = matches!(name, "last_over_time" | "first_over_time");
    let counts = matches!(name, "rate" | "increase");
    let starts = evaluator.options.start_timestamps
        && matches!(name, "rate" | "irate" | "increase" | "resets");
    evaluator.each_range(range, &mut |mut series| {
        if !starts {
            series.floats.starts = &[];
            series.histograms.starts = &[];
        }
        let over = Over {
            evaluator,
            labels: series.labels,
            range: range.range,
            extended: range.extended(),
            span: args[0].span,
            running: Running::default(),
        };
        let mut result = slide(&over, &series, range, &params, function, counts)?;
        if counts && !result.floats.is_empty() {
            note_non_counter(&over);
        }
        if result.floats.is_empty() && result.histograms.is_empty() {
            return Ok(());
        }
        result.drop_name = series.drop_name;
        if !keeps_name {
            evaluator.drop_name(&mut result);
        }
        sink(result)
    })
}

fn range_of(arg: &Node) -> Option<&Range> {
    match &arg.kind {
        Kind::Range(range) => Some(range),
        _ => None,
    }
}

fn slide(
    over: &Over<'_>,
    series: &RangeSeries<'_>,
    range: &Range,
    params: &[Vec<f64>],
    function: RangeFunction,
    counts: bool,
) -> Result<Series, EvalError> {
    let steps = over.evaluator.steps;
    let lookback = over.evaluator.options.lookback;
    // Extended ranges see samples beyond their edges.
    let (before, behind) = match over.extended {
        None => (0, 0),
        Some(Extended::Anchored) => (lookback, 0),
        Some(Extended::Smoothed) => (lookback, lookback),
    };
    let mut float_ends = (Cursor::default(), Cursor::default());
    let mut histogram_ends = (Cursor::default(), Cursor::default());
    let all_falls = if counts {
        let (first, last) = (steps.time(0), steps.end());
        let first = range.shift.time(first) - range.range - before;
        falls(&series.floats, first, range.shift.time(last) + behind)
    } else {
        Vec::new()
    };
    let mut values = vec![0.0; params.len()];
    let mut result = Series::new(series.labels.clone());
    for step in 0..steps.count {
        let time = steps.time(step);
        let end = range.shift.time(time);
        let start = end - range.range;
        let (from, to) = (start - before, end + behind);
        let (first, floats) = between(&series.floats, &mut float_ends, from, to);
        let (_, histograms) = between(&series.histograms, &mut histogram_ends, from, to);
        if floats.is_empty() && histograms.is_empty() {
            continue;
        }
        for (value, column) in values.iter_mut().zip(params) {
            *value = column[step];
        }
        let window = Window {
            floats,
            histograms,
            first,
            falls: inside(&all_falls, first, floats.len()),
            time,
            start,
            end,
            params: &values,
        };
        if let Some(value) = function(over, &window)? {
            result.set(step, value, steps.count);
        }
    }
    Ok(result)
}

/// The samples after `from` and up to `to`, and the place of the first of them.
#[inline]
fn between<'a, T>(
    samples: &Samples<'a, T>,
    ends: &mut (Cursor, Cursor),
    from: i64,
    to: i64,
) -> (usize, Samples<'a, T>) {
    if samples.is_empty() {
        return (0, samples.slice(0, 0));
    }
    let last = ends.1.after(samples.times, to);
    let first = ends.0.after(samples.times, from).min(last);
    (first, samples.slice(first, last))
}

/// The places of the numbers after `from` and up to `to` that are smaller than the one before: few, so that a
/// window need not look at all of its samples to find them.
fn falls(floats: &Floats<'_>, from: i64, to: i64) -> Vec<usize> {
    let first = floats.times.partition_point(|time| *time <= from);
    let last = floats.times.partition_point(|time| *time <= to);
    let pairs = floats.values.windows(2).enumerate();
    let pairs = pairs.take(last.saturating_sub(1)).skip(first);
    pairs
        .filter(|(_, pair)| pair[1] < pair[0])
        .map(|(place, _)| place + 1)
        .collect()
}

/// Those of the places whose number and the one before are among so many numbers from `first` on.
#[inline]
fn inside(places: &[usize], first: usize, count: usize) -> &[usize] {
    if places.is_empty() {
        return places;
    }
    let from = places.partition_point(|place| *place <= first);
    let to = places.partition_point(|place| *place < first + count);
    &places[from..to.max(from)]
}

/// Says that a rate is asked for of what seems to be no counter.
fn note_non_counter(over: &Over<'_>) {
    let metric = over.metric();
    if metric.is_empty() {
        return;
    }
    if over.evaluator.options.type_and_unit_labels {
        let kind = over.labels.value(crate::eval::labels::METRIC_TYPE);
        if !matches!(kind, "counter" | "histogram") {
            over.note(Annotation::possible_non_counter_label(
                metric, kind, over.span,
            ));
        }
    } else if !["_total", "_sum", "_count", "_bucket"]
        .iter()
        .any(|end| metric.ends_with(end))
    {
        over.note(Annotation::possible_non_counter(metric, over.span));
    }
}
