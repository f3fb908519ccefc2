//! Texts, characters and numbers as Go reads them.

use crate::ast::Number;

/// What a text in `"` or `` ` `` means; nothing where Go refuses it.
///
/// Bytes that are no UTF-8 (`"\xff"`) become U+FFFD.
pub(crate) fn text(quoted: &str) -> Option<String> {
    if let Some(raw) = quoted.strip_prefix('`') {
        return Some(raw.strip_suffix('`')?.replace('\r', ""));
    }
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(first) = rest.chars().next() {
        if matches!(first, '"' | '\n') {
            return None;
        }
        let (char, after) = character(rest, '"')?;
        match char {
            Unit::Char(char) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            Unit::Byte(byte) => bytes.push(byte),
        }
        rest = after;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A character, or a byte that an escape names.
enum Unit {
    Char(char),
    Byte(u8),
}

/// The first character of a text in quotes, and what follows it.
fn character(text: &str, quote: char) -> Option<(Unit, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first != '\\' {
        return Some((Unit::Char(first), chars.as_str()));
    }
    let escape = chars.next()?;
    let rest = chars.as_str();
    let plain = |char| Some((Unit::Char(char), rest));
    let digits = |count: usize, radix: u32, rest: &'_ str| -> Option<u32> {
        let digits = rest.get(..count)?;
        let all = digits.chars().all(|c| c.is_digit(radix));
        all.then(|| u32::from_str_radix(digits, radix).ok())?
    };
    match escape {
        'a' => plain('\u{7}'),
        'b' => plain('\u{8}'),
        'f' => plain('\u{c}'),
        'n' => plain('\n'),
        'r' => plain('\r'),
        't' => plain('\t'),
        'v' => plain('\u{b}'),
        '\\' => plain('\\'),
        '"' | '\'' if escape == quote => plain(escape),
        'x' => {
            let byte = u8::try_from(digits(2, 16, rest)?).ok()?;
            Some((Unit::Byte(byte), &rest[2..]))
        }
        'u' | 'U' => {
            let count = if escape == 'u' { 4 } else { 8 };
            let char = char::from_u32(digits(count, 16, rest)?)?;
            Some((Unit::Char(char), &rest[count..]))
        }
        '0'..='7' => {
            let digits = digits(3, 8, &text[1..])?;
            Some((Unit::Byte(u8::try_from(digits).ok()?), &text[4..]))
        }
        _ => None,
    }
}

/// The number that a character in `'` is, or Go's words on why it is none.
pub(crate) fn char_constant(raw: &str) -> Result<Number, String> {
    let malformed = || format!("malformed character constant: {raw}");
    let inner = &raw[1..];
    if inner.starts_with('\'') {
        return Err("invalid syntax".to_owned());
    }
    let (unit, rest) = character(inner, '\'').ok_or("invalid syntax")?;
    if rest != "'" {
        return Err(malformed());
    }
    let code = match unit {
        Unit::Char(char) => i64::from(u32::from(char)),
        Unit::Byte(byte) => i64::from(byte),
    };
    Ok(Number {
        raw: raw.to_owned(),
        int: Some(code),
        float: Some(code as f64),
        complex: false,
    })
}

/// The number that a text is, or Go's words on why it is none.
pub(crate) fn number(raw: &str) -> Result<Number, String> {
    let found = |int, float, complex| Number {
        raw: raw.to_owned(),
        int,
        float,
        complex,
    };
    if let Some(imaginary) = raw.strip_suffix('i')
        && float(imaginary).is_ok()
    {
        return Ok(found(None, None, true));
    }
    if let Some(value) = integer(raw) {
        // What only fits into an unsigned integer is refused where it is used.
        let int = i64::try_from(value).ok();
        if int.is_some() || u64::try_from(value).is_ok() {
            return Ok(found(int, Some(value as f64), false));
        }
    }
    match float(raw) {
        Ok(_) if !raw.contains(['.', 'e', 'E', 'p', 'P']) => {
            Err(format!("integer overflow: {}", crate::format::quote(raw)))
        }
        Ok(value) => {
            let int = (value as i64) as f64 == value;
            Ok(found(int.then_some(value as i64), Some(value), false))
        }
        Err(_) => Err(format!(
            "illegal number syntax: {}",
            crate::format::quote(raw)
        )),
    }
}

/// An integer of any base that Go knows, with underscores where Go allows them.
fn integer(raw: &str) -> Option<i128> {
    let (negative, digits) = match raw.as_bytes().first()? {
        b'-' => (true, &raw[1..]),
        b'+' => (false, &raw[1..]),
        _ => (false, raw),
    };
    if !underscores_separate(digits) {
        return None;
    }
    let lower = digits.to_ascii_lowercase().replace('_', "");
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    Some(if negative { -value } else { value })
}

/// Whether every underscore stands between digits, or behind the base.
fn underscores_separate(digits: &str) -> bool {
    let lower = digits.to_ascii_lowercase();
    let base = ["0x", "0o", "0b"]
        .iter()
        .any(|base| lower.starts_with(base));
    let body = if base { &lower[2..] } else { &lower[..] };
    let mut last_is_digit = base || (lower.starts_with('0') && lower.len() > 1);
    let hex = lower.starts_with("0x");
    for char in body.chars() {
        if char == '_' {
            if !last_is_digit {
                return false;
            }
            last_is_digit = false;
        } else {
            let digit = char.is_ascii_digit() || hex && char.is_ascii_hexdigit();
            if !digit && !last_is_digit && body.contains('_') {
                return false;
            }
            last_is_digit = digit;
        }
    }
    !lower.ends_with('_')
}

/// A text is no float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoFloat {
    Syntax,
    Range,
}

/// A float as Go's `strconv.ParseFloat` reads it.
pub(crate) fn float(raw: &str) -> Result<f64, NoFloat> {
    let unsigned = raw.strip_prefix(['+', '-']).unwrap_or(raw);
    let lower = unsigned.to_ascii_lowercase();
    let sign = if raw.starts_with('-') { -1.0 } else { 1.0 };
    match lower.as_str() {
        "inf" | "infinity" => return Ok(sign * f64::INFINITY),
        "nan" if raw.len() == 3 => return Ok(f64::NAN),
        _ => {}
    }
    let Some(hex) = lower.strip_prefix("0x") else {
        let known = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '+' | '-' | '_');
        let starts = lower.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        if !starts || !lower.chars().all(known) || !underscores_separate(&lower) {
            return Err(NoFloat::Syntax);
        }
        let digits = raw.replace('_', "");
        let value: f64 = digits.parse().map_err(|_| NoFloat::Syntax)?;
        return if value.is_infinite() {
            Err(NoFloat::Range)
        } else {
            Ok(value)
        };
    };
    if !underscores_separate(&lower) {
        return Err(NoFloat::Syntax);
    }
    hexadecimal(&hex.replace('_', ""))
        .ok_or(NoFloat::Syntax)
        .and_then(|value| {
            if value.is_infinite() {
                Err(NoFloat::Range)
            } else {
                Ok(sign * value)
            }
        })
}

/// `1.8p-3`, without its `0x`: as many digits as a float can hold count.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.chars().chain(fraction.chars());
    if digits().next().is_none() || !digits().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    if exponent
        .trim_start_matches(['+', '-'])
        .chars()
        .any(|c| !c.is_ascii_digit())
    {
        return None;
    }
    let exponent: i64 = exponent.parse().ok()?;
    let mut value = 0.0_f64;
    for digit in digits() {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let shift = exponent - 4 * i64::try_from(fraction.len()).ok()?;
    Some(value * 2.0_f64.powi(i32::try_from(shift).ok()?))
}
