//! Tasks wait longer than they should.

use obsctl_model::prelude::*;

use crate::metrics::business::SyncFreshness;
use crate::metrics::worker::{WorkerActiveTasks, WorkerJobDuration, WorkerJobs, WorkerQueueDepth};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("worker-queue-backlog");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Worker Queue Backlog",
        "`worker_queue_depth` > 100 for > 5 minutes",
    )
    .symptom("Jobs stuck in `pending` status")
    .symptom("Sync freshness degrading (`sync_freshness_seconds` increasing)")
    .symptom("Users reporting stale data")
    .step(
        "See which queue grows, and whether it still drains",
        WorkerQueueDepth::with(WorkerQueueDepth::queue_name.chosen("queue_name")).max_by(WorkerQueueDepth::queue_name),
    )
    .then(WorkerJobs::rate(mins(5)).sum_by((WorkerJobs::job_type, WorkerJobs::status)))
    .then(SyncFreshness::select().max_by(SyncFreshness::provider))
    .step(
        "Check worker process health",
        Action::shell(
            "
            celery -A app.workers inspect active
            celery -A app.workers inspect reserved
            celery -A app.workers inspect stats
            ",
        ),
    )
    .then(WorkerActiveTasks::select().sum_by(WorkerActiveTasks::worker_id))
    .step(
        "Check Redis broker connectivity",
        Action::shell(
            "
            redis-cli -u $CELERY_BROKER_URL ping
            redis-cli -u $CELERY_BROKER_URL llen celery
            ",
        ),
    )
    .step(
        "Check for stuck tasks (running too long)",
        Action::sql(
            "
            SELECT id, job_type, status, started_at, now() - started_at as duration
            FROM jobs
            WHERE status = 'running' AND started_at < now() - interval '10 minutes';
            ",
        ),
    )
    .then(
        WorkerJobDuration::rate(mins(15))
            .sum_by(WorkerJobDuration::job_type)
            .quantile(0.95),
    )
    .then(traceql(
        r#"{ resource.service.name = "worker" && kind = consumer && duration > 5m }"#,
    ))
    .step(
        "Check if a specific job type is causing the backlog",
        Action::sql(
            "
            SELECT job_type, count(*) FROM jobs
            WHERE status = 'pending' GROUP BY job_type ORDER BY count DESC;
            ",
        ),
    )
    .then(logql(
        r#"sum by (job_type) (count_over_time({service_name="worker"} | json | event="worker_task_started" [5m]))"#,
    ))
    .resolve("workers are down", "restart worker processes.")
    .resolve("Redis is down", "restart Redis, check persistence settings.")
    .resolve("stuck tasks", "investigate and potentially revoke them.")
    .resolve("volume spike", "scale workers horizontally.")
    .escalate("The integrations team, when the queue still grows after 30 minutes")
    .escalate("The platform team, when Redis or the database is the cause")
    .dashboard(uids::WORKER)
}
