//! Prometheus durations: `1h30m`, from `ms` to `y`.

use std::fmt;

use crate::ast::{BinaryOp, DurationExpr};

/// The units, largest first, with their milliseconds. A year has 365 days.
pub const UNITS: [(&str, i64); 7] = [
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Why a text is not a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// There is no number, or a number without a unit.
    Malformed,
    /// A unit that Prometheus does not know.
    UnknownUnit,
    /// `1.5h`
    Fraction,
    /// `30m1h`, `5m5m`: units go from large to small, each once.
    Order,
    /// More than can be counted in milliseconds (about 292 years in nanoseconds for Prometheus).
    TooLong,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a duration",
            Self::UnknownUnit => "unknown unit of time",
            Self::Fraction => "a duration has no fractions",
            Self::Order => "the units of a duration go from large to small, each at most once",
            Self::TooLong => "the duration is too long",
        })
    }
}

impl std::error::Error for DurationError {}

impl DurationError {
    /// How to put it right.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Malformed => "write a number and a unit: `5m`, `1h30m`",
            Self::UnknownUnit => "the units are `ms`, `s`, `m`, `h`, `d`, `w` and `y`",
            Self::Fraction => "use a smaller unit: `1h30m` rather than `1.5h`",
            Self::Order => "write `1h30m`, not `30m1h`",
            Self::TooLong => "Prometheus counts at most 292 years",
        }
    }
}

/// The longest duration that Prometheus can hold: 2^63 nanoseconds.
const LONGEST: i64 = i64::MAX / 1_000_000;

/// The milliseconds of `1h30m`. A bare `0` is a duration too; other bare numbers are not.
///
/// # Errors
/// When `text` is not a duration as Prometheus reads it.
pub fn parse(text: &str) -> Result<i64, DurationError> {
    if text == "0" {
        return Ok(0);
    }
    let mut rest = text;
    let mut total: i64 = 0;
    let mut next_unit = 0;
    if rest.is_empty() {
        return Err(DurationError::Malformed);
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let after = &rest[digits..];
        if after.starts_with('.') {
            return Err(DurationError::Fraction);
        }
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        if digits == 0 || letters == 0 {
            return Err(DurationError::Malformed);
        }
        let unit = UNITS
            .iter()
            .position(|(name, _)| *name == &after[..letters]);
        let unit = unit.ok_or(DurationError::UnknownUnit)?;
        if unit < next_unit {
            return Err(DurationError::Order);
        }
        next_unit = unit + 1;
        let count: i64 = rest[..digits].parse().map_err(|_| DurationError::TooLong)?;
        total = count
            .checked_mul(UNITS[unit].1)
            .and_then(|millis| millis.checked_add(total))
            .filter(|total| *total <= LONGEST)
            .ok_or(DurationError::TooLong)?;
        rest = &after[letters..];
    }
    Ok(total)
}

/// A number of milliseconds, shown as Prometheus shows a duration: `1h30m`, `0s`, `-5m`.
///
/// Years and weeks only where nothing remains: `90d` rather than `12w6d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Millis(pub i64);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        for (name, unit) in UNITS {
            let unit = unit.unsigned_abs();
            if matches!(name, "y" | "w") && !rest.is_multiple_of(unit) {
                continue;
            }
            if rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

impl DurationExpr {
    /// Its seconds, where neither a variable nor the query's step or range has a part in it.
    #[must_use]
    pub fn constant_seconds(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "durations stay far below 2^53")]
            Self::Literal(literal) => Some(literal.millis as f64 / 1000.0),
            Self::Number(number) => Some(number.value),
            Self::Negative(inner, _) => inner.constant_seconds().map(|seconds| -seconds),
            Self::Paren(inner, _) => inner.constant_seconds(),
            Self::Binary(op, lhs, rhs, _) => {
                let (lhs, rhs) = (lhs.constant_seconds()?, rhs.constant_seconds()?);
                Some(match op {
                    BinaryOp::Add => lhs + rhs,
                    BinaryOp::Sub => lhs - rhs,
                    BinaryOp::Mul => lhs * rhs,
                    BinaryOp::Div => lhs / rhs,
                    BinaryOp::Mod => lhs % rhs,
                    BinaryOp::Pow => crate::elementary::pow(lhs, rhs),
                    _ => return None,
                })
            }
            Self::Call(name, args, _) => {
                let [lhs, rhs] = args.as_slice() else {
                    return None;
                };
                let (lhs, rhs) = (lhs.constant_seconds()?, rhs.constant_seconds()?);
                match name.text.to_ascii_lowercase().as_str() {
                    "min_of" => Some(lhs.min(rhs)),
                    "max_of" => Some(lhs.max(rhs)),
                    _ => None,
                }
            }
            Self::Variable(_) | Self::Error(_) => None,
        }
    }

    /// Its milliseconds, where they are known: see [`DurationExpr::constant_seconds`].
    #[must_use]
    pub fn constant_millis(&self) -> Option<i64> {
        let millis = (self.constant_seconds()? * 1000.0).round();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "within bounds by the comparison"
        )]
        (millis.abs() < 9.0e18).then_some(millis as i64)
    }

    /// `5m`, from milliseconds.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        let span = crate::Span::default();
        Self::Literal(crate::ast::DurationLiteral { millis, span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown_as_prometheus_does() {
        let cases = [
            ("5m", 300_000, "5m"),
            ("0s", 0, "0s"),
            ("0", 0, "0s"),
            ("1h30m", 5_400_000, "1h30m"),
            ("90m", 5_400_000, "1h30m"),
            ("36h", 129_600_000, "1d12h"),
            ("90d", 7_776_000_000, "90d"),
            ("14d", 1_209_600_000, "2w"),
            ("365d", 31_536_000_000, "1y"),
            ("1y2w3d4h5m6s7ms", 33_019_506_007, "382d4h5m6s7ms"),
            ("1500ms", 1_500, "1s500ms"),
        ];
        for (text, millis, shown) in cases {
            assert_eq!(parse(text), Ok(millis), "{text}");
            assert_eq!(Millis(millis).to_string(), shown, "{text}");
            assert_eq!(parse(shown), Ok(millis), "{shown}");
        }
        assert_eq!(Millis(-60_000).to_string(), "-1m");
    }

    #[test]
    fn what_is_no_duration_says_why() {
        let cases = [
            ("", DurationError::Malformed),
            ("5", DurationError::Malformed),
            ("m", DurationError::Malformed),
            ("1.5h", DurationError::Fraction),
            ("30m1h", DurationError::Order),
            ("5m5m", DurationError::Order),
            ("5M", DurationError::UnknownUnit),
            ("5min", DurationError::UnknownUnit),
            ("99999999999999999999y", DurationError::TooLong),
            ("300y", DurationError::TooLong),
        ];
        for (text, error) in cases {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }
}
