//! What is said about mistakes: where, what, what was expected, how to put it right.

use std::fmt::Write;

use obsctl_logql::{Parsed, Span, parse, typecheck};

/// Mistakes that people make.
const MISTAKES: &str = include_str!("corpus/mistakes.logql");

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
        let message = error.to_string();
        mark(&mut out, text, error.span, &message, error.help.as_ref());
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
    let mut silent = Vec::new();
    for text in crate::corpus::queries(MISTAKES) {
        let rendered = render(text, &parse(text));
        if !rendered.contains('^') {
            silent.push(text);
        }
        out += &rendered;
        out.push('\n');
    }
    // A dollar sign alone looks for a dollar sign.
    assert_eq!(silent, [r#"{job="api"} |= "$""#]);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("mistakes", out);
    });
}

#[test]
fn several_mistakes_of_one_text_are_all_found() {
    let text = r#"sum(rate({job=api} |= error | jsno [5])) by job / count(rate({a="b"}[5m]) &&"#;
    let errors = parse(text).errors;
    let places: Vec<_> = errors
        .iter()
        .map(|error| &text[error.span.range()])
        .collect();
    assert_eq!(places, ["api", "error", "jsno", "5", "job", "(", "&&", ""]);
}
