//! Providers let us in.

use obsctl_model::prelude::*;

use crate::{runbooks, services, teams};

/// The objective. Only log lines tell: no metric counts connections that are tried out. That a tenant mistypes a password now and
/// then is what its budget is for.
#[must_use]
pub fn slo() -> Slo {
    Slo::new(
        Slug::from_static("connection-tests"),
        services::API,
        95.0,
        Indicator::logs(
            logql(
                r#"{service_name="api"} |= "connection_test_failed" | json event="event" | event="connection_test_failed""#,
            ),
            logql(
                r#"{service_name="api"} |= "connection_" | json event="event" | event=~"connection_(created|tested|test_failed)""#,
            ),
        ),
    )
    .description("95% of the connections that tenants try out are let in by their provider")
    .owner(teams::INTEGRATIONS)
    .runbook(runbooks::slo_budget_burn::ID)
    .min_bad_events(5)
}
