//! A provider fails.

use obsctl_model::prelude::*;

use crate::metrics::external::{ExternalApiLatency, ExternalApiRequests};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("external-api-errors");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "External API Errors",
        "More than 5% of requests to a provider answered with 5xx for 10 minutes",
    )
    .symptom("Sync jobs of one provider fail and are retried")
    .symptom("Connection tests of that provider fail")
    .step(
        "See which endpoints fail, and whether they are slow",
        ExternalApiRequests::with(ExternalApiRequests::status_code.matches("5.."))
.with(ExternalApiRequests::provider.chosen("provider"))
            .rate(mins(5))
            .sum_by((ExternalApiRequests::provider, ExternalApiRequests::endpoint)),
    )
    .then(
        ExternalApiLatency::with(ExternalApiLatency::provider.chosen("provider")).rate(mins(5))
            .sum_by(ExternalApiLatency::provider)
            .quantile(0.95),
    )
    .step(
        "Read the answers",
        logql(
            r#"{service_name="worker"} | json | event="external_request_failed" | status_code>=500 | provider=~"$provider""#,
        ),
    )
    .then(traceql(
        r#"{ resource.service.name = "worker" && kind = client && span.http.response.status_code >= 500 && span.provider =~ "$provider" }"#,
    ))
    .look("Read the provider's status page.")
    .resolve(
        "the provider has an incident",
        "pause its syncs, tell tenants; syncs catch up when it is over.",
    )
    .resolve(
        "one endpoint fails",
        "check whether it was changed or removed: compare its version with the provider's changelog.",
    )
    .resolve(
        "only large requests fail",
        "lower the page size.",
    )
    .escalate("The integrations team, when it lasts longer than an hour")
    .escalate("The provider's support")
    .dashboard(uids::EXTERNAL_APIS)
}
