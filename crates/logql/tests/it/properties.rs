//! What holds for every tree and every text.

use obsctl_logql::{Expr, Parsed, parse, typecheck};
use proptest::prelude::*;

use crate::{corpus, generate};

/// The tree without any parentheses.
fn bare(expr: Expr) -> Expr {
    expr.map(&mut |expr| match expr {
        Expr::Paren(paren) => *paren.expr,
        expr => expr,
    })
}

/// Uses the result in every way there is, and checks that all places lie in the text and in one another.
fn exercise(text: &str, parsed: &Parsed) {
    let (_, errors) = typecheck(&parsed.expr);
    let _ = (
        parsed.expr.to_string(),
        parsed.expr.pretty_within(20),
        parsed.expr.variables(),
        parsed.expr.durations().len(),
    );
    for label in parsed.expr.label_uses() {
        let _ = label.origin();
        assert!(
            text.get(label.name.span.range()).is_some(),
            "{text:?}: {label:?}"
        );
    }
    for it in parsed.expr.log_queries() {
        let _ = (
            it.query.unfiltered_parser(),
            it.query.line_filters_before_parser().count(),
        );
        let span = it.query.span.range();
        for stage in &it.query.stages {
            let inner = stage.span.range();
            assert!(text.get(inner.clone()).is_some(), "{text:?}: {stage:?}");
            assert!(
                span.start <= inner.start && inner.end <= span.end,
                "{text:?}: {stage:?}"
            );
        }
    }
    let syntax = parsed.errors.iter().map(|error| error.span);
    for span in syntax.chain(errors.iter().map(|error| error.span)) {
        assert!(text.get(span.range()).is_some(), "{text:?}: {span:?}");
    }
    parsed.expr.walk(|expr| {
        let span = expr.span().range();
        assert!(text.get(span.clone()).is_some(), "{text:?}: {expr:?}");
        for child in expr.children() {
            let inner = child.span().range();
            assert!(
                span.start <= inner.start && inner.end <= span.end,
                "{text:?}: {child:?} is not inside {expr:?}"
            );
        }
    });
}

fn reads_back(parsed: &Parsed) {
    if !parsed.errors.is_empty() {
        return;
    }
    for printed in [parsed.expr.to_string(), parsed.expr.pretty_within(20)] {
        let again = parse(&printed);
        assert_eq!(again.errors, [], "{printed}");
        assert_eq!(again.expr, parsed.expr, "{printed}");
    }
}

/// Pieces of texts that are almost LogQL.
const PIECES: &[&str] = &[
    "sum",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    "=",
    "==",
    "=~",
    "!~",
    "!=",
    "|=",
    "|~",
    "|>",
    "!>",
    "|",
    "||",
    "&&",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "<",
    ">",
    ">=",
    "and",
    "or",
    "unless",
    "not",
    "json",
    "logfmt",
    "regexp",
    "pattern",
    "unpack",
    "line_format",
    "label_format",
    "decolorize",
    "drop",
    "keep",
    "distinct",
    "unwrap",
    "duration",
    "bytes",
    "ip",
    "rate",
    "count_over_time",
    "quantile_over_time",
    "topk",
    "vector",
    "label_replace",
    "variants",
    "of",
    "--strict",
    "--",
    "{job=\"api\"}",
    "job",
    "status",
    "5m",
    "1.5h",
    "-5m",
    "5",
    "0.5",
    "1e3",
    "20MB",
    "20kb",
    "0x1F",
    "\"a\"",
    "'b'",
    "`c`",
    "\"",
    "'",
    "`",
    "\\",
    "$x",
    "${x:csv}",
    "[[y]]",
    "$",
    "${",
    "[[",
    "]]",
    "#",
    "//",
    "/*",
    "\n",
    " ",
    "é",
    "!",
    ";",
    ".",
    "_",
    "\u{FFFD}",
    "[5m]",
    "| json",
    "| a=\"b\"",
    "rate({a=\"b\"}[5m])",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn a_tree_built_by_hand_prints_to_text_that_reads_as_that_tree(tree in generate::expr()) {
        let expected = bare(tree.clone());
        for printed in [tree.to_string(), tree.pretty(), tree.pretty_within(10), expected.to_string()] {
            let parsed = parse(&printed);
            prop_assert_eq!(&parsed.errors, &[], "{}", printed);
            exercise(&printed, &parsed);
            reads_back(&parsed);
            prop_assert_eq!(bare(parsed.expr), expected.clone(), "{}", printed);
        }
    }

    #[test]
    fn pretty_text_stays_as_it_is(tree in generate::expr(), width in 1_usize..120) {
        let printed = parse(&tree.pretty_within(width)).expr.pretty_within(width);
        prop_assert_eq!(parse(&printed).expr.pretty_within(width), printed);
    }

    #[test]
    fn every_text_gives_a_tree(text in any::<String>()) {
        exercise(&text, &parse(&text));
    }

    #[test]
    fn every_sequence_of_pieces_gives_a_tree(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
        separator in prop::sample::select(vec!["", " "]),
    ) {
        let text = pieces.join(separator);
        let parsed = parse(&text);
        exercise(&text, &parsed);
        reads_back(&parsed);
    }

    #[test]
    fn a_damaged_query_gives_a_tree(
        query in prop::sample::select(corpus::right().collect::<Vec<_>>()),
        at in any::<prop::sample::Index>(),
        length in 0_usize..4,
        piece in prop::sample::select(PIECES),
    ) {
        let mut places: Vec<_> = query.char_indices().map(|(place, _)| place).collect();
        places.push(query.len());
        let start = at.index(places.len());
        let end = (start + length).min(places.len() - 1);
        let mut text = query.to_owned();
        text.replace_range(places[start]..places[end], piece);
        let parsed = parse(&text);
        exercise(&text, &parsed);
        reads_back(&parsed);
    }
}
