//! The API fails or is slow.

use obsctl_model::prelude::*;

use crate::metrics::api::ApiLatency;
use crate::{limits, recordings, runbooks, services, teams, uids};

/// Below this many requests per second a ratio or a percentile says little: about six requests in five minutes.
const TRAFFIC: f64 = 0.02;

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("api")
        .alert(error_ratio_high())
        .alert(endpoint_failing())
        .alert(latency_high())
}

fn error_ratio_high() -> Alert {
    Alert::new("ApiErrorRatioHigh")
        .when(
            record(&recordings::ERRORS)
                .gt(limits::API_ERRORS_CRITICAL)
                .and(record(&recordings::REQUESTS).gt(TRAFFIC)),
        )
        .lasting(mins(5))
        .severity(Severity::Critical)
        .owner(teams::PLATFORM)
        .summary("{{ $value | humanizePercentage }} of API requests fail")
        .runbook(runbooks::api_errors::ID)
        .description(
            "Users see errors. The answers have a status of 5xx: the cause is on our side.",
        )
        .label("service", services::API)
        .dashboard(uids::OVERVIEW)
}

fn endpoint_failing() -> Alert {
    Alert::new("ApiEndpointFailing")
        .when(
            record(&recordings::PATH_ERRORS)
                .gt(limits::API_ERRORS_CRITICAL)
                .and(record(&recordings::PATH_REQUESTS).gt(TRAFFIC)),
        )
        .lasting(mins(10))
        .severity(Severity::Warning)
        .owner(teams::PLATFORM)
        .summary("{{ $value | humanizePercentage }} of requests to {{ $labels.path }} fail")
        .runbook(runbooks::api_errors::ID)
        .description(
            "One endpoint fails while the API as a whole may look well: a feature is broken for those who use it.",
        )
        .label("service", services::API)
        .dashboard(uids::OVERVIEW)
}

fn latency_high() -> Alert {
    Alert::new("HighApiLatency")
        .when(
            ApiLatency::rate(mins(5))
                .sum_by(ApiLatency::path)
                .quantile(0.95)
                .gt(limits::API_LATENCY)
                .and(
                    ApiLatency::observations()
                        .rate(mins(5))
                        .sum_by(ApiLatency::path)
                        .gt(TRAFFIC),
                ),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::PLATFORM)
        .summary("p95 of {{ $labels.path }} is {{ $value | humanizeDuration }}")
        .runbook(runbooks::high_api_latency::ID)
        .description("Pages load slowly and clients may run into their timeouts.")
        .label("service", services::API)
        .dashboard(uids::OVERVIEW)
}
