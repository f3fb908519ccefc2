//! Numbers of any kind of value.

use obsctl_gotemplate::{Outcome, Value};

use crate::eval::convert;

/// A value as a whole number; 0 where it is none. Of a text with a point, what stands before it counts.
pub(super) fn int(value: &Value) -> i64 {
    match value.target().underlying() {
        Value::Int(value) => *value,
        Value::Byte(value) => i64::from(*value),
        Value::Bool(value) => i64::from(*value),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is too large is no number to Go either"
        )]
        Value::Float(value) => *value as i64,
        Value::Text(text) => int_of(text).unwrap_or_default(),
        _ => 0,
    }
}

fn int_of(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let point = digits.contains('.');
    let lower = whole.to_ascii_lowercase();
    let with = |prefix: &str| {
        lower
            .strip_prefix(prefix)
            .map(|digits| digits.replace('_', ""))
    };
    let (digits, base) = if let Some(digits) = with("0x") {
        (digits, 16)
    } else if let Some(digits) = with("0b") {
        (digits, 2)
    } else if let Some(digits) = with("0o") {
        (digits, 8)
    } else if whole.len() > 1 && whole.starts_with('0') {
        (whole.replace('_', ""), 8)
    } else if whole.is_empty() && point {
        ("0".to_owned(), 10)
    } else {
        (whole.replace('_', ""), 10)
    };
    if point && base != 10 && base != 8 || digits.starts_with(['+', '-']) {
        return None;
    }
    let value = i128::from_str_radix(&digits, base).ok()?;
    i64::try_from(if negative { -value } else { value }).ok()
}

/// A value as a number; 0 where it is none.
#[expect(clippy::cast_precision_loss, reason = "as Go converts it")]
pub(super) fn float(value: &Value) -> f64 {
    match value.target().underlying() {
        Value::Int(value) => *value as f64,
        Value::Byte(value) => f64::from(*value),
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Float(value) => *value,
        Value::Text(text) => convert::float(text).unwrap_or_default(),
        _ => 0.0,
    }
}

pub(super) fn divide(a: i64, b: i64, by: fn(i64, i64) -> i64) -> Outcome {
    if b == 0 {
        return Err("runtime error: integer divide by zero".to_owned());
    }
    Ok(by(a, b).into())
}

/// Go's `math.Max`: no number where one is none.
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

pub(super) fn extreme(values: &[Value], of: fn(f64, f64) -> f64) -> f64 {
    values.iter().map(float).reduce(of).unwrap_or_default()
}

/// To so many digits behind the point; up where what is cut off is at least `up_from` of the last digit.
pub(super) fn round(value: f64, digits: i64, up_from: f64) -> f64 {
    let scale = 10_f64.powi(i32::try_from(digits.clamp(-400, 400)).unwrap_or_default());
    let scaled = scale * value;
    let rounded = if scaled.fract() >= up_from {
        scaled.ceil()
    } else {
        scaled.floor()
    };
    rounded / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbers_where_go_takes_them_for_some() {
        for (text, value) in [
            ("12", 12),
            ("-12", -12),
            ("12.0", 12),
            ("12.7", 12),
            (".5", 0),
            ("0x1f", 31),
            ("010", 8),
            ("1_000", 1000),
            ("x", 0),
            ("", 0),
            ("1e3", 0),
            ("--1", 0),
            ("99999999999999999999", 0),
        ] {
            assert_eq!(int(&Value::text(text)), value, "{text}");
        }
    }
}
