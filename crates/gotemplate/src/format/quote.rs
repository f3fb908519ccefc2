//! Texts in quotes, as Go's `strconv.Quote` writes them.

use std::fmt::Write;

/// A text in double quotes, with escapes for what cannot be printed.
pub(crate) fn quote(text: &str) -> String {
    within('"', text, false)
}

/// The same, with escapes for everything that is not ASCII.
pub(crate) fn quote_ascii(text: &str) -> String {
    within('"', text, true)
}

/// A character in single quotes.
pub(crate) fn quote_char(char: char, ascii: bool) -> String {
    within('\'', char.encode_utf8(&mut [0; 4]), ascii)
}

/// A character as `U+0078 'x'`.
pub(crate) fn unicode(char: char) -> String {
    let code = u32::from(char);
    if is_printable(char) {
        format!("U+{code:04X} '{char}'")
    } else {
        format!("U+{code:04X}")
    }
}

/// Whether Go prints it as it is: letters, marks, numbers, signs, and the space of ASCII.
pub(crate) fn is_printable(char: char) -> bool {
    // Behind another character, combining marks are printed.
    let pair: String = ['a', char].iter().collect();
    !pair.escape_debug().skip(1).any(|c| c == '\\') || matches!(char, '"' | '\'' | '\\')
}

fn within(mark: char, text: &str, ascii: bool) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(mark);
    for char in text.chars() {
        let code = u32::from(char);
        let escape = match char {
            '\u{7}' => Some("\\a"),
            '\u{8}' => Some("\\b"),
            '\u{c}' => Some("\\f"),
            '\n' => Some("\\n"),
            '\r' => Some("\\r"),
            '\t' => Some("\\t"),
            '\u{b}' => Some("\\v"),
            '\\' => Some("\\\\"),
            _ => None,
        };
        if let Some(escape) = escape {
            quoted.push_str(escape);
        } else if char == mark {
            quoted.push('\\');
            quoted.push(char);
        } else if is_printable(char) && (char.is_ascii() || !ascii) {
            quoted.push(char);
        } else {
            let written = match code {
                0..0x80 => write!(quoted, "\\x{code:02x}"),
                0x80..0x1_0000 => write!(quoted, "\\u{code:04x}"),
                _ => write!(quoted, "\\U{code:08x}"),
            };
            debug_assert!(written.is_ok(), "a String takes any text");
        }
    }
    quoted.push(mark);
    quoted
}
