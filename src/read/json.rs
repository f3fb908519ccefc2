//! JSON with places. A reader of our own: texts without escapes are borrowed from the file, and a list or map takes
//! its place in the arena when it is complete.

use bumpalo::Bump;
use memchr::memchr2;

use super::Trouble;
use super::node::{Key, Node, Style, Value, twice};

/// Reads a document.
pub(super) fn read<'a>(text: &'a str, arena: &'a Bump) -> Result<Node<'a>, Trouble> {
    let mut reader = Reader {
        text,
        arena,
        at: 0,
        depth: 0,
        unescaped: String::new(),
        items: vec![],
        entries: vec![],
    };
    let node = reader.value()?;
    match reader.next() {
        None => Ok(node),
        Some(_) => Err(reader.trouble("nothing may follow the value of a file")),
    }
}

/// So many spaces are compared at once.
const INDENT: u128 = u128::from_le_bytes([b' '; 16]);

/// How deep lists and maps may stand in one another: more would exhaust the stack.
const DEEPEST: usize = 512;

struct Reader<'a> {
    text: &'a str,
    arena: &'a Bump,
    at: usize,
    depth: usize,
    /// The text with escapes that is read, or the memory of the one before.
    unescaped: String,
    /// The items of all lists that are open, those of the innermost last.
    items: Vec<Node<'a>>,
    /// The same of maps.
    entries: Vec<(Key<'a>, Node<'a>)>,
}

impl<'a> Reader<'a> {
    fn trouble(&self, message: &str) -> Trouble {
        trouble(self.at, message)
    }

