//! What a Rust service links: structured logs, redaction, correlation, traces, and metrics from the catalog.
//!
//! Recording never fails and never panics; a slow, broken or absent collector never slows or stops the service.

pub mod clock;
pub mod config;
pub mod context;
pub mod event;
pub mod export;
pub mod ids;
pub mod layer;
pub mod logging;
pub mod metrics;
#[cfg(feature = "reqwest")]
pub mod outgoing;
pub mod redact;
pub mod sampling;
pub mod timed;
