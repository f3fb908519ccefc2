//! How a line is written.

use std::fmt::Write as _;

use super::{Line, Value};
use crate::clock::Utc;

/// Writes a line: the one part that knows a dialect.
pub trait Format: Send + Sync + 'static {
    /// Appends the line to `out`, without the line break.
    fn write(&self, line: &Line<'_>, out: &mut String);
}

/// One JSON object a line, keys in a stable order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

impl Format for Json {
    fn write(&self, line: &Line<'_>, out: &mut String) {
        out.push_str("{\"timestamp\":\"");
        Utc::of(line.timestamp).write(out);
        out.push_str("\",\"level\":\"");
        out.push_str(line.level.word());
        out.push('"');
        text(out, "event", line.event);
        text(out, "logger", line.logger);
        text(out, "service", line.service);
        text(out, "run_id", line.run_id);
        let _ = write!(out, ",\"schema_version\":{}", line.schema_version);
        text(out, "correlation_id", line.correlation_id);
        if let Some(trace) = line.trace {
            let (trace_id, span_id) = (trace.trace_id, trace.span_id);
            let _ = write!(
                out,
                ",\"trace_id\":\"{trace_id}\",\"span_id\":\"{span_id}\""
            );
        }
        let identities = [("tenant_id", line.tenant_id), ("user_id", line.user_id)];
        for (name, value) in identities {
            if let Some(value) = value {
                text(out, name, value);
            }
        }
        for (name, value) in line.fields() {
            key(out, name);
            json(out, value);
        }
        out.push('}');
    }
}

fn text(out: &mut String, name: &str, value: &str) {
    key(out, name);
    quoted(out, value);
}

fn key(out: &mut String, name: &str) {
    out.push(',');
    quoted(out, name);
    out.push(':');
}

/// A value as JSON; what JSON has no number for is null.
fn json(out: &mut String, value: Value<'_>) {
    // Writing to a string does not fail.
    let _ = match value {
        Value::Bool(value) => write!(out, "{value}"),
        Value::Signed(value) => write!(out, "{value}"),
        Value::Unsigned(value) => write!(out, "{value}"),
        Value::Float(value) if value.is_finite() => write!(out, "{value}"),
        Value::Float(_) => write!(out, "null"),
        Value::Json(value) => write!(out, "{value}"),
        Value::Text(value) => {
            quoted(out, value);
            Ok(())
        }
    };
}

/// A JSON string.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
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
