//! The runbooks: what to look at and what to do when an alert fires. One file each, named after its id.
//!
//! A query may name the alert's labels as variables: `provider=~"$provider"` is the provider of the alert that
//! led here, or any when the page is opened by hand.

use obsctl_model::Runbook;

pub mod api_errors;
pub mod connection_auth_failure;
pub mod encryption_key_issues;
pub mod external_api_errors;
pub mod external_api_rate_limiting;
pub mod high_api_latency;
pub mod host_resources;
pub mod mcp_tool_errors;
pub mod pipeline_alerting;
pub mod pipeline_ingestion;
pub mod slo_budget_burn;
pub mod sync_stale;
pub mod target_down;
pub mod tenant_isolation;
pub mod worker_job_failures;
pub mod worker_queue_backlog;

/// All of them.
#[must_use]
pub fn all() -> Vec<Runbook> {
    vec![
        api_errors::runbook(),
        connection_auth_failure::runbook(),
        encryption_key_issues::runbook(),
        external_api_errors::runbook(),
        external_api_rate_limiting::runbook(),
        high_api_latency::runbook(),
        host_resources::runbook(),
        mcp_tool_errors::runbook(),
        pipeline_alerting::runbook(),
        pipeline_ingestion::runbook(),
        slo_budget_burn::runbook(),
        sync_stale::runbook(),
        target_down::runbook(),
        tenant_isolation::runbook(),
        worker_job_failures::runbook(),
        worker_queue_backlog::runbook(),
    ]
}
