//! Data of a provider grows old.

use obsctl_model::prelude::*;

use crate::labels::JobStatus;
use crate::metrics::business::SyncFreshness;
use crate::metrics::external::ExternalApiRateLimited;
use crate::metrics::worker::{WorkerJobs, WorkerQueueDepth};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("sync-stale");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Stale Sync",
        "More than 10% of a provider's syncs are older than 4 hours",
    )
    .symptom("Users reporting stale data")
    .symptom("Reconciliations with missing orders, payments or payouts")
    .step(
        "See which tenants and objects are old",
        SyncFreshness::with(SyncFreshness::provider.chosen("provider")).topk(20),
    )
    .step(
        "See whether jobs run at all, and how they end",
        WorkerJobs::with(WorkerJobs::status.is_any([JobStatus::Completed, JobStatus::Failed]))
            .increase(hours(1))
            .sum_by((WorkerJobs::job_type, WorkerJobs::status)),
    )
    .then(WorkerQueueDepth::select().max_by(WorkerQueueDepth::queue_name))
    .then(ExternalApiRateLimited::with(ExternalApiRateLimited::provider.chosen("provider")).increase(hours(1)).sum_by(ExternalApiRateLimited::provider))
    .step(
        "Find the last jobs of a stale connection",
        Action::sql(
            "
            SELECT id, job_type, status, created_at, completed_at, error_message
            FROM jobs
            WHERE connection_id = '<connection_id>'
            ORDER BY created_at DESC LIMIT 20;
            ",
        ),
    )
    .then(logql(
        r#"{service_name="worker"} | json | connection_id=~"$connection_id" | event=~"sync_job_.*""#,
    ))
    .look("Check that the scheduler still enqueues: one beat process, and only one.")
    .resolve("no jobs are enqueued", "restart the scheduler.")
    .resolve("jobs wait in the queue", "follow Worker Queue Backlog.")
    .resolve("jobs fail", "follow Worker Job Failures.")
    .resolve("the provider limits us", "follow External API Rate Limiting.")
    .resolve("a tenant disconnected", "remove the connection, so that its age is no longer exported.")
    .escalate("The integrations team, when a provider stays stale for a day")
    .dashboard(uids::TENANT)
    .dashboard(uids::WORKER)
}
