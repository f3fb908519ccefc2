//! Metrics that others expose: the engines of the stack and the host. Only those that the stack's own alerts
//! and dashboards read.

use obsctl_model::MetricFamily;

/// The families of exporters.
#[must_use]
pub fn families() -> Vec<MetricFamily> {
    vec![]
}
