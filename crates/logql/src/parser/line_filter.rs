//! Line filters: `|= "a" or "b"`.

use super::{Parser, SyntaxError};
use crate::Span;
use crate::ast::{LineFilter, LineFilterOp, LineMatch, StringLiteral};
use crate::lexer::{Keyword, Kind, Token};

pub(super) fn line_filter_op(kind: Kind) -> Option<LineFilterOp> {
    Some(match kind {
        Kind::PipeContains => LineFilterOp::Contains,
        Kind::NotEqual => LineFilterOp::NotContains,
        Kind::PipeRegex => LineFilterOp::Regex,
        Kind::RegexNotEqual => LineFilterOp::NotRegex,
        Kind::PipePattern => LineFilterOp::Pattern,
        Kind::NotPattern => LineFilterOp::NotPattern,
        _ => return None,
    })
}

/// What was meant by an operator that filters no lines.
pub(super) fn mistaken_line_filter_op(kind: Kind) -> Option<LineFilterOp> {
    match kind {
        Kind::Assign | Kind::Equal => Some(LineFilterOp::Contains),
        Kind::RegexEqual => Some(LineFilterOp::Regex),
        _ => None,
    }
}

impl Parser<'_> {
    /// Whether `!=` or `!~`, the next token, filters lines: behind it stands something to look for.
    pub(super) fn is_negative_filter(&self) -> bool {
        let mut ahead = self.lexer;
        let next = ahead.next_token();
        match next.kind {
            Kind::String
            | Kind::OpenString
            | Kind::SingleQuoted
            | Kind::Variable
            | Kind::Template => true,
            Kind::Ident => {
                self.slice(next).eq_ignore_ascii_case("ip")
                    || ahead.next_token().kind != Kind::LeftParen
            }
            Kind::Keyword(keyword) => keyword.is_stage(),
            _ => false,
        }
    }

    /// The line filter whose operator is the next token.
    pub(super) fn line_filter(&mut self, op: LineFilterOp) -> LineFilter {
        let op_span = self.here();
        self.bump();
        let mut any = vec![self.line_match(op)];
        while self.at(Kind::Keyword(Keyword::And)) && self.peek().kind == Kind::String {
            let string = self.slice(self.peek());
            let error = SyntaxError::new(self.here(), "`and` between line filters");
            self.report(error.help(format!(
                "one stands behind the other: write `{op} {string}`"
            )));
            self.bump();
            any.push(self.line_match(op));
        }
        while self.at(Kind::Keyword(Keyword::Or)) && self.or_goes_on() {
            self.bump();
            if line_filter_op(self.token.kind).is_some() {
                let error = SyntaxError::new(self.here(), "an operator behind `or`");
                self.report(error.help("the alternatives share one operator: `|= \"a\" or \"b\"`"));
                self.bump();
            }
            any.push(self.line_match(op));
        }
        LineFilter { op, op_span, any }
    }

    /// Whether `or`, the next token, goes on with the line filter rather than joining queries.
    fn or_goes_on(&self) -> bool {
        let mut ahead = self.lexer;
        let next = ahead.next_token();
        match next.kind {
            Kind::String | Kind::OpenString | Kind::SingleQuoted => true,
            Kind::Ident if self.slice(next).eq_ignore_ascii_case("ip") => true,
            Kind::Ident => !matches!(
                ahead.next_token().kind,
                Kind::LeftParen | Kind::LeftBrace | Kind::Keyword(_)
            ),
            Kind::Variable | Kind::Template => ahead.next_token().kind != Kind::LeftParen,
            kind => line_filter_op(kind).is_some(),
        }
    }

    fn line_match(&mut self, op: LineFilterOp) -> LineMatch {
        let token = self.token;
        let word = self.slice(token);
        match token.kind {
            Kind::Variable | Kind::Template => LineMatch::Variable(self.variable()),
            Kind::Ident
                if word.eq_ignore_ascii_case("ip") && self.peek().kind == Kind::LeftParen =>
            {
                let (value, span) = self.ip();
                LineMatch::Ip(value, span)
            }
            Kind::String
            | Kind::OpenString
            | Kind::SingleQuoted
            | Kind::Ident
            | Kind::Keyword(_)
            | Kind::Number
            | Kind::MixedNumber => LineMatch::Text(self.text("")),
            _ => {
                let message = format!("`{op}` needs a string in quotes");
                let error = SyntaxError::new(Self::span(token), message).expected("a string");
                self.report(error.help(format!("write `{op} \"error\"`")));
                LineMatch::Error(self.gap())
            }
        }
    }

    /// `ip("10.0.0.0/8")`; the next token is `ip`.
    pub(super) fn ip(&mut self) -> (StringLiteral, Span) {
        let start = self.bump().start;
        let open: Token = self.bump();
        let value = self.text("ip(\"10.0.0.0/8\")");
        if self.eat(Kind::RightParen).is_none() {
            self.unclosed(open, ")");
        }
        (value, self.span_from(start))
    }
}
