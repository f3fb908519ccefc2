//! Numbers, durations and bytes in the values of labels, with Go's words for what is none.

fn syntax(text: &str) -> String {
    format!("strconv.ParseFloat: parsing {text:?}: invalid syntax")
}

/// A number as Go reads it: `1.5e3`, `1_000`, `0x1.8p3`, `-inf`, `NaN`.
pub(super) fn float(text: &str) -> Result<f64, String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    let value = match (lower.as_str(), lower.strip_prefix("0x")) {
        ("nan", _) if unsigned.len() == text.len() => f64::NAN,
        ("inf" | "infinity", _) => f64::INFINITY,
        (_, Some(digits)) => {
            let digits = without_underscores(&format!("0{digits}"), true);
            digits
                .and_then(|digits| hexadecimal(&digits))
                .ok_or_else(|| syntax(text))?
        }
        _ => {
            let plain = lower.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            let digits = without_underscores(&lower, false).filter(|_| plain);
            let value = digits.and_then(|digits| digits.parse::<f64>().ok());
            let value = value.ok_or_else(|| syntax(text))?;
            if value.is_infinite() {
                return Err(format!(
                    "strconv.ParseFloat: parsing {text:?}: value out of range"
                ));
            }
            value
        }
    };
    Ok(if text.starts_with('-') { -value } else { value })
}

/// A number without its underscores; nothing where one does not stand between digits.
fn without_underscores(number: &str, hexadecimal: bool) -> Option<String> {
    let bytes = number.as_bytes();
    let digit = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at)).copied().unwrap_or_default();
        if hexadecimal {
            byte.is_ascii_hexdigit()
        } else {
            byte.is_ascii_digit()
        }
    };
    let between = |at: usize| digit(at.checked_sub(1)) && digit(Some(at + 1));
    let separate = number.match_indices('_').all(|(at, _)| between(at));
    separate.then(|| number.replace('_', ""))
}

/// The value of hexadecimal digits with an exponent to the base 2: `1.8p3`.
fn hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once('p')?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    // The zero in front is not of the number.
    if whole.len() + part.len() < 2 || part.contains('.') {
        return None;
    }
    let mut value = 0.0;
    for digit in whole.chars().chain(part.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let exponent: i32 = exponent.parse().ok()?;
    let places = i32::try_from(part.len()).ok()?;
    Some(value * 2_f64.powi(exponent.saturating_sub(places.saturating_mul(4))))
}

/// The units of time, in nanoseconds.
const TIME_UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A text in the words of Go's durations: what is no ASCII, or controls, is written byte by byte.
fn quoted(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=0x7f => char::from(byte).to_string(),
        byte => format!("\\x{byte:02x}"),
    });
    format!("\"{}\"", bytes.collect::<String>())
}

/// The nanoseconds of a duration as Go reads it: `1h15m30.918s`, `-1.5h`, `0`.
pub(super) fn nanos(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quoted(text));
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if unsigned == "0" {
        return Ok(0);
    }
    let mut rest = unsigned;
    let mut total: u64 = 0;
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let number = |c: char| c.is_ascii_digit() || c == '.';
        let length = rest.find(|c| !number(c)).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(length);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        if part.contains('.') || whole.is_empty() && part.is_empty() {
            return Err(invalid());
        }
        let length = after.find(number).unwrap_or(after.len());
        let (name, after) = after.split_at(length);
        if name.is_empty() {
            return Err(format!("time: missing unit in duration {}", quoted(text)));
        }
        let unit = TIME_UNITS.iter().find(|(unit, _)| *unit == name);
        let unknown = || {
            let (name, text) = (quoted(name), quoted(text));
            format!("time: unknown unit {name} in duration {text}")
        };
        let (_, unit) = unit.ok_or_else(unknown)?;
        let whole = if whole.is_empty() {
            0
        } else {
            whole.parse::<u64>().map_err(|_| invalid())?
        };
        let value = whole
            .checked_mul(*unit)
            .and_then(|it| it.checked_add(fraction(part, *unit)));
        total = value
            .and_then(|it| total.checked_add(it))
            .ok_or_else(invalid)?;
        rest = after;
    }
    let limit = i64::MAX as u64 + u64::from(negative);
    if total > limit {
        return Err(invalid());
    }
    #[expect(clippy::cast_possible_wrap, reason = "checked against the largest")]
    Ok(if negative {
        total.wrapping_neg() as i64
    } else {
        total as i64
    })
}

