//! Requests are answered soon.

use obsctl_model::prelude::*;

use crate::metrics::api::ApiLatency;
use crate::{runbooks, services, teams};

/// The objective. The threshold is one of the histogram's bounds.
#[must_use]
pub fn slo() -> Slo {
    Slo::new(
        Slug::from_static("api-latency"),
        services::API,
        99.0,
        Indicator::latency(ApiLatency::select(), 0.5),
    )
    .description("99% of API requests are answered within half a second")
    .owner(teams::PLATFORM)
    .runbook(runbooks::slo_budget_burn::ID)
    .min_bad_events(10)
}
