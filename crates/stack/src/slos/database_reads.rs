//! The database answers soon.

use obsctl_model::prelude::*;

use crate::{runbooks, services, teams};

/// The objective. Only spans tell: no metric measures single queries. The threshold is one of the buckets that Tempo makes of them.
#[must_use]
pub fn slo() -> Slo {
    Slo::new(
        Slug::from_static("database-reads"),
        services::API,
        99.0,
        Indicator::span_latency(services::API, "SELECT demo", 0.064),
    )
    .description("99% of the API's reads of the database take at most 64 milliseconds")
    .owner(teams::PLATFORM)
    .runbook(runbooks::slo_budget_burn::ID)
    .min_bad_events(10)
}
