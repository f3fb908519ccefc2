//! What the MCP server logs.

use obsctl_model::{Level, LogEvent};

use crate::logs::contexts::{ERROR, MCP_TOOL_CALL};
use crate::services;

/// All events of the MCP server.
#[must_use]
pub fn events() -> Vec<LogEvent> {
    vec![
        event("tool_called", Level::Info, "A tool ran"),
        event("tool_failed", Level::Error, "A tool ended in an error").context(ERROR),
        event(
            "tool_denied",
            Level::Warning,
            "Governance did not let a tool run",
        ),
        event(
            "tool_rate_limited",
            Level::Warning,
            "A tenant called a tool more often than it may",
        ),
    ]
}

fn event(name: &str, level: Level, description: &str) -> LogEvent {
    LogEvent::new(name, level, services::MCP, description).context(MCP_TOOL_CALL)
}
