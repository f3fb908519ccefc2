//! A provider asks for patience.

use obsctl_model::prelude::*;

use crate::metrics::external::{ExternalApiRateLimited, ExternalApiRequests};
use crate::metrics::worker::WorkerJobRetries;
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("external-api-rate-limiting");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "External API Rate Limiting",
        "`external_api_rate_limited_total` increases",
    )
    .symptom("Sync jobs taking longer than usual")
    .symptom("Retry counts increasing")
    .symptom("Audit events showing rate-limit related errors")
    .step(
        "See how often each provider limits us, beside how often we ask",
        ExternalApiRateLimited::with(ExternalApiRateLimited::provider.chosen("provider")).rate(mins(5)).sum_by(ExternalApiRateLimited::provider),
    )
    .then(
        ExternalApiRequests::with(ExternalApiRequests::provider.chosen("provider")).rate(mins(5))
            .sum_by((ExternalApiRequests::provider, ExternalApiRequests::endpoint)),
    )
    .then(WorkerJobRetries::rate(mins(5)).sum_by(WorkerJobRetries::job_type))
    .step(
        "Identify which provider and tenant",
        Action::sql(
            "
            SELECT j.tenant_id, c.provider, count(*) as failed_count
            FROM jobs j JOIN connections c ON j.connection_id = c.id
            WHERE (j.error_message ILIKE '%rate%limit%' OR j.error_message ILIKE '%429%')
              AND j.created_at > now() - interval '1 hour'
            GROUP BY j.tenant_id, c.provider;
            ",
        ),
    )
    .then(logql(
        r#"sum by (tenant_id, provider) (count_over_time({service_name="worker"} | json | event="external_rate_limit_hit" | provider=~"$provider" [15m]))"#,
    ))
    .step(
        "Check current sync frequency for the tenant.",
        logql(
            r#"sum by (tenant_id, job_type) (count_over_time({service_name="worker"} | json | event="sync_job_started" [1h]))"#,
        ),
    )
    .step(
        "Review external API response headers for rate limit details (Retry-After, X-RateLimit-Remaining).",
        traceql(r#"{ resource.service.name = "worker" && span.http.response.status_code = 429 && span.provider =~ "$provider" }"#),
    )
    .resolve_always("Increase backoff intervals for the affected provider.")
    .resolve_always("Reduce sync frequency for the tenant.")
    .resolve("persistent", "contact provider about rate limit increases.")
    .resolve_always("Implement request coalescing if multiple jobs hit the same API.")
    .escalate("The integrations team, when syncs of a provider become stale")
    .dashboard(uids::EXTERNAL_APIS)
}
