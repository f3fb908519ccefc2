//! Jobs fail more often than they may.

use obsctl_model::prelude::*;

use crate::labels::JobStatus;
use crate::metrics::external::ExternalApiRequests;
use crate::metrics::worker::{WorkerJobRetries, WorkerJobs};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("worker-job-failures");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Worker Job Failures",
        "More than 10% of a job type's jobs failed within 15 minutes",
    )
    .symptom("Jobs in `failed` status")
    .symptom("Data of some tenants is missing or old")
    .step(
        "See which job types fail, and whether retries help",
        WorkerJobs::with(WorkerJobs::status.is(JobStatus::Failed))
.with(WorkerJobs::job_type.chosen("job_type"))
            .increase(mins(15))
            .sum_by(WorkerJobs::job_type),
    )
    .then(WorkerJobRetries::with(WorkerJobRetries::job_type.chosen("job_type")).increase(mins(15)).sum_by(WorkerJobRetries::job_type))
    .step(
        "Read the errors",
        logql(r#"{service_name="worker"} | json | event="sync_job_failed" | job_type=~"$job_type""#),
    )
    .then(logql(
        r#"sum by (job_type, error_type) (count_over_time({service_name="worker"} | json | event="sync_job_failed" [15m]))"#,
    ))
    .step(
        "See whether one tenant or one connection is hit, or all",
        Action::sql(
            "
            SELECT tenant_id, connection_id, job_type, count(*) AS failed, max(error_message) AS example
            FROM jobs
            WHERE status = 'failed' AND created_at > now() - interval '1 hour'
            GROUP BY tenant_id, connection_id, job_type ORDER BY failed DESC;
            ",
        ),
    )
    .step(
        "See whether a provider refuses or does not answer",
        ExternalApiRequests::with(ExternalApiRequests::status_code.matches("[45].."))
            .rate(mins(5))
            .sum_by((ExternalApiRequests::provider, ExternalApiRequests::status_code)),
    )
    .step(
        "Look at a failed job from end to end",
        traceql(r#"{ resource.service.name = "worker" && kind = consumer && status = error && span.job_type =~ "$job_type" }"#),
    )
    .resolve("a provider is down", "pause its syncs; they catch up when it is back.")
    .resolve("credentials are refused", "follow Connection Authentication Failure.")
    .resolve("one tenant's data breaks the job", "skip the record, repair it, run the job again.")
    .resolve("failures began with a deployment", "roll it back, then run the failed jobs again.")
    .escalate("The integrations team, when the cause is not known after 30 minutes")
    .dashboard(uids::WORKER)
    .dashboard(uids::EXTERNAL_APIS)
}
