//! The objectives, one file each. Rules, alerts and dashboards are made from them.

use obsctl_model::Slo;

pub mod api_availability;
pub mod api_latency;
pub mod mcp_tools;
pub mod sync_freshness;
pub mod worker_jobs;

/// All of them.
#[must_use]
pub fn all() -> Vec<Slo> {
    vec![
        api_availability::slo(),
        api_latency::slo(),
        mcp_tools::slo(),
        sync_freshness::slo(),
        worker_jobs::slo(),
    ]
}
