//! Printing.

use obsctl_promql::parse;

use crate::corpus;

#[test]
fn the_corpus_reads_back_as_it_was() {
    let all = corpus::expressions(corpus::VALID).chain(corpus::expressions(corpus::GRAFANA));
    for text in all {
        let tree = parse(text).expr;
        let printed = tree.to_string();
        let again = parse(&printed);
        assert!(
            again.errors.is_empty(),
            "{text} -> {printed}: {:#?}",
            again.errors
        );
        assert_eq!(again.expr, tree, "{text} -> {printed}");
        assert_eq!(again.expr.to_string(), printed, "{text}");
    }
}
