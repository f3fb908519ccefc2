//! Times and durations, with the methods that Go gives them.

use std::sync::Arc;

use crate::function::{Function, Method, Outcome, Type};
use crate::value::{Object, Value};

/// Go's name of the type of durations.
pub(super) const DURATION: &str = "time.Duration";
const TIME: &str = "time.Time";

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR as i128;

/// A point in time in UTC, as nanoseconds since 1970.
#[must_use]
pub fn time(nanoseconds: i128) -> Value {
    Value::Object(Arc::new(Time {
        nanoseconds,
        underlying: Value::Nil,
    }))
}

/// A duration in nanoseconds.
#[must_use]
pub fn duration(nanoseconds: i64) -> Value {
    Value::Object(Arc::new(Duration(Value::Int(nanoseconds))))
}

/// The seconds of a duration in nanoseconds.
pub(super) fn seconds(nanoseconds: i64) -> f64 {
    (nanoseconds / SECOND) as f64 + (nanoseconds % SECOND) as f64 / 1e9
}

#[derive(Debug)]
struct Duration(Value);

/// The nanoseconds of a duration, or of a number that stands for one.
fn nanoseconds(value: &Value) -> i64 {
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
            "Minutes" => gives(in_units(MINUTE).into()),
            "Hours" => gives(in_units(HOUR).into()),
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
    let hours = if hours > 0 { format!("{hours}h") } else { String::new() };
    format!("{sign}{hours}{minutes}m{}{rest}", whole % 60)
}

#[derive(Debug)]
struct Time {
    nanoseconds: i128,
    underlying: Value,
}

/// The parts of a point in time.
struct Parts {
    year: i128,
    month: usize,
    day: usize,
    year_day: i128,
    /// From 0 for Sunday.
    weekday: usize,
    hour: i128,
    minute: i128,
    second: i128,
    nanosecond: i128,
}

const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
];

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days before a year, from the beginning of year 1.
fn days_before(year: i128) -> i128 {
    let last = year - 1;
    last * 365 + last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400)
}

/// The days of each month.
fn months(year: i128) -> [i128; 12] {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

impl Time {
    fn parts(&self) -> Parts {
        let days = self.nanoseconds.div_euclid(DAY);
        let inside = self.nanoseconds.rem_euclid(DAY);
        let since = days + days_before(1970);
        // At most one year too early.
        let mut year = (since * 400).div_euclid(146_097) + 1;
        while days_before(year + 1) <= since {
            year += 1;
        }
        while days_before(year) > since {
            year -= 1;
        }
        let year_day = since - days_before(year);
        let mut day = year_day;
        let mut month = 0;
        for length in months(year) {
            if day < length {
                break;
            }
            day -= length;
            month += 1;
        }
        let nanosecond = |unit: i64| inside / i128::from(unit);
        Parts {
            year,
            month,
            day: usize::try_from(day + 1).unwrap_or(1),
            year_day: year_day + 1,
            weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
            hour: nanosecond(HOUR),
            minute: nanosecond(MINUTE) % 60,
            second: nanosecond(SECOND) % 60,
            nanosecond: inside % i128::from(SECOND),
        }
    }
}

impl Object for Time {
    fn type_name(&self) -> &str {
        TIME
    }

    fn underlying(&self) -> &Value {
        &self.underlying
    }

    fn text(&self) -> Option<String> {
        Some(self.format("2006-01-02 15:04:05.999999999 -0700 MST"))
    }

    fn method(&self, name: &str) -> Option<Method> {
        const OTHER: &[Type] = &[Type::Named(TIME)];
        let own = self.nanoseconds;
        let parts = self.parts();
        let gives = |value: Value| Some(Function::new(&[], move |_| Ok(value.clone())));
        let int = |value: i128| gives(Value::Int(i64::try_from(value).unwrap_or(i64::MAX)));
        let compares = |truth: fn(i128, i128) -> Value| {
            let body = move |values: &[Value]| -> Outcome { Ok(truth(own, instant(&values[0]))) };
            Some(Function::new(OTHER, body))
        };
        match name {
            "Year" => int(parts.year),
            "Month" => gives(named("time.Month", &MONTHS, parts.month, 1)),
            "Day" => int(i128::try_from(parts.day).unwrap_or(1)),
            "YearDay" => int(parts.year_day),
            "Weekday" => gives(named("time.Weekday", &WEEKDAYS, parts.weekday, 0)),
            "Hour" => int(parts.hour),
            "Minute" => int(parts.minute),
            "Second" => int(parts.second),
            "Nanosecond" => int(parts.nanosecond),
            "Unix" => int(own.div_euclid(i128::from(SECOND))),
            "UnixMilli" => int(own.div_euclid(1_000_000)),
            "UnixMicro" => int(own.div_euclid(1000)),
            "UnixNano" => int(own),
            "String" => gives(self.text().unwrap_or_default().into()),
            "UTC" => gives(time(own)),
            "IsZero" => gives(Value::Bool(own == -days_before(1970) * DAY)),
            "After" => compares(|one, other| (one > other).into()),
            "Before" => compares(|one, other| (one < other).into()),
            "Equal" => compares(|one, other| (one == other).into()),
            "Sub" => compares(|one, other| {
                let between = (one - other).clamp(i64::MIN.into(), i64::MAX.into());
                duration(i64::try_from(between).unwrap_or_default())
            }),
            "Add" => Some(Function::new(&[Type::NamedInt(DURATION)], move |values| {
                Ok(time(own + i128::from(nanoseconds(&values[0]))))
            })),
            "Format" => {
                let copy = Self {
                    nanoseconds: own,
                    underlying: Value::Nil,
                };
                Some(Function::new(&[Type::Text], move |values| {
                    Ok(copy.format(values[0].as_text().unwrap_or_default()).into())
                }))
            }
            _ => None,
        }
    }
}

/// The nanoseconds of a time. Only those have this number as their method `UnixNano`.
fn instant(value: &Value) -> i128 {
    let Value::Object(object) = value.target() else {
        return 0;
    };
    let Some(method) = object.method("UnixNano") else {
        return 0;
    };
    match (method.body)(&[]) {
        Ok(Value::Int(nanoseconds)) => i128::from(nanoseconds),
        _ => 0,
    }
}

/// A month or a day of the week: a number with a name.
#[derive(Debug)]
struct Named {
    type_name: &'static str,
    number: Value,
    name: &'static str,
}

fn named(type_name: &'static str, names: &[&'static str], place: usize, first: i64) -> Value {
    Value::Object(Arc::new(Named {
        type_name,
        number: Value::Int(first + i64::try_from(place).unwrap_or_default()),
        name: names.get(place).copied().unwrap_or_default(),
    }))
}

