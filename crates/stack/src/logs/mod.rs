//! The log catalog: JSON lines on standard output, one event each.

use obsctl_model::{ExposedName, LabelDef, LabelValue, LogCatalog, labels};

pub mod contexts;
pub mod events;
pub mod fields;
mod redaction;

labels! {
    /// Services and engines, by the name of their container.
    pub bounded ServiceName, at_most 20, like "api";

    /// Levels of log lines.
    pub enum LevelName {
        Debug = "debug",
        Info = "info",
        Warning = "warning",
        Error = "error",
        Critical = "critical",
    }
}

/// Everything a log line can be, have, and must not have.
#[must_use]
pub fn catalog() -> LogCatalog {
    LogCatalog {
        stream_labels: stream_labels(),
        standard_fields: fields::standard(),
        contexts: contexts::all(),
        events: events::all(),
        redactions: redaction::all(),
    }
}

/// Each combination of their values is a stream of its own: identifiers stay fields of the line.
fn stream_labels() -> Vec<LabelDef> {
    vec![
        LabelDef {
            name: ExposedName::from_static("service_name"),
            domain: ServiceName::domain(),
        },
        LabelDef {
            name: ExposedName::from_static("level"),
            domain: LevelName::domain(),
        },
    ]
}
