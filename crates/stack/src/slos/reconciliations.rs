//! Books can be closed.

use obsctl_model::prelude::*;

use crate::labels::{JobStatus, JobType};
use crate::metrics::worker::WorkerJobs;
use crate::{runbooks, services, teams};

/// The objective. Books are closed by the month of the calendar: what failed in the last one is of no matter to this one.
#[must_use]
pub fn slo() -> Slo {
    let reconciliations = || WorkerJobs::with(WorkerJobs::job_type.is(JobType::Reconciliation));
    Slo::new(
        Slug::from_static("reconciliations"),
        services::WORKER,
        98.0,
        Indicator::bad(
            reconciliations().with(WorkerJobs::status.is(JobStatus::Failed)),
            reconciliations(),
        ),
    )
    .over_month()
    .description("98% of a month's reconciliations complete")
    .owner(teams::INTEGRATIONS)
    .runbook(runbooks::slo_budget_burn::ID)
    .min_bad_events(5)
}
