//! How much a series grows or changes: `rate`, `increase`, `delta`, `irate`, `idelta`, `changes`,
//! `resets`.

mod histograms;

use super::range::{Over, Window};
use super::seconds;
use crate::ast::Extended;
use crate::eval::select::smooth::edges;
use crate::eval::{Annotation, EvalError, Value};

/// Growth within the range, extrapolated to its edges where samples are near them.
pub(super) fn extrapolated(
    over: &Over<'_>,
    window: &Window<'_>,
    counter: bool,
    per_second: bool,
) -> Result<Option<Value>, EvalError> {
    let (floats, histograms) = (window.floats, window.histograms);
    if !floats.is_empty() && !histograms.is_empty() {
        over.note(Annotation::mixed_floats_histograms(
            over.metric(),
            over.span,
        ));
        return Ok(None);
    }
    if let Some(extended) = over.extended {
        let smoothed = extended == Extended::Smoothed;
        return Ok(if floats.is_empty() {
            let growth = histograms::between_edges(over, window, smoothed, counter, per_second);
            growth.map(Value::from)
        } else {
            between_edges(over, window, smoothed, counter, per_second).map(Value::Float)
        });
    }
    if floats.is_empty() {
        let growth = histograms::extrapolated(over, window, counter, per_second);
        return Ok(growth.map(Value::from));
    }
    let growth = floats_growth(over, window, counter);
    let first = (counter && floats.values[0] >= 0.0).then_some(floats.values[0]);
    let begun = begun_inside(window, floats.times, floats.starts, counter);
    let growth = if begun.is_some() {
        growth + floats.values[0]
    } else {
        growth
    };
    let count = floats.len();
    let times = (begun, floats.times[0], floats.times[count - 1]);
    let to_zero = first.filter(|_| growth > 0.0).map(|first| first / growth);
    let Some(factor) = extrapolation(window, times, count, to_zero) else {
        return Ok(None);
    };
    let factor = if per_second {
        factor / seconds(over.range)
    } else {
        factor
    };
    Ok(Some(Value::Float(growth * factor)))
}

/// The difference of last and first, and what was counted before each reset.
fn floats_growth(over: &Over<'_>, window: &Window<'_>, counter: bool) -> f64 {
    let floats = window.floats;
    let values = floats.values;
    let mut growth = values[values.len() - 1] - values[0];
    if !counter {
        return growth;
    }
    if floats.starts.is_empty() {
        for place in window.falls {
            growth += values[place - window.first - 1];
        }
        return growth;
    }
    let mut overlaps = false;
    for at in 1..values.len() {
        let before = (floats.starts[at - 1], floats.times[at - 1]);
        let after = (floats.starts[at], floats.times[at]);
        overlaps |= starts_overlap(before, after.0);
        if values[at] < values[at - 1] || started_anew(before, after) {
            growth += values[at - 1];
        }
    }
    if overlaps {
        over.note(Annotation::start_time_overlap(over.metric(), over.span));
    }
    growth
}

/// The start timestamp of the first sample, where it is inside the range: the counter was 0 then.
fn begun_inside(window: &Window<'_>, times: &[i64], starts: &[i64], counter: bool) -> Option<i64> {
    let start = *starts.first()?;
    (counter && start != 0 && start > window.start && start < times[0]).then_some(start)
}

/// By what the growth between first and last sample is multiplied to cover the range.
///
/// Up to an edge that is within 1.1 times the mean distance of samples; else half that distance beyond the
/// sample. A counter is not extrapolated to before it was 0, which was `to_zero` sampled intervals before
/// the first sample. Nothing where one sample does not tell the growth.
fn extrapolation(
    window: &Window<'_>,
    (begun, first, last): (Option<i64>, i64, i64),
    count: usize,
    to_zero: Option<f64>,
) -> Option<f64> {
    let mut sampled = seconds(last - first);
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are fewer samples than 2^53"
    )]
    let mean = if count > 1 {
        sampled / (count - 1) as f64
    } else {
        0.0
    };
    let threshold = mean * 1.1;
    let mut to_start = seconds(first - window.start);
    let mut to_end = seconds(window.end - last);
    if let Some(begun) = begun {
        to_start = 0.0;
        sampled = seconds(last - begun);
    } else if count == 1 {
        return None;
    } else {
        if to_start >= threshold {
            to_start = mean / 2.0;
        }
        if let Some(zero) = to_zero.map(|part| sampled * part)
            && zero < to_start
        {
            to_start = zero;
        }
    }
    if to_end >= threshold {
        to_end = mean / 2.0;
    }
    Some(if sampled == 0.0 {
        1.0
    } else {
        (sampled + to_start + to_end) / sampled
    })
}

/// Whether a counter began anew between two samples (start timestamp and time of each).
pub(super) fn started_anew(before: (i64, i64), after: (i64, i64)) -> bool {
    let (start, time) = after;
    let unknown = start == 0 || start >= time;
    if unknown || start < before.1 {
        return false;
    }
    // A delta begins where the one before ended; of a counter that means that its start is unknown.
    start > before.1 || before.0 != 0 && before.0 < before.1
}

