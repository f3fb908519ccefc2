//! Numbers, durations and numbers of bytes: what their texts mean, and how they are written.

use std::fmt;

use obsctl_promql::duration::{self, DurationError, Millis};

use crate::Span;
use crate::ast::{Bytes, Duration, DurationLiteral, Number};

/// What a token that begins with a digit means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Literal {
    Number(f64),
    /// Nanoseconds.
    Duration(i64),
    Bytes(u64),
}

/// Why such a token means nothing to Loki.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QuantityError {
    pub(crate) message: String,
    pub(crate) help: String,
}

fn error(message: String, help: impl Into<String>) -> QuantityError {
    QuantityError {
        message,
        help: help.into(),
    }
}

/// The value of `1.5e3`, `250ms`, `1.5h`, `20MB`.
pub(crate) fn read(text: &str) -> Result<Literal, QuantityError> {
    if let Some(outcome) = number(text) {
        return outcome.map(Literal::Number);
    }
    let prometheus = nanos(text);
    if let Ok(nanos) = prometheus {
        return Ok(Literal::Duration(nanos));
    }
    if let Some(nanos) = go_duration(text) {
        return Ok(Literal::Duration(nanos));
    }
    match bytes(text) {
        Some((count, true)) => Ok(Literal::Bytes(count)),
        Some((count, false)) => {
            let bytes = Bytes {
                count,
                span: Span::default(),
            };
            Err(error(
                format!("`{text}` is not a number of bytes: the units are case-sensitive"),
                format!(
                    "write `{bytes}`; the units are `B`, `kB`, `MB`, `GB`, `TB`, `PB`, `KiB`, …"
                ),
            ))
        }
        None => Err(unknown(text, prometheus)),
    }
}

fn unknown(text: &str, prometheus: Result<i64, DurationError>) -> QuantityError {
    let letters = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let time = letters.starts_with(['n', 'u', 'µ', 'm', 's', 'h', 'd', 'w', 'y']);
    match prometheus {
        Err(reason @ (DurationError::Order | DurationError::TooLong | DurationError::Fraction)) => {
            error(
                format!("`{text}` is not a duration: {reason}"),
                reason.help(),
            )
        }
        Err(reason) if time => error(
            format!("`{text}` is not a duration: {reason}"),
            "the units are `ns`, `us`, `ms`, `s`, `m`, `h`, `d`, `w` and `y`",
        ),
        _ => error(
            format!("`{text}` is not a number"),
            "write `500`, a duration such as `250ms`, or bytes such as `20MB`",
        ),
    }
}

/// The value of a decimal number; nothing where the text has a unit.
fn number(text: &str) -> Option<Result<f64, QuantityError>> {
    let bytes = text.as_bytes();
    if bytes
        .iter()
        .all(|b| b.is_ascii_digit() || b".eE+-".contains(b))
    {
        return Some(match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => Err(error(
                format!("`{text}` is too large"),
                "write a smaller number",
            )),
            Err(_) => Err(error(
                format!("`{text}` is not a number"),
                "write `0.5` or `1e3`",
            )),
        });
    }
    let prefixed = bytes.len() > 1 && bytes[0] == b'0' && b"xXoObB".contains(&bytes[1]);
    let hexadecimal = prefixed && !text.eq_ignore_ascii_case("0b");
    if hexadecimal || text.contains('_') {
        return Some(Err(error(
            format!("`{text}` is not a decimal number"),
            "Loki takes only decimal digits, without `_`",
        )));
    }
    None
}

/// The nanoseconds of a duration as Prometheus writes it, which is what stands between brackets.
pub(crate) fn nanos(text: &str) -> Result<i64, DurationError> {
    let millis = duration::parse(text)?;
    millis.checked_mul(1_000_000).ok_or(DurationError::TooLong)
}

/// The units of Go, longest spelling first among those that begin alike.
const GO_UNITS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 6e10),
    ("h", 3.6e12),
];

/// The nanoseconds of a duration as Go writes it, without sign: `1.5h`, `10ns`, units in any order.
pub(crate) fn go_duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() || total == 0 && rest.len() == text.len() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (digits, after) = rest.split_at(digits);
        let (unit, nanos) = GO_UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        rest = &after[unit.len()..];
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "checked against the largest"
        )]
        {
            let value = digits.parse::<f64>().ok()? * nanos;
            if value >= i64::MAX as f64 {
                return None;
            }
            // Whole numbers of nanoseconds stay exact.
            let value = match digits.parse::<i64>() {
                Ok(count) => count.checked_mul(*nanos as i64)?,
                Err(_) => value as i64,
            };
            total = total.checked_add(value)?;
        }
    }
    Some(total)
}

