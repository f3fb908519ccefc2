//! Times read by a layout.

use super::{Piece, Pieces};
use crate::prometheus::clock::SECOND;
use crate::prometheus::clock::calendar::{MONTHS, WEEKDAYS, midnight, midnight_of_year_day};

/// The nanoseconds since 1970 of a text in a layout; `None` where it does not follow it.
pub(in super::super) fn parse(layout: &str, text: &str) -> Option<i128> {
    let mut read = Read::default();
    let mut rest = text;
    let mut pieces = Pieces(layout).peekable();
    while let Some(piece) = pieces.next() {
        rest = match piece {
            Piece::Text(text) => rest.strip_prefix(text)?,
            Piece::Fraction { digits, trims, .. } => {
                read.fraction(rest, (!trims).then_some(digits))?
            }
            Piece::Field(field) => read.field(field, rest)?,
        };
        // A fraction behind seconds is read even where the layout has none.
        let seconds = matches!(piece, Piece::Field("05" | "5"));
        if seconds && !matches!(pieces.peek(), Some(Piece::Fraction { .. })) {
            rest = read.fraction(rest, None)?;
        }
    }
    rest.is_empty().then(|| read.nanoseconds())?
}

/// What has been read of a time.
#[derive(Default)]
struct Read {
    year: i128,
    /// From 0 for January.
    month: usize,
    /// From 1; the first of the month where the layout has none.
    day: Option<i128>,
    year_day: Option<i128>,
    hour: i128,
    minute: i128,
    second: i128,
    nanosecond: i128,
    afternoon: Option<bool>,
    /// Seconds east of UTC.
    zone: i128,
}

/// A number of at least and at most so many digits, and what stands behind it.
fn number(text: &str, least: usize, most: usize) -> Option<(i128, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit);
    let length = digits.count();
    let digits = text.get(..length).filter(|_| length >= least)?;
    Some((digits.parse().ok()?, &text[length..]))
}

/// The place of a name in a list, by its first three letters or in full.
fn name<'a>(names: &[&str], text: &'a str, full: bool) -> Option<(usize, &'a str)> {
    names.iter().enumerate().find_map(|(place, name)| {
        let wanted = if full { name } else { &name[..3] };
        let found = text.get(..wanted.len())?;
        let same = found.eq_ignore_ascii_case(wanted);
        same.then(|| (place, &text[wanted.len()..]))
    })
}

impl Read {
    /// Reads a field, and gives what stands behind it.
    fn field<'a>(&mut self, field: &str, text: &'a str) -> Option<&'a str> {
        let full = matches!(field, "January" | "Monday");
        let (value, rest) = match field {
            "January" | "Jan" => {
                let (month, rest) = name(&MONTHS, text, full)?;
                self.month = month;
                return Some(rest);
            }
            "Monday" | "Mon" => return name(&WEEKDAYS, text, full).map(|(_, rest)| rest),
            "MST" => {
                return text
                    .strip_prefix("UTC")
                    .or_else(|| text.strip_prefix("GMT"));
            }
            "PM" | "pm" => {
                let (half, rest) = text.split_at_checked(2)?;
                self.afternoon = Some(match () {
                    () if half.eq_ignore_ascii_case("pm") => true,
                    () if half.eq_ignore_ascii_case("am") => false,
                    () => return None,
                });
                return Some(rest);
            }
            "2006" => number(text, 4, 4)?,
            "_2006" => number(text.strip_prefix('_')?, 4, 4)?,
            "002" => number(text, 3, 3)?,
            "__2" => number(text.trim_start_matches(' '), 1, 3)?,
            "_2" => number(text.trim_start_matches(' '), 1, 2)?,
            "01" | "02" | "03" | "04" | "05" | "06" | "15" => number(text, 2, 2)?,
            "1" | "2" | "3" | "4" | "5" => number(text, 1, 2)?,
            zone => return self.zone(zone, text),
        };
        match field {
            "2006" | "_2006" => self.year = value,
            "06" => self.year = value + if value >= 69 { 1900 } else { 2000 },
            "01" | "1" => self.month = usize::try_from(value).ok()?.checked_sub(1)?,
            "02" | "2" | "_2" => self.day = Some(value),
            "002" | "__2" => self.year_day = Some(value),
            "15" | "03" | "3" => self.hour = value,
            "04" | "4" => self.minute = value,
            _ => self.second = value,
        }
        Some(rest)
    }

    fn zone<'a>(&mut self, field: &str, text: &'a str) -> Option<&'a str> {
        if field.starts_with('Z')
            && let Some(rest) = text.strip_prefix('Z')
        {
            return Some(rest);
        }
        let (east, mut rest) = match text.strip_prefix('+') {
            Some(rest) => (1, rest),
            None => (-1, text.strip_prefix('-')?),
        };
        let mut zone = 0;
        let units = field[1..].replace(':', "").len() / 2;
        for unit in [3600, 60, 1].into_iter().take(units) {
            if unit < 3600 && field.contains(':') {
                rest = rest.strip_prefix(':')?;
            }
            let (value, behind) = number(rest, 2, 2)?;
            zone += value * unit;
            rest = behind;
        }
        self.zone = east * zone;
        Some(rest)
    }

    /// Digits behind a point: so many, or as many as there are, if any.
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
        self.nanosecond = nanos.get(..9)?.parse().ok()?;
        Some(&behind[length..])
    }

    fn nanoseconds(&self) -> Option<i128> {
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        if hour >= 24 || self.minute >= 60 || self.second >= 60 {
            return None;
        }
        let midnight = match self.year_day {
            Some(day) => midnight_of_year_day(self.year, day),
            None => midnight(self.year, self.month, self.day.unwrap_or(1)),
        };
        let seconds = hour * 3600 + self.minute * 60 + self.second - self.zone;
        Some(midnight? + seconds * i128::from(SECOND) + self.nanosecond)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    const SECOND: i128 = 1_000_000_000;

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
            ("2006 __2", "1970  32", 31 * 86_400),
            ("2006", "1971", 365 * 86_400),
            ("January 2006", "february 1970", 31 * 86_400),
        ] {
            assert_eq!(parse(layout, text), Some(seconds * SECOND), "{text}");
        }
        assert_eq!(
            parse("2006 15:04:05.000", "1970 00:00:01.250"),
            Some(1_250_000_000)
        );
        assert_eq!(
            parse("2006 15:04:05", "1970 00:00:01.25"),
            Some(1_250_000_000)
        );
    }

    #[test]
    fn what_does_not_follow_its_layout_is_no_time() {
        for (layout, text) in [
            ("2006-01-02", "2023-02-29"),
            ("2006-01-02", "2023-00-01"),
            ("2006-01-02", "2023-13-01"),
            ("2006 002", "2023 366"),
            ("2006", "24"),
            ("15:04", "24:00"),
            ("2006", "2024x"),
            ("3 PM", "1 XM"),
            // `January` is no `Jan`, and small letters go on.
            ("Jane 2006", "Jan 1970"),
            ("é", "e"),
        ] {
            assert_eq!(parse(layout, text), None, "{text}");
        }
    }
}
