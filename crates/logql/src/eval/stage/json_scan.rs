//! Reading JSON as Loki does: leniently, and no further than it has to.
//!
//! Only the structure on the way to a value is looked at. What stands inside a skipped object or array is
//! never checked, and neither are the digits of numbers.

use super::escape;

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Number,
    Object,
    Array,
    Boolean,
    Null,
}

/// Why a text is no JSON, in Loki's words.
pub(super) type Malformed = &'static str;

const UNKNOWN_VALUE: Malformed = "Unknown value type";
pub(super) const MALFORMED: Malformed = "Malformed JSON error";
const OPEN_STRING: Malformed = "Value is string, but can't find closing '\"' symbol";
const OPEN_ARRAY: Malformed = "Value is array, but can't find closing ']' symbol";
const OPEN_OBJECT: Malformed = "Value looks like object, but can't find closing '}' symbol";
const BAD_ESCAPE: Malformed = "Encountered an invalid escape sequence in a string";

/// A value where it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    pub kind: Kind,
    /// Without the quotes of strings, escapes as they are written.
    pub text: &'a str,
    /// Where the value ends.
    end: usize,
}

fn space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Where the next sign that is no space stands.
fn next_token(text: &str, from: usize) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    rest.iter()
        .position(|byte| !space(byte))
        .map(|at| from + at)
}

/// Where the string ends whose opening quote is before `from`: the place of the closing quote.
pub(super) fn string_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// Where the block ends that `open` begins at `from`: behind its closing sign.
fn block_end(text: &str, from: usize, open: u8, close: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut level = 0_usize;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' {
            at = string_end(text, at + 1)?;
        } else if byte == open {
            level += 1;
        } else if byte == close {
            level = level.saturating_sub(1);
            if level == 0 {
                return Some(at + 1);
            }
        }
        at += 1;
    }
    None
}

/// The first value from `from` on.
pub(super) fn value(text: &str, from: usize) -> Result<Value<'_>, Malformed> {
    let start = next_token(text, from).ok_or(MALFORMED)?;
    let made = |kind, start: usize, stop: usize, end| Value {
        kind,
        text: text.get(start..stop).unwrap_or_default(),
        end,
    };
    match text.as_bytes()[start] {
        b'"' => {
            let end = string_end(text, start + 1).ok_or(OPEN_STRING)?;
            Ok(made(Kind::String, start + 1, end, end + 1))
        }
        b'[' => {
            let end = block_end(text, start, b'[', b']').ok_or(OPEN_ARRAY)?;
            Ok(made(Kind::Array, start, end, end))
        }
        b'{' => {
            let end = block_end(text, start, b'{', b'}').ok_or(OPEN_OBJECT)?;
            Ok(made(Kind::Object, start, end, end))
        }
        _ => {
            let rest = &text.as_bytes()[start..];
            let ends = |byte: &u8| space(byte) || matches!(byte, b',' | b'}' | b']');
            let end = start + rest.iter().position(ends).unwrap_or(rest.len());
            let word = text.get(start..end).unwrap_or_default();
            let kind = match word {
                "true" | "false" => Kind::Boolean,
                "null" => Kind::Null,
                _ if word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Kind::Number,
                _ => return Err(UNKNOWN_VALUE),
            };
            Ok(made(kind, start, end, end))
        }
    }
}

/// The members of an object, one after the other.
pub(super) struct Members<'a> {
    text: &'a str,
    at: usize,
    done: bool,
}

impl<'a> Members<'a> {
    pub fn new(text: &'a str) -> Result<Self, Malformed> {
        let start = next_token(text, 0).ok_or(OPEN_OBJECT)?;
        if text.as_bytes()[start] != b'{' {
            return Err(OPEN_OBJECT);
        }
        let at = next_token(text, start + 1).ok_or(MALFORMED)?;
        Ok(Self {
            text,
            at,
            done: false,
        })
    }

    /// The next key, unescaped, and its value; nothing behind the last. An error behind a member shows
    /// when the next is asked for.
    pub fn next(&mut self) -> Result<Option<(String, Value<'a>)>, Malformed> {
        let Some((key, at)) = self.key()? else {
            return Ok(None);
        };
        let value = value(self.text, at)?;
        self.skip(value);
        Ok(Some((key, value)))
    }

    /// The next key, unescaped, and where its value begins.
    pub fn key(&mut self) -> Result<Option<(String, usize)>, Malformed> {
        let text = self.text;
        match text.as_bytes().get(self.at) {
            _ if self.done => return Ok(None),
            Some(b'"') => {}
            Some(b'}') => return Ok(None),
            _ => return Err(OPEN_OBJECT),
        }
        let end = string_end(text, self.at + 1).ok_or(MALFORMED)?;
        let key = unescape(text.get(self.at + 1..end).unwrap_or_default()).ok_or(BAD_ESCAPE)?;
        let colon = next_token(text, end + 1).ok_or(MALFORMED)?;
        if text.as_bytes()[colon] != b':' {
            return Err(MALFORMED);
        }
        Ok(Some((key, colon + 1)))
    }

    /// Goes behind the value of the last key.
    pub fn skip(&mut self, value: Value<'_>) {
        self.at = value.end;
    }

    /// Goes on to the next member.
    pub fn advance(&mut self) -> Result<(), Malformed> {
        let at = next_token(self.text, self.at).ok_or(OPEN_ARRAY)?;
        match self.text.as_bytes()[at] {
            b'}' => self.done = true,
            b',' => self.at = next_token(self.text, at + 1).ok_or(OPEN_ARRAY)?,
            _ => return Err(OPEN_OBJECT),
        }
        Ok(())
    }
}

/// The element of an array at a place.
pub(super) fn element(array: &str, index: usize) -> Option<Value<'_>> {
    let mut at = next_token(array, 0)? + 1;
    let mut count = 0;
    loop {
        at = next_token(array, at)?;
        if array.as_bytes()[at] == b']' {
            return None;
        }
        let found = value(array, at).ok()?;
        if count == index {
            return Some(found);
        }
        count += 1;
        at = next_token(array, found.end)?;
        if array.as_bytes()[at] != b',' {
            return None;
        }
        at += 1;
    }
}

/// A string without its escapes; nothing where one is wrong.
pub(super) fn unescape(text: &str) -> Option<String> {
    escape::undo(text, "\"\\/", |digits| {
        let first = hex4(digits.get(..4)?)?;
        if !(0xd800..0xe000).contains(&first) {
            return Some((char::from_u32(first)?, 4));
        }
        let second = hex4(digits.get(4..)?.strip_prefix("\\u")?.get(..4)?)?;
        if second < 0xdc00 {
            return None;
        }
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        Some((char, 10))
    })
}

fn hex4(digits: &str) -> Option<u32> {
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}
