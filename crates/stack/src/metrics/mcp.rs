//! What the MCP server says of its tools.

use obsctl_model::prelude::*;

use crate::labels::{TenantId, ToolName, ToolStatus};
use crate::{services, teams};

metrics! {
    family "MCP tools", owner teams::ASSISTANT, exposed_by Exposer::Service(services::MCP.into());

    /// Tool call count.
    pub counter McpToolInvocations("mcp_tool_invocations_total") {
        tool_name: ToolName,
        status: ToolStatus,
    }

    /// Tool execution time.
    pub histogram McpToolDuration(
        "mcp_tool_duration_seconds", Seconds, [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]
    ) {
        tool_name: ToolName,
    }

    /// Rows in tool response.
    pub histogram McpToolRowsReturned(
        "mcp_tool_rows_returned", None, [1.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1000.0]
    ) {
        tool_name: ToolName,
    }

    /// Rate limit hits.
    pub counter McpToolRateLimited("mcp_tool_rate_limited_total") {
        tool_name: ToolName,
        tenant_id: TenantId,
    }
}