/// Whether a sample claims to count from before the sample before it, but not from where that one does.
pub(super) fn starts_overlap(before: (i64, i64), start: i64) -> bool {
    start != 0 && start < before.1 && start != before.0
}

/// Growth of an `anchored` or `smoothed` range: between values at its very edges.
fn between_edges(
    over: &Over<'_>,
    window: &Window<'_>,
    smoothed: bool,
    counter: bool,
    per_second: bool,
) -> Option<f64> {
    let floats = window.floats;
    let edges = edges(floats, window.start, window.end, smoothed, counter)?;
    let mut growth = edges.right - edges.left;
    if counter {
        let mut correction = 0.0;
        let mut before = edges.left;
        for value in floats.values[edges.inner]
            .iter()
            .copied()
            .chain([edges.right])
        {
            if value < before {
                correction += before;
            }
            before = value;
        }
        growth += correction;
    }
    Some(if per_second {
        growth / seconds(over.range)
    } else {
        growth
    })
}

/// Growth between the last two samples.
pub(super) fn instant(
    over: &Over<'_>,
    window: &Window<'_>,
    counter: bool,
) -> Result<Option<Value>, EvalError> {
    let mut last = Vec::with_capacity(4);
    let floats = window.floats;
    for at in floats.len().saturating_sub(2)..floats.len() {
        let value = Value::Float(floats.values[at]);
        last.push(((floats.start(at), floats.times[at]), value));
    }
    let histograms = window.histograms;
    for at in histograms.len().saturating_sub(2)..histograms.len() {
        let value = Value::Histogram(histograms.values[at].clone());
        last.push(((histograms.start(at), histograms.times[at]), value));
    }
    last.sort_by_key(|((_, time), _)| *time);
    let [.., (before, from), (after, to)] = last.as_slice() else {
        return Ok(None);
    };
    let elapsed = after.1 - before.1;
    if elapsed == 0 {
        return Ok(None);
    }
    let anew = counter && started_anew(*before, *after);
    Ok(match (from, to) {
        (Value::Float(from), Value::Float(to)) => {
            let growth = if counter && (to < from || anew) {
                *to
            } else {
                to - from
            };
            Some(Value::Float(if counter {
                growth / seconds(elapsed)
            } else {
                growth
            }))
        }
        (Value::Histogram(from), Value::Histogram(to)) => {
            histograms::instant(over, from, to, counter, anew, elapsed).map(Value::from)
        }
        _ => {
            over.note(Annotation::mixed_floats_histograms(
                over.metric(),
                over.span,
            ));
            None
        }
    })
}

/// A sample of a window, of either kind.
struct Point {
    time: i64,
    start: i64,
    value: Value,
}

/// All samples of a window in the order of time; of an anchored one from the last at its beginning on.
fn points(over: &Over<'_>, window: &Window<'_>) -> Vec<Point> {
    let (floats, histograms) = (window.floats, window.histograms);
    let floats = (0..floats.len()).map(|at| Point {
        time: floats.times[at],
        start: floats.start(at),
        value: Value::Float(floats.values[at]),
    });
    let histograms = (0..histograms.len()).map(|at| Point {
        time: histograms.times[at],
        start: histograms.start(at),
        value: Value::Histogram(histograms.values[at].clone()),
    });
    let mut points: Vec<_> = floats.chain(histograms).collect();
    if !window.histograms.is_empty() {
        points.sort_by_key(|point| point.time);
    }
    if over.extended.is_some() {
        let inside = points.partition_point(|point| point.time <= window.start);
        if inside == points.len() {
            return Vec::new();
        }
        points.drain(..inside.saturating_sub(1));
    }
    points
}

/// How often the value changed.
pub(super) fn changes(over: &Over<'_>, window: &Window<'_>) -> Result<Option<Value>, EvalError> {
    Ok(count_pairs(&points(over, window), |before, after| {
        match (&before.value, &after.value) {
            (Value::Float(before), Value::Float(after)) => {
                before != after && !(before.is_nan() && after.is_nan())
            }
            (before, after) => before != after,
        }
    }))
}

/// How often a counter was reset.
pub(super) fn resets(over: &Over<'_>, window: &Window<'_>) -> Result<Option<Value>, EvalError> {
    Ok(count_pairs(&points(over, window), |before, after| {
        let anew = started_anew((before.start, before.time), (after.start, after.time));
        match (&before.value, &after.value) {
            (Value::Float(before), Value::Float(after)) => after < before || anew,
            (Value::Histogram(before), Value::Histogram(after)) => {
                anew || after.detect_reset(before)
            }
            _ => true,
        }
    }))
}

fn count_pairs(points: &[Point], counts: impl Fn(&Point, &Point) -> bool) -> Option<Value> {
    if points.is_empty() {
        return None;
    }
    let count = points
        .windows(2)
        .filter(|pair| counts(&pair[0], &pair[1]))
        .count();
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are fewer samples than 2^53"
    )]
    Some(Value::Float(count as f64))
}
