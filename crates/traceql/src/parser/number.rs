//! What a token that begins with a digit stands for.

use crate::ast::Value;
use crate::duration;

/// Why it stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberError {
    Malformed,
    TooLarge,
    Radix,
    Unit,
}

/// The value of `5`, `1.5e3`, `100ms`.
pub(super) fn read(text: &str) -> Result<Value, NumberError> {
    let bytes = text.as_bytes();
    if bytes.iter().all(u8::is_ascii_digit) {
        // What begins with 0 is read as octal, and then taken as decimal.
        if bytes[0] == b'0' && bytes.iter().any(|b| b"89".contains(b)) {
            return Err(NumberError::Malformed);
        }
        return text.parse().map(Value::Int).or(Err(NumberError::TooLarge));
    }
    let radix = bytes.get(1).is_some_and(u8::is_ascii_alphabetic);
    if bytes[0] == b'0' && radix && b"xXbBoO".contains(&bytes[1]) {
        return Err(NumberError::Radix);
    }
    if bytes
        .iter()
        .all(|b| b.is_ascii_digit() || b".eE+-".contains(b))
    {
        return match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Value::Float(value)),
            Ok(_) => Err(NumberError::TooLarge),
            Err(_) => Err(NumberError::Malformed),
        };
    }
    match duration::parse(text) {
        Some(nanos) => Ok(Value::Duration(nanos)),
        None if text.contains('_') => Err(NumberError::Malformed),
        None => Err(NumberError::Unit),
    }
}

impl NumberError {
    pub(super) fn message(self, text: &str) -> String {
        match self {
            Self::Malformed | Self::Radix => format!("`{text}` is not a number"),
            Self::TooLarge => format!("`{text}` is too large"),
            Self::Unit => format!("`{text}` is neither a number nor a duration"),
        }
    }

    pub(super) const fn help(self) -> &'static str {
        match self {
            Self::Malformed => "write digits alone: `1000`, `0.5`, `1e9`",
            Self::TooLarge => "the largest integer is `maxInt`",
            Self::Radix => "write it as a decimal number",
            Self::Unit => {
                "the units are `ns`, `us`, `ms`, `s`, `m`, `h`, `d`, `w` and `y`; \
                 `d`, `w` and `y` take no fractions"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_values_tempo_gives_them() {
        let cases = [
            ("0", Value::Int(0)),
            ("9223372036854775807", Value::Int(i64::MAX)),
            ("0755", Value::Int(755)),
            (".5", Value::Float(0.5)),
            ("5.", Value::Float(5.0)),
            ("1e3", Value::Float(1000.0)),
            ("1.5E-3", Value::Float(0.0015)),
            ("100ms", Value::Duration(100_000_000)),
            ("1.5s", Value::Duration(1_500_000_000)),
        ];
        for (text, value) in cases {
            assert_eq!(read(text), Ok(value), "{text}");
        }
        let wrong = [
            ("9223372036854775808", NumberError::TooLarge),
            ("1e400", NumberError::TooLarge),
            ("089", NumberError::Malformed),
            ("1.2.3", NumberError::Malformed),
            ("1_000", NumberError::Malformed),
            ("0x1F", NumberError::Radix),
            ("5sec", NumberError::Unit),
            ("1.5d", NumberError::Unit),
        ];
        for (text, error) in wrong {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }
}
