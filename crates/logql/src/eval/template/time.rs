//! Times: from numbers, and from texts by Go's layouts. There is only UTC.

use obsctl_gotemplate::prometheus::time as point;
use obsctl_gotemplate::{Outcome, Value};

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// Go's time that is none: the beginning of year 1.
const ZERO: i128 = -62_135_596_800 * SECOND;

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

/// The time that a text says in a layout; none ([`ZERO`]) where it does not follow it.
pub(super) fn parse(layout: &str, text: &str) -> Value {
    point(read(layout, text).unwrap_or(ZERO))
}

pub(super) fn parse_in_zone(layout: &str, zone: &str, text: &str) -> Outcome {
    if !matches!(zone, "" | "UTC" | "Local" | "GMT" | "Etc/UTC" | "Etc/GMT") {
        return Err(format!(
            "the time zone {zone} is not known here: there is only UTC"
        ));
    }
    Ok(parse(layout, text))
}

/// The parts of layouts, those that begin like others before them.
const PARTS: [&str; 32] = [
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "_2",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "PM",
    "pm",
    "-07:00:00",
    "-070000",
    "-07:00",
    "-0700",
    "-07",
    "Z07:00:00",
    "Z070000",
    "Z07:00",
    "Z0700",
    "Z07",
    "1",
    "2",
    "3",
    "4",
    "5",
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];

/// What has been read of a time.
struct Read {
    year: i128,
    month: i128,
    day: i128,
    year_day: Option<i128>,
    hour: i128,
    minute: i128,
    second: i128,
    nanos: i128,
    afternoon: Option<bool>,
    /// Seconds east of UTC.
    zone: i128,
}

fn read(layout: &str, text: &str) -> Option<i128> {
    let mut read = Read {
        year: 0,
        month: 1,
        day: 1,
        year_day: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
        afternoon: None,
        zone: 0,
    };
    let (mut layout, mut text) = (layout, text);
    while let Some(first) = layout.chars().next() {
        if let Some(digits) = fraction(layout) {
            let exact = layout.as_bytes().get(1) == Some(&b'0');
            text = read.fraction(text, exact.then_some(digits))?;
            layout = &layout[1 + digits..];
            continue;
        }
        if let Some(part) = PARTS.iter().find(|part| layout.starts_with(**part)) {
            text = read.part(part, text)?;
            layout = &layout[part.len()..];
            // A fraction behind seconds is read even where the layout has none.
            if part.ends_with('5') && part.len() < 3 && *part != "15" && fraction(layout).is_none()
            {
                text = read.fraction(text, None)?;
            }
            continue;
        }
        text = text.strip_prefix(first)?;
        layout = &layout[first.len_utf8()..];
    }
    if text.is_empty() { read.nanos() } else { None }
}

/// `.000` or `.999`: how many digits.
fn fraction(layout: &str) -> Option<usize> {
    let behind = layout.strip_prefix(['.', ','])?;
    let digit = behind.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let digits = behind.len() - behind.trim_start_matches(digit).len();
    let ends = !behind[digits..].starts_with(|c: char| c.is_ascii_digit());
    ends.then_some(digits)
}

/// A number of at least and at most so many digits, and what stands behind it.
fn number(text: &str, least: usize, most: usize) -> Option<(i128, &str)> {
    let length = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    let value = text
        .get(..length)
        .filter(|_| length >= least)?
        .parse()
        .ok()?;
    Some((value, &text[length..]))
}

/// The place of a name in a list, by its first three letters or in full.
fn name<'a>(names: &[&str], text: &'a str, full: bool) -> Option<(i128, &'a str)> {
    names.iter().enumerate().find_map(|(place, name)| {
        let wanted = if full { name } else { &name[..3] };
        let found = text.get(..wanted.len())?;
        let same = found.eq_ignore_ascii_case(wanted);
        same.then(|| Some((i128::try_from(place).ok()?, &text[wanted.len()..])))?
    })
}

