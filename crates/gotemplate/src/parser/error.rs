//! What is wrong in a template.

use crate::Span;

/// A place that Go's parser refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong: lower case, names in backticks, no full stop.
    pub message: String,
    /// How to put it right.
    pub help: Option<String>,
    /// The bytes.
    pub span: Span,
    /// The same in Go's words, without the name of the template: `function "x" not defined`.
    pub reason: String,
    /// The line that Go says, from 1.
    pub line: usize,
}

/// The message and the help for a token that Go's lexer cannot read.
pub(super) fn unreadable(reason: &str, text: &str) -> (String, &'static str) {
    match reason {
        "unterminated quoted string" | "unterminated raw quoted string" => {
            let quote = if text.starts_with('`') {
                "put `` ` `` at its end"
            } else {
                "put `\"` at its end"
            };
            ("a text is never closed".to_owned(), quote)
        }
        "unterminated character constant" => (
            "a text stands in single quotes".to_owned(),
            "write `\"…\"`: single quotes hold one character",
        ),
        "unclosed comment" => ("a comment is never closed".to_owned(), "put `*/}}` at its end"),
        "comment ends before closing delimiter" => (
            "a comment does not end with its action".to_owned(),
            "put `}}` right behind `*/`",
        ),
        "unclosed left paren" => ("`(` is never closed".to_owned(), "put `)` behind it"),
        "unexpected right paren" => ("`)` closes nothing".to_owned(), "leave it out"),
        "unclosed action" => (
            "`{{` is never closed".to_owned(),
            "put `}}` at the end of the action",
        ),
        _ if reason.starts_with("bad number syntax") => (
            format!("`{text}` is no number"),
            "put a space behind the number, or quotes around the text",
        ),
        _ => (format!("`{text}` has no meaning in a template"), meaning(text)),
    }
}

/// What to write instead of a sign that templates do not have.
pub(super) fn meaning(sign: &str) -> &'static str {
    match sign {
        ">" => "comparisons are functions: `gt $value 5.0`, `ge` for at least",
        "<" => "comparisons are functions: `lt $value 5.0`, `le` for at most",
        "!" => "comparisons are functions: `ne` for unequal, `not` for the contrary",
        "=" => "comparisons are functions: `eq $labels.job \"api\"`",
        "&" => "write `and … …`: it is a function",
        "+" | "-" | "*" | "/" | "%" => "templates do not calculate: do it in the query",
        _ => "leave it out, or put quotes around the text",
    }
}
