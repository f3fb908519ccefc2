//! Texts inside HTML, JavaScript and addresses.

use crate::format;

/// For HTML.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\0' => out.push('\u{fffd}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}

/// For a text in JavaScript.
pub(crate) fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | '\'' | '"' => {
                out.push('\\');
                out.push(char);
            }
            '<' | '>' | '&' | '=' | '\0'..' ' => out += &format!("\\u{:04X}", u32::from(char)),
            _ if char.is_ascii() || format::is_printable(char) => out.push(char),
            _ => out += &format!("\\u{:04X}", u32::from(char)),
        }
    }
    out
}

/// For the query of an address.
pub(crate) fn query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}