impl Read {
    fn part<'a>(&mut self, part: &str, text: &'a str) -> Option<&'a str> {
        let (value, rest) = match part {
            "2006" => number(text, 4, 4)?,
            "002" => number(text, 3, 3)?,
            "_2" => number(text.trim_start_matches(' '), 1, 2)?,
            "01" | "02" | "03" | "04" | "05" | "06" | "15" => number(text, 2, 2)?,
            "1" | "2" | "3" | "4" | "5" => number(text, 1, 2)?,
            "January" | "Jan" => name(&MONTHS, text, part == "January")?,
            "Monday" | "Mon" => name(&DAYS, text, part == "Monday")?,
            "MST" => (
                0,
                text.strip_prefix("UTC")
                    .or_else(|| text.strip_prefix("GMT"))?,
            ),
            "PM" | "pm" => {
                let half = text
                    .get(..2)
                    .filter(|it| it.eq_ignore_ascii_case("am") || it.eq_ignore_ascii_case("pm"))?;
                self.afternoon = Some(half.eq_ignore_ascii_case("pm"));
                (0, &text[2..])
            }
            zone => return self.zone(zone, text),
        };
        match part {
            "2006" => self.year = value,
            "06" => self.year = value + if value >= 69 { 1900 } else { 2000 },
            "January" | "Jan" => self.month = value + 1,
            "01" | "1" => self.month = value,
            "02" | "2" | "_2" => self.day = value,
            "002" => self.year_day = Some(value),
            "15" | "03" | "3" => self.hour = value,
            "04" | "4" => self.minute = value,
            "05" | "5" => self.second = value,
            _ => {}
        }
        Some(rest)
    }

    fn zone<'a>(&mut self, part: &str, text: &'a str) -> Option<&'a str> {
        if part.starts_with('Z')
            && let Some(rest) = text.strip_prefix('Z')
        {
            return Some(rest);
        }
        let east = match text.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let mut rest = &text[1..];
        let mut zone = 0;
        let units = part[1..].replace(':', "").len() / 2;
        for unit in [3600, 60, 1].into_iter().take(units) {
            if unit < 3600 && part.contains(':') {
                rest = rest.strip_prefix(':')?;
            }
            let (value, after) = number(rest, 2, 2)?;
            zone += value * unit;
            rest = after;
        }
        self.zone = east * zone;
        Some(rest)
    }

    /// Digits behind a point: so many, or as many as there are.
    fn fraction<'a>(&mut self, text: &'a str, digits: Option<usize>) -> Option<&'a str> {
        let point = text
            .strip_prefix(['.', ','])
            .filter(|it| it.starts_with(|c: char| c.is_ascii_digit()));
        let Some(behind) = point else {
            return digits.is_none().then_some(text);
        };
        let found = behind.bytes().take_while(u8::is_ascii_digit).count();
        let length = digits.unwrap_or(found);
        let nanos = format!("{:0<9}", behind.get(..length).filter(|_| length <= found)?);
        self.nanos = nanos.get(..9)?.parse().ok()?;
        Some(&behind[length..])
    }

    fn nanos(&self) -> Option<i128> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let february = if leap { 29 } else { 28 };
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let month = usize::try_from(self.month)
            .ok()
            .filter(|month| (1..=12).contains(month))?;
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let in_range = (1..=months[month - 1]).contains(&self.day)
            && hour < 24
            && self.minute < 60
            && self.second < 60;
        if !in_range {
            return None;
        }
        let before = self.year - 1;
        let days =
            before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
        let in_year = match self.year_day {
            Some(day) => day - 1,
            None => months[..month - 1].iter().sum::<i128>() + self.day - 1,
        };
        let seconds = hour * 3600 + self.minute * 60 + self.second - self.zone;
        Some(ZERO + (days + in_year) * DAY + seconds * SECOND + self.nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_by_layouts() {
        for (layout, text, seconds) in [
            (
                "2006-01-02T15:04:05Z07:00",
                "2024-02-29T12:30:00+02:00",
                1_709_202_600,
            ),
            ("2006-01-02T15:04:05Z07:00", "1970-01-01T00:00:01Z", 1),
            (
                "Jan _2 2006 3:04PM",
                "Mar  1 1970 1:00PM",
                59 * 86_400 + 13 * 3600,
            ),
            (
                "Monday, 02-Jan-06 15:04:05 MST",
                "Thursday, 01-Jan-70 00:00:10 UTC",
                10,
            ),
            ("2006 002", "1970 032", 31 * 86_400),
        ] {
            assert_eq!(read(layout, text), Some(seconds * SECOND), "{text}");
        }
        assert_eq!(
            read("15:04:05.000", "00:00:01.250"),
            Some(read("15:04:05", "00:00:01.25").unwrap())
        );
        for (layout, text) in [
            ("2006-01-02", "2023-02-29"),
            ("2006", "24"),
            ("15:04", "24:00"),
            ("2006", "2024x"),
            ("é", "e"),
        ] {
            assert_eq!(read(layout, text), None, "{text}");
        }
    }
}
