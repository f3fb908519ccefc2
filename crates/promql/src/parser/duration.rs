//! Durations and arithmetic with them.

use super::{MAX_DEPTH, Parser, SyntaxError};
use crate::Span;
use crate::ast::{BinaryOp, DurationExpr, DurationLiteral, ErrorNode};
use crate::lexer::Kind;
use crate::literal::{self, NumberError};

/// The functions of durations, with the number of their arguments.
const FUNCTIONS: [(&str, usize); 4] = [("step", 0), ("range", 0), ("min_of", 2), ("max_of", 2)];

impl Parser<'_> {
    /// The duration of a range or step, which must be more than nothing.
    pub(super) fn positive_duration(&mut self) -> DurationExpr {
        let start = self.token.start;
        let duration = self.duration(0);
        let constant = match &duration {
            DurationExpr::Literal(_) | DurationExpr::Number(_) => duration.constant_seconds(),
            DurationExpr::Negative(inner, _)
                if matches!(**inner, DurationExpr::Literal(_) | DurationExpr::Number(_)) =>
            {
                duration.constant_seconds()
            }
            _ => None,
        };
        if constant.is_some_and(|seconds| seconds <= 0.0) {
            let span = self.span_from(start);
            let error = SyntaxError::new(span, "the duration must be more than 0");
            self.report(error.help("write one such as `5m`"));
        }
        duration
    }

    /// The duration behind `offset`: without parentheses it ends before an operator.
    pub(super) fn offset(&mut self) -> DurationExpr {
        let height = self.height;
        let start = self.token.start;
        let signed = matches!(self.token.kind, Kind::Minus | Kind::Plus);
        let duration = self.signed_duration(false);
        let duration = if !signed && matches!(duration, DurationExpr::Paren(..)) {
            self.duration_operators(duration, start, 0)
        } else {
            duration
        };
        self.height = self.height.max(height);
        duration
    }

    fn duration(&mut self, tightness: u8) -> DurationExpr {
        if self.depth >= MAX_DEPTH {
            self.abort(MAX_DEPTH);
            return self.missing_duration();
        }
        self.depth += 1;
        let start = self.token.start;
        let lhs = self.signed_duration(true);
        let duration = self.duration_operators(lhs, start, tightness);
        self.depth -= 1;
        duration
    }

    fn duration_operators(
        &mut self,
        mut lhs: DurationExpr,
        start: usize,
        tightness: u8,
    ) -> DurationExpr {
        let mut height = self.height;
        while let Some(op) = self.duration_op().filter(|op| op.precedence() >= tightness) {
            let op_token = self.bump();
            let rhs = self.duration(op.precedence() + u8::from(!op.is_right_associative()));
            let zero = match &rhs {
                DurationExpr::Literal(literal) => literal.millis == 0,
                DurationExpr::Number(number) => number.value == 0.0,
                _ => false,
            };
            if zero && matches!(op, BinaryOp::Div | BinaryOp::Mod) {
                self.report(SyntaxError::new(Self::span(op_token), "division by zero"));
            }
            self.grow(height.max(self.height));
            height = self.height;
            lhs = DurationExpr::Binary(op, Box::new(lhs), Box::new(rhs), self.span_from(start));
        }
        self.height = height;
        lhs
    }

    fn duration_op(&self) -> Option<BinaryOp> {
        Some(match self.token.kind {
            Kind::Plus => BinaryOp::Add,
            Kind::Minus => BinaryOp::Sub,
            Kind::Star => BinaryOp::Mul,
            Kind::Slash => BinaryOp::Div,
            Kind::Percent => BinaryOp::Mod,
            Kind::Caret => BinaryOp::Pow,
            _ => return None,
        })
    }

    /// A duration behind its signs; `-2^2` is `-(2^2)` where operators may follow.
    fn signed_duration(&mut self, operators: bool) -> DurationExpr {
        self.height = 1;
        let sign = match self.token.kind {
            Kind::Minus | Kind::Plus => self.bump(),
            _ => return self.duration_operand(),
        };
        let inner = if operators {
            self.duration(BinaryOp::Pow.precedence())
        } else if self.depth >= MAX_DEPTH {
            self.abort(MAX_DEPTH);
            self.missing_duration()
        } else {
            self.depth += 1;
            let inner = self.signed_duration(false);
            self.depth -= 1;
            inner
        };
        if sign.kind == Kind::Plus {
            return inner;
        }
        self.grow(self.height);
        DurationExpr::Negative(Box::new(inner), self.span_from(sign.start))
    }

    fn duration_operand(&mut self) -> DurationExpr {
        let token = self.token;
        match token.kind {
            Kind::Number => self.duration_literal(),
            Kind::Variable | Kind::Template | Kind::MixedNumber => {
                DurationExpr::Variable(self.variable())
            }
            Kind::LeftParen => {
                self.bump();
                let inner = self.duration(0);
                let height = self.height;
                if self.eat(Kind::RightParen).is_none() {
                    self.unclosed(token, ")");
                }
                self.grow(height);
                DurationExpr::Paren(Box::new(inner), self.span_from(token.start))
            }
            Kind::Ident | Kind::Keyword(_) if self.peek().kind == Kind::LeftParen => {
                self.duration_call()
            }
            Kind::Ident => {
                let word = self.slice(token);
                let error =
                    SyntaxError::new(Self::span(token), format!("`{word}` is not a duration"))
                        .expected("a duration");
                self.report(error.help("write a number and a unit, such as `5m`"));
                self.unread_duration()
            }
            Kind::String => {
                let error = SyntaxError::new(Self::span(token), "a duration has no quotes");
                self.report(error.expected("a duration").help("write `5m`"));
                self.unread_duration()
            }
            _ => {
                self.unexpected("a duration");
                self.missing_duration()
            }
        }
    }

    fn duration_literal(&mut self) -> DurationExpr {
        let token = self.token;
        let span = Self::span(token);
        match literal::number(self.slice(token)) {
            Ok((_, true)) => {
                self.bump();
                let millis = crate::duration::parse(self.slice(token)).unwrap_or_default();
                let next = self.token;
                // `5 m`: the unit is apart.
                if next.kind == Kind::Ident && self.lexer.in_brackets {
                    self.unexpected("`]`, `:` or an operator");
                }
                DurationExpr::Literal(DurationLiteral { millis, span })
            }
            Ok((value, false)) if !value.is_finite() || value.abs() > 9_223_372_036.0 => {
                let error = SyntaxError::new(span, "the duration is out of range");
                self.report(error.help("Prometheus counts at most 292 years"));
                self.unread_duration()
            }
            Ok((_, false)) => DurationExpr::Number(self.number()),
            Err(NumberError::Duration(error)) => {
                let message = format!("`{}` is not a duration: {error}", self.slice(token));
                self.report(SyntaxError::new(span, message).help(error.help()));
                self.unread_duration()
            }
            Err(_) => DurationExpr::Number(self.number()),
        }
    }

    fn duration_call(&mut self) -> DurationExpr {
        let name = self.name();
        let start = name.span.range().start;
        let open = self.bump();
        let mut args = Vec::new();
        let mut height = 0;
        while !matches!(
            self.token.kind,
            Kind::RightParen | Kind::RightBracket | Kind::Eof
        ) {
            args.push(self.duration(0));
            height = height.max(self.height);
            if self.eat(Kind::Comma).is_none() {
                break;
            }
        }
        if self.eat(Kind::RightParen).is_none() {
            self.unclosed(open, ")");
        }
        self.grow(height);
        let span = self.span_from(start);
        let known = FUNCTIONS
            .iter()
            .find(|(known, _)| name.text.eq_ignore_ascii_case(known));
        match known {
            None => self.report(
                SyntaxError::new(
                    name.span,
                    format!("`{}` is not a function of durations", name.text),
                )
                .help("they are `step()`, `range()`, `min_of(a, b)` and `max_of(a, b)`"),
            ),
            Some((known, count)) if *count != args.len() => {
                let message = format!("`{known}` takes {count} arguments, found {}", args.len());
                self.report(SyntaxError::new(span, message));
            }
            Some(_) => {}
        }
        DurationExpr::Call(name, args, span)
    }

    /// Takes the next token for a duration that could not be read.
    fn unread_duration(&mut self) -> DurationExpr {
        let token = self.bump();
        let text = self.slice(token).to_owned();
        DurationExpr::Error(ErrorNode {
            text,
            span: Self::span(token),
        })
    }

    /// Stands where there is no duration.
    pub(super) fn missing_duration(&mut self) -> DurationExpr {
        self.height = 1;
        self.end = self.token.start;
        let span = Span::new(self.end, self.end);
        DurationExpr::Error(ErrorNode {
            text: String::new(),
            span,
        })
    }
}
