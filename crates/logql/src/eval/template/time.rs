//! Times: from numbers, and from texts by Go's layouts. There is only UTC.

use obsctl_gotemplate::prometheus::{parse_time, time as point};
use obsctl_gotemplate::{Outcome, Value};

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// What a method of a time gives.
pub(super) fn call(time: &Value, method: &str, arguments: &[Value]) -> Outcome {
    let Value::Object(object) = time.target() else {
        return Err("this is no time".to_owned());
    };
    let found = object
        .method(method)
        .ok_or_else(|| format!("there is no method {method}"))?;
    (found.body)(arguments)
}

pub(super) fn as_text(time: &Value, method: &str) -> Outcome {
    match call(time, method, &[])? {
        Value::Int(value) => Ok(value.to_string().into()),
        other => Ok(other),
    }
}

/// The time of a number since the epoch, whose unit its length tells: days of five digits, seconds of
/// ten, milliseconds of 13, microseconds of 16, nanoseconds of 19.
pub(super) fn from_epoch(text: &str) -> Outcome {
    let unable = |reason: &str| format!("unable to parse time '{text}': {reason}");
    let number: i64 = text.parse().map_err(|_| {
        unable(&format!(
            "strconv.ParseInt: parsing {text:?}: invalid syntax"
        ))
    })?;
    let unit = match text.len() {
        5 => DAY,
        10 => SECOND,
        13 => 1_000_000,
        16 => 1000,
        19 => 1,
        _ => return Err(unable("%!w(<nil>)")),
    };
    Ok(point(i128::from(number) * unit))
}

pub(super) fn parse_in_zone(layout: &str, zone: &str, text: &str) -> Outcome {
    if !matches!(zone, "" | "UTC" | "Local" | "GMT" | "Etc/UTC" | "Etc/GMT") {
        return Err(format!(
            "the time zone {zone} is not known here: there is only UTC"
        ));
    }
    Ok(parse_time(layout, text))
}
