//! Collects the fields of a line, redacted as they come.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::ops::Range;

use tracing_core::Field;
use tracing_core::field::Visit;

use super::Value;
use crate::redact::{REDACTED, Redactor};

/// Names that the line itself has: a field of that name gets a `_`.
const TAKEN: &[&str] = &[
    "timestamp",
    "level",
    "event",
    "service",
    "run_id",
    "schema_version",
    "trace_id",
    "span_id",
];

/// Longer chains of errors are cut.
const LONGEST_CHAIN: usize = 16;

/// The fields of a line; reused from line to line.
#[derive(Debug, Default)]
pub(super) struct Fields {
    text: String,
    nested: Vec<serde_json::Value>,
    entries: Vec<(Range<usize>, Slot)>,
    message: Option<Range<usize>>,
    logger: Option<Range<usize>>,
    correlation_id: Option<Range<usize>>,
    tenant_id: Option<Range<usize>>,
    user_id: Option<Range<usize>>,
    pub(super) critical: bool,
}

#[derive(Clone, Debug)]
enum Slot {
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Range<usize>),
    Nested(usize),
}

impl Fields {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.nested.clear();
        self.entries.clear();
        self.critical = false;
        for special in [
            &mut self.message,
            &mut self.logger,
            &mut self.correlation_id,
            &mut self.tenant_id,
            &mut self.user_id,
        ] {
            *special = None;
        }
    }

    pub(super) fn message(&self) -> Option<&str> {
        self.part(self.message.as_ref())
    }

    pub(super) fn logger(&self) -> Option<&str> {
        self.part(self.logger.as_ref())
    }

    pub(super) fn correlation_id(&self) -> Option<&str> {
        self.part(self.correlation_id.as_ref())
    }

    pub(super) fn tenant_id(&self) -> Option<&str> {
        self.part(self.tenant_id.as_ref())
    }

    pub(super) fn user_id(&self) -> Option<&str> {
        self.part(self.user_id.as_ref())
    }

    fn part(&self, range: Option<&Range<usize>>) -> Option<&str> {
        self.text.get(range?.clone())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.entries.iter().map(|(name, slot)| {
            let value = match slot {
                Slot::Bool(value) => Value::Bool(*value),
                Slot::Signed(value) => Value::Signed(*value),
                Slot::Unsigned(value) => Value::Unsigned(*value),
                Slot::Float(value) => Value::Float(*value),
                Slot::Text(range) => Value::Text(&self.text[range.clone()]),
                Slot::Nested(at) => Value::Json(&self.nested[*at]),
            };
            (&self.text[name.clone()], value)
        })
    }

    fn push(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }
}

/// Puts fields into a line.
pub(super) struct Collector<'a> {
    pub(super) fields: &'a mut Fields,
    pub(super) redactor: &'a Redactor,
    /// Where values are written before they are redacted.
    pub(super) scratch: &'a mut String,
    /// How many fields come from the context; fields of the event replace them.
    pub(super) bound: usize,
}

impl Collector<'_> {
    /// A bound field.
    pub(super) fn bound(&mut self, name: &str, value: &serde_json::Value) {
        match value {
            serde_json::Value::String(text) => self.text(name, text),
            serde_json::Value::Bool(value) => self.scalar(name, Slot::Bool(*value)),
            serde_json::Value::Number(number) => {
                let slot = if let Some(value) = number.as_u64() {
                    Slot::Unsigned(value)
                } else if let Some(value) = number.as_i64() {
                    Slot::Signed(value)
                } else {
                    Slot::Float(number.as_f64().unwrap_or(f64::NAN))
                };
                self.scalar(name, slot);
            }
            nested => {
                let nested = self.redactor.json(name, nested).into_owned();
                if let serde_json::Value::String(text) = nested {
                    return self.text(name, &text);
                }
                self.fields.nested.push(nested);
                let slot = Slot::Nested(self.fields.nested.len() - 1);
                self.insert(name, slot);
            }
        }
        self.bound = self.fields.entries.len();
    }

    /// A text; a special one goes to its place in the line.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        if name == "message" {
            let value = self.redactor.text(value);
            self.fields.message = Some(self.fields.push(&value));
            return;
        }
        let value = self.redactor.field(name, value);
        let range = self.fields.push(&value);
        match name {
            "logger" => self.fields.logger = Some(range),
            "correlation_id" => self.fields.correlation_id = Some(range),
            "tenant_id" => self.fields.tenant_id = Some(range),
            "user_id" => self.fields.user_id = Some(range),
            _ => self.insert(name, Slot::Text(range)),
        }
    }

    fn scalar(&mut self, name: &str, slot: Slot) {
        match (name, &slot) {
            _ if self.redactor.hides(name) => self.text(name, REDACTED),
            ("critical", Slot::Bool(critical)) => self.fields.critical = *critical,
            ("tenant_id" | "user_id" | "correlation_id" | "logger" | "message", _) => {
                let text = match slot {
                    Slot::Bool(value) => value.to_string(),
                    Slot::Signed(value) => value.to_string(),
                    Slot::Unsigned(value) => value.to_string(),
                    Slot::Float(value) => value.to_string(),
                    Slot::Text(_) | Slot::Nested(_) => return,
                };
                self.text(name, &text);
            }
            _ => self.insert(name, slot),
        }
    }

    fn insert(&mut self, name: &str, slot: Slot) {
        let text = &self.fields.text;
        let known = &self.fields.entries[..self.bound.min(self.fields.entries.len())];
        if let Some(at) = known
            .iter()
            .position(|(range, _)| text[range.clone()] == *name)
        {
            self.fields.entries[at].1 = slot;
            return;
        }
        let mut range = self.fields.push(name);
        if TAKEN.contains(&name) {
            range.end = self.fields.push("_").end;
        }
        self.fields.entries.push((range, slot));
    }

    /// Writes a value, then takes it as a text.
    fn written(&mut self, name: &str, value: fmt::Arguments<'_>) {
        if let Some(value) = value.as_str() {
            return self.text(name, value);
        }
        let mut scratch = std::mem::take(self.scratch);
        scratch.clear();
        // A value that cannot be written is there as far as it could be.
        let _ = scratch.write_fmt(value);
        self.text(name, &scratch);
        *self.scratch = scratch;
    }
}

impl Visit for Collector<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.scalar(field.name(), Slot::Bool(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.scalar(field.name(), Slot::Signed(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.scalar(field.name(), Slot::Unsigned(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.scalar(field.name(), Slot::Float(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut chain = String::new();
        let mut next = Some(value);
        for _ in 0..LONGEST_CHAIN {
            let Some(cause) = next else {
                break;
            };
            next = cause.source();
            if !chain.is_empty() {
                chain.push_str(": ");
            }
            let _ = write!(chain, "{cause}");
        }
        self.text(field.name(), &chain);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.written(field.name(), format_args!("{value:?}"));
    }
}
