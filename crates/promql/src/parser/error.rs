//! What to say about frequent mistakes.

use super::{Parser, SyntaxError};
use crate::lexer::{Keyword, Kind, Token};

impl Parser<'_> {
    /// Reports that `expected` should have stood where the next token is.
    pub(super) fn unexpected(&mut self, expected: &str) {
        let error = SyntaxError::new(Self::span(self.token), self.unexpected_text(self.token));
        let help = self.help_for(self.token);
        let error = error.expected(expected);
        self.report(match help {
            Some(help) => error.help(help),
            None => error,
        });
    }

    /// The same, where an expression has just ended: an operator may be missing or mistaken.
    pub(super) fn unexpected_after_operand(&mut self, expected: &str) {
        let token = self.token;
        let help = match token.kind {
            Kind::Keyword(Keyword::By | Keyword::Without) => Some(format!(
                "`{}` belongs to an aggregation: write `sum by (label) (…)`",
                self.slice(token)
            )),
            Kind::RightParen => Some("there is no `(` for it".to_owned()),
            Kind::Unknown if self.slice(token) == "." => {
                Some("a name with dots is quoted: `{\"http.requests\"}`".to_owned())
            }
            _ if self.is_logql(token) => Some(LOGQL.to_owned()),
            Kind::Ident | Kind::Number | Kind::String | Kind::LeftBrace | Kind::Variable => {
                Some("an operator is missing before it, or a quote or comma".to_owned())
            }
            _ => None,
        };
        match help {
            Some(help) => {
                let message = self.unexpected_text(token);
                let error = SyntaxError::new(Self::span(token), message).expected(expected);
                self.report(error.help(help));
            }
            None => self.unexpected(expected),
        }
        if self.is_logql(token) {
            self.give_up();
        }
    }

    fn unexpected_text(&self, token: Token) -> String {
        match token.kind {
            Kind::Eof => "the expression ends here".to_owned(),
            Kind::String | Kind::OpenString => "unexpected string".to_owned(),
            _ => format!("unexpected `{}`", self.slice(token)),
        }
    }

    fn is_logql(&self, token: Token) -> bool {
        matches!(
            self.slice(token),
            "|" | "|=" | "|~" | "json" | "logfmt" | "unwrap" | "line_format" | "label_format"
        )
    }

    fn help_for(&self, token: Token) -> Option<String> {
        if token.kind == Kind::Unknown && self.slice(token).chars().all(char::is_alphanumeric) {
            return Some("a name with other than ASCII letters is quoted: `{\"é\"}`".to_owned());
        }
        let help = match (token.kind, self.slice(token)) {
            (Kind::Assign, _) => "equal is `==`",
            (Kind::Star, _) => "a power is written `a ^ b`",
            (Kind::Unknown, "$" | "${") => "a variable is written `$name` or `${name}`",
            (Kind::Unknown, "!") => "there is no `!`: use `!=`, `unless` or `== 0`",
            (Kind::Unknown, ";") => "an expression has no end mark: remove it",
            (Kind::Unknown, "\u{201c}" | "\u{201d}" | "\u{2018}" | "\u{2019}") => {
                "use straight quotes: `\"`"
            }
            (Kind::Unknown, "\u{a0}") => "this is a no-break space: use a plain one",
            (Kind::Unknown, "\u{2212}" | "\u{2013}") => "use the plain minus sign `-`",
            _ => return None,
        };
        Some(help.to_owned())
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

const LOGQL: &str = "this is LogQL: PromQL has no pipeline";
