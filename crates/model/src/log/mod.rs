//! Logs: the fields a line can have, the events that are logged, and what must never appear.
//!
//! [`log_fields!`](crate::log_fields), [`log_contexts!`](crate::log_contexts) and [`log_events!`](crate::log_events)
//! declare them as types, so that a service emits exactly what the catalog says. The structs here are the catalog.

mod declare;
mod typed;
mod value;

pub use typed::{
    FieldValue, FieldVisitor, InContext, LoggedContext, LoggedEvent, LoggedField, LoggedFields,
};
#[doc(hidden)]
pub use typed::{description, is_event_name};
pub use value::{Id, Integer, Keyword, Milliseconds, Text, Timestamp};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Allow, LabelDef, Origin};

/// The log catalog of a stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogCatalog {
    /// Loki's index labels: few, with few values.
    #[serde(default)]
    pub stream_labels: Vec<LabelDef>,
    /// Fields that every line has.
    #[serde(default)]
    pub standard_fields: Vec<LogField>,
    /// Groups of further fields: API request, worker task.
    #[serde(default)]
    pub contexts: Vec<LogContext>,
    /// The events.
    #[serde(default)]
    pub events: Vec<LogEvent>,
    /// What must never appear in a line.
    #[serde(default)]
    pub redactions: Vec<Redaction>,
}

impl LogCatalog {
    /// The field of that name, standard or of any context or event.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&LogField> {
        self.fields().find(|field| field.name == name)
    }

    /// All fields: standard ones, then those of contexts, then those of events.
    pub fn fields(&self) -> impl Iterator<Item = &LogField> {
        self.standard_fields
            .iter()
            .chain(self.contexts.iter().flat_map(|context| &context.fields))
            .chain(self.events.iter().flat_map(|event| &event.fields))
    }
}

/// A field of a log line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogField {
    /// Its key in the JSON line.
    pub name: String,
    /// What its values are.
    pub kind: FieldKind,
    /// Whether a line must have it.
    #[serde(default)]
    pub presence: Presence,
    /// What it says and where it comes from.
    pub description: String,
    /// A value, as it would be in a line.
    pub example: String,
}

impl LogField {
    /// A field that may be absent.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        kind: FieldKind,
        description: impl Into<String>,
        example: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            kind,
            presence: Presence::Optional,
            description: description.into(),
            example: example.into(),
        }
    }

    /// A line must have it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.presence = Presence::Required;
        self
    }

    /// A line must have it, except in the cases named.
    #[must_use]
    pub fn required_except(mut self, except: impl Into<String>) -> Self {
        self.presence = Presence::RequiredExcept(except.into());
        self
    }

    /// The example as it stands in a JSON line: numbers and truth values are no texts. One that is not of the field's
    /// kind, or that JSON would write otherwise, is a text.
    #[must_use]
    pub fn example_json(&self) -> Value {
        let fits = |value: &Value| match self.kind {
            FieldKind::Integer => value.is_i64() || value.is_u64(),
            FieldKind::Milliseconds => value.is_number(),
            FieldKind::Boolean => value.is_boolean(),
            FieldKind::Text | FieldKind::Keyword | FieldKind::Id | FieldKind::Timestamp => false,
        };
        let value = serde_json::from_str(&self.example).ok().filter(fits);
        value
            .filter(|value| serde_json::to_string(value).is_ok_and(|text| text == self.example))
            .unwrap_or_else(|| self.example.clone().into())
    }
}

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Text.
    Text,
    /// One of a few words: `info`, `error`.
    Keyword,
    /// An identifier: many values, searched for exactly.
    Id,
    /// A point in time, ISO 8601 in UTC.
    Timestamp,
    /// A whole number.
    Integer,
    /// A duration in milliseconds.
    Milliseconds,
    /// True or false.
    Boolean,
}

/// Whether a line must have a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It may be absent.
    #[default]
    Optional,
    /// It must be there.
    Required,
    /// It must be there, except in these cases.
    RequiredExcept(String),
}

/// Fields that lines of one kind have beside the standard ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogContext {
    /// The kind: `API request`.
    pub name: String,
    /// Its fields.
    pub fields: Vec<LogField>,
}

impl LogContext {
    /// A kind of line and its fields.
    #[must_use]
    pub fn new(name: impl Into<String>, fields: impl IntoIterator<Item = LogField>) -> Self {
        Self {
            name: name.into(),
            fields: fields.into_iter().collect(),
        }
    }
}

/// How bad an event is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// For development only.
    Debug,
    /// Normal operation.
    Info,
    /// Recoverable.
    Warning,
    /// Needs attention.
    Error,
    /// The system as a whole fails.
    Critical,
}

impl Level {
    /// The word in the log line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// Something that is logged under a fixed name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogEvent {
    /// The static name: `sync_job_failed`.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// What happened.
    pub description: String,
    /// The service that logs it.
    pub service: String,
    /// The contexts whose fields the line has.
    #[serde(default)]
    pub contexts: Vec<String>,
    /// Further fields.
    #[serde(default)]
    pub fields: Vec<LogField>,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is declared.
    #[serde(skip)]
    pub origin: Origin,
}

impl LogEvent {
    /// An event of `service`.
    #[track_caller]
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        level: Level,
        service: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            level,
            description: description.into(),
            service: service.into(),
            contexts: vec![],
            fields: vec![],
            allow: vec![],
            origin: Origin::here(),
        }
    }

    /// The line has the fields of this context.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.contexts.push(context.into());
        self
    }

    /// The line has this field too.
    #[must_use]
    pub fn field(mut self, field: LogField) -> Self {
        self.fields.push(field);
        self
    }
}

/// Something that must never appear in a log line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// What it is, for people: `OAuth tokens and API keys`.
    pub what: String,
    /// Field names that hold it, in lower case; a field whose name contains one of them is redacted.
    pub fields: Vec<String>,
    /// What is done.
    pub action: String,
}

impl Redaction {
    /// `what` is never logged; it would be in one of these fields.
    #[must_use]
    pub fn new(
        what: impl Into<String>,
        fields: impl IntoIterator<Item = &'static str>,
        action: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            fields: fields.into_iter().map(str::to_owned).collect(),
            action: action.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_stand_in_lines_as_services_write_them() {
        for (kind, example, expected) in [
            (FieldKind::Integer, "500", "500"),
            (
                FieldKind::Integer,
                "18446744073709551615",
                "18446744073709551615",
            ),
            (FieldKind::Integer, "-1", "-1"),
            (FieldKind::Milliseconds, "0.25", "0.25"),
            (FieldKind::Boolean, "true", "true"),
            // What is not of its kind, and what would change on the way.
            (FieldKind::Integer, "1.5", r#""1.5""#),
            (FieldKind::Integer, "007", r#""007""#),
            (FieldKind::Milliseconds, "1e3", r#""1e3""#),
            (FieldKind::Boolean, "1", r#""1""#),
            (FieldKind::Text, "12", r#""12""#),
            (FieldKind::Id, "7", r#""7""#),
            (FieldKind::Keyword, "true", r#""true""#),
        ] {
            let field = LogField::new("x", kind, "x", example);
            assert_eq!(field.example_json().to_string(), expected, "{kind:?}");
        }
    }
}
