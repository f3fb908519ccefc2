//! Domain events: named and shaped by the log catalog.
//!
//! One that is declared with [`log_events!`](obsctl_model::log_events) is a value of its type, and [emitted](EmitEvent)
//! at the level it declares: the compiler knows its fields, which are required, and what their values are. Its contexts
//! are [bound](Context::with_fields) before, so that every line of the request or job carries them.
//!
//! ```
//! use obsctl_stack::labels::JobType;
//! use obsctl_stack::logs::contexts::{Failure, WorkerTask};
//! use obsctl_stack::logs::events::worker::{SyncJobFailed, SyncJobStarted};
//! use obsctl_telemetry::context::Context;
//! use obsctl_telemetry::event::EmitEvent;
//!
//! let task = WorkerTask {
//!     job_id: "7c9e6679".into(),
//!     job_type: JobType::ShopifySync,
//!     connection_id: None,
//!     celery_task_id: None,
//! };
//! let _scope = Context::current().with_fields(task).enter();
//! SyncJobStarted {}.emit();
//! let failure = Failure {
//!     error: "401 Unauthorized".into(),
//!     error_type: "HTTPStatusError".into(),
//!     exc_info: None,
//! };
//! SyncJobFailed { failure }.emit();
//! ```
//!
//! An [`Event`] is for names and fields that are only known at run time, and is checked then: one that the catalog does
//! not know, or that lacks a field, is logged all the same; it is counted, and said once by name as
//! `telemetry_event_invalid`. So is a declared event whose context is not bound, which no compiler sees. A test asks
//! [`Event::check`] and sees what is wrong.
//!
//! Names are `noun_verb` or `noun_verb_result`. The fields that a category of events must have are those of a context
//! which all of its events declare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use obsctl_model::{FieldKind, Level, LogCatalog, LogEvent, LogField, Presence};
use serde_json::Value;

use crate::context::Context;
use crate::metrics::Registry;
use crate::metrics::own::LogEventsInvalid;

mod typed;

pub use typed::EmitEvent;

static INSTALLED: OnceLock<Checks> = OnceLock::new();

struct Checks {
    schema: Schema,
    registry: Registry,
    /// Events of which it has been said that they are invalid.
    said: Mutex<BTreeSet<&'static str>>,
}

impl Checks {
    /// Counts an invalid event; answers whether it is the first of that name.
    fn count(&self, event: &'static str) -> bool {
        let invalid = LogEventsInvalid {
            event: event.into(),
        };
        self.registry.counter(&invalid).inc();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.insert(event)
    }
}

/// Makes it the catalog of the process; the first one stays.
pub(crate) fn install(catalog: LogCatalog, registry: Registry) {
    INSTALLED.get_or_init(|| Checks {
        schema: Schema::new(catalog),
        registry,
        said: Mutex::default(),
    });
}

/// The events of a catalog, by name.
#[derive(Clone, Debug)]
pub struct Schema {
    catalog: LogCatalog,
    by_name: BTreeMap<String, usize>,
}

impl Schema {
    /// Of this catalog.
    #[must_use]
    pub fn new(catalog: LogCatalog) -> Self {
        let names = catalog.events.iter().enumerate();
        let by_name = names.map(|(at, event)| (event.name.clone(), at)).collect();
        Self { catalog, by_name }
    }

    /// The event of that name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&LogEvent> {
        self.catalog.events.get(*self.by_name.get(name)?)
    }

    /// The fields an event can have: its own, and those of its contexts.
    fn fields<'a>(&'a self, event: &'a LogEvent) -> impl Iterator<Item = &'a LogField> {
        let contexts = self.catalog.contexts.iter();
        let contexts = contexts.filter(|context| event.contexts.contains(&context.name));
        event
            .fields
            .iter()
            .chain(contexts.flat_map(|context| &context.fields))
    }
}

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The catalog has no event of that name.
    #[error("event `{0}` is not in the log catalog")]
    Unknown(String),
    /// A field that must be there is not.
    #[error("event `{event}` lacks its field `{field}`")]
    Missing {
        /// The event.
        event: String,
        /// The field.
        field: String,
    },
    /// A field is there that the event does not have.
    #[error("event `{event}` has no field `{field}` in the log catalog")]
    Undeclared {
        /// The event.
        event: String,
        /// The field.
        field: String,
    },
    /// A value is not of the kind the field is of.
    #[error("event `{event}`: the value of field `{field}` is not of kind {kind:?}")]
    Kind {
        /// The event.
        event: String,
        /// The field.
        field: String,
        /// What its values are.
        kind: FieldKind,
    },
}

/// Something that happened, to be logged under its static name.
///
/// ```
/// use obsctl_telemetry::event::Event;
///
/// Event::new("sync_job_completed").with("job_id", "7c9e6679").with("rows_processed", 150).emit();
/// ```
#[derive(Clone, Debug)]
#[must_use = "an event is logged by `emit`"]
pub struct Event {
    name: &'static str,
    level: Option<Level>,
    fields: Context,
}

