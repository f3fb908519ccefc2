//! The services of the system.

use obsctl_model::Service;

use crate::teams;

/// Serves HTTP to browsers and integrations.
pub const API: &str = "api";
/// Runs jobs from the queues.
pub const WORKER: &str = "worker";
/// Runs tools for language models.
pub const MCP: &str = "mcp";

/// All of them.
#[must_use]
pub fn services() -> Vec<Service> {
    vec![
        Service::new(
            API,
            teams::PLATFORM,
            "Sign-in, connections, jobs, tools, the audit trail",
        ),
        Service::new(
            WORKER,
            teams::INTEGRATIONS,
            "Sync jobs between shops, payment providers and NetSuite, exports, reconciliations",
        ),
        Service::new(
            MCP,
            teams::ASSISTANT,
            "MCP server: governed tools over a tenant's data",
        ),
    ]
}
