//! Durations, `@`, and the functions of the query's own times.

use super::lower::{Planner, variable};
use crate::ast::{At, BinaryOp, DurationExpr};
use crate::eval::query::FURTHEST;
use crate::eval::{EvalError, number};

impl Planner<'_> {
    /// The value of `start()`, `end()`, `range()`, `step()`, in seconds.
    pub(super) fn folded(&self, function: &str) -> Option<f64> {
        let times = self.times;
        Some(match function {
            "start" => seconds(times.start),
            "end" => seconds(times.end),
            "range" => seconds(times.end - times.start),
            "step" if times.start == times.end => 0.0,
            "step" => seconds(times.step),
            _ => return None,
        })
    }

    /// The time behind `@`, in milliseconds since the epoch.
    pub(super) fn at(&self, at: &At) -> Result<i64, EvalError> {
        match at {
            At::Start(_) => Ok(self.times.start),
            At::End(_) => Ok(self.times.end),
            At::Timestamp(number) => {
                let time = millis((number.value * 1000.0).round());
                let time = time.map(|time| time.clamp(-FURTHEST, FURTHEST));
                time.ok_or_else(|| {
                    let message = format!("the time {number} behind `@` is out of range");
                    EvalError::new(number.span, message)
                })
            }
            At::Variable(node) => Err(variable(node)),
        }
    }

    /// A duration in milliseconds.
    pub(super) fn duration(
        &self,
        expr: &DurationExpr,
        may_be_negative: bool,
    ) -> Result<i64, EvalError> {
        let span = expr.span();
        let duration = match expr {
            DurationExpr::Literal(literal) => literal.millis,
            _ => {
                let seconds = self.seconds(expr)?;
                if !seconds.is_finite() {
                    return Err(EvalError::new(span, "duration is NaN or infinite"));
                }
                let exact = match expr {
                    DurationExpr::Number(_) => (seconds * 1000.0).round(),
                    _ => (seconds * 1000.0).trunc(),
                };
                let duration = millis(exact).filter(|millis| millis.abs() <= LONGEST);
                duration.ok_or_else(|| EvalError::new(span, "duration is out of range"))?
            }
        };
        if duration <= 0 && !may_be_negative {
            return Err(EvalError::new(span, "duration must be greater than 0"));
        }
        Ok(duration)
    }

    fn seconds(&self, expr: &DurationExpr) -> Result<f64, EvalError> {
        Ok(match expr {
            DurationExpr::Literal(literal) => seconds(literal.millis),
            DurationExpr::Number(number) => number.value,
            DurationExpr::Negative(inner, _) => -self.seconds(inner)?,
            DurationExpr::Paren(inner, _) => self.seconds(inner)?,
            DurationExpr::Binary(op, lhs, rhs, span) => {
                let (lhs, rhs) = (self.seconds(lhs)?, self.seconds(rhs)?);
                match op {
                    BinaryOp::Add => lhs + rhs,
                    BinaryOp::Sub => lhs - rhs,
                    BinaryOp::Mul => lhs * rhs,
                    BinaryOp::Div if rhs == 0.0 => {
                        return Err(EvalError::new(*span, "division by zero"));
                    }
                    BinaryOp::Div => lhs / rhs,
                    BinaryOp::Mod if rhs == 0.0 => {
                        return Err(EvalError::new(*span, "modulo by zero"));
                    }
                    BinaryOp::Mod => lhs % rhs,
                    BinaryOp::Pow => crate::elementary::pow(lhs, rhs),
                    _ => {
                        let message = format!("durations have no operator `{op}`");
                        return Err(EvalError::new(*span, message));
                    }
                }
            }
            DurationExpr::Call(name, args, span) => {
                let args = args.iter().map(|arg| self.seconds(arg));
                let args = args.collect::<Result<Vec<_>, _>>()?;
                match (name.text.to_ascii_lowercase().as_str(), args.as_slice()) {
                    ("step", []) => seconds(self.times.step),
                    ("range", []) => seconds(self.times.end - self.times.start),
                    ("min_of", [lhs, rhs]) => number::min(*lhs, *rhs),
                    ("max_of", [lhs, rhs]) => number::max(*lhs, *rhs),
                    _ => {
                        let message = format!("durations have no function `{}`", name.text);
                        return Err(EvalError::new(*span, message));
                    }
                }
            }
            DurationExpr::Variable(node) => return Err(variable(node)),
            DurationExpr::Error(node) => {
                return Err(EvalError::new(node.span, "the query has syntax errors"));
            }
        })
    }
}

/// Prometheus counts durations in nanoseconds, in 63 bits.
const LONGEST: i64 = i64::MAX / 1_000_000;

#[expect(clippy::cast_precision_loss, reason = "PromQL's times are floats")]
pub(in crate::eval) fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

fn millis(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "compared before")]
    (value.abs() < 9.2e18).then_some(value as i64)
}
