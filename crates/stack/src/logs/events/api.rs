//! What the API logs.

use obsctl_model::{FieldKind, Level, LogEvent, LogField};

use crate::logs::contexts::{API_REQUEST, AUTH_EVENT, ERROR};
use crate::logs::fields::{connection_id, provider};
use crate::services;

/// All events of the API.
#[must_use]
pub fn events() -> Vec<LogEvent> {
    [
        requests(),
        sign_in(),
        audit(),
        connections(),
        isolation(),
        system(),
    ]
    .concat()
}

fn event(name: &str, level: Level, description: &str) -> LogEvent {
    LogEvent::new(name, level, services::API, description)
}

fn keyword(name: &str, description: &str, example: &str) -> LogField {
    LogField::new(name, FieldKind::Keyword, description, example)
}

fn requests() -> Vec<LogEvent> {
    vec![
        event("request_handled", Level::Info, "A request was answered").context(API_REQUEST),
        event(
            "request_failed",
            Level::Error,
            "A request ended in an exception nobody caught",
        )
        .context(API_REQUEST)
        .context(ERROR),
        event(
            "rate_limit_hit",
            Level::Warning,
            "A client asked more often than it may",
        )
        .context(API_REQUEST),
        event(
            "entitlement_denied",
            Level::Warning,
            "A tenant's plan does not include what was asked for",
        )
        .context(API_REQUEST)
        .field(keyword("plan", "The tenant's plan", "starter"))
        .field(keyword("feature", "What was asked for", "mcp_tools")),
        event(
            "permission_denied",
            Level::Warning,
            "A user's role does not allow what was asked for",
        )
        .context(API_REQUEST)
        .field(keyword("role", "The user's role", "viewer"))
        .field(keyword(
            "permission",
            "What was asked for",
            "connections.manage",
        )),
        event(
            "deprecated_endpoint_called",
            Level::Warning,
            "A client uses an endpoint that goes away",
        )
        .context(API_REQUEST),
    ]
}

fn sign_in() -> Vec<LogEvent> {
    vec![
        event("user_login", Level::Info, "Somebody signed in").context(AUTH_EVENT),
        event("user_logout", Level::Info, "Somebody signed out").context(AUTH_EVENT),
        event("user_register", Level::Info, "Somebody signed up").context(AUTH_EVENT),
        event(
            "auth_failed",
            Level::Warning,
            "A request or a sign-in was not authenticated",
        )
        .context(AUTH_EVENT)
        .field(keyword(
            "reason",
            "`invalid_token`, `expired` or `missing`",
            "expired",
        )),
    ]
}

fn audit() -> Vec<LogEvent> {
    vec![
        event(
            "audit_event",
            Level::Info,
            "The audit service wrote an entry: the same that `audit_events_total` counts",
        )
        .field(keyword(
            "category",
            "The category of the entry",
            "connection",
        ))
        .field(keyword("action", "What was done", "connection_created")),
    ]
}

fn connections() -> Vec<LogEvent> {
    vec![
        event(
            "connection_created",
            Level::Info,
            "A tenant connected a provider",
        )
        .field(connection_id())
        .field(provider()),
        event(
            "connection_tested",
            Level::Info,
            "A connection's credentials were tried out, and worked",
        )
        .field(connection_id())
        .field(provider()),
        event(
            "connection_test_failed",
            Level::Error,
            "A connection's credentials were tried out, and did not work",
        )
        .context(ERROR)
        .field(connection_id())
        .field(provider()),
    ]
}

fn isolation() -> Vec<LogEvent> {
    vec![
        event(
            "tenant_context_missing",
            Level::Error,
            "A query would have run without a tenant",
        )
        .context(API_REQUEST),
        event(
            "tenant_mismatch",
            Level::Critical,
            "A row of one tenant was about to be shown to another",
        )
        .context(API_REQUEST)
        .field(LogField::new(
            "row_tenant_id",
            FieldKind::Id,
            "Whose row it is",
            "9b2d7c10-1c2d-4e3f-8a9b-0c1d2e3f4a5b",
        ))
        .field(keyword("table", "The table of the row", "canonical_orders")),
    ]
}

fn system() -> Vec<LogEvent> {
    vec![
        event(
            "database_query",
            Level::Debug,
            "A query was run (development only)",
        )
        .field(LogField::new(
            "statement",
            FieldKind::Text,
            "The statement, without its values",
            "SELECT id FROM jobs WHERE status = ?",
        )),
        event(
            "database_connection_lost",
            Level::Error,
            "The database did not answer",
        )
        .context(ERROR),
        event(
            "startup_failed",
            Level::Critical,
            "The service cannot start",
        )
        .context(ERROR),
    ]
}
