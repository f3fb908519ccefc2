//! The objectives, one file each. Rules, alerts and dashboards are made from them.

use obsctl_model::Slo;

pub mod api_availability;
pub mod api_latency;
pub mod connection_tests;
pub mod database_reads;
pub mod mcp_tools;
pub mod reconciliations;
pub mod sync_freshness;
pub mod worker_jobs;

/// All of them.
#[must_use]
pub fn all() -> Vec<Slo> {
    vec![
        api_availability::slo(),
        api_latency::slo(),
        connection_tests::slo(),
        database_reads::slo(),
        mcp_tools::slo(),
        reconciliations::slo(),
        sync_freshness::slo(),
        worker_jobs::slo(),
    ]
}
