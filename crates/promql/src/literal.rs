//! What number and string tokens mean, and how values are written. The strings are those of Go, which
//! the other query languages of Grafana share.

use std::fmt::{self, Write};

use crate::ast::Number;
use crate::duration::{self, DurationError, Millis};

/// Why a token that begins like a number is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberError {
    Malformed,
    TooLarge,
    Duration(DurationError),
}

/// The value of `1.5e3`, `0x1F`, `0755`, `1_000`, `Inf`, `5m`; and whether it is a duration (in seconds).
pub(crate) fn number(text: &str) -> Result<(f64, bool), NumberError> {
    if text.eq_ignore_ascii_case("inf") {
        return Ok((f64::INFINITY, false));
    }
    if text.eq_ignore_ascii_case("nan") {
        return Ok((f64::NAN, false));
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let digits = digits.strip_prefix('_').unwrap_or(digits);
        return integer(digits, 16).map(|value| (value, false));
    }
    let bytes = text.as_bytes();
    if bytes.iter().all(|b| b.is_ascii_digit() || *b == b'_') && underscores_separate(bytes) {
        let octal = bytes.len() > 1 && bytes[0] == b'0' && !bytes.iter().any(|b| b"89".contains(b));
        if octal {
            return integer(text, 8).map(|value| (value, false));
        }
        return float(text).map(|value| (value, false));
    }
    let is_float = bytes
        .iter()
        .all(|b| b.is_ascii_digit() || b"_.eE+-".contains(b));
    if is_float {
        return if underscores_separate(bytes) {
            float(text).map(|value| (value, false))
        } else {
            Err(NumberError::Malformed)
        };
    }
    match duration::parse(text) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "durations stay far below 2^53 milliseconds"
        )]
        Ok(millis) => Ok((millis as f64 / 1000.0, true)),
        Err(error) => Err(NumberError::Duration(error)),
    }
}

/// Whether every underscore stands between digits.
fn underscores_separate(bytes: &[u8]) -> bool {
    separated_by(bytes, u8::is_ascii_digit)
}

fn separated_by(bytes: &[u8], is_digit: impl Fn(&u8) -> bool) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(&is_digit);
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'_')
        .all(|(at, _)| digit(at.checked_sub(1)) && digit(Some(at + 1)))
}

fn integer(digits: &str, radix: u32) -> Result<f64, NumberError> {
    if digits.is_empty() || !separated_by(digits.as_bytes(), u8::is_ascii_hexdigit) {
        return Err(NumberError::Malformed);
    }
    let mut value: i64 = 0;
    for digit in digits.chars().filter(|c| *c != '_') {
        let digit = digit.to_digit(radix).ok_or(NumberError::Malformed)?;
        value = value
            .checked_mul(i64::from(radix))
            .and_then(|value| value.checked_add(i64::from(digit)))
            .ok_or(NumberError::TooLarge)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "PromQL numbers are floats")]
    Ok(value as f64)
}

fn float(text: &str) -> Result<f64, NumberError> {
    let parsed: Result<f64, _> = if text.contains('_') {
        text.chars()
            .filter(|c| *c != '_')
            .collect::<String>()
            .parse()
    } else {
        text.parse()
    };
    match parsed {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(NumberError::TooLarge),
        Err(_) => Err(NumberError::Malformed),
    }
}

/// Writes a number so that it reads back as the same one.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.duration {
            let millis = (self.value * 1000.0).round();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                reason = "compared after the conversion"
            )]
            if (millis as i64) as f64 / 1000.0 == self.value {
                return write!(f, "{}", Millis(millis as i64));
            }
        }
        float_text(f, self.value)
    }
}

fn float_text(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    let size = value.abs();
    if value.is_infinite() {
        f.write_str(if value > 0.0 { "Inf" } else { "-Inf" })
    } else if size != 0.0 && !(1e-7..1e21).contains(&size) && !value.is_nan() {
        write!(f, "{value:e}")
    } else {
        write!(f, "{value}")
    }
}

/// A place in a string token that is wrong, in bytes from the token's beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscapeError {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What is wrong: a lowercase headline.
    pub message: &'static str,
    /// How to put it right.
    pub help: &'static str,
}

/// The text of a string token, quotes included; `closed` tells whether the last byte is its quote.
#[must_use]
pub fn unquote(token: &str, closed: bool) -> (String, Vec<EscapeError>) {
    let inner = &token[1..token.len() - usize::from(closed)];
    if token.starts_with('`') || !inner.contains('\\') {
        return (inner.to_owned(), Vec::new());
    }
    let quote = token.as_bytes()[0];
    let mut out = Vec::with_capacity(inner.len());
    let mut errors = Vec::new();
    let bytes = inner.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        let (length, outcome) = escape(&bytes[at..], quote, &mut out);
        if let Err((message, help)) = outcome {
            let mut end = at + length;
            while !inner.is_char_boundary(end) {
                end += 1;
            }
            out.extend_from_slice(&bytes[at..end]);
            errors.push(EscapeError {
                start: at + 1,
                end: end + 1,
                message,
                help,
            });
            at = end;
        } else {
            at += length;
        }
    }
    let text = String::from_utf8(out).unwrap_or_else(|error| {
        errors.push(EscapeError {
            start: 0,
            end: token.len(),
            message: "the escapes make bytes that are not UTF-8",
            help: "names and label values are UTF-8: write the character itself or `\\u00e9`",
        });
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    });
    (text, errors)
}

type EscapeOutcome = (usize, Result<(), (&'static str, &'static str)>);

