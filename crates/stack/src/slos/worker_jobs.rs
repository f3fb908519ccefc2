//! Jobs succeed.

use obsctl_model::prelude::*;

use crate::labels::JobStatus;
use crate::metrics::worker::WorkerJobs;
use crate::{runbooks, services, teams};

/// The objective.
#[must_use]
pub fn slo() -> Slo {
    Slo::new(
        Slug::from_static("worker-jobs"),
        services::WORKER,
        99.0,
        Indicator::bad(
            WorkerJobs::with(WorkerJobs::status.is(JobStatus::Failed)),
            WorkerJobs::select(),
        ),
    )
    .description("99% of jobs complete")
    .owner(teams::INTEGRATIONS)
    .runbook(runbooks::slo_budget_burn::ID)
    .min_bad_events(5)
}
