//! The API fails more requests than it may.

use obsctl_model::prelude::*;

use crate::metrics::api::ApiRequests;
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("api-errors");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    let failed = || ApiRequests::with(ApiRequests::status_code.matches("5.."));
    Runbook::new(
        ID,
        "API Errors",
        "More than 5% of requests answered with 5xx for 5 minutes",
    )
    .symptom("Users see error pages or messages that something went wrong")
    .symptom("Integrations retry their calls")
    .step(
        "See which endpoints fail: one of them, or all",
        failed()
            .with(ApiRequests::path.chosen("path"))
            .rate(mins(5))
            .sum_by((ApiRequests::path, ApiRequests::status_code)),
    )
    .step(
        "See whether one tenant is hit, or all",
        failed()
            .rate(mins(5))
            .sum_by(ApiRequests::tenant_id)
            .topk(10),
    )
    .step(
        "Read the exceptions",
        logql(r#"{service_name="api"} | json | event="request_failed""#),
    )
    .then(logql(
        r#"sum by (error_type) (count_over_time({service_name="api"} | json | event="request_failed" [5m]))"#,
    ))
    .step(
        "Look at a failed request from end to end: what it was waiting for is where it broke",
        traceql(r#"{ resource.service.name = "api" && kind = server && status = error && span.http.route =~ "$path" }"#),
    )
    .step(
        "Check whether the database answers",
        Action::sql("SELECT state, count(*) FROM pg_stat_activity GROUP BY state;"),
    )
    .then(logql(
        r#"{service_name=~"api|worker"} | json | event="database_connection_lost""#,
    ))
    .look("Compare the start of the errors with the last deployment and the last migration.")
    .resolve("errors began with a deployment", "roll it back, then look for the cause.")
    .resolve("the database is unreachable", "restore it; the API recovers by itself.")
    .resolve("one endpoint fails", "disable the feature behind it, or fix it forward.")
    .resolve("one tenant's data breaks a request", "repair the data and make the code stand it.")
    .escalate("The platform team, when the cause is not known after 15 minutes")
    .dashboard(uids::OVERVIEW)
    .dashboard(uids::LOGS)
}