impl Object for Named {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn underlying(&self) -> &Value {
        &self.number
    }

    fn text(&self) -> Option<String> {
        Some(self.name.to_owned())
    }

    fn method(&self, name: &str) -> Option<Method> {
        let text = self.name;
        (name == "String").then(|| Function::new(&[], move |_| Ok(text.into())))
    }
}

/// The pieces of a layout, those that begin like others before them.
const LAYOUT: [&str; 33] = [
    "January", "Jan", "Monday", "Mon", "MST", "2006", "__2", "_2006", "_2", "002", "01", "02", "03",
    "04", "05", "06", "15", "PM", "pm", "-07:00:00", "-070000", "-07:00", "-0700", "-07",
    "Z07:00:00", "Z070000", "Z07:00", "Z0700", "Z07", "1", "2", "3", "4",
];

impl Time {
    /// Go's `Format`: the layout is how it would write Monday, 2 January 2006 15:04:05.
    fn format(&self, layout: &str) -> String {
        let parts = self.parts();
        let mut out = String::new();
        let mut rest = layout;
        while let Some(first) = rest.chars().next() {
            if let Some((digits, trims)) = fraction(rest) {
                let all = format!("{:09}", parts.nanosecond);
                let kept = &all[..digits.min(9)];
                let kept = if trims { kept.trim_end_matches('0') } else { kept };
                if !kept.is_empty() {
                    out.push(first);
                    out.push_str(kept);
                }
                rest = &rest[1 + digits..];
                continue;
            }
            let piece = LAYOUT.iter().find(|piece| rest.starts_with(**piece) && fits(rest, piece));
            match piece {
                Some(piece) => {
                    out += &parts.piece(piece);
                    rest = &rest[piece.len()..];
                }
                None if rest.starts_with('5') => {
                    out += &parts.second.to_string();
                    rest = &rest[1..];
                }
                None => {
                    out.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        out
    }
}

/// `Jan` and `Mon` are pieces only where no small letter goes on.
fn fits(rest: &str, piece: &str) -> bool {
    !matches!(piece, "Jan" | "Mon")
        || !rest[piece.len()..].starts_with(|c: char| c.is_ascii_lowercase())
}

/// `.000` or `.999`: how many digits of the fraction, and whether zeros at its end are left out.
fn fraction(rest: &str) -> Option<(usize, bool)> {
    let behind = rest.strip_prefix(['.', ','])?;
    let digit = behind.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let digits = behind.len() - behind.trim_start_matches(digit).len();
    let ends = !behind[digits..].starts_with(|c: char| c.is_ascii_digit());
    ends.then_some((digits, digit == '9'))
}

impl Parts {
    fn piece(&self, piece: &str) -> String {
        let month = MONTHS.get(self.month).copied().unwrap_or_default();
        let weekday = WEEKDAYS.get(self.weekday).copied().unwrap_or_default();
        let twelve = match self.hour % 12 {
            0 => 12,
            hour => hour,
        };
        match piece {
            "January" => month.to_owned(),
            "Jan" => month[..3].to_owned(),
            "Monday" => weekday.to_owned(),
            "Mon" => weekday[..3].to_owned(),
            "MST" => "UTC".to_owned(),
            "2006" => format!("{:04}", self.year),
            "_2006" => format!("_{:04}", self.year),
            "06" => format!("{:02}", self.year.rem_euclid(100)),
            "002" => format!("{:03}", self.year_day),
            "__2" => format!("{:3}", self.year_day),
            "01" => format!("{:02}", self.month + 1),
            "1" => (self.month + 1).to_string(),
            "02" => format!("{:02}", self.day),
            "_2" => format!("{:2}", self.day),
            "2" => self.day.to_string(),
            "15" => format!("{:02}", self.hour),
            "03" => format!("{twelve:02}"),
            "3" => twelve.to_string(),
            "04" => format!("{:02}", self.minute),
            "4" => self.minute.to_string(),
            "05" => format!("{:02}", self.second),
            "PM" => if self.hour >= 12 { "PM" } else { "AM" }.to_owned(),
            "pm" => if self.hour >= 12 { "pm" } else { "am" }.to_owned(),
            "-07:00:00" => "+00:00:00".to_owned(),
            "-070000" => "+000000".to_owned(),
            "-07:00" => "+00:00".to_owned(),
            "-0700" => "+0000".to_owned(),
            "-07" => "+00".to_owned(),
            // What begins with `Z` is `Z` in UTC.
            _ => "Z".to_owned(),
        }
    }
}
