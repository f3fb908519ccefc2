//! Fields of log lines: those that every line has, and those that several contexts or events share.

use obsctl_model::prelude::*;

use super::LevelName;
use crate::labels::Provider;

log_fields! {
    /// When it was logged, by structlog's TimeStamper.
    pub timestamp timestamp, like "2026-02-16T14:30:00.123Z";

    /// How bad it is, by structlog's add_log_level.
    pub keyword level: LevelName, like "info";

    /// What happened: the first positional argument, a fixed name.
    pub keyword event, like "connection_created";

    /// Which service logs it.
    pub keyword service, like "api";

    /// Which run of the service.
    pub id run_id, like "41a6c1de-93a5-4e0c-8f31-0d9c2f5b7a10";

    /// The version of the fields: it changes when their meaning does.
    pub integer schema_version, like "1";

    /// What belongs together across services, a context variable set by the middleware.
    pub id correlation_id, like "a1b2c3d4-e5f6-7890-abcd-ef1234567890";

    /// Whose data it is about, a context variable set by the auth middleware.
    pub id tenant_id, like "550e8400-e29b-41d4-a716-446655440000";

    /// Who did it, a context variable set by the auth middleware.
    pub id user_id, like "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

    /// Which part of the code, by structlog's add_logger_name.
    pub keyword logger, like "app.api.v1.connections";

    /// The trace it belongs to, where one is recorded: the way from a line to its trace.
    pub id trace_id, like "4bf92f3577b34da6a3ce929d0e0e4736";

    /// The span within the trace.
    pub id span_id, like "00f067aa0ba902b7";

    /// The connection to a provider.
    pub id connection_id, like "d4f5a678-1234-5678-9abc-def012345678";

    /// The system at the other end of a connection.
    pub keyword provider: Provider, like "shopify";

    /// The status of the HTTP answer.
    pub integer status_code, like "200";

    /// How long it took.
    pub milliseconds duration_ms, like "4523";
}

/// What every line has.
#[must_use]
pub fn standard() -> Vec<LogField> {
    vec![
        timestamp::definition().required(),
        level::definition().required(),
        event::definition().required(),
        service::definition().required(),
        run_id::definition().required(),
        schema_version::definition().required(),
        correlation_id::definition().required(),
        tenant_id::definition()
            .required_except("unauthenticated endpoints (login, register, health)"),
        user_id::definition(),
        logger::definition().required(),
        trace_id::definition(),
        span_id::definition(),
    ]
}
