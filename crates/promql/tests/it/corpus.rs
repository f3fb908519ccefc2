//! Expressions for the tests: one of each thing the language has.

/// PromQL that every Prometheus 3 accepts.
pub(crate) const VALID: &str = include_str!("corpus/prometheus.promql");

/// PromQL with Grafana variables.
pub(crate) const GRAFANA: &str = include_str!("corpus/grafana.promql");

/// The expressions of a corpus: one a line, without empty lines and comments.
pub(crate) fn expressions(corpus: &'static str) -> impl Iterator<Item = &'static str> {
    corpus
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}
