//! The events: fixed names, one list per service.

use obsctl_model::LogEvent;

pub mod api;
pub mod mcp;
pub mod worker;

/// All events.
#[must_use]
pub fn all() -> Vec<LogEvent> {
    [api::events(), worker::events(), mcp::events()].concat()
}
