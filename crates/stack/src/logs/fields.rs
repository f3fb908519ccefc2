//! Fields of log lines: those that every line has, and those that several contexts or events share.

use obsctl_model::{FieldKind, LogField};

/// What every line has.
#[must_use]
pub fn standard() -> Vec<LogField> {
    vec![
        LogField::new(
            "timestamp",
            FieldKind::Timestamp,
            "When it was logged, by structlog's TimeStamper",
            "2026-02-16T14:30:00.123Z",
        )
        .required(),
        LogField::new(
            "level",
            FieldKind::Keyword,
            "How bad it is, by structlog's add_log_level",
            "info",
        )
        .required(),
        LogField::new(
            "event",
            FieldKind::Keyword,
            "What happened: the first positional argument, a fixed name",
            "connection_created",
        )
        .required(),
        LogField::new(
            "correlation_id",
            FieldKind::Id,
            "What belongs together across services, a context variable set by the middleware",
            "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
        )
        .required(),
        LogField::new(
            "tenant_id",
            FieldKind::Id,
            "Whose data it is about, a context variable set by the auth middleware",
            "550e8400-e29b-41d4-a716-446655440000",
        )
        .required_except("unauthenticated endpoints (login, register, health)"),
        user_id(),
        LogField::new(
            "logger",
            FieldKind::Keyword,
            "Which part of the code, by structlog's add_logger_name",
            "app.api.v1.connections",
        )
        .required(),
        LogField::new(
            "trace_id",
            FieldKind::Id,
            "The trace it belongs to, where one is recorded: the way from a line to its trace",
            "4bf92f3577b34da6a3ce929d0e0e4736",
        ),
        LogField::new(
            "span_id",
            FieldKind::Id,
            "The span within the trace",
            "00f067aa0ba902b7",
        ),
    ]
}

/// Who did it.
#[must_use]
pub fn user_id() -> LogField {
    LogField::new(
        "user_id",
        FieldKind::Id,
        "Who did it, a context variable set by the auth middleware",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    )
}

/// The connection to a provider.
#[must_use]
pub fn connection_id() -> LogField {
    LogField::new(
        "connection_id",
        FieldKind::Id,
        "The connection to a provider",
        "d4f5a678-1234-5678-9abc-def012345678",
    )
}

/// The provider of a connection.
#[must_use]
pub fn provider() -> LogField {
    LogField::new(
        "provider",
        FieldKind::Keyword,
        "The system at the other end of a connection",
        "shopify",
    )
}

/// The status of an HTTP answer.
#[must_use]
pub fn status_code() -> LogField {
    LogField::new(
        "status_code",
        FieldKind::Integer,
        "The status of the HTTP answer",
        "200",
    )
}

/// How long it took.
#[must_use]
pub fn duration_ms() -> LogField {
    LogField::new(
        "duration_ms",
        FieldKind::Milliseconds,
        "How long it took",
        "4523",
    )
}

/// A count of rows.
#[must_use]
pub fn rows(name: &str, description: &str, example: &str) -> LogField {
    LogField::new(name, FieldKind::Integer, description, example)
}
