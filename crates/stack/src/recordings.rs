//! Recording rules: what several alerts and panels ask, computed once.

use obsctl_model::prelude::*;

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
