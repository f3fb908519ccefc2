//! Durations, written as Prometheus writes them.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time in whole milliseconds; printed and read in Prometheus' form (`1h30m`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    millis: u64,
}

/// `n` milliseconds.
#[must_use]
pub const fn millis(n: u64) -> Duration {
    Duration { millis: n }
}

/// `n` seconds.
#[must_use]
pub const fn secs(n: u64) -> Duration {
    millis(n * 1000)
}

/// `n` minutes.
#[must_use]
pub const fn mins(n: u64) -> Duration {
    secs(n * 60)
}

/// `n` hours.
#[must_use]
pub const fn hours(n: u64) -> Duration {
    mins(n * 60)
}

/// `n` days of 24 hours.
#[must_use]
pub const fn days(n: u64) -> Duration {
    hours(n * 24)
}

/// Units from large to small, in milliseconds. Years are left out: 365d says what is meant.
const UNITS: [(&str, u64); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

impl Duration {
    /// No time at all.
    pub const ZERO: Self = millis(0);

    /// Whole milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.millis
    }

    /// Whole milliseconds as times are counted in, which may be before the epoch; the last of those times where there
    /// are more.
    #[must_use]
    pub fn signed_millis(self) -> i64 {
        i64::try_from(self.millis).unwrap_or(i64::MAX)
    }

    /// Seconds.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.millis as f64 / 1000.0
    }

    /// Whether it is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.millis == 0
    }

    /// Reads Prometheus' form: `90s`, `1h30m`, `1d`, `0`.
    ///
    /// # Errors
    /// When the text is not a sequence of numbers with units `y w d h m s ms`, from large to small.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let error = || DurationError {
            text: text.to_owned(),
        };
        if text == "0" {
            return Ok(Self::ZERO);
        }
        let mut rest = text;
        let mut total: u64 = 0;
        let mut last = u64::MAX;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
            let number: u64 = rest[..digits].parse().map_err(|_| error())?;
            rest = &rest[digits..];
            let letters = rest
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(rest.len());
            let unit = match &rest[..letters] {
                "y" => 365 * 86_400_000,
                name => {
                    UNITS
                        .iter()
                        .find(|(unit, _)| *unit == name)
                        .ok_or_else(error)?
                        .1
                }
            };
            if unit >= last {
                return Err(error());
            }
            last = unit;
            total = number
                .checked_mul(unit)
                .and_then(|n| total.checked_add(n))
                .ok_or_else(error)?;
            rest = &rest[letters..];
        }
        if text.is_empty() {
            Err(error())
        } else {
            Ok(millis(total))
        }
    }
}

/// A duration that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a duration: write it as `30s`, `5m` or `1h30m`")]
pub struct DurationError {
    /// What was written.
    pub text: String,
}

impl fmt::Display for Duration {
    /// Weeks are never printed (`7d`, not `1w`): days are what people compare windows by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millis == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.millis;
        for (name, unit) in &UNITS[1..] {
            if rest >= *unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A duration as Prometheus writes it: 30s, 5m, 1h30m.",
            "pattern": "^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_prometheus_form() {
        for (duration, text) in [
            (secs(30), "30s"),
            (mins(90), "1h30m"),
            (days(30), "30d"),
            (millis(1500), "1s500ms"),
            (Duration::ZERO, "0s"),
        ] {
            assert_eq!(duration.to_string(), text);
            assert_eq!(Duration::parse(text), Ok(duration));
        }
        assert_eq!(Duration::parse("1w"), Ok(days(7)));
    }

    #[test]
    fn refuses_what_prometheus_refuses() {
        for text in [
            "",
            "5",
            "m",
            "5 m",
            "5m1h",
            "5x",
            "-5m",
            "1.5h",
            "99999999999999999999y",
        ] {
            assert!(Duration::parse(text).is_err(), "{text}");
        }
    }
}
