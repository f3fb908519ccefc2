//! A provider no longer accepts the credentials of a connection.

use obsctl_model::prelude::*;

use crate::labels::JobStatus;
use crate::metrics::external::ExternalApiRequests;
use crate::metrics::worker::WorkerJobs;
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("connection-auth-failure");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Connection Authentication Failure",
        r#"`external_api_requests_total{status_code="401"}` increases"#,
    )
    .symptom("Sync jobs failing with authentication errors")
    .symptom("Connection status changed to `error`")
    .symptom(
        r#"Audit events: `job_failed` with `error_message` containing "401" or "Unauthorized""#,
    )
    .step(
        "See which providers and endpoints refuse us, and since when",
        ExternalApiRequests::with(ExternalApiRequests::status_code.is("401"))
.with(ExternalApiRequests::provider.chosen("provider"))
            .rate(mins(5))
            .sum_by((ExternalApiRequests::provider, ExternalApiRequests::endpoint)),
    )
    .step(
        "See which jobs fail with it",
        WorkerJobs::with(WorkerJobs::status.is(JobStatus::Failed))
            .increase(mins(15))
            .sum_by(WorkerJobs::job_type),
    )
    .step(
        "Identify affected tenant and connection",
        Action::sql(
            "
            SELECT j.tenant_id, j.connection_id, c.provider, c.label, j.error_message
            FROM jobs j JOIN connections c ON j.connection_id = c.id
            WHERE j.status = 'failed'
              AND j.error_message ILIKE '%401%'
              AND j.created_at > now() - interval '1 hour';
            ",
        ),
    )
    .then(logql(
        r#"{service_name="worker"} | json | event="external_request_failed" | status_code="401" | provider=~"$provider""#,
    ))
    .look("Check if credentials were recently rotated on the provider side (out-of-band change).")
    .step(
        "Check `encryption_key_version` matches current key",
        Action::sql(
            "
            SELECT id, provider, label, encryption_key_version
            FROM connections WHERE id = '<connection_id>';
            ",
        ),
    )
    .step(
        "Verify the connection using the test endpoint",
        Action::http("POST /api/v1/connections/<connection_id>/test"),
    )
    .then(traceql(
        r#"{ resource.service.name = "worker" && span.http.response.status_code = 401 && span.provider =~ "$provider" }"#,
    ))
    .resolve("credentials expired", "notify tenant admin to reconnect.")
    .resolve(
        "encryption key mismatch",
        "run key re-encryption procedure.",
    )
    .resolve(
        "provider-side change",
        "guide tenant to update credentials.",
    )
    .escalate("The integrations team, when several tenants of one provider are affected")
    .escalate("The provider's support, when its status page shows an incident")
    .dashboard(uids::EXTERNAL_APIS)
    .dashboard(uids::WORKER)
}
