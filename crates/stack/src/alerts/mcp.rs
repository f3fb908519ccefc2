//! Tools fail.

use obsctl_model::prelude::*;

use crate::labels::ToolStatus;
use crate::metrics::mcp::McpToolInvocations;
use crate::{limits, runbooks, services, teams, uids};

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("mcp-tools").alert(tool_errors())
}

fn tool_errors() -> Alert {
    let failed = || McpToolInvocations::with(McpToolInvocations::status.is(ToolStatus::Error));
    Alert::new("McpToolErrors")
        .when(
            (failed()
                .rate(mins(10))
                .sum_by(McpToolInvocations::tool_name)
                / McpToolInvocations::rate(mins(10)).sum_by(McpToolInvocations::tool_name))
            .gt(limits::TOOL_ERRORS)
            .and(
                failed()
                    .increase(mins(10))
                    .sum_by(McpToolInvocations::tool_name)
                    .gt(3.0),
            ),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::ASSISTANT)
        .summary("{{ $value | humanizePercentage }} of calls of {{ $labels.tool_name }} fail")
        .runbook(runbooks::mcp_tool_errors::ID)
        .description("The assistant cannot answer questions that need this tool.")
        .label("service", services::MCP)
        .dashboard(uids::MCP_TOOLS)
}
