//! Trends: linear regression and double exponential smoothing.

use super::range::{Over, Window};
use super::seconds;
use crate::eval::number::KahanSum;
use crate::eval::select::Floats;
use crate::eval::{EvalError, Value};

type Outcome = Result<Option<Value>, EvalError>;

/// Whether there are numbers enough; that histograms were left out is said.
fn enough(over: &Over<'_>, window: &Window<'_>) -> bool {
    if !window.floats.is_empty() {
        over.note_ignored_histograms(window);
    }
    window.floats.len() > 1
}

pub(super) fn deriv(over: &Over<'_>, window: &Window<'_>) -> Outcome {
    if !enough(over, window) {
        return Ok(None);
    }
    // Times near those of the samples make for smaller errors.
    let (slope, _) = regression(window.floats, window.floats.times[0]);
    Ok(Some(Value::Float(slope)))
}

pub(super) fn predict(over: &Over<'_>, window: &Window<'_>) -> Outcome {
    if !enough(over, window) {
        return Ok(None);
    }
    let (slope, now) = regression(window.floats, window.time);
    Ok(Some(Value::Float(slope * window.params[0] + now)))
}

/// Slope per second and value at a time, by least squares.
fn regression(floats: Floats<'_>, at: i64) -> (f64, f64) {
    let first = floats.values[0];
    if floats.values.iter().all(|value| *value == first) {
        return if first.is_infinite() {
            (f64::NAN, f64::NAN)
        } else {
            (0.0, first)
        };
    }
    let mut count = 0.0;
    let [mut x, mut y, mut xy, mut xx] = [KahanSum::default(); 4];
    for (time, value) in floats.times.iter().zip(floats.values) {
        count += 1.0;
        let elapsed = seconds(time - at);
        x.add(elapsed);
        y.add(*value);
        xy.add(elapsed * value);
        xx.add(elapsed * elapsed);
    }
    let [x, y, xy, xx] = [x, y, xy, xx].map(KahanSum::total);
    let covariance = xy - x * y / count;
    let variance = xx - x * x / count;
    let slope = covariance / variance;
    (slope, y / count - slope * x / count)
}

/// <https://en.wikipedia.org/wiki/Exponential_smoothing#Double_exponential_smoothing>
pub(super) fn smooth(over: &Over<'_>, window: &Window<'_>) -> Outcome {
    let (smoothing, trend) = (window.params[0], window.params[1]);
    for (name, factor, short) in [("smoothing", smoothing, "sf"), ("trend", trend, "tf")] {
        if factor <= 0.0 || factor >= 1.0 {
            return Err(EvalError::new(
                over.span,
                format!("invalid {name} factor. Expected: 0 < {short} < 1, got: {factor:.6}"),
            ));
        }
    }
    if !enough(over, window) {
        return Ok(None);
    }
    let values = window.floats.values;
    let mut before = 0.0;
    let mut smoothed = values[0];
    let mut slope = values[1] - values[0];
    for (at, value) in values.iter().enumerate().skip(1) {
        if at > 1 {
            slope = trend * (smoothed - before) + (1.0 - trend) * slope;
        }
        let next = smoothing * value + (1.0 - smoothing) * (smoothed + slope);
        (before, smoothed) = (smoothed, next);
    }
    Ok(Some(Value::Float(smoothed)))
}
