//! The alerts, one file per group.
//!
//! Each carries the label `service`, so that an alert about a service that is down silences the symptoms.

use obsctl_model::{RuleGroup, RuleTest};

pub mod alerting;
pub mod api;
pub mod external;
pub mod host;
pub mod ingestion;
pub mod mcp;
pub mod security;
pub mod sync;
pub mod targets;
pub mod worker;

/// All groups.
#[must_use]
pub fn groups() -> Vec<RuleGroup> {
    vec![
        alerting::group(),
        api::group(),
        external::group(),
        host::group(),
        ingestion::group(),
        mcp::group(),
        security::group(),
        sync::group(),
        targets::group(),
        worker::group(),
    ]
}

/// All tests of alerts.
#[must_use]
pub fn tests() -> Vec<RuleTest> {
    [
        api::tests(),
        sync::tests(),
        targets::tests(),
        worker::tests(),
    ]
    .concat()
}