/// The units of bytes, as they are written, with the letters that Loki reads in any case.
const BYTE_UNITS: [(&str, u64); 11] = [
    ("B", 1),
    ("kB", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
    ("TB", 1_000_000_000_000),
    ("TiB", 1 << 40),
    ("PB", 1_000_000_000_000_000),
    ("PiB", 1 << 50),
];

/// The number of bytes, and whether Loki reads the letters in the case they are written in.
fn bytes(text: &str) -> Option<(u64, bool)> {
    let letters = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (digits, letters) = text.split_at(letters);
    let value: f64 = digits.parse().ok()?;
    let with_b = |unit: &str| {
        unit.strip_suffix('B')
            .is_some_and(|short| short.eq_ignore_ascii_case(letters))
    };
    let (_, unit) = BYTE_UNITS
        .iter()
        .find(|(unit, _)| unit.eq_ignore_ascii_case(letters) || with_b(unit))?;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against the largest; the product is what Loki computes"
    )]
    let count = {
        let count = value * *unit as f64;
        (count < u64::MAX as f64).then_some(count as u64)?
    };
    Some((count, letters.chars().all(|c| "BikKMGTP".contains(c))))
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shortest = BYTE_UNITS
            .iter()
            .filter(|(_, unit)| self.count.is_multiple_of(*unit))
            .min_by_key(|(_, unit)| (self.count / unit, *unit));
        match shortest {
            Some((name, unit)) => write!(f, "{}{name}", self.count / unit),
            None => write!(f, "{}B", self.count),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.value.abs();
        if size != 0.0 && !(1e-7..1e21).contains(&size) && self.value.is_finite() {
            write!(f, "{:e}", self.value)
        } else {
            write!(f, "{}", self.value)
        }
    }
}

/// As Loki reads it back: Prometheus' units, but for parts of milliseconds and for negative ones, which
/// Loki reads as Go does.
impl fmt::Display for DurationLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.nanos.unsigned_abs();
        if self.nanos < 0 {
            f.write_str("-")?;
        }
        if !size.is_multiple_of(1_000_000) {
            return match size % 1_000 {
                0 => write!(f, "{}us", size / 1_000),
                _ => write!(f, "{size}ns"),
            };
        }
        if self.nanos >= 0 {
            return Millis(self.nanos / 1_000_000).fmt(f);
        }
        let mut millis = size / 1_000_000;
        for (unit, length) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
            if millis >= length {
                write!(f, "{}{unit}", millis / length)?;
                millis %= length;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(node) => node.fmt(f),
            Self::Variable(node) => node.fmt(f),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

impl Duration {
    /// `5m`, from milliseconds.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self::Literal(DurationLiteral {
            nanos: millis.saturating_mul(1_000_000),
            span: Span::default(),
        })
    }

    /// Where the duration stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Literal(node) => node.span,
            Self::Variable(node) => node.span,
            Self::Error(node) => node.span,
        }
    }

    /// Its nanoseconds, where no variable hides them.
    #[must_use]
    pub const fn constant_nanos(&self) -> Option<i64> {
        match self {
            Self::Literal(node) => Some(node.nanos),
            Self::Variable(_) | Self::Error(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_the_values_loki_gives_them() {
        let ms = 1_000_000;
        let cases = [
            ("0", Literal::Number(0.0)),
            ("010", Literal::Number(10.0)),
            ("1.5e3", Literal::Number(1500.0)),
            (".5", Literal::Number(0.5)),
            ("5.", Literal::Number(5.0)),
            ("250ms", Literal::Duration(250 * ms)),
            ("1h30m", Literal::Duration(5_400_000 * ms)),
            ("1d", Literal::Duration(86_400_000 * ms)),
            ("1.5h", Literal::Duration(5_400_000 * ms)),
            ("30m1h", Literal::Duration(5_400_000 * ms)),
            ("10ns", Literal::Duration(10)),
            ("1.5µs", Literal::Duration(1500)),
            ("20MB", Literal::Bytes(20_000_000)),
            ("1.5KiB", Literal::Bytes(1536)),
            ("20B", Literal::Bytes(20)),
            ("5K", Literal::Bytes(5000)),
            ("5M", Literal::Bytes(5_000_000)),
            ("0B", Literal::Bytes(0)),
        ];
        for (text, value) in cases {
            assert_eq!(read(text), Ok(value), "{text}");
        }
        for text in [
            "20kb", "20mb", "5x", "0x10", "1_000", "1e", "5minutes", "1.2.3", "1e999", "5EB",
            "300y",
        ] {
            assert!(read(text).is_err(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn quantities_read_back() {
        for nanos in [
            0,
            1,
            1_500,
            1_000_000,
            90_000_000_000,
            86_400_000_000_000,
            1_000_001,
        ] {
            let text = DurationLiteral {
                nanos,
                span: Span::default(),
            }
            .to_string();
            assert_eq!(read(&text), Ok(Literal::Duration(nanos)), "{text}");
            let text = DurationLiteral {
                nanos: -nanos,
                span: Span::default(),
            }
            .to_string();
            let positive = text.trim_start_matches('-');
            assert_eq!(go_duration(positive), Some(nanos), "{text}");
        }
        for count in [0, 1, 1000, 1024, 20_000_000, 1 << 20, 1536, 999, 1 << 52] {
            let text = Bytes {
                count,
                span: Span::default(),
            }
            .to_string();
            assert_eq!(read(&text), Ok(Literal::Bytes(count)), "{text}");
        }
    }
}
