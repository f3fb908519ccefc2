//! Reading `key=value` pairs as Loki does.

use std::borrow::Cow;

use super::escape;

/// Reads the pairs of a line, one after the other.
pub(super) struct Scanner<'a> {
    line: &'a str,
    at: usize,
    /// The last error, in Loki's words.
    pub error: Option<String>,
}

/// What stands at a place of the line.
pub(super) enum Scanned<'a> {
    Pair(&'a str, Cow<'a, str>),
    /// Nothing that is a pair; the error says why, unless only spaces are left.
    Nothing,
}

impl<'a> Scanner<'a> {
    pub fn new(line: &'a str) -> Self {
        Self {
            line,
            at: 0,
            error: None,
        }
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.line.len()
    }

    fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// Where the first sign stands of which `stops` holds; the end of the line where there is none.
    fn find(&self, stops: impl Fn(u8) -> bool) -> usize {
        let found = self.rest().bytes().position(stops);
        found.map_or(self.line.len(), |length| self.at + length)
    }

    fn skip_word(&mut self) -> Scanned<'a> {
        self.at = self.find(is_space);
        Scanned::Nothing
    }

    fn fail(&mut self, message: &str) {
        self.error = Some(format!(
            "logfmt syntax error at pos {} : {message}",
            self.at + 1
        ));
    }

    fn unexpected(&mut self, sign: char) -> Scanned<'a> {
        self.fail(&format!("unexpected '{sign}'"));
        self.skip_word()
    }

    pub fn next(&mut self) -> Scanned<'a> {
        self.at = self.find(|byte| !is_space(byte));
        if self.at_end() {
            return Scanned::Nothing;
        }
        let start = self.at;
        self.at = self.find(|byte| is_space(byte) || byte == b'=' || byte == b'"');
        let key = &self.line[start..self.at];
        match self.rest().bytes().next() {
            Some(b'"') => return self.unexpected('"'),
            Some(b'=') if key.is_empty() => return self.unexpected('='),
            equal => {
                if key.contains(char::REPLACEMENT_CHARACTER) {
                    self.fail("invalid key");
                    return if equal == Some(b'=') {
                        self.skip_word()
                    } else {
                        Scanned::Nothing
                    };
                }
                if equal != Some(b'=') {
                    return Scanned::Pair(key, Cow::Borrowed(""));
                }
            }
        }
        self.at += 1;
        if self.rest().starts_with('"') {
            return self.quoted(key);
        }
        let start = self.at;
        self.at = self.find(|byte| is_space(byte) || byte == b'=' || byte == b'"');
        match self.rest().chars().next() {
            Some(sign @ ('=' | '"')) => self.unexpected(sign),
            _ => Scanned::Pair(key, Cow::Borrowed(&self.line[start..self.at])),
        }
    }

    /// The rest of a pair whose value begins with a quote.
    fn quoted(&mut self, key: &'a str) -> Scanned<'a> {
        let start = self.at + 1;
        let Some(end) = super::json_scan::string_end(self.line, start) else {
            self.at = self.line.len();
            self.fail("unterminated quoted value");
            return Scanned::Nothing;
        };
        self.at = end + 1;
        let text = &self.line[start..end];
        if !text.contains('\\') {
            return Scanned::Pair(key, Cow::Borrowed(text));
        }
        match unquote(text) {
            Some(text) => Scanned::Pair(key, Cow::Owned(text)),
            None => {
                self.fail("invalid quoted value");
                Scanned::Nothing
            }
        }
    }
}

fn is_space(byte: u8) -> bool {
    byte <= b' '
}

/// A quoted value without its escapes; nothing where one is wrong.
fn unquote(text: &str) -> Option<String> {
    escape::undo(text, "\"\\/'", |digits| {
        let hex = |text: Option<&str>| u32::from_str_radix(text?, 16).ok();
        let first = hex(digits.get(..4))?;
        let second = digits.get(4..).and_then(|it| it.strip_prefix("\\u"));
        let second = hex(second.and_then(|it| it.get(..4)));
        Some(match (first, second) {
            (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                (char::from_u32(code)?, 10)
            }
            _ => (
                char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER),
                4,
            ),
        })
    })
}
