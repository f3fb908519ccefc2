//! What to say about frequent mistakes.

use obsctl_syntax::nearest;

use super::Parser;
use crate::ast::{BinaryOp, Intrinsic, Scope, SpanKind, Status};
use crate::lexer::{Kind, Token};
use crate::{Span, SyntaxError};

impl Parser<'_> {
    /// Reports that `expected` should have stood where the next token is.
    pub(super) fn unexpected(&mut self, expected: &str) {
        if !self.takes_errors() {
            return;
        }
        let error = SyntaxError::new(Self::span(self.token), self.unexpected_text(self.token));
        let error = error.expected(expected);
        self.report(match self.help_for(self.token) {
            Some(help) => error.help(help),
            None => error,
        });
    }

    /// The same, where an expression has just ended: an operator may be missing or mistaken.
    pub(super) fn unexpected_after_operand(&mut self, expected: &str) {
        if !self.takes_errors() {
            return;
        }
        let token = self.token;
        let help = match token.kind {
            Kind::RightParen if self.open_parens == 0 => "there is no `(` for it",
            Kind::RightBrace if self.open_braces == 0 => "there is no `{` for it",
            Kind::Pipe if expected == "the end" => "hints stand at the very end",
            Kind::Comma if expected.contains('}') => "conditions are joined by `&&` or `||`",
            Kind::Pipe if expected.contains('}') => "either condition is written `||`",
            Kind::Not => {
                "an operator that begins with `!` is `!=`, `!~`, `!>`, `!<`, `!>>` or `!<<`"
            }
            Kind::Word if self.at_word("by") => {
                "`by (…)` stands behind a metrics function or as `| by(…)`"
            }
            Kind::Word if self.at_word("with") => "hints are written `with (most_recent=true)`",
            Kind::Word
                if matches!(
                    self.slice(token),
                    "not" | "NOT" | "in" | "IN" | "like" | "LIKE"
                ) =>
            {
                "write `!=`, `=~` or `!~`"
            }
            Kind::LeftBrace => "join spansets by `&&`, `||`, `>>` or another operator",
            Kind::Word
            | Kind::ScopedWord
            | Kind::Attribute
            | Kind::Number
            | Kind::String
            | Kind::SingleQuoted
            | Kind::Variable
            | Kind::Template
            | Kind::LeftParen => "an operator is missing before it",
            _ => return self.unexpected(expected),
        };
        let error = SyntaxError::new(Self::span(token), self.unexpected_text(token));
        self.report(error.expected(expected).help(help));
    }

    fn unexpected_text(&self, token: Token) -> String {
        match token.kind {
            Kind::Eof => "the query ends here".to_owned(),
            Kind::String | Kind::OpenString => "unexpected string".to_owned(),
            _ => format!("unexpected `{}`", self.slice(token)),
        }
    }

    fn help_for(&self, token: Token) -> Option<&'static str> {
        Some(match (token.kind, self.slice(token)) {
            (Kind::Pipe, _) => {
                "a pipeline begins with spans and has a stage between two `|`: `{} | rate()`"
            }
            (Kind::Op(BinaryOp::Regex), _) => "a regular expression has an attribute before it",
            (Kind::Unknown, "$" | "${") => "a variable is written `$name` or `${name}`",
            (Kind::Unknown, "#") => "a comment begins with `//`",
            (Kind::Unknown, ";") => "a query has no end mark: remove it",
            (Kind::Unknown, "[" | "]") => "there are no lists: say alternatives as `=~ \"a|b\"`",
            (Kind::Unknown, "\u{201c}" | "\u{201d}" | "\u{2018}" | "\u{2019}") => {
                "use straight quotes: `\"`"
            }
            (Kind::Unknown, "\u{2212}" | "\u{2013}") => "use the plain minus sign `-`",
            (Kind::Unknown, ":") => "an intrinsic is written without spaces: `span:name`",
            (Kind::Word, "with") => "hints stand at the very end: `{} with (most_recent=true)`",
            _ => return None,
        })
    }

    /// Reports that an opening sign is never closed, at that sign.
    pub(super) fn unclosed(&mut self, open: Token, close: &str) {
        let message = format!("`{}` is never closed", self.slice(open));
        let found = match self.token.kind {
            Kind::Eof => "the end".to_owned(),
            _ => format!("`{}`", self.slice(self.token)),
        };
        self.report(
            SyntaxError::new(Self::span(open), message)
                .expected(&format!("`{close}`"))
                .help(format!("put `{close}` before {found}")),
        );
    }
}

