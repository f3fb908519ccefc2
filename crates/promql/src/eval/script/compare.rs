//! Whether a result is what is expected.

use super::{Eval, Expected};
use crate::eval::notation::Point;
use crate::eval::{Data, FloatHistogram, Labels, Value, is_stale};
use crate::histogram::Buckets;

/// What the points of an expected series are.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    /// There is one.
    Instant,
    /// They begin at a time and follow each other by a step, in milliseconds.
    Range { start: i64, step: i64 },
}

pub(super) fn data(eval: &Eval, data: &Data, mode: Mode) -> Result<(), String> {
    match (&eval.expected, data) {
        (Expected::String(wanted), Data::String(actual)) if wanted == actual => Ok(()),
        (Expected::Scalar(wanted), Data::Scalar(actual)) if close(*wanted, *actual) => Ok(()),
        (Expected::Series(wanted), Data::Vector(actual)) => {
            let actual: Vec<_> = actual
                .iter()
                .map(|sample| (&sample.labels, vec![(0, sample.value.clone())]))
                .collect();
            if eval.ordered {
                in_order(wanted, &actual)?;
            }
            series(wanted, &actual, mode)
        }
        (Expected::Series(wanted), Data::Matrix(actual)) => {
            if eval.ordered {
                return Err("series over time have no order".to_owned());
            }
            let actual: Vec<_> = actual
                .iter()
                .map(|series| (&series.labels, series.points.clone()))
                .collect();
            series(wanted, &actual, mode)
        }
        (wanted, actual) => Err(format!("expected {wanted:?}, got {actual:?}")),
    }
}

type Actual<'a> = (&'a Labels, Vec<(i64, Value)>);

fn in_order(wanted: &[(Labels, Vec<Point>)], actual: &[Actual<'_>]) -> Result<(), String> {
    for (index, ((wanted, _), (actual, _))) in wanted.iter().zip(actual).enumerate() {
        if wanted != *actual {
            return Err(format!(
                "expected {wanted} at place {}, got {actual}",
                index + 1
            ));
        }
    }
    Ok(())
}

fn series(
    wanted: &[(Labels, Vec<Point>)],
    actual: &[Actual<'_>],
    mode: Mode,
) -> Result<(), String> {
    for (labels, points) in actual {
        // Of series that are expected twice the last one counts.
        let Some((_, expected)) = wanted.iter().rev().find(|(wanted, _)| wanted == *labels) else {
            return Err(format!("unexpected series {labels}: {}", show(points)));
        };
        points_of(expected, points, mode).map_err(|reason| format!("{labels}: {reason}"))?;
    }
    for (labels, points) in wanted {
        let found = actual.iter().any(|(actual, _)| labels == *actual);
        if !found && points.iter().any(|point| point.value().is_some()) {
            return Err(format!("{labels} is missing"));
        }
    }
    for (index, (labels, _)) in actual.iter().enumerate() {
        if actual[..index].iter().any(|(other, _)| other == labels) {
            return Err(format!("{labels} is there twice"));
        }
    }
    Ok(())
}

fn points_of(wanted: &[Point], actual: &[(i64, Value)], mode: Mode) -> Result<(), String> {
    let mut expected = Vec::new();
    let mut time = match mode {
        Mode::Instant => 0,
        Mode::Range { start, .. } => start,
    };
    for point in wanted {
        if let Point::Value { value, names_hint } = point {
            expected.push((time, value, *names_hint));
        }
        if let Mode::Range { step, .. } = mode {
            time += step;
        }
    }
    let different = || {
        let expected: Vec<_> = expected
            .iter()
            .map(|(time, value, _)| (*time, (*value).clone()))
            .collect();
        format!("expected {}, got {}", show(&expected), show(actual))
    };
    if expected.len() != actual.len() {
        return Err(different());
    }
    for ((time, wanted, names_hint), (actual_time, actual)) in expected.iter().zip(actual) {
        if time != actual_time || !same(wanted, actual, *names_hint) {
            return Err(different());
        }
    }
    Ok(())
}

fn show(points: &[(i64, Value)]) -> String {
    let shown = points.iter().map(|(time, value)| match value {
        Value::Float(value) => format!("{value}@{time}"),
        Value::Histogram(histogram) => format!("{}@{time}", histogram.notation()),
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn same(wanted: &Value, actual: &Value, names_hint: bool) -> bool {
    match (wanted, actual) {
        (Value::Float(wanted), Value::Float(actual)) => close(*wanted, *actual),
        (Value::Histogram(wanted), Value::Histogram(actual)) => {
            let compacted = |histogram: &FloatHistogram| {
                let mut histogram = histogram.clone();
                histogram.compact(0);
                histogram
            };
            let (wanted, actual) = (compacted(wanted), compacted(actual));
            wanted.layout == actual.layout
                && close(wanted.count, actual.count)
                && close(wanted.sum, actual.sum)
                && wanted.zero_threshold.to_bits() == actual.zero_threshold.to_bits()
                && close(wanted.zero_count, actual.zero_count)
                && same_buckets(&wanted.positive, &actual.positive)
                && same_buckets(&wanted.negative, &actual.negative)
                && (!names_hint || wanted.hint == actual.hint)
        }
        _ => false,
    }
}

fn same_buckets(wanted: &Buckets, actual: &Buckets) -> bool {
    let (wanted, actual) = (wanted.as_slice(), actual.as_slice());
    wanted.len() == actual.len()
        && wanted.iter().zip(actual).all(|(wanted, actual)| {
            wanted.index == actual.index && close(wanted.count, actual.count)
        })
}

/// The relative error that is allowed.
const TOLERANCE: f64 = 1e-6;

fn close(wanted: f64, actual: f64) -> bool {
    if is_stale(wanted) || is_stale(actual) {
        return is_stale(wanted) && is_stale(actual);
    }
    #[expect(clippy::float_cmp, reason = "infinities are equal only exactly")]
    if wanted == actual || wanted.is_nan() && actual.is_nan() {
        return true;
    }
    let (sum, difference) = (wanted.abs() + actual.abs(), (wanted - actual).abs());
    if wanted == 0.0 || actual == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < TOLERANCE * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < TOLERANCE
}
