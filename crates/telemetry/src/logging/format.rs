//! How a line is written.

use std::fmt::Write as _;

use super::{Line, Value};
use crate::clock::Utc;

/// Writes a line: the one part that knows a dialect.
pub trait Format: Send + Sync + 'static {
    /// Appends the line to `out`, without the line break.
    fn write(&self, line: &Line<'_>, out: &mut String);
}

/// One JSON object a line, keys in a stable order: standard fields first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json {
    /// Whether keys are in alphabetical order instead.
    pub sort_keys: bool,
}

impl Format for Json {
    fn write(&self, line: &Line<'_>, out: &mut String) {
        out.push('{');
        if self.sort_keys {
            sorted(line, out);
        } else {
            let mut first = true;
            line.members(|name, value| {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                quoted(out, name);
                out.push(':');
                json(out, value);
            });
        }
        out.push('}');
    }
}

/// Members in the order of their names, in nested values too: equal lines are equal texts.
fn sorted(line: &Line<'_>, out: &mut String) {
    let mut members = Vec::new();
    line.members(|name, value| {
        let mut text = String::new();
        if let Value::Json(nested) = value {
            let mut nested = nested.clone();
            nested.sort_all_objects();
            json(&mut text, Value::Json(&nested));
        } else {
            json(&mut text, value);
        }
        members.push((name.to_owned(), text));
    });
    members.sort();
    for (at, (name, value)) in members.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        quoted(out, name);
        out.push(':');
        out.push_str(value);
    }
}

/// A value as JSON; what JSON has no number for is null.
fn json(out: &mut String, value: Value<'_>) {
    match value {
        Value::Text(value) => quoted(out, value),
        Value::Unsigned(value) => out.push_str(itoa::Buffer::new().format(value)),
        Value::Signed(value) => out.push_str(itoa::Buffer::new().format(value)),
        Value::Float(value) if value.is_finite() => {
            let mut buffer = zmij::Buffer::new();
            let text = buffer.format_finite(value);
            // `4523`, as it is declared and written elsewhere.
            out.push_str(text.strip_suffix(".0").unwrap_or(text));
        }
        Value::Float(_) => out.push_str("null"),
        Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Value::Json(value) => {
            // Writing to a string does not fail.
            let _ = write!(out, "{value}");
        }
    }
}

/// Bytes that a JSON string cannot have as they are.
static ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escaped[byte] = true;
        byte += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped
};

/// A JSON string.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !ESCAPED[usize::from(byte)] {
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + 1;
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            other => {
                let _ = write!(out, "\\u{other:04x}");
            }
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

/// For people: time, level, event, fields; identifiers of the process are left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Console {
    /// Whether levels are coloured.
    pub color: bool,
}

impl Format for Console {
    fn write(&self, line: &Line<'_>, out: &mut String) {
        Utc::of(line.timestamp).write(out);
        let (on, off) = match (self.color, line.level.word()) {
            (false, _) => ("", ""),
            (true, "debug") => ("\x1b[2m", "\x1b[0m"),
            (true, "info") => ("\x1b[32m", "\x1b[0m"),
            (true, "warning") => ("\x1b[33m", "\x1b[0m"),
            (true, _) => ("\x1b[31m", "\x1b[0m"),
        };
        let _ = write!(out, " {on}{:<8}{off} ", line.level.word());
        plain(out, line.event);
        let named = [
            ("logger", Some(line.logger)),
            ("correlation_id", Some(line.correlation_id)),
            ("tenant_id", line.tenant_id),
            ("user_id", line.user_id),
        ];
        let named = named
            .into_iter()
            .filter_map(|(name, value)| Some((name, Value::Text(value?))));
        for (name, value) in line.fields().chain(named) {
            out.push(' ');
            plain(out, name);
            out.push('=');
            match value {
                Value::Text(text) => plain(out, text),
                other => json(out, other),
            }
        }
    }
}

/// A word as it is, anything else in quotes: what a caller sends cannot forge a line or colour the terminal.
fn plain(out: &mut String, text: &str) {
    let word = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\' && byte != b'=';
    if !text.is_empty() && text.bytes().all(word) {
        out.push_str(text);
    } else {
        quoted(out, text);
    }
}
