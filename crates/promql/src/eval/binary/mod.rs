//! Binary operators.

mod element;
mod matching;
mod set;
mod vectors;

use std::collections::BTreeMap;

use element::Outcome;

use super::evaluator::{Evaluator, Sink};
use super::plan::{Binary, Node};
use super::value::{STALE, Series, is_stale};
use super::{Annotation, EvalError, Value};
use crate::ast::BinaryOp;
use crate::{Span, ValueType};

/// Two numbers at each step.
pub(super) fn scalars(evaluator: &Evaluator<'_>, binary: &Binary) -> Result<Vec<f64>, EvalError> {
    let mut left = evaluator.scalar(&binary.lhs)?;
    let right = evaluator.scalar(&binary.rhs)?;
    for (left, right) in left.iter_mut().zip(right) {
        *left = element::number(binary.op, *left, right);
    }
    Ok(left)
}

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    binary: &Binary,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    match (binary.lhs.ty, binary.rhs.ty) {
        (_, ValueType::Scalar) => with_scalar(evaluator, binary, false, span, sink),
        (ValueType::Scalar, _) => with_scalar(evaluator, binary, true, span, sink),
        _ if matches!(binary.op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless) => {
            set::eval(evaluator, binary, span, sink)
        }
        _ => vectors::eval(evaluator, binary, span, sink),
    }
}

/// Whether the result is no longer what the metric's name says.
fn changes_metric(op: BinaryOp) -> bool {
    use BinaryOp::{Add, Atan2, Div, Mod, Mul, Pow, Sub};
    matches!(op, Add | Sub | Div | Mul | Pow | Mod | Atan2)
}

/// A vector and a number; `swapped` where the number is on the left.
fn with_scalar(
    evaluator: &Evaluator<'_>,
    binary: &Binary,
    swapped: bool,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let (vector, scalar): (&Node, &Node) = if swapped {
        (&binary.rhs, &binary.lhs)
    } else {
        (&binary.lhs, &binary.rhs)
    };
    let numbers = evaluator.scalar(scalar)?;
    let steps = evaluator.steps.count;
    let op = binary.op;
    let mut notes = Notes::default();
    let drops_name = changes_metric(op) || binary.bool_modifier;
    evaluator.named(span, sink, |sink| {
        evaluator.each(vector, &mut |mut series| {
            for (step, (value, number)) in series.floats.iter_mut().zip(&numbers).enumerate() {
                if is_stale(*value) {
                    continue;
                }
                let (left, right) = if swapped {
                    (*number, *value)
                } else {
                    (*value, *number)
                };
                if let Some((result, keep)) = element::floats(op, left, right) {
                    *value = if binary.bool_modifier {
                        f64::from(u8::from(keep))
                    } else if !keep {
                        STALE
                    } else if op.is_comparison() {
                        *value
                    } else {
                        result
                    };
                } else {
                    notes.set(step, element::incompatible(op, "float", "float", span));
                    *value = STALE;
                }
            }
            for (step, histogram) in std::mem::take(&mut series.histograms) {
                let number = Value::Float(numbers[step]);
                let histogram = Value::Histogram(histogram);
                let (left, right) = if swapped {
                    (&number, &histogram)
                } else {
                    (&histogram, &number)
                };
                let outcome = element::values(op, left, right, span);
                if let Some(note) = outcome.note {
                    notes.set(step, note);
                }
                if let Some((value, keep)) = outcome.value {
                    if binary.bool_modifier {
                        series.set_float(step, f64::from(u8::from(keep)), steps);
                    } else if keep {
                        series.set(step, value, steps);
                    }
                }
            }
            if series.is_empty() {
                return Ok(());
            }
            if drops_name {
                evaluator.drop_name(&mut series);
            }
            sink(series)
        })
    })?;
    notes.report(evaluator);
    Ok(())
}

/// The annotations of an operator: of each step the last one, as Prometheus reports them.
#[derive(Default)]
struct Notes(BTreeMap<usize, Annotation>);

impl Notes {
    fn set(&mut self, step: usize, annotation: Annotation) {
        self.0.insert(step, annotation);
    }

    fn report(self, evaluator: &Evaluator<'_>) {
        for note in self.0.into_values() {
            evaluator.note(note);
        }
    }
}

/// The outcome of two values, with `bool` applied.
fn outcome(binary: &Binary, left: &Value, right: &Value, span: Span) -> Outcome {
    let mut outcome = element::values(binary.op, left, right, span);
    if let (true, Some((value, keep))) = (binary.bool_modifier, &mut outcome.value) {
        *value = Value::Float(f64::from(u8::from(*keep)));
        *keep = true;
    }
    outcome
}

/// The labels without metric name, type and unit, where the operator drops them.
fn result_name(series: &mut Series, binary: &Binary, evaluator: &Evaluator<'_>) {
    if changes_metric(binary.op) {
        series.labels = series.labels.without_metadata();
    } else if binary.bool_modifier {
        evaluator.drop_name(series);
    }
}
