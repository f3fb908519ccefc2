//! What holds for every tree and every text.

use obsctl_traceql::{Dialect, Expr, Parsed, Version, parse, parse_with, typecheck, typecheck_for};
use proptest::prelude::*;

use crate::{corpus, generate};

/// The tree without any parentheses.
fn bare(expr: Expr) -> Expr {
    expr.map(&mut |expr| match expr {
        Expr::Paren(paren) => *paren.expr,
        Expr::Hinted(mut hinted) => {
            for hint in &mut hinted.hints {
                let value = std::mem::replace(&mut hint.value, Expr::Error(Default::default()));
                hint.value = bare(value);
            }
            Expr::Hinted(hinted)
        }
        expr => expr,
    })
}

/// Uses the result in every way there is, and checks that all places lie in the text and in one another.
fn exercise(text: &str, parsed: &Parsed) {
    let expr = &parsed.expr;
    let _ = typecheck_for(expr, Version::V3_1);
    let (_, wrong) = typecheck(expr);
    let places = parsed.errors.iter().map(|error| error.span);
    for span in places.chain(wrong.iter().map(|error| error.span)) {
        assert!(text.get(span.range()).is_some(), "{text:?}: {span:?}");
    }
    let _ = (
        expr.to_string(),
        expr.pretty_within(20),
        expr.fields(),
        expr.comparisons(),
    );
    for variable in expr.variables() {
        assert!(
            text.get(variable.span.range()).is_some(),
            "{text:?}: {variable:?}"
        );
    }
    expr.walk(|expr| {
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

/// Pieces of texts that are almost TraceQL.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "|",
    ",",
    "&&",
    "||",
    "=",
    "!=",
    "=~",
    "!~",
    ">",
    ">=",
    "<",
    "<=",
    ">>",
    "<<",
    "~",
    "!>",
    "!<",
    "!>>",
    "!<<",
    "&>",
    "&<",
    "&>>",
    "&<<",
    "&~",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "!",
    "==",
    "<>",
    "&",
    ".a",
    ".http.method",
    "span.b",
    "span.",
    ".",
    "resource.service.name",
    "parent.",
    "parent.span.x",
    "event.c",
    "span:name",
    "trace:id",
    "span:",
    "foo",
    "foo.bar",
    "duration",
    "name",
    "status",
    "kind",
    "error",
    "ok",
    "server",
    "nil",
    "true",
    "false",
    "minInt",
    "5",
    "0",
    "089",
    "1.5",
    "100ms",
    "1d12h",
    "1e9",
    "5x",
    "0x1F",
    "\"a\"",
    "`b`",
    "'c'",
    "\"",
    "`",
    "'",
    "\\",
    "span.\"q\"",
    "span.\"q",
    "count",
    "count()",
    "avg",
    "by",
    "coalesce()",
    "select",
    "rate()",
    "quantile_over_time",
    "compare",
    "topk",
    "with",
    "sample",
    "$x",
    "${x:csv}",
    "[[y]]",
    "$",
    "${",
    "[[",
    "]]",
    "//",
    "/*",
    "*/",
    "#",
    "\n",
    " ",
    "é",
    ";",
    ":",
    "and",
    "or",
    "not",
    "_",
    "\u{FFFD}",
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
    fn every_text_gives_a_tree(text in any::<String>()) {
        exercise(&text, &parse(&text));
    }

    #[test]
    fn every_sequence_of_pieces_gives_a_tree(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
        separator in prop::sample::select(vec!["", " "]),
    ) {
        let text = pieces.join(separator);
        for dialect in [Dialect::Grafana, Dialect::Tempo] {
            let parsed = parse_with(&text, dialect);
            exercise(&text, &parsed);
            reads_back(&parsed);
        }
    }

    #[test]
    fn a_damaged_query_gives_a_tree(
        query in prop::sample::select(corpus::all().collect::<Vec<_>>()),
        at in 0.0..1.0_f64,
        length in 0_usize..4,
        piece in prop::sample::select(PIECES),
    ) {
        let mut chars: Vec<char> = query.chars().collect();
        let start = (at * chars.len() as f64) as usize;
        let end = (start + length).min(chars.len());
        chars.splice(start..end, piece.chars());
        let text: String = chars.into_iter().collect();
        let parsed = parse(&text);
        exercise(&text, &parsed);
        reads_back(&parsed);
    }
}
