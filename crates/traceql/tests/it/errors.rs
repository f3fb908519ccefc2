//! What is said about mistakes: where, what, what was expected, how to put it right.

use std::fmt::Write;

use obsctl_traceql::{Dialect, Parsed, Span, parse, parse_with, typecheck};

/// Mistakes that people make.
const MISTAKES: &str = include_str!("corpus/mistakes.traceql");

/// Carets under the place, with the message behind them.
fn mark(out: &mut String, text: &str, span: Span, message: &str, help: Option<&String>) {
    let range = span.range();
    let indent = text[..range.start].chars().count();
    let carets = "^".repeat(text[range].chars().count().max(1));
    writeln!(out, "{}{carets} {message}", " ".repeat(indent)).expect("strings take all");
    if let Some(help) = help {
        writeln!(out, "{}help: {help}", " ".repeat(indent)).expect("strings take all");
    }
}

fn render(text: &str, parsed: &Parsed) -> String {
    let mut out = format!("{text}\n");
    for error in &parsed.errors {
        mark(
            &mut out,
            text,
            error.span,
            &error.to_string(),
            error.help.as_ref(),
        );
    }
    if parsed.errors.is_empty() {
        for error in typecheck(&parsed.expr).1 {
            mark(
                &mut out,
                text,
                error.span,
                &error.message,
                error.help.as_ref(),
            );
        }
    }
    out
}

#[test]
fn mistakes_are_explained() {
    let mut out = String::new();
    for text in crate::corpus::queries(MISTAKES) {
        let rendered = render(text, &parse(text));
        assert!(rendered.contains('^'), "nothing is said about {text}");
        out += &rendered;
        out.push('\n');
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("mistakes", out);
    });
}

#[test]
fn a_variable_is_an_error_where_nobody_fills_it_in() {
    let text = "{ span.a = $x && span.b = \"$y\" } | ${f}_over_time(duration)";
    let parsed = parse_with(text, Dialect::Tempo);
    assert_eq!(parsed.expr, parse(text).expr, "the tree is the same");
    let places: Vec<_> = parsed
        .errors
        .iter()
        .map(|error| &text[error.span.range()])
        .collect();
    assert_eq!(places, ["$x", "${f}_over_time"]);
    assert_eq!(parsed.errors[0].message, "`$x` is a Grafana variable");
}

#[test]
fn several_mistakes_of_one_text_are_all_found() {
    let text = "{ http.a == 1 && foo > 5sec } | rate( by (name) && | select(.a,)";
    let places: Vec<_> = parse(text)
        .errors
        .iter()
        .map(|error| &text[error.span.range()])
        .collect();
    assert_eq!(places, ["http.a", "==", "foo", "5sec", "(", "|", ","]);
}
