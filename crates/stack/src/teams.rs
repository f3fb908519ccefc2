//! The teams that answer: owners of metrics, alerts and objectives, and the `team` label that alerts are
//! routed by.

/// The API, accounts, roles and plans.
pub const PLATFORM: &str = "platform";
/// Workers, connections and what they sync with.
pub const INTEGRATIONS: &str = "integrations";
/// The MCP server and its tools.
pub const ASSISTANT: &str = "assistant";
/// Isolation of tenants, keys, credentials.
pub const SECURITY: &str = "security";
/// The observability stack itself.
pub const OBSERVABILITY: &str = "observability";
