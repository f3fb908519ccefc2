//! By value: one pass over a text, from left to right, that replaces what has a shape that must not appear.

use std::borrow::Cow;

use super::keys::Keys;
use super::{REDACTED, shapes};

/// What stands for an e-mail address.
const EMAIL: &str = "<email>";
/// What stands for a phone number.
const PHONE: &str = "<phone>";
/// What stands for a token.
const TOKEN: &str = "<token>";

/// Kinds of bytes for the fast path, a bit each.
const DIGIT: u8 = 1;
const LETTER: u8 = 2;
const SIGN: u8 = 4;
const JOINT: u8 = 8;

/// The kind of each byte.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'@' | b'%' | b'=' | b':' => SIGN,
            b'_' | b'-' | b'+' | b'/' => JOINT,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// Whether a text could hold anything that must not appear: most do not, and are left alone.
pub(super) fn suspicious(text: &str) -> bool {
    let (mut digits, mut run, mut longest) = (0_usize, 0_usize, 0_usize);
    let mut signs = 0;
    let mut scheme = false;
    for byte in text.bytes() {
        let kind = KINDS[usize::from(byte)];
        signs |= kind & SIGN;
        digits += usize::from(kind & DIGIT);
        run = if kind & (DIGIT | LETTER | JOINT) == 0 {
            0
        } else {
            run + 1
        };
        longest = longest.max(run);
        scheme |= byte == b' ';
    }
    signs != 0 || digits >= 7 || longest >= 20 || scheme && names_a_scheme(text)
}

/// Whether a credential could follow: `Bearer abc`.
fn names_a_scheme(text: &str) -> bool {
    let bytes = text.as_bytes();
    (0..bytes.len())
        .any(|at| matches!(bytes[at], b'b' | b'B') && shapes::bearer(bytes, at).is_some())
}

/// The pass over one text.
pub(super) struct Scan<'a, 'k> {
    text: &'a str,
    bytes: &'a [u8],
    keys: &'k Keys,
    /// Whether the text is an identifier, which may look like a token.
    identifier: bool,
    out: String,
    /// What comes before is in `out`.
    copied: usize,
    /// What comes before is known to be no token.
    judged: usize,
}

impl<'a, 'k> Scan<'a, 'k> {
    pub(super) fn new(text: &'a str, keys: &'k Keys, identifier: bool) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            keys,
            identifier,
            out: String::new(),
            copied: 0,
            judged: 0,
        }
    }

    pub(super) fn run(mut self) -> Cow<'a, str> {
        let mut at = 0;
        while at < self.bytes.len() {
            at = match self.find(at) {
                Some((start, end, label)) => {
                    self.out.push_str(&self.text[self.copied..start]);
                    self.out.push_str(label);
                    self.copied = end;
                    end
                }
                None => at + 1,
            };
        }
        if self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.copied..]);
        Cow::Owned(self.out)
    }

    /// What is recognised at `at`: where it starts and ends, and what stands for it.
    fn find(&mut self, at: usize) -> Option<(usize, usize, &'static str)> {
        let bytes = self.bytes;
        match bytes[at] {
            b'@' => self.email(at),
            b'%' if bytes[at..].starts_with(b"%40") => self.email(at),
            b':' if bytes[at..].starts_with(b"://") => {
                let end = shapes::userinfo(bytes, at + 3)?;
                Some((at + 3, end, REDACTED))
            }
            b':' if bytes[at..].starts_with(b"::") => None,
            b':' | b'=' => self.assigned(at),
            b'+' | b'(' if !self.inside_word(at) => self.digits(at),
            byte if byte.is_ascii_alphanumeric() && !self.inside_word(at) => self.word(at),
            _ => None,
        }
    }

    fn inside_word(&self, at: usize) -> bool {
        at > self.copied && self.bytes[at - 1].is_ascii_alphanumeric()
    }

    fn email(&self, at: usize) -> Option<(usize, usize, &'static str)> {
        let (start, end) = shapes::email(self.bytes, self.copied, at)?;
        Some((start, end, EMAIL))
    }

    fn digits(&self, at: usize) -> Option<(usize, usize, &'static str)> {
        Some(match shapes::digits(self.bytes, at)? {
            shapes::Digits::Card(end) => (at, end, REDACTED),
            shapes::Digits::Phone(end) => (at, end, PHONE),
        })
    }

    /// At the first letter or digit of a word.
    fn word(&mut self, at: usize) -> Option<(usize, usize, &'static str)> {
        let bytes = self.bytes;
        if at >= self.judged {
            if let Some(end) = shapes::jwt(bytes, at) {
                return Some((at, end, TOKEN));
            }
            let end = shapes::run_end(bytes, at);
            if !self.identifier {
                if shapes::is_token(&bytes[at..end]) {
                    return Some((at, end, TOKEN));
                }
                if let Some(end) = self.slashed_token(at, end) {
                    return Some((at, end, TOKEN));
                }
            }
            self.judged = end;
            let exempt =
                shapes::is_uuid(&bytes[at..end]) || shapes::is_traceparent(&bytes[at..end]);
            if exempt {
                return None;
            }
        }
        if let Some((start, end)) = shapes::bearer(bytes, at) {
            return Some((start, end, TOKEN));
        }
        if bytes[at].is_ascii_digit() {
            self.digits(at)
        } else {
            None
        }
    }

    /// A base64 token can have slashes; a text that starts with one or is a part of an address is a path.
    fn slashed_token(&self, at: usize, end: usize) -> Option<usize> {
        let in_path = at > 0 && matches!(self.bytes[at - 1], b'/' | b'.' | b'~' | b'-' | b'_');
        if in_path || self.bytes.get(end) != Some(&b'/') {
            return None;
        }
        shapes::slashed_token(self.bytes, at)
    }

    /// At the sign after a name: `password=…`, `"api_key": "…"`.
    fn assigned(&self, at: usize) -> Option<(usize, usize, &'static str)> {
        let name = self.text[self.copied..at].trim_end_matches(['"', '\'', '\\', ' ']);
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = name.bytes().rev().take(64).take_while(is_name).count();
        if length == 0 || !self.keys.hides(&name[name.len() - length..]) {
            return None;
        }
        let is_lead = |byte| matches!(byte, b' ' | b'=' | b'>' | b':' | b'\\');
        let start = shapes::end_while(self.bytes, at + 1, is_lead);
        let wrapped = if self.bytes[start..].starts_with(b"Some(") {
            start + 5
        } else {
            start
        };
        let (start, end) = match self.bytes.get(wrapped)? {
            quote @ (b'"' | b'\'') => (wrapped + 1, self.quoted_end(wrapped + 1, *quote)),
            _ => (
                start,
                shapes::end_while(self.bytes, start, |byte| {
                    !byte.is_ascii_whitespace() && !b",;&)}]\"'".contains(&byte)
                }),
            ),
        };
        let end = match shapes::bearer(self.bytes, start) {
            Some((_, after)) => end.max(after),
            None => end,
        };
        (end > start).then_some((start, end, REDACTED))
    }

    /// Where a quoted text ends: at the quote that no backslash precedes.
    fn quoted_end(&self, start: usize, quote: u8) -> usize {
        let mut escaped = false;
        let inside = self.bytes[start..].iter().take_while(|byte| {
            let ends = **byte == quote && !escaped;
            escaped = **byte == b'\\' && !escaped;
            !ends
        });
        start + inside.count()
    }
}