/// `http.method`, `resources.service.name`
pub(super) fn unknown_scope(span: Span, text: &str) -> SyntaxError {
    let scope = text.split('.').next().unwrap_or_default();
    let scopes = Scope::ALL
        .iter()
        .map(|scope| scope.prefix().trim_end_matches('.'));
    let known = nearest(scope, scopes.filter(|name| !name.is_empty()));
    if scope == "trace" {
        return SyntaxError::new(span, "traces have no attributes")
            .help("their intrinsics are `trace:id`, `trace:duration`, `trace:rootName` and `trace:rootService`");
    }
    let shown = if text.len() > 80 { scope } else { text };
    if let Some(known) = known {
        return SyntaxError::new(span, format!("unknown scope `{scope}`"))
            .help(format!("did you mean `{known}.`?"));
    }
    SyntaxError::new(span, format!("`{shown}` has no scope")).help(format!(
        "write `span.{shown}`, `resource.{shown}` or, for both, `.{shown}`"
    ))
}

/// `foo`
pub(super) fn unknown_word(span: Span, word: &str) -> SyntaxError {
    let error = SyntaxError::new(span, format!("unknown name `{word}`"));
    let word = if word.len() > 80 { "" } else { word };
    match word {
        "childCount" | "id" | "parentID" => return error.help(format!("write `span:{word}`")),
        "rootService" => return error.help("write `trace:rootService`"),
        "traceID" => return error.help("write `trace:id`"),
        "spanID" => return error.help("write `span:id`"),
        "version" => return error.help("write `instrumentation:version`"),
        "timeSinceStart" => return error.help("write `event:timeSinceStart`"),
        "null" | "NULL" | "Nil" | "none" => return error.help("write `nil`"),
        "not" | "NOT" => return error.help("write `!`"),
        "by" => return error.help("write `by(…)`"),
        "span" | "resource" | "event" | "link" | "instrumentation" => {
            return error.help(format!(
                "its attributes are written without a space: `{word}.name`"
            ));
        }
        _ => {}
    }
    let statuses = Status::ALL.into_iter().map(Status::name);
    let kinds = SpanKind::ALL.into_iter().map(SpanKind::name);
    let words = ["true", "false", "nil", "minInt", "maxInt"].into_iter();
    let words = words
        .chain(statuses)
        .chain(kinds)
        .chain(Intrinsic::spellings());
    if let Some(function) = crate::functions::find(word) {
        return error.help(format!("it is called as `{}`", function.signature));
    }
    match nearest(word, words) {
        Some(known) => error.help(format!("did you mean `{known}`?")),
        None => error.help(format!(
            "an attribute has a scope before it, `span.{word}`; a text has quotes, `\"{word}\"`"
        )),
    }
}

/// `trace:status`
pub(super) fn unknown_intrinsic(span: Span, text: &str) -> SyntaxError {
    let error = SyntaxError::new(span, format!("unknown intrinsic `{text}`"));
    let (scope, name) = text.split_once(':').unwrap_or((text, ""));
    let scoped = || Intrinsic::ALL.iter().filter_map(|it| it.scoped());
    let same_name = scoped().find(|known| known.split_once(':').is_some_and(|it| it.1 == name));
    match same_name.or_else(|| nearest(text, scoped())) {
        Some(known) => error.help(format!("did you mean `{known}`?")),
        None if matches!(
            scope,
            "span" | "resource" | "event" | "link" | "instrumentation"
        ) =>
        {
            error.help(format!("an attribute has a dot: `{scope}.{name}`"))
        }
        None => error.help("an attribute has a dot before its name: `span.http.method`"),
    }
}
