//! Data is fresh.

use obsctl_model::prelude::*;

use crate::metrics::business::SyncFreshness;
use crate::{runbooks, services, teams};

/// The objective: each provider has a budget of its own, so that one of them cannot hide behind the others.
#[must_use]
pub fn slo() -> Slo {
    Slo::new(
        Slug::from_static("sync-freshness"),
        services::WORKER,
        95.0,
        Indicator::freshness(SyncFreshness::select(), hours(1)),
    )
    .by(SyncFreshness::provider)
    .description("95% of the time, a provider's data is no older than an hour")
    .owner(teams::INTEGRATIONS)
    .runbook(runbooks::slo_budget_burn::ID)
    .alert_when_absent(mins(30))
}
