//! The functions, one file for each family.

mod absent;
pub(super) mod date;
mod histogram;
mod info;
mod label;
mod linear;
mod math;
mod over_time;
mod range;
mod rate;
mod sort;
mod time;

pub(super) use over_time::{Mean, quantile};

use super::evaluator::{Evaluator, Sink};
use super::labels::Labels;
use super::plan::{Kind, Node};
use super::value::{STALE, Series, is_stale};
use super::{EvalError, number};
use crate::functions::Function;
use crate::{Span, ValueType};

/// The series of a function of vectors or ranges.
pub(super) fn call(
    evaluator: &Evaluator<'_>,
    function: &'static Function,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let name = function.name;
    if let Some(over) = range::find(name) {
        return if name == "absent_over_time" {
            absent::over_time(evaluator, args, sink)
        } else {
            evaluator.named_apart(span, sink, |sink| {
                range::eval(evaluator, name, over, args, sink)
            })
        };
    }
    if let Some(map) = math::find(name) {
        return floats(evaluator, &args[0], span, sink, |_, value| Some(map(value)));
    }
    if let Some(of) = date::find(name) {
        let Some(times) = args.first() else {
            let mut series = Series::new(Labels::empty());
            let steps = evaluator.steps;
            series.floats = (0..steps.count)
                .map(|step| of(steps.time(step).div_euclid(1000).into()))
                .collect();
            return sink(series);
        };
        return floats(evaluator, times, span, sink, |_, value| {
            Some(of(date::whole_seconds(value)))
        });
    }
    match name {
        "absent" => absent::absent(evaluator, &args[0], sink),
        "vector" => {
            let mut series = Series::new(Labels::empty());
            series.floats = evaluator.scalar(&args[0])?;
            sink(series)
        }
        "clamp" | "clamp_min" | "clamp_max" => clamp(evaluator, name, args, span, sink),
        "round" => round(evaluator, args, span, sink),
        "sort" | "sort_desc" => {
            sort::by_value(evaluator, &args[0], name == "sort_desc", span, sink)
        }
        "sort_by_label" | "sort_by_label_desc" => {
            sort::by_label(evaluator, args, name == "sort_by_label_desc", span, sink)
        }
        "timestamp" => time::timestamp(evaluator, &args[0], span, sink),
        "start_timestamp" => time::start_timestamp(evaluator, &args[0], span, sink),
        "label_replace" => label::replace(evaluator, args, span, sink),
        "label_join" => label::join(evaluator, args, span, sink),
        "info" => info::eval(evaluator, args, span, sink),
        _ => histogram::call(evaluator, name, args, span, sink),
    }
}

/// The numbers of a function that gives a number.
pub(super) fn scalar(
    evaluator: &Evaluator<'_>,
    name: &str,
    args: &[Node],
) -> Result<Vec<f64>, EvalError> {
    let steps = evaluator.steps;
    Ok(match (name, args) {
        ("time", _) => (0..steps.count)
            .map(|step| seconds(steps.time(step)))
            .collect(),
        ("pi", _) => vec![std::f64::consts::PI; steps.count],
        ("scalar", [vector]) => only_number(evaluator, vector)?,
        ("max_of" | "min_of", [a, b]) => {
            let of = if name == "max_of" {
                number::max
            } else {
                number::min
            };
            let (a, b) = (evaluator.scalar(a)?, evaluator.scalar(b)?);
            a.into_iter().zip(b).map(|(a, b)| of(a, b)).collect()
        }
        _ => {
            let span = args.first().map(|arg| arg.span).unwrap_or_default();
            return Err(EvalError::new(
                span,
                format!("`{name}` cannot be evaluated"),
            ));
        }
    })
}

#[expect(clippy::cast_precision_loss, reason = "PromQL's times are floats")]
pub(super) fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

/// The only number at each step, NaN where there is none or several.
fn only_number(evaluator: &Evaluator<'_>, vector: &Node) -> Result<Vec<f64>, EvalError> {
    let mut numbers = vec![f64::NAN; evaluator.steps.count];
    let mut seen = vec![false; evaluator.steps.count];
    evaluator.each(vector, &mut |series| {
        for (step, value) in series.floats.iter().enumerate() {
            if !is_stale(*value) {
                numbers[step] = if seen[step] { f64::NAN } else { *value };
                seen[step] = true;
            }
        }
        Ok(())
    })?;
    Ok(numbers)
}

/// A function of each number of a vector; histograms are left out, and names dropped.
fn floats(
    evaluator: &Evaluator<'_>,
    vector: &Node,
    span: Span,
    sink: Sink<'_>,
    of: impl Fn(usize, f64) -> Option<f64>,
) -> Result<(), EvalError> {
    evaluator.named(span, sink, |sink| {
        evaluator.each(vector, &mut |mut series| {
            series.histograms.clear();
            for (step, value) in series.floats.iter_mut().enumerate() {
                if !is_stale(*value) {
                    *value = of(step, *value).unwrap_or(STALE);
                }
            }
            if series.is_empty() {
                return Ok(());
            }
            evaluator.drop_name(&mut series);
            sink(series)
        })
    })
}

fn clamp(
    evaluator: &Evaluator<'_>,
    name: &str,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let open = |bound: f64| Ok(vec![bound; evaluator.steps.count]);
    let (min, max) = match (name, args) {
        ("clamp", [_, min, max]) => (evaluator.scalar(min), evaluator.scalar(max)),
        ("clamp_min", [_, min]) => (evaluator.scalar(min), open(f64::INFINITY)),
        (_, [_, max]) => (open(f64::NEG_INFINITY), evaluator.scalar(max)),
        _ => (open(f64::NEG_INFINITY), open(f64::INFINITY)),
    };
    let (min, max) = (min?, max?);
    floats(evaluator, &args[0], span, sink, |step, value| {
        let (min, max) = (min[step], max[step]);
        (max >= min || max.is_nan() || min.is_nan())
            .then(|| number::max(min, number::min(max, value)))
    })
}

fn round(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let nearest = match args.get(1) {
        Some(nearest) => evaluator.scalar(nearest)?,
        None => vec![1.0; evaluator.steps.count],
    };
    floats(evaluator, &args[0], span, sink, |step, value| {
        // The inverse makes for smaller errors.
        let inverse = 1.0 / nearest[step];
        Some((value * inverse + 0.5).floor() / inverse)
    })
}

/// `-vector`
pub(super) fn negate(
    evaluator: &Evaluator<'_>,
    vector: &Node,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    evaluator.named(span, sink, |sink| {
        evaluator.each(vector, &mut |mut series| {
            for value in &mut series.floats {
                if !is_stale(*value) {
                    *value = -*value;
                }
            }
            histogram::negate(&mut series);
            evaluator.drop_name(&mut series);
            sink(series)
        })
    })
}

/// The text of an argument.
fn text(node: &Node) -> Result<&str, EvalError> {
    match &node.kind {
        Kind::Text(text) => Ok(text),
        _ => Err(EvalError::new(node.span, "this must be a string")),
    }
}

fn is_range(node: &Node) -> bool {
    node.ty == ValueType::Range
}
