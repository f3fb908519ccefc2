//! Metrics that others expose: the engines of the stack and the host. Only those that the stack's own alerts
//! and dashboards read.

use obsctl_model::MetricFamily;
pub use obsctl_model::library::{process, telemetry};

use crate::teams;

pub mod alertmanager;
pub mod alloy;
pub mod grafana;
pub mod labels;
pub mod loki;
pub mod node;
pub mod prometheus;
pub mod tempo;

/// The families of exporters.
#[must_use]
pub fn families() -> Vec<MetricFamily> {
    vec![
        alertmanager::family(),
        alloy::family(),
        grafana::family(),
        loki::family(),
        node::family(),
        process::family().owned_by(teams::OBSERVABILITY),
        prometheus::family(),
        telemetry::family().owned_by(teams::OBSERVABILITY),
        tempo::family(),
    ]
}
