//! What to say about frequent mistakes.

use obsctl_syntax::nearest;

use super::{Parser, SyntaxError};
use crate::ast::{AggregateOp, Expr, RangeOp};
use crate::lexer::{Keyword, Kind, Token};

/// The words that begin a stage.
pub(super) const STAGES: [&str; 12] = [
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
];

/// The function or aggregation whose name is most like `name`.
pub(crate) fn nearest_function(name: &str) -> Option<&'static str> {
    let functions = RangeOp::ALL.into_iter().map(RangeOp::name);
    let aggregations = AggregateOp::ALL.into_iter().map(AggregateOp::name);
    let known = functions.chain(aggregations);
    nearest(name, known.chain(["vector", "label_replace"]))
}

impl Parser<'_> {
    /// Reports that `expected` should have stood where the next token is.
    pub(super) fn unexpected(&mut self, expected: &str) {
        let error = SyntaxError::new(self.here(), self.unexpected_text(self.token));
        let error = error.expected(expected);
        self.report(match self.help_for(self.token) {
            Some(help) => error.help(help),
            None => error,
        });
    }

    /// The same, where `operand` has just ended: an operator may be missing or mistaken.
    pub(super) fn unexpected_after_operand(&mut self, operand: &Expr, expected: &str) {
        let token = self.token;
        let word = self.slice(token);
        let query = matches!(operand, Expr::Log(_) | Expr::Range(_));
        let help = match token.kind {
            Kind::Keyword(Keyword::By | Keyword::Without) => {
                format!("`{word}` belongs to an aggregation: write `sum {word} (label) (…)`")
            }
            Kind::RightParen => "there is no `(` for it".to_owned(),
            Kind::RightBrace => "there is no `{` for it".to_owned(),
            Kind::String | Kind::OpenString if query => {
                format!("a line filter has an operator: write `|= {word}`")
            }
            Kind::Keyword(keyword) if query && keyword.is_stage() => {
                format!("a stage begins with `|`: write `| {word}`")
            }
            Kind::Ident if query && nearest(word, STAGES).is_some() => {
                let stage = nearest(word, STAGES).unwrap_or_default();
                format!("a stage begins with `|`: write `| {stage}`")
            }
            Kind::Ident if query => format!(
                "a line filter is written `|= \"{word}\"`, a label filter `| {word} = \"…\"`"
            ),
            Kind::Pipe | Kind::PipeContains | Kind::PipeRegex | Kind::PipePattern => {
                if matches!(operand, Expr::Paren(_)) || query {
                    "stages stand inside the parentheses, behind the selector".to_owned()
                } else {
                    "stages stand behind the selector, inside the parentheses of the function"
                        .to_owned()
                }
            }
            Kind::LeftBracket => match operand {
                Expr::Paren(_) => "the range stands inside the parentheses".to_owned(),
                _ => "LogQL has no subqueries: a range stands behind a log query, \
                      as in `rate({job=\"api\"}[5m])`"
                    .to_owned(),
            },
            Kind::Keyword(Keyword::Offset) => {
                "an offset stands behind a range: `{job=\"api\"}[5m] offset 1h`".to_owned()
            }
            Kind::Ident | Kind::Number | Kind::String | Kind::LeftBrace | Kind::Variable => {
                "an operator is missing before it, or a quote or comma".to_owned()
            }
            _ => return self.unexpected(expected),
        };
        let message = self.unexpected_text(token);
        self.report(
            SyntaxError::new(Self::span(token), message)
                .expected(expected)
                .help(help),
        );
    }

    pub(super) fn unexpected_text(&self, token: Token) -> String {
        match token.kind {
            Kind::Eof => "the query ends here".to_owned(),
            Kind::String | Kind::OpenString => "unexpected string".to_owned(),
            _ => format!("unexpected `{}`", self.slice(token)),
        }
    }

    pub(super) fn help_for(&self, token: Token) -> Option<String> {
        let help = match (token.kind, self.slice(token)) {
            (Kind::SingleQuoted, text) => {
                return Some(format!(
                    "LogQL has no single quotes: write `\"{}\"`",
                    &text[1..text.len() - 1]
                ));
            }
            (Kind::Assign, _) => "equal is `==` between numbers",
            (Kind::Minus | Kind::Plus, _) => "LogQL has a sign only before a number: `0 - …`",
            (Kind::Unknown, "$" | "${") => "a variable is written `$name` or `${name}`",
            (Kind::Unknown, "!") => "there is no `!`: use `!=`, `!~` or `unless`",
            (Kind::Unknown, "&&") => "write `and`",
            (Kind::Unknown, "||") => "write `or`",
            (Kind::Unknown, "'") => "LogQL has no single quotes: use `\"`",
            (Kind::Unknown, ".") => "a name has no dots: Loki turns them into `_`",
            (Kind::Unknown, ";") => "a query has no end mark: remove it",
            (Kind::Unknown, "\u{201c}" | "\u{201d}" | "\u{2018}" | "\u{2019}") => {
                "use straight quotes: `\"`"
            }
            (Kind::Unknown, "\u{a0}") => "this is a no-break space: use a plain one",
            _ => return None,
        };
        Some(help.to_owned())
    }

    /// Reports that an opening sign is never closed, at that sign.
    pub(super) fn unclosed(&mut self, open: Token, close: &str) {
        if self.open_string && self.at(Kind::Eof) {
            return;
        }
        let message = format!("`{}` is never closed", self.slice(open));
        let found = match self.token.kind {
            Kind::Eof => "the end".to_owned(),
            _ => format!("`{}`", self.word()),
        };
        self.report(
            SyntaxError::new(Self::span(open), message)
                .expected(&format!("`{close}`"))
                .help(format!("put `{close}` before {found}")),
        );
    }
}