    /// The byte that follows, spaces aside.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.behind_spaces(),
        }
    }

    fn behind_spaces(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at)? {
                // Half of a file that people can read is indentation.
                b'\n' => self.at += 1 + spaces(&bytes[self.at + 1..]),
                b' ' | b'\t' | b'\r' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    fn value(&mut self) -> Result<Node<'a>, Trouble> {
        let first = self.next();
        let at = self.at;
        let value = match first {
            Some(b'"') => Value::Scalar(self.string()?, Style::Quoted),
            Some(b'{') => self.nested(Self::map)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(_) => Value::Scalar(self.word()?, Style::Plain),
            None => return Err(self.trouble("a value is expected, and the text ends")),
        };
        Ok(Node { value, at })
    }

    fn nested(
        &mut self,
        read: impl Fn(&mut Self) -> Result<Value<'a>, Trouble>,
    ) -> Result<Value<'a>, Trouble> {
        if self.depth == DEEPEST {
            return Err(self.trouble("lists and maps stand too deep in one another"));
        }
        self.at += 1;
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Value<'a>, Trouble> {
        let first = self.items.len();
        if !self.closes(b']') {
            loop {
                let item = self.value()?;
                self.items.push(item);
                if self.ends(b']', "`,` or `]` is expected")? {
                    break;
                }
            }
        }
        let items = self.arena.alloc_slice_copy(&self.items[first..]);
        self.items.truncate(first);
        Ok(Value::List(items))
    }

    fn map(&mut self) -> Result<Value<'a>, Trouble> {
        let first = self.entries.len();
        if !self.closes(b'}') {
            loop {
                let key = self.key()?;
                let value = self.value()?;
                self.entries.push((key, value));
                if self.ends(b'}', "`,` or `}` is expected")? {
                    break;
                }
            }
        }
        let entries = self.arena.alloc_slice_copy(&self.entries[first..]);
        self.entries.truncate(first);
        match twice(entries) {
            Some(key) => {
                let message = format!("the key `{}` stands twice in one map", key.text);
                Err(Trouble {
                    at: key.at,
                    message,
                })
            }
            None => Ok(Value::Map(entries)),
        }
    }

    /// A key and the colon behind it.
    fn key(&mut self) -> Result<Key<'a>, Trouble> {
        let first = self.next();
        let at = self.at;
        if first != Some(b'"') {
            return Err(self.trouble("a key in double quotes is expected"));
        }
        let text = self.string()?;
        if !self.closes(b':') {
            return Err(self.trouble("`:` is expected behind a key"));
        }
        Ok(Key { text, at })
    }

    /// Whether this byte follows; it is passed then.
    fn closes(&mut self, byte: u8) -> bool {
        let closes = self.next() == Some(byte);
        self.at += usize::from(closes);
        closes
    }

    /// Whether a list or map ends here, or goes on behind a comma.
    fn ends(&mut self, close: u8, expected: &str) -> Result<bool, Trouble> {
        let comma = self.next() == Some(b',');
        let at = self.at;
        self.at += usize::from(comma);
        match self.next() {
            Some(byte) if byte == close && comma => {
                Err(trouble(at, "no `,` may follow what is last"))
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            _ if comma => Ok(false),
            None => Err(self.trouble(&format!("{expected}, and the text ends"))),
            _ => Err(self.trouble(expected)),
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<&'a str, Trouble> {
        let rest = &self.text[self.at..];
        let inside =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
        let length = rest.bytes().position(|byte| !inside(byte));
        let word = &rest[..length.unwrap_or(rest.len())];
        if !matches!(word, "true" | "false" | "null") && !is_number(word) {
            return Err(self.trouble("a value is expected"));
        }
        self.at += word.len();
        Ok(word)
    }

    /// A text, from quote to quote.
    fn string(&mut self) -> Result<&'a str, Trouble> {
        let begin = self.at;
        self.at += 1;
        let (mut plain, mut closed) = self.until_stop(begin)?;
        if closed {
            return Ok(plain);
        }
        let mut text = std::mem::take(&mut self.unescaped);
        text.clear();
        while !closed {
            text.push_str(plain);
            text.push(self.escape()?);
            (plain, closed) = self.until_stop(begin)?;
        }
        text.push_str(plain);
        let kept = self.arena.alloc_str(&text);
        self.unescaped = text;
        Ok(kept)
    }

    /// What stands before the next quote or backslash, and whether that is the quote, which is passed then.
    fn until_stop(&mut self, begin: usize) -> Result<(&'a str, bool), Trouble> {
        let rest = &self.text[self.at..];
        let Some(length) = stop(rest.as_bytes()) else {
            return Err(trouble(begin, "a text is never closed"));
        };
        let closed = rest.as_bytes()[length] == b'"';
        self.at += length + usize::from(closed);
        Ok((&rest[..length], closed))
    }

    /// The character that an escape stands for.
    fn escape(&mut self) -> Result<char, Trouble> {
        let begin = self.at;
        let wrong = || trouble(begin, "no character is written like this");
        let letter = self.text.as_bytes().get(self.at + 1);
        let character = match letter {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'"' | b'\\' | b'/') => char::from(letter.copied().unwrap_or_default()),
            Some(b'u') => return self.code_point().ok_or_else(wrong),
            _ => return Err(wrong()),
        };
        self.at += 2;
        Ok(character)
    }

    /// `\u` with four digits, or two of them that are halves of a UTF-16 pair.
    fn code_point(&mut self) -> Option<char> {
        let first = self.unit()?;
        let halves = (0xD800..0xDC00).contains(&first);
        let second = if halves { Some(self.unit()?) } else { None };
        let units = std::iter::once(first).chain(second);
        char::decode_utf16(units).next()?.ok()
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text[self.at..].strip_prefix("\\u")?.get(..4)?;
        let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        self.at += 6;
        u16::from_str_radix(digits, 16).ok().filter(|_| all)
    }
}

/// How many spaces a text begins with, at least: what may be more than they is found one by one.
fn spaces(bytes: &[u8]) -> usize {
    let mut found = 0;
    while let Some(chunk) = bytes[found..].first_chunk() {
        let differing = u128::from_le_bytes(*chunk) ^ INDENT;
        // The first byte is the lowest: what it has in common with a space are zeros behind the others.
        let same = differing.trailing_zeros() as usize / 8;
        found += same;
        if same < 16 {
            break;
        }
    }
    found
}

