//! What holds for every tree and every text.

use obsctl_promql::ast::DurationExpr;
use obsctl_promql::{Dialect, Expr, Parsed, experimental, parse, parse_with, typecheck};
use proptest::prelude::*;

use crate::generate;

/// The tree without any parentheses.
fn bare(expr: Expr) -> Expr {
    expr.map(&mut |expr| match expr {
        Expr::Paren(paren) => *paren.expr,
        Expr::Range(mut range) => {
            range.range = bare_duration(range.range);
            range.selector.modifiers.offset = range.selector.modifiers.offset.map(bare_duration);
            Expr::Range(range)
        }
        Expr::Selector(mut selector) => {
            selector.modifiers.offset = selector.modifiers.offset.map(bare_duration);
            Expr::Selector(selector)
        }
        Expr::Subquery(mut subquery) => {
            subquery.range = bare_duration(subquery.range);
            subquery.step = subquery.step.map(bare_duration);
            subquery.modifiers.offset = subquery.modifiers.offset.map(bare_duration);
            Expr::Subquery(subquery)
        }
        expr => expr,
    })
}

fn bare_duration(duration: DurationExpr) -> DurationExpr {
    let boxed = |inner: Box<DurationExpr>| Box::new(bare_duration(*inner));
    match duration {
        DurationExpr::Paren(inner, _) => bare_duration(*inner),
        DurationExpr::Negative(inner, span) => DurationExpr::Negative(boxed(inner), span),
        DurationExpr::Binary(op, lhs, rhs, span) => {
            DurationExpr::Binary(op, boxed(lhs), boxed(rhs), span)
        }
        DurationExpr::Call(name, args, span) => {
            DurationExpr::Call(name, args.into_iter().map(bare_duration).collect(), span)
        }
        duration => duration,
    }
}

/// Uses the result in every way there is, and checks that all places lie in the text and in one another.
fn exercise(text: &str, parsed: &Parsed) {
    let _ = typecheck(&parsed.expr);
    let _ = experimental(&parsed.expr);
    let _ = (
        parsed.expr.to_string(),
        parsed.expr.pretty_within(20),
        parsed.expr.variables(),
    );
    for error in &parsed.errors {
        assert!(
            text.get(error.span.range()).is_some(),
            "{text:?}: {error:?}"
        );
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

/// Pieces of texts that are almost PromQL.
const PIECES: &[&str] = &[
    "sum",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "@",
    "start",
    "end",
    "step",
    "range",
    "min_of",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "==",
    "=~",
    "!~",
    "!=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "<",
    ">",
    "</",
    ">/",
    "and",
    "or",
    "unless",
    "atan2",
    "up",
    "job",
    "rate",
    "5m",
    "1h",
    "5",
    "0.5",
    "1e3",
    "0x1F",
    "Inf",
    "NaN",
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
    "\n",
    " ",
    "é",
    "&&",
    "||",
    "|=",
    "!",
    ";",
    "fill",
    "topk",
    "count_values",
    "anchored",
    "smoothed",
    ".",
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
        for dialect in [Dialect::Grafana, Dialect::Prometheus] {
            let parsed = parse_with(&text, dialect);
            exercise(&text, &parsed);
            reads_back(&parsed);
        }
    }

    #[test]
    fn a_damaged_query_gives_a_tree(at in 0_usize..89, piece in prop::sample::select(PIECES)) {
        let mut text =
            "sum by (job) (rate(up{a=\"b\", c=~'d'}[5m:1m] offset -1h @ end())) / on (x) group_left () y".to_owned();
        text.replace_range(at..=at, piece);
        exercise(&text, &parse(&text));
    }
}
