//! The dashboards, one file each.
//!
//! All are built alike: what matters first as numbers with the alerts' limits, then how it got there, then who
//! and what exactly, and at the end the alerts and log lines that belong to it.

use obsctl_model::Dashboard;

pub mod external_apis;
pub mod logs;
pub mod mcp_tools;
pub mod overview;
mod parts;
pub mod pipeline;
pub mod tenant;
#[cfg(test)]
mod tests;
pub mod traces;
pub mod worker;

/// All dashboards.
#[must_use]
pub fn all() -> Vec<Dashboard> {
    vec![
        overview::dashboard(),
        tenant::dashboard(),
        worker::dashboard(),
        mcp_tools::dashboard(),
        external_apis::dashboard(),
        logs::dashboard(),
        traces::dashboard(),
        pipeline::dashboard(),
    ]
}
