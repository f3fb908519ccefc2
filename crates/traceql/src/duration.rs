//! Durations: those of Prometheus (`1d12h`), and those of Go (`1.5s`, `250us`), in nanoseconds.

use std::fmt;

use obsctl_promql::duration::{self, Millis};

/// Go's units with their nanoseconds, largest first.
const UNITS: [(&str, i64); 8] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ns", 1),
];

/// The nanoseconds of `1h30m`, `1.5s`, `250us`.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    match duration::parse(text) {
        Ok(millis) => millis.checked_mul(1_000_000),
        Err(_) => parse_go(text),
    }
}

/// Numbers with units, in any order; they add up.
fn parse_go(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = &rest[..digits(rest)];
        rest = &rest[whole.len()..];
        let mut fraction = "";
        if let Some(tail) = rest.strip_prefix('.') {
            fraction = &tail[..digits(tail)];
            rest = &tail[fraction.len()..];
        }
        let letters = rest.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, tail) = rest.split_at(letters.unwrap_or(rest.len()));
        let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
        if whole.len() + fraction.len() == 0 || whole.len() > 19 {
            return None;
        }
        // Digits behind the nanoseconds of an hour say nothing.
        let fraction = &fraction[..fraction.len().min(15)];
        let number = |digits: &str| digits.parse::<i128>().unwrap_or(0);
        let scale = 10_i128.pow(u32::try_from(fraction.len()).unwrap_or(0));
        let nanos = i128::from(*nanos);
        total += number(whole) * nanos + number(fraction) * nanos / scale;
        if total > i128::from(i64::MAX) {
            return None;
        }
        rest = tail;
    }
    (!text.is_empty())
        .then(|| i64::try_from(total).ok())
        .flatten()
}

/// A number of nanoseconds, shown as a duration: `1h30m`, `250us`, `0s`, `-5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nanos(pub i64);

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 % 1_000_000 == 0 {
            return Millis(self.0 / 1_000_000).fmt(f);
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        for (name, unit) in UNITS {
            let unit = unit.unsigned_abs();
            if rest >= unit && name.is_ascii() {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_both_kinds_are_read_and_shown() {
        let cases = [
            ("5m", 300_000_000_000, "5m"),
            ("1.5s", 1_500_000_000, "1s500ms"),
            (".5s", 500_000_000, "500ms"),
            ("1d12h", 129_600_000_000_000, "1d12h"),
            ("250us", 250_000, "250us"),
            ("250µs", 250_000, "250us"),
            ("30m1h", 5_400_000_000_000, "1h30m"),
            ("1ms1ns", 1_000_001, "1ms1ns"),
            (
                "2540400h10m10.000000001s",
                9_145_440_610_000_000_001,
                "2540400h10m10s1ns",
            ),
            ("0s", 0, "0s"),
        ];
        for (text, nanos, shown) in cases {
            assert_eq!(parse(text), Some(nanos), "{text}");
            assert_eq!(Nanos(nanos).to_string(), shown, "{text}");
            assert_eq!(parse(shown), Some(nanos), "{shown}");
        }
        for text in [
            "",
            "5",
            "s",
            "1.s2",
            "5x",
            "1d1.5h",
            "1.5d",
            "300y",
            "9999999999999999999h",
            ".",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
