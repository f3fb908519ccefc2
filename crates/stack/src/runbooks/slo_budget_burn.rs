//! An error budget is spent too fast.

use obsctl_model::prelude::*;

use crate::labels::{JobStatus, ToolStatus};
use crate::metrics::api::{ApiLatency, ApiRequests};
use crate::metrics::business::SyncFreshness;
use crate::metrics::mcp::McpToolInvocations;
use crate::metrics::worker::WorkerJobs;
use crate::uids;

/// What objectives refer to it by.
pub const ID: Slug = Slug::from_static("slo-budget-burn");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Error Budget Burn",
        "An objective's error budget is spent faster than its window allows, over a long and a short time",
    )
    .symptom("A part of what users do fails or is too slow: the alert says of which objective")
    .symptom("At this rate the budget is gone before its window ends")
    .look("Open the objective's dashboard: how much budget is left, and since when it is burnt.")
    .step(
        "API availability: see which endpoints fail",
        ApiRequests::with(ApiRequests::status_code.matches("5.."))
            .rate(mins(5))
            .sum_by(ApiRequests::path),
    )
    .step(
        "API latency: see which endpoints are slow",
        ApiLatency::rate(mins(5))
            .sum_by(ApiLatency::path)
            .quantile(0.99),
    )
    .step(
        "Connection tests: see which providers refuse us, and why",
        logql(
            r#"sum by (provider, error_type) (count_over_time({service_name="api"} |= "connection_test_failed" | json | event="connection_test_failed" [15m]))"#,
        ),
    )
    .step(
        "Database reads: see which statements are slow",
        traceql(
            r#"{ resource.service.name = "api" && name = "SELECT demo" && duration > 64ms } | select(span.db.statement)"#,
        ),
    )
    .step(
        "Worker jobs and reconciliations: see which job types fail",
        WorkerJobs::with(WorkerJobs::status.is(JobStatus::Failed))
            .rate(mins(5))
            .sum_by(WorkerJobs::job_type),
    )
    .step(
        "Sync freshness: see which providers are late",
        SyncFreshness::with(SyncFreshness::provider.chosen("provider")).max_by(SyncFreshness::provider),
    )
    .step(
        "MCP tools: see which tools fail",
        McpToolInvocations::with(McpToolInvocations::status.is(ToolStatus::Error))
            .rate(mins(5))
            .sum_by(McpToolInvocations::tool_name),
    )
    .step(
        "Look at what failed",
        traceql("{ status = error } | select(resource.service.name, name, span.tenant_id)"),
    )
    .then(logql(
        r#"sum by (service_name, event) (count_over_time({service_name=~"api|worker|mcp", level=~"error|critical"} | json [5m]))"#,
    ))
    .resolve(
        "an alert of the same service fires",
        "follow its runbook: it knows the cause better.",
    )
    .resolve(
        "a deployment began it",
        "roll it back; budget that is spent does not come back.",
    )
    .resolve(
        "the budget is nearly gone",
        "stop releases of the service until its window has recovered.",
    )
    .resolve(
        "the objective is burnt without anybody noticing",
        "the objective is wrong: change it with its owner.",
    )
    .escalate("The owner of the objective, at once when the alert pages")
    .dashboard(uids::OVERVIEW)
}