/// The nanoseconds of digits behind a point.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the product is less than a unit, and is what Go computes"
)]
fn fraction(digits: &str, unit: u64) -> u64 {
    // More digits than 18 are less than a nanosecond.
    let digits = &digits[..digits.len().min(18)];
    let value: u64 = digits.parse().unwrap_or_default();
    let scale: f64 = digits.bytes().fold(1.0, |scale, _| scale * 10.0);
    (value as f64 * (unit as f64 / scale)) as u64
}

/// The seconds of a duration.
#[expect(clippy::cast_precision_loss, reason = "as Go computes it")]
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let nanos = nanos(text)?;
    Ok((nanos / 1_000_000_000) as f64 + (nanos % 1_000_000_000) as f64 / 1e9)
}

const BYTE_UNITS: [(&str, u64); 7] = [
    ("", 1),
    ("k", 1_000),
    ("m", 1_000_000),
    ("g", 1_000_000_000),
    ("t", 1_000_000_000_000),
    ("p", 1_000_000_000_000_000),
    ("e", 1_000_000_000_000_000_000),
];

/// A number of bytes: `20MB`, `1.5 KiB`, `1,024`, `5k`, in any case.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let number = |c: char| c.is_numeric() || c == '.' || c == ',';
    let length = text.find(|c| !number(c)).unwrap_or(text.len());
    let (digits, unit) = text.split_at(length);
    let value = float(&digits.replace(',', ""))?;
    let unit = unit.trim().to_lowercase();
    let short = unit.strip_suffix('b').unwrap_or(&unit);
    let (short, binary) = match short.strip_suffix('i') {
        Some(short) if !short.is_empty() => (short, true),
        _ => (short, false),
    };
    let at = BYTE_UNITS.iter().position(|(name, _)| *name == short);
    let at = at.ok_or_else(|| format!("unhandled size name: {unit}"))?;
    let size = if binary {
        1 << (10 * at)
    } else {
        BYTE_UNITS[at].1
    };
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against the largest; the product is what Loki computes"
    )]
    {
        let count = value * size as f64;
        if count >= u64::MAX as f64 {
            return Err(format!("too large: {text}"));
        }
        Ok(count as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, value) in [
            ("1.5s", 1_500_000_000),
            ("1.001s", 1_001_000_000),
            ("1h1m1ms", 3_660_001_000_000),
            ("30m1h", 5_400_000_000_000),
            ("-2us", -2_000),
            ("+.5µs", 500),
            ("0", 0),
            ("1.s", 1_000_000_000),
        ] {
            assert_eq!(nanos(text), Ok(value), "{text}");
        }
        for text in [
            "", "-", "5", "1x", ".s", "1d", "x", "1.2.3s", "9999999h", "é",
        ] {
            assert!(nanos(text).is_err(), "{text}");
        }
        assert_eq!(
            nanos("5"),
            Err("time: missing unit in duration \"5\"".to_owned())
        );
        assert_eq!(
            nanos("1d"),
            Err("time: unknown unit \"d\" in duration \"1d\"".to_owned())
        );
        assert_eq!(
            nanos("é\t"),
            Err(r#"time: invalid duration "\xc3\xa9\x09""#.to_owned())
        );
        assert_eq!(seconds("250ms"), Ok(0.25));
    }

    #[test]
    fn bytes_have_units_in_any_case() {
        for (text, value) in [
            ("12", 12),
            ("1.5 KiB", 1536),
            ("20mb", 20_000_000),
            ("1,024B", 1024),
            ("5k", 5000),
            ("3Gi", 3 << 30),
            ("1EiB", 1 << 60),
        ] {
            assert_eq!(bytes(text), Ok(value), "{text}");
        }
        for text in ["", "B", "5i", "5ib", "5x", "1e3", "-5", "99EB"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_errors() {
        assert_eq!(float("1e3"), Ok(1000.0));
        assert!(float("-Inf").unwrap().is_infinite());
        for (text, value) in [
            ("0x1p4", 16.0),
            ("-0X1.8p1", -3.0),
            ("1_000.5", 1000.5),
            ("0x_fp0", 15.0),
            (".5", 0.5),
            ("5.", 5.0),
        ] {
            assert_eq!(float(text), Ok(value), "{text}");
        }
        for text in [
            "", "5 ", "+nan", "1__0", "_1", "1_", "0x1", "0xp1", "--1", "+-1", "e5", ".",
        ] {
            assert!(float(text).is_err(), "{text}");
        }
        assert!(float("nan").unwrap().is_nan());
        assert!(float("1e999").unwrap_err().ends_with("value out of range"));
    }
}
