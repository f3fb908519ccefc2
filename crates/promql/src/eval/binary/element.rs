//! An operator applied to two values.

use crate::Span;
use crate::ast::BinaryOp;
use crate::elementary;
use crate::eval::{Annotation, FloatHistogram, Value};
use crate::histogram::{CounterResetHint, Trim};

/// What an operator makes of two values.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The result (of a comparison the left side), and whether a comparison holds.
    pub value: Option<(Value, bool)>,
    pub note: Option<Annotation>,
}

/// The number that an operator makes of two; a comparison gives 1 or 0.
pub(super) fn number(op: BinaryOp, left: f64, right: f64) -> f64 {
    match floats(op, left, right) {
        Some((_, keep)) if op.is_comparison() => f64::from(u8::from(keep)),
        Some((value, _)) => value,
        None => f64::NAN,
    }
}

/// The result and whether a comparison holds; nothing where numbers have no such operator.
#[inline]
pub(super) fn floats(op: BinaryOp, left: f64, right: f64) -> Option<(f64, bool)> {
    #[expect(clippy::float_cmp, reason = "PromQL compares bit for bit")]
    Some(match op {
        BinaryOp::Add => (left + right, true),
        BinaryOp::Sub => (left - right, true),
        BinaryOp::Mul => (left * right, true),
        BinaryOp::Div => (left / right, true),
        BinaryOp::Mod => (left % right, true),
        BinaryOp::Pow => (elementary::pow(left, right), true),
        BinaryOp::Atan2 => (elementary::atan2(left, right), true),
        BinaryOp::Equal => (left, left == right),
        BinaryOp::NotEqual => (left, left != right),
        BinaryOp::Less => (left, left < right),
        BinaryOp::LessEqual => (left, left <= right),
        BinaryOp::Greater => (left, left > right),
        BinaryOp::GreaterEqual => (left, left >= right),
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Unless
        | BinaryOp::TrimUpper
        | BinaryOp::TrimLower => return None,
    })
}

/// That the operator does not exist for these types.
pub(super) fn incompatible(op: BinaryOp, left: &str, right: &str, span: Span) -> Annotation {
    Annotation::incompatible_types(left, op.symbol(), right, span)
}

pub(super) fn values(op: BinaryOp, left: &Value, right: &Value, span: Span) -> Outcome {
    let kind = |value: &Value| match value {
        Value::Float(_) => "float",
        Value::Histogram(_) => "histogram",
    };
    let done = match (left, right) {
        (Value::Float(left), Value::Float(right)) => {
            floats(op, *left, *right).map(|(value, keep)| (Value::Float(value), keep))
        }
        (Value::Float(factor), Value::Histogram(histogram)) if op == BinaryOp::Mul => {
            Some(scaled(histogram, |histogram| histogram.mul(*factor)))
        }
        (Value::Histogram(histogram), Value::Float(number)) => match op {
            BinaryOp::Mul => Some(scaled(histogram, |histogram| histogram.mul(*number))),
            BinaryOp::Div => Some(scaled(histogram, |histogram| histogram.div(*number))),
            BinaryOp::TrimUpper => Some(trimmed(histogram, Trim::Below, *number)),
            BinaryOp::TrimLower => Some(trimmed(histogram, Trim::Above, *number)),
            _ => None,
        },
        (Value::Histogram(left), Value::Histogram(right)) => match op {
            BinaryOp::Equal => Some((Value::Histogram(left.clone()), left == right)),
            BinaryOp::NotEqual => Some((Value::Histogram(left.clone()), left != right)),
            BinaryOp::Add | BinaryOp::Sub => return combined(op, left, right, span),
            _ => None,
        },
        _ => None,
    };
    match done {
        Some(value) => Outcome {
            value: Some(value),
            note: None,
        },
        None => Outcome {
            value: None,
            note: Some(incompatible(op, kind(left), kind(right), span)),
        },
    }
}

fn scaled(histogram: &FloatHistogram, scale: impl Fn(&mut FloatHistogram)) -> (Value, bool) {
    let mut result = histogram.clone();
    scale(&mut result);
    result.compact(0);
    (result.into(), true)
}

fn trimmed(histogram: &FloatHistogram, keep: Trim, at: f64) -> (Value, bool) {
    let mut result = histogram.clone();
    result.trim(keep, at);
    (result.into(), true)
}

/// The sum or difference of two histograms.
fn combined(op: BinaryOp, left: &FloatHistogram, right: &FloatHistogram, span: Span) -> Outcome {
    let mut result = left.clone();
    let (combined, operation) = if op == BinaryOp::Add {
        (result.add(right), "addition")
    } else {
        (result.sub(right), "subtraction")
    };
    let Ok(combined) = combined else {
        return Outcome {
            value: None,
            note: Some(Annotation::incompatible_buckets(op.symbol(), span)),
        };
    };
    if op == BinaryOp::Sub {
        result.hint = CounterResetHint::Gauge;
    }
    result.compact(0);
    let collision = combined.hints_collide;
    let reconciled = combined.bounds_reconciled;
    Outcome {
        value: Some((result.into(), true)),
        note: if collision {
            Some(Annotation::counter_reset_collision(operation, span))
        } else {
            reconciled.then(|| Annotation::mismatched_custom_buckets(operation, span))
        },
    }
}
