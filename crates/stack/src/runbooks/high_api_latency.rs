//! The API answers slowly.

use obsctl_model::prelude::*;

use crate::metrics::api::{ApiLatency, ApiRequests};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("high-api-latency");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "High API Latency",
        "`api_request_duration_seconds` p95 > 2 seconds for > 5 minutes",
    )
    .symptom("Frontend showing slow load times")
    .symptom("Users reporting timeouts")
    .symptom("Health check endpoint still responsive")
    .step(
        "Identify slow endpoints. Check metrics: api_request_duration_seconds by path",
        ApiLatency::with(ApiLatency::path.chosen("path")).rate(mins(5))
            .sum_by((ApiLatency::method, ApiLatency::path))
            .quantile(0.95),
    )
    .then(
        ApiRequests::rate(mins(5))
            .sum_by(ApiRequests::path)
            .topk(10),
    )
    .then(logql(
        r#"{service_name="api"} | json | event="request_handled" | duration_ms > 2000"#,
    ))
    .then(traceql(
        r#"{ resource.service.name = "api" && kind = server && duration > 2s && span.http.route =~ "$path" }"#,
    ))
    .step(
        "Check database connection pool",
        Action::sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'ecom_netsuite';"),
    )
    .step(
        "Check for long-running queries",
        Action::sql(
            "
            SELECT pid, now() - query_start as duration, query
            FROM pg_stat_activity
            WHERE state = 'active' AND query_start < now() - interval '5 seconds'
            ORDER BY duration DESC;
            ",
        ),
    )
    .then(traceql(
        r#"{ span.db.system =~ "postgresql|sqlite" && duration > 1s } | select(span.db.statement)"#,
    ))
    .step(
        "Check table sizes and index usage",
        Action::sql(
            "
            SELECT relname, n_live_tup, seq_scan, idx_scan
            FROM pg_stat_user_tables
            ORDER BY n_live_tup DESC;
            ",
        ),
    )
    .resolve(
        "missing indexes",
        "add indexes (see DATA_MODEL_OVERVIEW.md for index strategy).",
    )
    .resolve(
        "connection pool exhausted",
        "increase pool size or investigate connection leaks.",
    )
    .resolve(
        "large table scans",
        "verify RLS policies use indexed `tenant_id`.",
    )
    .resolve(
        "specific query",
        "analyze with `EXPLAIN ANALYZE` and optimize.",
    )
    .escalate("The platform team, when p95 stays over 2 seconds for 30 minutes")
    .escalate("Whoever runs the database, when it is saturated")
    .dashboard(uids::OVERVIEW)
    .dashboard(uids::TRACES)
}
