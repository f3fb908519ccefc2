//! Queries for the tests: one of each thing the language has.

/// TraceQL that every Tempo 3.0 accepts.
pub(crate) const TEMPO: &str = include_str!("corpus/tempo.traceql");

/// TraceQL that Tempo accepts since 3.1.
pub(crate) const TEMPO_31: &str = include_str!("corpus/tempo31.traceql");

/// TraceQL with Grafana variables.
pub(crate) const GRAFANA: &str = include_str!("corpus/grafana.traceql");

/// The queries of a corpus: one a line, without empty lines and comments.
pub(crate) fn queries(corpus: &'static str) -> impl Iterator<Item = &'static str> {
    corpus
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The queries of every corpus.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    [TEMPO, TEMPO_31, GRAFANA].into_iter().flat_map(queries)
}