/// Where the first quote or backslash is. Most texts are words: eight bytes are looked at in one number, and only what is
/// longer is left to who looks at more.
fn stop(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(chunk) = bytes[from..].first_chunk()
        && from < 32
    {
        let chunk = u64::from_le_bytes(*chunk);
        let found = zeros(chunk ^ QUOTES) | zeros(chunk ^ BACKSLASHES);
        if found != 0 {
            return Some(from + found.trailing_zeros() as usize / 8);
        }
        from += 8;
    }
    memchr2(b'"', b'\\', &bytes[from..]).map(|found| from + found)
}

const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; 8]);

/// The highest bit of the lowest byte that is zero; bits of higher bytes say nothing.
/// Source: Bit Twiddling Hacks, "Determine if a word has a zero byte".
fn zeros(chunk: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    chunk.wrapping_sub(ONES) & !chunk & (ONES << 7)
}

fn trouble(at: usize, message: &str) -> Trouble {
    Trouble {
        at,
        message: format!("not JSON: {message}"),
    }
}

/// Whether a word is a number as JSON writes it.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Most numbers are small, and whole.
    if digits(word) {
        return word == "0" || !word.starts_with('0');
    }
    let (number, power) = match word.split_once(['e', 'E']) {
        Some((number, power)) => (number, power.strip_prefix(['+', '-']).unwrap_or(power)),
        None => (word, "0"),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && digits(part) && digits(power)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_read_as_they_were_written() {
        let text = r#" {"a": [1, -0.5e+3, true, null, ""], "b\n": "\u00e9\ud83d\ude00\"\\\/x"} "#;
        let arena = Bump::new();
        let node = read(text, &arena).unwrap();
        assert_eq!(
            node.json(),
            serde_json::from_str::<serde_json::Value>(text).unwrap()
        );
        let list = node.get("a").unwrap();
        assert_eq!((list.at, list.items()[1].at), (7, 11));
        assert_eq!(list.items()[1].as_text(), Some("-0.5e+3"));
    }

    #[test]
    fn what_is_no_json_is_refused_where_it_stands() {
        for (text, at) in [
            ("", 0),
            ("{", 1),
            ("[1 2]", 3),
            ("[1,]", 2),
            ("{\"a\" 1}", 5),
            ("{\"a\": 1,}", 7),
            ("{a: 1}", 1),
            ("{'a': 1}", 1),
            ("[01]", 1),
            ("[1.]", 1),
            ("[.5]", 1),
            ("[+1]", 1),
            ("[1e]", 1),
            ("[NaN]", 1),
            ("[truely]", 1),
            ("\"abc", 0),
            (r#""a\x""#, 2),
            (r#""\ud83d""#, 1),
            (r#""\u+123""#, 1),
            (r#""\u12é""#, 1),
            ("1 1", 2),
            ("[1] // comment", 4),
        ] {
            let arena = Bump::new();
            let trouble = read(text, &arena).expect_err(text);
            assert_eq!(trouble.at, at, "{text}: {}", trouble.message);
            assert!(
                serde_json::from_str::<serde_json::Value>(text).is_err(),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_json(word in "-?[0-9.eE+-]{1,8}") {
            // Numbers that no machine holds are numbers all the same: nothing is made of them here.
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&word);
            prop_assert_eq!(is_number(&word), theirs.is_ok(), "{}", word);
        }

        #[test]
        fn texts_are_those_of_json(text in any::<String>(), pretty in any::<bool>()) {
            let value = serde_json::json!({ text.clone(): [text] });
            let written = if pretty { format!("{value:#}") } else { value.to_string() };
            let arena = Bump::new();
            prop_assert_eq!(read(&written, &arena).unwrap().json(), value);
        }
    }
}
