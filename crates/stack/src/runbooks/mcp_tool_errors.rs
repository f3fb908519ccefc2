//! Tools called over MCP fail more often than they may.

use obsctl_model::prelude::*;

use crate::labels::ToolStatus;
use crate::metrics::mcp::{McpToolDuration, McpToolInvocations, McpToolRateLimited};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("mcp-tool-errors");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "MCP Tool Errors",
        "More than 5% of a tool's calls ended in an error within 10 minutes",
    )
    .symptom("The assistant answers that a tool did not work")
    .symptom("Users repeat their questions")
    .step(
        "See which tools fail, and whether they are slow before they do",
        McpToolInvocations::with(McpToolInvocations::status.is(ToolStatus::Error))
.with(McpToolInvocations::tool_name.chosen("tool_name"))
            .rate(mins(5))
            .sum_by(McpToolInvocations::tool_name),
    )
    .then(
        McpToolDuration::with(McpToolDuration::tool_name.chosen("tool_name")).rate(mins(5))
            .sum_by(McpToolDuration::tool_name)
            .quantile(0.95),
    )
    .step(
        "See whether calls are denied or limited instead",
        McpToolInvocations::with(McpToolInvocations::status.is(ToolStatus::Denied))
.with(McpToolInvocations::tool_name.chosen("tool_name"))
            .rate(mins(5))
            .sum_by(McpToolInvocations::tool_name),
    )
    .then(McpToolRateLimited::with(McpToolRateLimited::tool_name.chosen("tool_name")).rate(mins(5)).sum_by(McpToolRateLimited::tool_name))
    .step(
        "Read the errors",
        logql(r#"{service_name="mcp"} | json | event="tool_failed" | tool_name=~"$tool_name""#),
    )
    .then(logql(
        r#"sum by (tool_name, error_type) (count_over_time({service_name="mcp"} | json | event="tool_failed" [15m]))"#,
    ))
    .step(
        "Look at a failed call: the query or the outbound request below it says why",
        traceql(r#"{ resource.service.name = "mcp" && status = error && span.tool_name =~ "$tool_name" }"#),
    )
    .resolve("a tool's query times out", "lower its row limit, or add an index.")
    .resolve("NetSuite or another provider fails", "tell users; disable the tool when it lasts.")
    .resolve("arguments are refused", "compare the tool's schema with what the model sends.")
    .escalate("The assistant team, when a tool fails for all tenants")
    .dashboard(uids::MCP_TOOLS)
    .dashboard(uids::TRACES)
}
