//! Tools answer.

use obsctl_model::prelude::*;

use crate::labels::ToolStatus;
use crate::metrics::mcp::McpToolInvocations;
use crate::{runbooks, services, teams};

/// The objective. A call that governance denies is no failure: it counts neither as good nor as bad.
#[must_use]
pub fn slo() -> Slo {
    Slo::new(
        Slug::from_static("mcp-tools"),
        services::MCP,
        99.5,
        Indicator::good(
            McpToolInvocations::with(McpToolInvocations::status.is(ToolStatus::Success)),
            McpToolInvocations::with(McpToolInvocations::status.is_not(ToolStatus::Denied)),
        ),
    )
    .description("99.5% of tool calls succeed")
    .owner(teams::ASSISTANT)
    .runbook(runbooks::slo_budget_burn::ID)
    .min_bad_events(5)
}
