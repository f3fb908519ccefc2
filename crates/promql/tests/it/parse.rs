//! What parses, and what the errors say.

use obsctl_promql::{Dialect, parse, parse_with, typecheck};

use crate::corpus;

#[test]
fn the_corpus_is_read_without_errors() {
    for text in corpus::expressions(corpus::VALID) {
        let parsed = parse_with(text, Dialect::Prometheus);
        assert!(parsed.errors.is_empty(), "{text}: {:#?}", parsed.errors);
        assert_eq!(typecheck(&parsed.expr).1, [], "{text}");
    }
    for text in corpus::expressions(corpus::GRAFANA) {
        let parsed = parse(text);
        assert!(parsed.errors.is_empty(), "{text}: {:#?}", parsed.errors);
        assert_eq!(typecheck(&parsed.expr).1, [], "{text}");
    }
}
