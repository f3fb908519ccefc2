//! The metrics that come with the telemetry library: what it exposes of every service that links it, and what a stack
//! over such services declares.
//!
//! Their owner is the team that runs the services: see [`MetricFamily::owned_by`](crate::MetricFamily::owned_by).

pub mod process;
pub mod telemetry;

use crate::Exposer;

/// Whether metrics of this exposer come with a library: no job scrapes it by itself, each service that links it exposes them.
#[must_use]
pub fn exposes(exposer: &Exposer) -> bool {
    matches!(exposer, Exposer::Exporter(name) if name == "process" || name == "telemetry")
}
