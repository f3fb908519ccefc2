//! The API fails or is slow.

use obsctl_model::prelude::*;

use crate::labels::HttpMethod;
use crate::metrics::api::{ApiLatency, ApiRequests};
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

/// The tests.
#[must_use]
pub fn tests() -> Vec<RuleTest> {
    vec![
        errors_page_and_stop(),
        one_endpoint_is_a_ticket(),
        a_lone_error_is_nothing(),
        slow_endpoint_warns(),
    ]
}

/// Requests of one kind, as the API exposes them.
fn requests(path: &str, status_code: &str) -> impl IntoSeries {
    ApiRequests {
        method: HttpMethod::Get,
        path: path.into(),
        status_code: status_code.into(),
        tenant_id: "acme".into(),
    }
    .on(TargetLabel::JOB, services::API)
}

/// Errors begin with the test and end after 20 minutes.
fn errors_page_and_stop() -> RuleTest {
    RuleTest::new("a failing API pages after five minutes and stops after its errors")
        .given(requests("/a", "200"), "0+45x40")
        .given(requests("/a", "500"), "0+15x20 300x20")
        .at(mins(5), silent(error_ratio_high()))
        .at(
            mins(10),
            fires(error_ratio_high())
                .with(TargetLabel::JOB, services::API)
                .summary("25% of API requests fail"),
        )
        .at(mins(30), silent(error_ratio_high()))
}

fn one_endpoint_is_a_ticket() -> RuleTest {
    RuleTest::new("one failing endpoint of a busy API warns and does not page")
        .given(requests("/a", "200"), "0+30x30")
        .given(requests("/a", "503"), "0+30x30")
        .given(requests("/b", "200"), "0+1200x30")
        .at(
            mins(15),
            fires(endpoint_failing())
                .with(ApiRequests::path, "/a")
                .summary("50% of requests to /a fail"),
        )
        .at(mins(15), silent(error_ratio_high()))
}

fn a_lone_error_is_nothing() -> RuleTest {
    RuleTest::new("an error every minute and nothing else sets nothing off")
        .given(requests("/a", "500"), "0+1x30")
        .at(mins(20), silent(error_ratio_high()))
        .at(mins(20), silent(endpoint_failing()))
}

fn slow_endpoint_warns() -> RuleTest {
    let latency = || ApiLatency {
        method: HttpMethod::Get,
        path: "/reports".into(),
        status_code: "200".into(),
    };
    RuleTest::new("an endpoint that takes seconds warns")
        .given(latency().bucket(2.5), "0x30")
        .given(latency().bucket(5.0), "0+60x30")
        .given(latency().bucket(f64::INFINITY), "0+60x30")
        .given(latency().count(), "0+60x30")
        .at(
            mins(10),
            fires(latency_high())
                .with(ApiLatency::path, "/reports")
                .summary("p95 of /reports is 4.875s"),
        )
}
