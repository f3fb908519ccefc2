//! What the MCP server logs.

use obsctl_model::prelude::*;

use crate::logs::contexts::{Failure, McpToolCall};
use crate::services;

log_events! {
    service services::MCP;

    /// A tool ran.
    pub info ToolCalled("tool_called") in McpToolCall {}

    /// A tool ended in an error.
    pub error ToolFailed("tool_failed") in McpToolCall with failure: Failure {}

    /// Governance did not let a tool run.
    pub warning ToolDenied("tool_denied") in McpToolCall {}

    /// A tenant called a tool more often than it may.
    pub warning ToolRateLimited("tool_rate_limited") in McpToolCall {}
}
