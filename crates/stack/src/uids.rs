//! Names that links rely on: the uids of dashboards and the titles of their folders.

use obsctl_model::Uid;

/// Everything at a glance.
pub const OVERVIEW: Uid = Uid::from_static("overview");
/// One tenant.
pub const TENANT: Uid = Uid::from_static("tenant");
/// Workers, queues and jobs.
pub const WORKER: Uid = Uid::from_static("worker");
/// Tools called over MCP.
pub const MCP_TOOLS: Uid = Uid::from_static("mcp-tools");
/// Shopify, Stripe, NetSuite: what is asked of them and how they answer.
pub const EXTERNAL_APIS: Uid = Uid::from_static("external-apis");
/// Log lines, by the questions engineers ask.
pub const LOGS: Uid = Uid::from_static("logs");
/// Traces and the service map.
pub const TRACES: Uid = Uid::from_static("traces");
/// The observability pipeline itself.
pub const PIPELINE: Uid = Uid::from_static("pipeline");

/// One objective in detail: made from the objectives, like the overview of all.
pub const SLO_DETAIL: Uid = Uid::from_static("slo-detail");

/// Folder titles in Grafana.
pub mod folders {
    /// Dashboards about the product as a whole and its tenants.
    pub const PRODUCT: &str = "Product";
    /// Dashboards about one service or what it depends on.
    pub const SERVICES: &str = "Services";
    /// Dashboards to explore logs and traces with.
    pub const EXPLORE: &str = "Explore";
    /// Dashboards about the observability stack itself.
    pub const PLATFORM: &str = "Observability";
}
