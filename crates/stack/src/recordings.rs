//! Recording rules: what several alerts and panels ask, computed once.

use obsctl_model::prelude::*;

use crate::labels::HttpMethod;
use crate::metrics::api::ApiRequests;

/// Requests per second of the API as a whole.
pub const REQUESTS: MetricName = MetricName::from_static("job:api_requests:rate5m");
/// The failed part of them.
pub const ERRORS: MetricName = MetricName::from_static("job:api_request_errors:ratio_rate5m");
/// Requests per second of an endpoint.
pub const PATH_REQUESTS: MetricName = MetricName::from_static("path:api_requests:rate5m");
/// The failed part of them.
pub const PATH_ERRORS: MetricName = MetricName::from_static("path:api_request_errors:ratio_rate5m");

/// The group, evaluated beside the alerts that read it.
#[must_use]
pub fn group() -> RuleGroup {
    let all = || ApiRequests::rate(mins(5));
    let failed = || ApiRequests::with(ApiRequests::status_code.matches("5..")).rate(mins(5));
    RuleGroup::new("api-recordings")
        .record(RecordingRule::new(REQUESTS, all().sum_by(TargetLabel::JOB)))
        .record(RecordingRule::new(
            ERRORS,
            failed()
                .sum_by(TargetLabel::JOB)
                .share_of(all().sum_by(TargetLabel::JOB)),
        ))
        .record(RecordingRule::new(
            PATH_REQUESTS,
            all().sum_by(ApiRequests::path),
        ))
        .record(RecordingRule::new(
            PATH_ERRORS,
            failed()
                .sum_by(ApiRequests::path)
                .share_of(all().sum_by(ApiRequests::path)),
        ))
}

/// The tests.
#[must_use]
pub fn tests() -> Vec<RuleTest> {
    let requests = |path: &str, status_code: &str| ApiRequests {
        method: HttpMethod::Get,
        path: path.into(),
        status_code: status_code.into(),
        tenant_id: "acme".into(),
    };
    let test = RuleTest::new(
        "the failed part of an endpoint is of its own requests, and 0 without errors",
    )
    .given(requests("/a", "200"), "0+45x30")
    .given(requests("/a", "500"), "0+15x30")
    .given(requests("/b", "200"), "0+60x30")
    .at(
        mins(10),
        gives(record(&PATH_ERRORS), 0.25).with(ApiRequests::path, "/a"),
    )
    .at(
        mins(10),
        gives(record(&PATH_ERRORS), 0.0).with(ApiRequests::path, "/b"),
    );
    vec![test]
}