/// Reads one escape, which `bytes` begins with; gives how many bytes it takes.
fn escape(bytes: &[u8], quote: u8, out: &mut Vec<u8>) -> EscapeOutcome {
    const UNKNOWN: (&str, &str) = (
        "unknown escape",
        "a backslash is written twice in a quoted string, as in `\"\\\\d+\"`, or once between backticks",
    );
    const DIGITS: (&str, &str) = (
        "this escape needs more digits",
        "write `\\x41`, `\\101`, `\\u00e9` or `\\U0001F600`",
    );
    const NO_CHARACTER: (&str, &str) = ("this is not a character", "write one that Unicode has");
    let Some(&letter) = bytes.get(1) else {
        return (1, Err(UNKNOWN));
    };
    let simple = match letter {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        _ if letter == quote => quote,
        b'x' | b'u' | b'U' | b'0'..=b'7' => 0,
        _ => return (2, Err(UNKNOWN)),
    };
    if simple != 0 {
        out.push(simple);
        return (2, Ok(()));
    }
    let (from, count, radix) = match letter {
        b'x' => (2, 2, 16),
        b'u' => (2, 4, 16),
        b'U' => (2, 8, 16),
        _ => (1, 3, 8),
    };
    let mut value: u32 = 0;
    for at in from..from + count {
        let digit = bytes
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(radix));
        let Some(digit) = digit else {
            return (at, Err(DIGITS));
        };
        value = value.wrapping_mul(radix).wrapping_add(digit);
    }
    let length = from + count;
    if matches!(letter, b'u' | b'U') {
        let Some(char) = char::from_u32(value) else {
            return (length, Err(NO_CHARACTER));
        };
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        let Ok(byte) = u8::try_from(value) else {
            return (length, Err(NO_CHARACTER));
        };
        out.push(byte);
    }
    (length, Ok(()))
}

/// Writes `text` between double quotes, with the escapes that it needs.
///
/// # Errors
/// Those of `out`; a string has none.
pub fn quote(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            // Prometheus takes the replacement character for broken UTF-8.
            '\u{FFFD}' => out.write_str("\\ufffd")?,
            char if char.is_control() => {
                let code = u32::from(char);
                if code < 0x80 {
                    write!(out, "\\x{code:02x}")?;
                } else {
                    write!(out, "\\u{code:04x}")?;
                }
            }
            char => out.write_char(char)?,
        }
    }
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_values_prometheus_gives_them() {
        let cases = [
            ("1", 1.0),
            ("5.", 5.0),
            (".5", 0.5),
            ("1.5e3", 1500.0),
            ("5e-3", 0.005),
            ("0xc", 12.0),
            ("0X_1F", 31.0),
            ("0x_53_AB_F3_82", 1_403_777_922.0),
            ("0755", 493.0),
            ("08", 8.0),
            ("00.5", 0.5),
            ("1_000_000", 1e6),
            (".123_456", 0.123_456),
            ("9223372036854775808", 9_223_372_036_854_775_808.0),
            ("InF", f64::INFINITY),
        ];
        for (text, value) in cases {
            assert_eq!(number(text), Ok((value, false)), "{text}");
        }
        assert_eq!(number("1h30m"), Ok((5400.0, true)));
        assert_eq!(number("50ms"), Ok((0.05, true)));
        assert!(number("nan").unwrap().0.is_nan());
        for bad in [
            "1__0", "1_", "1.2.3", "0x", "1e", "1_.5", "5e400", "1_e5", "2.5.", "0xg",
        ] {
            assert!(number(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_read_back_as_they_were_written() {
        for value in [
            0.0,
            -0.0,
            1.0,
            0.1,
            1e300,
            5e-324,
            123_456_789.123,
            1e21,
            9.99e20,
            -2.5e-9,
        ] {
            let text = Number {
                value,
                duration: false,
                span: crate::Span::default(),
            }
            .to_string();
            let read = number(text.trim_start_matches('-')).unwrap().0;
            assert_eq!(read, value.abs(), "{text}");
        }
        let five_minutes = Number {
            value: 300.0,
            duration: true,
            span: crate::Span::default(),
        };
        assert_eq!(five_minutes.to_string(), "5m");
    }

    #[test]
    fn escapes_are_resolved_and_errors_say_where() {
        let cases = [
            (r#""a\"b""#, "a\"b"),
            (r"'a\'b'", "a'b"),
            (r"`a\nb`", r"a\nb"),
            (r#""\x41\101\u00e9\U0001F600""#, "AAé😀"),
            (r#""\a\b\f\n\r\t\v\\""#, "\x07\x08\x0c\n\r\t\x0b\\"),
            (r#""\xc3\xa9""#, "é"),
            (r#""\000""#, "\0"),
        ];
        for (token, text) in cases {
            assert_eq!(
                unquote(token, true),
                (text.to_owned(), Vec::new()),
                "{token}"
            );
        }
        for (token, start, end) in [
            (r#""a\d+""#, 2, 4),
            (r#""\xzz""#, 1, 3),
            (r#""\ud800""#, 1, 7),
            (r#""\777""#, 1, 5),
            (r#""\'""#, 1, 3),
            (r#""\é""#, 1, 4),
            (r#""\xff""#, 0, 6),
        ] {
            let errors = unquote(token, true).1;
            assert_eq!((errors[0].start, errors[0].end), (start, end), "{token}");
        }
    }

    #[test]
    fn quoting_reads_back() {
        for text in [
            "",
            "a",
            "\"\\\n\t\r",
            "\0\x07\u{7f}\u{85}\u{FFFD}é😀",
            "${x:regex}",
        ] {
            let mut quoted = String::new();
            quote(&mut quoted, text).unwrap();
            assert_eq!(
                unquote(&quoted, true),
                (text.to_owned(), Vec::new()),
                "{quoted}"
            );
        }
    }
}
