//! Queues grow, workers stand still, jobs fail.

use obsctl_model::prelude::*;

use crate::labels::{JobStatus, Queue};
use crate::metrics::worker::{WorkerActiveTasks, WorkerJobs, WorkerQueueDepth};
use crate::{limits, runbooks, services, teams, uids};

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("worker")
        .alert(queue_backlog())
        .alert(stalled())
        .alert(job_failures())
}

fn queue_backlog() -> Alert {
    Alert::new("WorkerQueueBacklog")
        .when(
            WorkerQueueDepth::select()
                .max_by(WorkerQueueDepth::queue_name)
                .gt(limits::QUEUE_BACKLOG),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::INTEGRATIONS)
        .summary("{{ $value | humanize }} tasks wait in the queue {{ $labels.queue_name }}")
        .runbook(runbooks::worker_queue_backlog::ID)
        .description("Syncs start late and users see old data.")
        .label("service", services::WORKER)
        .dashboard(uids::WORKER)
}

fn stalled() -> Alert {
    Alert::new("WorkersStalled")
        .when(
            WorkerQueueDepth::select()
                .sum()
                .gt(0.0)
                .unless(WorkerActiveTasks::select().sum().gt(0.0)),
        )
        .lasting(mins(10))
        .severity(Severity::Critical)
        .owner(teams::INTEGRATIONS)
        .summary("{{ $value | humanize }} tasks wait and no worker runs any")
        .runbook(runbooks::worker_queue_backlog::ID)
        .description("Workers are gone or hang: nothing is synced at all.")
        .label("service", services::WORKER)
        .dashboard(uids::WORKER)
}

fn job_failures() -> Alert {
    let failed = || WorkerJobs::with(WorkerJobs::status.is(JobStatus::Failed));
    Alert::new("WorkerJobFailures")
        .when(
            (failed().rate(mins(15)).sum_by(WorkerJobs::job_type)
                / WorkerJobs::rate(mins(15)).sum_by(WorkerJobs::job_type))
            .gt(limits::JOB_FAILURES)
            .and(
                failed()
                    .increase(mins(15))
                    .sum_by(WorkerJobs::job_type)
                    .gt(3.0),
            ),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::INTEGRATIONS)
        .summary("{{ $value | humanizePercentage }} of {{ $labels.job_type }} jobs fail")
        .runbook(runbooks::worker_job_failures::ID)
        .description("Data of the affected tenants is missing until their jobs succeed.")
        .label("service", services::WORKER)
        .dashboard(uids::WORKER)
}

/// The tests.
#[must_use]
pub fn tests() -> Vec<RuleTest> {
    let waiting = WorkerQueueDepth {
        queue_name: Queue::Sync,
    };
    let active = WorkerActiveTasks {
        worker_id: "celery@worker-1".into(),
    };
    vec![
        RuleTest::new("tasks that no worker takes page after ten minutes")
            .given(waiting, "12x40")
            .given(active, "1x9 0x30")
            .at(mins(19), silent(stalled()))
            .at(
                mins(20),
                fires(stalled()).summary("12 tasks wait and no worker runs any"),
            ),
    ]
}
