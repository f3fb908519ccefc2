//! Requests are answered, not failed.

use obsctl_model::prelude::*;

use crate::metrics::api::ApiRequests;
use crate::{runbooks, services, teams};

/// The objective.
#[must_use]
pub fn slo() -> Slo {
    Slo::new(
        Slug::from_static("api-availability"),
        services::API,
        99.9,
        Indicator::bad(
            ApiRequests::with(ApiRequests::status_code.matches("5..")),
            ApiRequests::select(),
        ),
    )
    .description("99.9% of API requests are answered without a server error")
    .owner(teams::PLATFORM)
    .runbook(runbooks::slo_budget_burn::ID)
    .min_bad_events(10)
    .alert_when_absent(mins(15))
}
