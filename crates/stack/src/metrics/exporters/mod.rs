//! Metrics that others expose: the engines of the stack and the host. Only those that the stack's own alerts
//! and dashboards read.

use obsctl_model::MetricFamily;

pub mod alertmanager;
pub mod alloy;
pub mod grafana;
pub mod labels;
pub mod loki;
pub mod node;
pub mod process;
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
        process::family(),
        prometheus::family(),
        tempo::family(),
    ]
}
