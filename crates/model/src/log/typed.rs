//! What log declarations are in Rust: fields, contexts and events as types.

use serde_json::Value;

use super::{Level, LogContext, LogEvent, LogField};
use crate::LabelValue;

/// A field declared with [`log_fields!`](crate::log_fields).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared log field",
    note = "declare it with `log_fields! {{ … }}`"
)]
pub trait LoggedField {
    /// Its key in the line.
    const NAME: &'static str;
    /// What it is given as.
    type Value: FieldValue;
    /// The catalog entry, of a field that may be absent.
    fn definition() -> LogField;
}

/// Takes the fields of a line, one by one.
pub type FieldVisitor<'a> = dyn FnMut(&'static str, Value) + 'a;

/// A struct whose members are fields: a context or an event.
pub trait LoggedFields: Sized {
    /// The catalog entries of the fields.
    fn definitions() -> Vec<LogField>;
    /// Gives the fields that are there to `visit`.
    fn visit(self, visit: &mut FieldVisitor<'_>);
}

/// A context declared with [`log_contexts!`](crate::log_contexts).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared log context",
    note = "declare it with `log_contexts! {{ … }}`"
)]
pub trait LoggedContext: LoggedFields {
    /// The kind of lines.
    const NAME: &'static str;
    /// The catalog entry.
    fn definition() -> LogContext;
}

/// An event declared with [`log_events!`](crate::log_events).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared log event",
    note = "declare it with `log_events! {{ … }}`"
)]
pub trait LoggedEvent: LoggedFields {
    /// The static name.
    const NAME: &'static str;
    /// How bad it is.
    const LEVEL: Level;
    /// The catalog entry.
    fn definition() -> LogEvent;
}

/// The event is one of context `C`, whose fields its line has.
#[diagnostic::on_unimplemented(
    message = "event `{Self}` is not in context `{C}`",
    note = "its declaration names its contexts: `{Self}(\"…\") in {C} {{ … }}`"
)]
pub trait InContext<C: LoggedContext>: LoggedEvent {}

/// What the member of a context or an event can be: a value of one of the kinds, or a label's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a log field",
    note = "the domain of a `keyword` is a label type: declare it with `labels! {{ … }}`"
)]
pub trait FieldValue {
    /// As it stands in the line; `None` where it is absent.
    fn json(self) -> Option<Value>;
}

impl<T: LabelValue> FieldValue for T {
    fn json(self) -> Option<Value> {
        Some(Value::String(self.text()))
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn json(self) -> Option<Value> {
        self.and_then(T::json)
    }
}

impl FieldValue for bool {
    fn json(self) -> Option<Value> {
        Some(Value::Bool(self))
    }
}

/// Whether a text is an event's name: words in lower case, noun first, joined by `_`.
#[doc(hidden)]
#[must_use]
pub const fn is_event_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut words = 0;
    let mut before = b'_';
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match (before, byte) {
            (b'_', b'a'..=b'z') => words += 1,
            (b'_', _) => return false,
            (_, b'a'..=b'z' | b'0'..=b'9' | b'_') => {}
            _ => return false,
        }
        before = byte;
        at += 1;
    }
    words >= 2 && before != b'_'
}

/// The lines of a doc comment as one line, without the full stop that ends it.
#[doc(hidden)]
#[must_use]
pub fn description(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.trim()).collect();
    let mut text = lines.join(" ");
    if text.ends_with('.') {
        text.pop();
    }
    text
}
