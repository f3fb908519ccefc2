//! What several places report in the same way.

use obsctl_model::LabelValue;
use obsctl_stack::labels::{AuditCategory, JobType, Queue};
use obsctl_stack::logs::contexts::Failure;
use obsctl_stack::logs::events::api::{DatabaseConnectionLost, DatabaseQuery, StartupFailed};
use obsctl_telemetry::context::{self, Context};
use obsctl_telemetry::event::EmitEvent;
use obsctl_telemetry::ids;
use serde_json::{Map, Value};

use crate::pace;
use crate::store::audit::Entry;
use crate::store::jobs::NewJob;
use crate::store::{Store, StoreError};

/// What log lines say of an error.
#[must_use]
pub fn failure(error: &(dyn std::error::Error + 'static), kind: &'static str) -> Failure {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    Failure {
        error: text.into(),
        error_type: kind.into(),
        exc_info: None,
    }
}

/// The API cannot start.
pub fn startup_failed(error: &StoreError) {
    let failure = failure(error, error.kind());
    StartupFailed { failure }.emit();
}

/// The API lost its database.
pub fn database_lost(error: &StoreError) {
    let failure = failure(error, error.kind());
    DatabaseConnectionLost { failure }.emit();
}

/// A statement is run: said in development only.
pub fn query(statement: &'static str) {
    DatabaseQuery {
        statement: statement.into(),
    }
    .emit();
}

/// The context of the code that runs, as it is stored with a job or an entry.
fn captured() -> String {
    let headers = context::capture();
    let texts = headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), Value::from(value.to_str().ok()?))));
    Value::Object(texts.collect::<Map<_, _>>()).to_string()
}

/// The headers that were stored with a job or an entry.
#[must_use]
pub fn stored(headers: &str) -> http::HeaderMap {
    let fields: Map<String, Value> = serde_json::from_str(headers).unwrap_or_default();
    let headers = fields.iter().filter_map(|(name, value)| {
        let name = http::HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, value.as_str()?.parse().ok()?))
    });
    headers.collect()
}

/// A job that is put into a queue.
#[derive(Clone, Copy, Debug)]
pub struct Enqueued<'a> {
    /// Whose data it is about.
    pub tenant_id: &'a str,
    /// The connection it syncs, if it does.
    pub connection_id: Option<&'a str>,
    /// What kind of job.
    pub job_type: JobType,
    /// The queue.
    pub queue: Queue,
}

/// Puts a job into its queue; it takes the context along.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(store: &Store, id: &str, job: Enqueued<'_>) -> Result<(), StoreError> {
    let new = NewJob {
        id,
        tenant_id: job.tenant_id,
        connection_id: job.connection_id,
        job_type: &job.job_type.text(),
        queue: &job.queue.text(),
        headers: &captured(),
    };
    store.enqueue(&new, pace::now()).await
}

/// Writes an entry of the audit trail: the API publishes it.
///
/// # Errors
/// When the database refuses.
pub async fn audit(
    store: &Store,
    category: AuditCategory,
    action: &'static str,
) -> Result<(), StoreError> {
    let bound = Context::current();
    let field = |name: &str| {
        let value = bound.fields().get(name);
        value.and_then(Value::as_str).map(str::to_owned)
    };
    let entry = Entry {
        id: ids::uuid(),
        tenant_id: field("tenant_id"),
        user_id: field("user_id"),
        category: category.text().into_owned(),
        action: action.to_owned(),
        headers: captured(),
    };
    store.add_entry(&entry, pace::now()).await
}