impl Event {
    /// The event of that name.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            level: None,
            fields: Context::current(),
        }
    }

    /// With this field.
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields = self.fields.with(field, value);
        self
    }

    /// At this level, whatever the catalog says.
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Whether it is as the schema declares it; what is bound counts as there.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, schema: &Schema) -> Result<(), Invalid> {
        let event = || self.name.to_owned();
        let declared = schema
            .event(self.name)
            .ok_or_else(|| Invalid::Unknown(event()))?;
        let fields = self.fields.fields();
        for field in schema.fields(declared) {
            let name = || field.name.clone();
            match fields.get(&field.name) {
                None if field.presence == Presence::Required => {
                    return Err(Invalid::Missing {
                        event: event(),
                        field: name(),
                    });
                }
                Some(value) if !fits(value, field.kind) => {
                    return Err(Invalid::Kind {
                        event: event(),
                        field: name(),
                        kind: field.kind,
                    });
                }
                _ => {}
            }
        }
        let bound = Context::current();
        let own = fields
            .keys()
            .filter(|name| !bound.fields().contains_key(*name));
        let known = |name: &str| {
            schema
                .catalog
                .standard_fields
                .iter()
                .any(|field| field.name == name)
                || schema.fields(declared).any(|field| field.name == name)
        };
        match own.into_iter().find(|name| !known(name)) {
            Some(field) => Err(Invalid::Undeclared {
                event: event(),
                field: field.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Logs it. Never fails: what is not as declared is logged, counted, and said once.
    pub fn emit(self) {
        let checks = INSTALLED.get();
        if let Some(checks) = checks
            && let Err(invalid) = self.check(&checks.schema)
            && checks.count(self.name)
        {
            tracing::warn!(event_name = self.name, error = %invalid, "telemetry_event_invalid");
        }
        let declared = checks.and_then(|checks| checks.schema.event(self.name));
        let level = self.level.or_else(|| declared.map(|event| event.level));
        let name = self.name;
        let _scope = self.fields.enter();
        match level.unwrap_or(Level::Info) {
            Level::Debug => tracing::debug!(target: "event", "{name}"),
            Level::Info => tracing::info!(target: "event", "{name}"),
            Level::Warning => tracing::warn!(target: "event", "{name}"),
            Level::Error => tracing::error!(target: "event", "{name}"),
            Level::Critical => tracing::error!(target: "event", critical = true, "{name}"),
        }
    }
}

/// Whether anybody listens to events of that level.
fn enabled(level: Level) -> bool {
    match level {
        Level::Debug => tracing::event_enabled!(target: "event", tracing::Level::DEBUG),
        Level::Info => tracing::event_enabled!(target: "event", tracing::Level::INFO),
        Level::Warning => tracing::event_enabled!(target: "event", tracing::Level::WARN),
        Level::Error | Level::Critical => {
            tracing::event_enabled!(target: "event", tracing::Level::ERROR)
        }
    }
}

/// Whether a value is of that kind; null is none.
fn fits(value: &Value, kind: FieldKind) -> bool {
    match kind {
        FieldKind::Text | FieldKind::Keyword | FieldKind::Timestamp => value.is_string(),
        FieldKind::Id => value.is_string() || value.is_u64(),
        FieldKind::Integer => value.is_i64() || value.is_u64(),
        FieldKind::Milliseconds => value.as_f64().is_some_and(|ms| ms >= 0.0),
        FieldKind::Boolean => value.is_boolean(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let catalog = LogCatalog {
            events: vec![
                LogEvent::new("torrent_built_success", Level::Info, "cli", "Built")
                    .field(LogField::new("infohash", FieldKind::Id, "Which", "ab").required())
                    .field(LogField::new("pieces", FieldKind::Integer, "How many", "3")),
            ],
            ..LogCatalog::default()
        };
        Schema::new(catalog)
    }

    #[test]
    fn an_event_is_as_the_catalog_declares_it() {
        let schema = schema();
        let built = || Event::new("torrent_built_success");
        let full = built().with("infohash", "ab").with("pieces", 3);
        assert_eq!(full.check(&schema), Ok(()));
        let message = |event: Event| event.check(&schema).expect_err("wrong").to_string();
        assert_eq!(
            message(Event::new("torrent_bulit")),
            "event `torrent_bulit` is not in the log catalog"
        );
        assert_eq!(
            message(built()),
            "event `torrent_built_success` lacks its field `infohash`"
        );
        assert_eq!(
            message(full.clone().with("pieces", "three")),
            "event `torrent_built_success`: the value of field `pieces` is not of kind Integer"
        );
        assert_eq!(
            message(full.with("color", "red")),
            "event `torrent_built_success` has no field `color` in the log catalog"
        );
    }

    #[test]
    fn what_is_bound_counts_as_there() {
        let _scope = Context::new()
            .with("infohash", "ab")
            .with("other", 1)
            .enter();
        assert_eq!(Event::new("torrent_built_success").check(&schema()), Ok(()));
    }
}
