//! Providers refuse us, limit us or fail.

use obsctl_model::prelude::*;

use crate::metrics::external::{ExternalApiRateLimited, ExternalApiRequests};
use crate::{limits, runbooks, services, teams, uids};

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("external-apis")
        .alert(auth_failures())
        .alert(rate_limited())
        .alert(failing())
}

fn auth_failures() -> Alert {
    Alert::new("ConnectionAuthFailures")
        .when(
            ExternalApiRequests::with(ExternalApiRequests::status_code.is("401"))
                .increase(mins(15))
                .sum_by(ExternalApiRequests::provider)
                .gt(0.0),
        )
        .severity(Severity::Warning)
        .owner(teams::INTEGRATIONS)
        .summary("{{ $labels.provider }} refused our credentials {{ $value | humanize }} times in 15 minutes")
        .runbook(runbooks::connection_auth_failure::ID)
        .description("Syncs of the affected connections stop until their credentials are renewed.")
        .label("service", services::WORKER)
        .dashboard(uids::EXTERNAL_APIS)
}

fn rate_limited() -> Alert {
    Alert::new("ExternalApiRateLimited")
        .when(
            ExternalApiRateLimited::increase(mins(15))
                .sum_by(ExternalApiRateLimited::provider)
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::INTEGRATIONS)
        .summary("{{ $labels.provider }} limited our requests {{ $value | humanize }} times in 15 minutes")
        .runbook(runbooks::external_api_rate_limiting::ID)
        .description("Syncs take longer and are retried; when it lasts, data grows old.")
        .label("service", services::WORKER)
        .dashboard(uids::EXTERNAL_APIS)
}

fn failing() -> Alert {
    let failed = ExternalApiRequests::with(ExternalApiRequests::status_code.matches("5.."));
    let all = || ExternalApiRequests::rate(mins(10)).sum_by(ExternalApiRequests::provider);
    Alert::new("ExternalApiFailing")
        .when(
            (failed.rate(mins(10)).sum_by(ExternalApiRequests::provider) / all())
                .gt(limits::EXTERNAL_ERRORS)
                .and(all().gt(0.05)),
        )
        .lasting(mins(10))
        .severity(Severity::Warning)
        .owner(teams::INTEGRATIONS)
        .summary("{{ $value | humanizePercentage }} of requests to {{ $labels.provider }} fail")
        .runbook(runbooks::external_api_errors::ID)
        .description(
            "The provider has a problem of its own. Syncs fail and are retried until it is over.",
        )
        .label("service", services::WORKER)
        .dashboard(uids::EXTERNAL_APIS)
}
