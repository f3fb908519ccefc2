//! Durations, with the methods that Go gives them.

use std::sync::Arc;

use super::SECOND;
use crate::function::{Function, Method, Type};
use crate::value::{Object, Value};

/// Go's name of the type of durations.
pub const DURATION: &str = "time.Duration";

/// A duration in nanoseconds.
#[must_use]
pub fn duration(nanoseconds: i64) -> Value {
    Value::Object(Arc::new(Duration(Value::Int(nanoseconds))))
}

/// The seconds of a duration in nanoseconds.
pub fn seconds(nanoseconds: i64) -> f64 {
    (nanoseconds / SECOND) as f64 + (nanoseconds % SECOND) as f64 / 1e9
}

#[derive(Debug)]
struct Duration(Value);

/// The nanoseconds of a duration, or of a number that stands for one.
pub(super) fn nanoseconds(value: &Value) -> i64 {
    match value.target().underlying() {
        Value::Int(nanoseconds) => *nanoseconds,
        _ => 0,
    }
}

impl Object for Duration {
    fn type_name(&self) -> &str {
        DURATION
    }

    fn underlying(&self) -> &Value {
        &self.0
    }

    fn text(&self) -> Option<String> {
        Some(written(nanoseconds(&self.0)))
    }

    fn method(&self, name: &str) -> Option<Method> {
        const OTHER: &[Type] = &[Type::NamedInt(DURATION)];
        let own = nanoseconds(&self.0);
        let in_units = |unit: i64| (own / unit) as f64 + (own % unit) as f64 / unit as f64;
        let gives = |value: Value| Some(Function::new(&[], move |_| Ok(value.clone())));
        match name {
            "Seconds" => gives(in_units(SECOND).into()),
            "Minutes" => gives(in_units(60 * SECOND).into()),
            "Hours" => gives(in_units(3600 * SECOND).into()),
            "Milliseconds" => gives((own / 1_000_000).into()),
            "Microseconds" => gives((own / 1000).into()),
            "Nanoseconds" => gives(own.into()),
            "String" => gives(written(own).into()),
            "Abs" => gives(duration(own.saturating_abs())),
            "Truncate" | "Round" => {
                let rounds = name == "Round";
                Some(Function::new(OTHER, move |values| {
                    let step = nanoseconds(&values[0]);
                    Ok(duration(to_step(own, step, rounds)))
                }))
            }
            _ => None,
        }
    }
}

/// The multiple of `step` next to a duration, or the one towards zero.
fn to_step(own: i64, step: i64, rounds: bool) -> i64 {
    if step <= 0 {
        return own;
    }
    let rest = own % step;
    let cut = own - rest;
    if rounds && rest.unsigned_abs() >= step.unsigned_abs().div_ceil(2) {
        cut.saturating_add(step * own.signum())
    } else {
        cut
    }
}

/// `1h2m3.5s`, `1.5ms`, `0s`
fn written(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let own = nanoseconds.unsigned_abs();
    let part = |unit: u64, name: &str| {
        let (whole, fraction) = (own / unit, own % unit);
        let digits = unit.ilog10() as usize;
        let fraction = format!("{fraction:0digits$}");
        let fraction = fraction.trim_end_matches('0');
        let dot = if fraction.is_empty() { "" } else { "." };
        (whole, format!("{dot}{fraction}{name}"))
    };
    let (whole, rest) = match own {
        0 => return "0s".to_owned(),
        1..1000 => return format!("{sign}{own}ns"),
        1000..1_000_000 => part(1000, "µs"),
        1_000_000..1_000_000_000 => part(1_000_000, "ms"),
        _ => part(1_000_000_000, "s"),
    };
    if own < 60_000_000_000 {
        return format!("{sign}{whole}{rest}");
    }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60);
    let hours = if hours > 0 {
        format!("{hours}h")
    } else {
        String::new()
    };
    format!("{sign}{hours}{minutes}m{}{rest}", whole % 60)
}
