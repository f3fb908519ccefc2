//! Selectors: a name and matchers between braces.

use super::{Parser, SyntaxError};
use crate::Span;
use crate::ast::{Expr, MatchOp, Matcher, Name, Selector, StringLiteral};
use crate::lexer::{Kind, Token};
use crate::variable;

impl Parser<'_> {
    /// A selector that begins with its name.
    pub(super) fn named_selector(&mut self) -> Expr {
        let name = self.name();
        if self.at(Kind::LeftBrace) {
            return Expr::from(self.selector(Some(name)));
        }
        let span = name.span;
        Expr::from(Selector {
            name: Some(name),
            span,
            ..Selector::default()
        })
    }

    /// The braces of a selector.
    pub(super) fn selector(&mut self, name: Option<Name>) -> Selector {
        let open = self.bump();
        let start = name
            .as_ref()
            .map_or(open.start, |name| name.span.range().start);
        let mut selector = Selector {
            name,
            ..Selector::default()
        };
        loop {
            match self.token.kind {
                Kind::RightBrace => {
                    self.bump();
                    break;
                }
                Kind::Eof | Kind::RightParen | Kind::RightBracket | Kind::LeftBracket => {
                    self.unclosed(open, "}");
                    self.relex();
                    break;
                }
                _ => self.matcher(&mut selector),
            }
            if !matches!(self.token.kind, Kind::Comma | Kind::RightBrace) && !self.at_brace_end() {
                self.unexpected_in_braces();
            }
            self.eat(Kind::Comma);
        }
        selector.span = self.span_from(start);
        selector
    }

    /// Whether the next token shows that the closing brace was forgotten.
    fn at_brace_end(&self) -> bool {
        matches!(
            self.token.kind,
            Kind::Eof | Kind::RightParen | Kind::RightBracket | Kind::LeftBracket
        )
    }

    fn unexpected_in_braces(&mut self) {
        let token = self.token;
        if matches!(token.kind, Kind::Ident | Kind::String) {
            let error = SyntaxError::new(
                Self::span(token),
                format!("unexpected `{}`", self.slice(token)),
            );
            self.report(
                error
                    .expected("`,` or `}`")
                    .help("a comma is missing before it"),
            );
            return;
        }
        self.unexpected("`,` or `}`");
        while !matches!(self.token.kind, Kind::Comma | Kind::RightBrace) && !self.at_brace_end() {
            self.bump();
        }
    }

    /// One matcher, or a quoted metric name, or a variable that stands for matchers.
    fn matcher(&mut self, selector: &mut Selector) {
        let first = self.token;
        let name = match first.kind {
            Kind::Ident | Kind::Template => self.name(),
            Kind::Variable => {
                if self.peek_match_op().is_none() {
                    let variable = self.variable();
                    selector.variables.push(variable);
                    return;
                }
                self.name()
            }
            Kind::String | Kind::OpenString => {
                let name = self.quoted_name();
                if !self.at_match_op() {
                    self.quoted_metric(selector, name);
                    return;
                }
                name
            }
            _ => {
                self.unexpected("a label or `}`");
                while !matches!(self.token.kind, Kind::Comma | Kind::RightBrace)
                    && !self.at_brace_end()
                {
                    self.bump();
                }
                return;
            }
        };
        if matches!(self.token.kind, Kind::Comma | Kind::RightBrace) {
            let message = format!("label `{}` is not compared with anything", name.text);
            self.report(
                SyntaxError::new(name.span, message)
                    .expected("`=`, `!=`, `=~` or `!~`")
                    .help(format!(
                        "write `{}=\"…\"`, or `{0}!=\"\"` for any value",
                        name.text
                    )),
            );
            return;
        }
        let Some(op) = self.match_op() else { return };
        let value = self.match_value();
        selector.matchers.push(Matcher {
            name,
            op,
            value,
            span: self.span_from(first.start),
        });
    }

    fn quoted_metric(&mut self, selector: &mut Selector, name: Name) {
        if let Some(known) = &selector.name {
            let message = format!(
                "the metric name is set twice: `{}` and `{}`",
                known.text, name.text
            );
            self.report(SyntaxError::new(name.span, message).help("keep one of them"));
            return;
        }
        selector.name = Some(name);
    }

    fn at_match_op(&self) -> bool {
        match_op(self.token).is_some()
    }

    fn peek_match_op(&self) -> Option<MatchOp> {
        match_op(self.peek())
    }

    fn match_op(&mut self) -> Option<MatchOp> {
        let token = self.token;
        if let Some(op) = match_op(token) {
            self.bump();
            return Some(op);
        }
        let (op, written) = match (token.kind, self.slice(token)) {
            (Kind::Equal, _) => (MatchOp::Equal, "=="),
            (Kind::Colon, _) if self.peek().kind == Kind::String => (MatchOp::Equal, ":"),
            (Kind::Unknown, "~") => (MatchOp::Regex, "~"),
            _ => {
                self.unexpected("`=`, `!=`, `=~` or `!~`");
                return None;
            }
        };
        self.report(
            SyntaxError::new(
                Self::span(token),
                format!("`{written}` does not match labels"),
            )
            .expected("`=`, `!=`, `=~` or `!~`")
            .help(format!("write `{op}`")),
        );
        self.bump();
        Some(op)
    }

    fn match_value(&mut self) -> StringLiteral {
        let token = self.token;
        match token.kind {
            Kind::String | Kind::OpenString => self.string(),
            // Grafana itself adds the quotes for these formats.
            Kind::Variable if variable::quotes_itself(self.slice(token)) => {
                self.check_variables(token);
                self.bump();
                StringLiteral {
                    value: self.slice(token).to_owned(),
                    span: Self::span(token),
                }
            }
            Kind::Ident | Kind::Number | Kind::Variable | Kind::Template | Kind::MixedNumber => {
                let text = self.slice(token).to_owned();
                self.report(
                    SyntaxError::new(Self::span(token), format!("`{text}` is not between quotes"))
                        .expected("a string")
                        .help(format!("write `\"{text}\"`")),
                );
                self.bump();
                StringLiteral {
                    value: text,
                    span: Self::span(token),
                }
            }
            _ => {
                self.unexpected("a string");
                let place = token.start;
                StringLiteral {
                    value: String::new(),
                    span: Span::new(place, place),
                }
            }
        }
    }
}

fn match_op(token: Token) -> Option<MatchOp> {
    Some(match token.kind {
        Kind::Assign => MatchOp::Equal,
        Kind::NotEqual => MatchOp::NotEqual,
        Kind::RegexEqual => MatchOp::Regex,
        Kind::RegexNotEqual => MatchOp::NotRegex,
        _ => return None,
    })
}
