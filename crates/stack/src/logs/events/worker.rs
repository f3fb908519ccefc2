//! What the workers log.

use obsctl_model::{FieldKind, Level, LogEvent, LogField};

use crate::logs::contexts::{ERROR, WORKER_TASK};
use crate::logs::fields::{duration_ms, provider, rows, status_code};
use crate::services;

/// All events of the workers.
#[must_use]
pub fn events() -> Vec<LogEvent> {
    [tasks(), sync_jobs(), providers()].concat()
}

fn event(name: &str, level: Level, description: &str) -> LogEvent {
    LogEvent::new(name, level, services::WORKER, description).context(WORKER_TASK)
}

fn tasks() -> Vec<LogEvent> {
    vec![
        event(
            "worker_task_started",
            Level::Info,
            "A worker took a task from the queue",
        ),
        event(
            "worker_task_completed",
            Level::Info,
            "A worker finished a task",
        )
        .field(rows_processed()),
        event(
            "worker_task_retried",
            Level::Warning,
            "A task failed and will be tried again",
        )
        .context(ERROR)
        .field(LogField::new(
            "retries",
            FieldKind::Integer,
            "How often it was tried again so far",
            "2",
        )),
        event(
            "decryption_failed",
            Level::Error,
            "A connection's credentials could not be decrypted",
        )
        .context(ERROR)
        .field(LogField::new(
            "key_version",
            FieldKind::Integer,
            "`encryption_key_version` of the connection",
            "2",
        )),
    ]
}

fn sync_jobs() -> Vec<LogEvent> {
    vec![
        event("sync_job_started", Level::Info, "A sync job began"),
        event("sync_job_completed", Level::Info, "A sync job ended well")
            .field(LogField::new(
                "component",
                FieldKind::Keyword,
                "The part of the system that did the work",
                "worker",
            ))
            .field(rows_processed())
            .field(rows("rows_created", "Rows that were new", "145"))
            .field(rows("rows_updated", "Rows that were known", "5"))
            .field(duration_ms()),
        event("sync_job_failed", Level::Error, "A sync job ended badly").context(ERROR),
    ]
}

fn providers() -> Vec<LogEvent> {
    vec![
        event(
            "external_request_failed",
            Level::Warning,
            "A provider refused or did not answer",
        )
        .context(ERROR)
        .field(provider())
        .field(status_code()),
        event(
            "external_rate_limit_hit",
            Level::Warning,
            "A provider asked for patience",
        )
        .field(provider())
        .field(LogField::new(
            "retry_after_seconds",
            FieldKind::Integer,
            "How long the provider asked to wait",
            "30",
        )),
    ]
}

fn rows_processed() -> LogField {
    rows("rows_processed", "Rows read and written", "150")
}
