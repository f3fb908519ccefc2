//! What parses, and that it means what it should.

use obsctl_traceql::{Dialect, Version, parse, parse_with, typecheck, typecheck_for};

use crate::corpus;

#[test]
fn the_corpus_is_read_without_errors() {
    for text in corpus::queries(corpus::TEMPO) {
        let parsed = parse_with(text, Dialect::Tempo);
        assert!(parsed.errors.is_empty(), "{text}: {:#?}", parsed.errors);
        for version in [Version::V3_0, Version::V3_1] {
            assert_eq!(typecheck_for(&parsed.expr, version).1, [], "{text}");
        }
    }
    for text in corpus::queries(corpus::GRAFANA) {
        let parsed = parse(text);
        assert!(parsed.errors.is_empty(), "{text}: {:#?}", parsed.errors);
        if text != "($query | rate())" {
            assert_eq!(typecheck(&parsed.expr).1, [], "{text}");
        }
        assert_eq!(typecheck_for(&parsed.expr, Version::V3_1).1, [], "{text}");
    }
}

#[test]
fn what_came_with_a_version_is_refused_before_it() {
    for text in corpus::queries(corpus::TEMPO_31) {
        let parsed = parse_with(text, Dialect::Tempo);
        assert!(parsed.errors.is_empty(), "{text}: {:#?}", parsed.errors);
        assert_eq!(typecheck_for(&parsed.expr, Version::V3_1).1, [], "{text}");
        assert_ne!(typecheck_for(&parsed.expr, Version::V3_0).1, [], "{text}");
    }
}

#[test]
fn operators_bind_as_in_tempo() {
    let cases = [
        ("{ .a || .b && .c }", "{ (.a || .b) && .c }"),
        ("{ .a && .b || .c }", "{ (.a && .b) || .c }"),
        (
            "{ .a = .b + .c * .d ^ .e }",
            "{ .a = (.b + (.c * (.d ^ .e))) }",
        ),
        ("{ .a ^ .b ^ .c = 1 }", "{ (.a ^ (.b ^ .c)) = 1 }"),
        ("{ -.a * .b + .c = 1 }", "{ ((-(.a * .b)) + .c) = 1 }"),
        ("{ !.a = .b }", "{ (!.a) = .b }"),
        (
            "{ .a - .b - .c = .d = .e }",
            "{ (((.a - .b) - .c) = .d) = .e }",
        ),
        (
            "{} && {} >> {} || {} > {} ~ {}",
            "(({} && ({} >> {})) || (({} > {}) ~ {}))",
        ),
        ("{} || {} | count() > 1", "({} || {}) | (count() > 1)"),
    ];
    for (text, explicit) in cases {
        let bare = |text: &str| {
            parse(text).expr.map(&mut |expr| match expr {
                obsctl_traceql::Expr::Paren(paren) => *paren.expr,
                expr => expr,
            })
        };
        assert_eq!(bare(text), bare(explicit), "{text}");
    }
}
