//! Numbers for readers.

use super::clock;
use crate::format::{float, quote, sprint};
use crate::function::Outcome;
use crate::literal::{self, NoFloat};
use crate::value::Value;

/// The number that a value or a text is.
pub(super) fn number(value: &Value) -> Result<f64, String> {
    match value {
        Value::Float(number) => Ok(*number),
        Value::Int(number) => Ok(*number as f64),
        Value::Text(text) => literal::float(text).map_err(|error| {
            let reason = match error {
                NoFloat::Syntax => "invalid syntax",
                NoFloat::Range => "value out of range",
            };
            format!("strconv.ParseFloat: parsing {}: {reason}", quote(text))
        }),
        Value::Object(object) => match (object.type_name(), object.underlying()) {
            (clock::DURATION, Value::Int(nanoseconds)) => Ok(clock::seconds(*nanoseconds)),
            _ => Err(format!("can't convert {} to float", object.type_name())),
        },
        _ => Err(format!("can't convert {} to float", value.type_name())),
    }
}

/// Four digits that count.
fn short(number: f64) -> String {
    float(number, 'g', Some(4))
}

/// Go's conversion to an integer on amd64: what does not fit is the least one.
pub(super) fn to_int(number: f64) -> i64 {
    if number >= -(2.0_f64.powi(63)) && number < 2.0_f64.powi(63) {
        number as i64
    } else {
        i64::MIN
    }
}

/// With a metric prefix: `1.235k`, `12m`.
pub(super) fn metric(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return short(number);
    }
    if number.abs() < 1.0 {
        return small(number);
    }
    large(number, 1000.0, ["k", "M", "G", "T", "P", "E", "Z", "Y"])
}

/// With a prefix of powers of 1024: `1.5ki`.
pub(super) fn binary(number: f64) -> String {
    if number.abs() <= 1.0 || !number.is_finite() {
        return short(number);
    }
    large(number, 1024.0, ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"])
}

fn large(mut number: f64, base: f64, prefixes: [&str; 8]) -> String {
    let mut prefix = "";
    for next in prefixes {
        if number.abs() < base {
            break;
        }
        prefix = next;
        number /= base;
    }
    short(number) + prefix
}

fn small(mut number: f64) -> String {
    let mut prefix = "";
    for next in ["m", "u", "n", "p", "f", "a", "z", "y"] {
        if number.abs() >= 1.0 {
            break;
        }
        prefix = next;
        number *= 1000.0;
    }
    short(number) + prefix
}

/// A ratio in percent.
pub(super) fn percentage(ratio: f64) -> String {
    short(ratio * 100.0) + "%"
}

/// Seconds as days, hours, minutes and seconds, or as parts of a second.
pub(super) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return short(seconds);
    }
    if seconds == 0.0 {
        return short(seconds) + "s";
    }
    if seconds.abs() < 1.0 {
        return small(seconds) + "s";
    }
    let sign = if seconds < 0.0 { "-" } else { "" };
    let whole = to_int(seconds.abs());
    let (second, minute) = (whole % 60, whole / 60 % 60);
    let (hour, day) = (whole / 3600 % 24, whole / 86400);
    if day != 0 {
        format!("{sign}{day}d {hour}h {minute}m {second}s")
    } else if hour != 0 {
        format!("{sign}{hour}h {minute}m {second}s")
    } else if minute != 0 {
        format!("{sign}{minute}m {second}s")
    } else {
        format!("{sign}{}s", short(seconds.abs()))
    }
}

/// The time so many seconds after 1970.
pub(super) fn to_time(seconds: f64) -> Outcome {
    if !seconds.is_finite() {
        return Err("value is NaN or Inf".to_owned());
    }
    let nanoseconds = seconds * 1e9;
    if nanoseconds.abs() > 2.0_f64.powi(63) {
        return Err(format!(
            "{} cannot be represented as a nanoseconds timestamp since it overflows int64",
            float(seconds, 'g', None)
        ));
    }
    // Prometheus counts milliseconds.
    let milliseconds = to_int(nanoseconds) / 1_000_000;
    Ok(clock::time(i128::from(milliseconds) * 1_000_000).pointer())
}

/// The time so many seconds after 1970, as text.
pub(super) fn timestamp(seconds: f64) -> Outcome {
    if !seconds.is_finite() {
        return Ok(short(seconds).into());
    }
    Ok(sprint(&[to_time(seconds)?]).into())
}

/// The units of a duration, the largest first, in milliseconds.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// The seconds of a duration such as `1h30m`.
pub(super) fn parse_duration(text: &str) -> Outcome {
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => (-1.0, body),
        None => (1.0, text),
    };
    match body {
        "" => return Err("empty duration string".to_owned()),
        "0" => return Ok((sign * 0.0 + 0.0).into()),
        _ => {}
    }
    let invalid = || format!("not a valid duration string: {}", quote(body));
    let out_of_range = || "duration out of range".to_owned();
    let mut rest = body;
    let mut units = &UNITS[..];
    let mut total = 0_u64;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count: u64 = rest[..digits].parse().map_err(|_| invalid())?;
        rest = &rest[digits..];
        let unit = &rest[..rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len())];
        rest = &rest[unit.len()..];
        if unit.is_empty() {
            return Err(invalid());
        }
        if !UNITS.iter().any(|(name, _)| *name == unit) {
            return Err(format!("unknown unit {} in duration {}", quote(unit), quote(body)));
        }
        let place = units.iter().position(|(name, _)| *name == unit).ok_or_else(invalid)?;
        let nanoseconds = units[place].1 * 1_000_000;
        units = &units[place + 1..];
        total = count
            .checked_mul(nanoseconds)
            .and_then(|part| total.checked_add(part))
            .filter(|total| i64::try_from(*total).is_ok())
            .ok_or_else(out_of_range)?;
    }
    Ok((sign * (total as f64) / 1e9).into())
}
