//! Queries for the tests: one of each thing the language has.

use obsctl_logql::{ValueType, parse, typecheck};

/// LogQL that every Loki 3 accepts.
pub(crate) const VALID: &str = include_str!("corpus/loki.logql");

/// LogQL with Grafana variables.
pub(crate) const GRAFANA: &str = include_str!("corpus/grafana.logql");

/// The queries of a corpus: one a line, without empty lines and comments.
pub(crate) fn queries(corpus: &'static str) -> impl Iterator<Item = &'static str> {
    corpus
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// All queries that are right.
pub(crate) fn right() -> impl Iterator<Item = &'static str> {
    queries(VALID).chain(queries(GRAFANA))
}

#[test]
fn what_loki_takes_is_right_and_reads_back() {
    for text in right() {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        let (value, errors) = typecheck(&parsed.expr);
        assert_eq!(errors, [], "{text}");
        assert!(
            !matches!(value, ValueType::Range | ValueType::String),
            "{text}"
        );
        for printed in [parsed.expr.to_string(), parsed.expr.pretty_within(20)] {
            let again = parse(&printed);
            assert_eq!(again.errors, [], "{text}\n{printed}");
            assert_eq!(again.expr, parsed.expr, "{text}\n{printed}");
            assert_eq!(again.expr.to_string(), parsed.expr.to_string(), "{text}");
            assert_eq!(
                again.expr.pretty_within(20),
                parsed.expr.pretty_within(20),
                "{text}"
            );
        }
    }
}

#[test]
fn the_corpus_is_large_and_without_repetition() {
    let mut all: Vec<_> = right().collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "a query is given twice");
    assert!(count >= 150, "only {count} queries");
}
