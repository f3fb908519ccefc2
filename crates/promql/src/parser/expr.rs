//! Operators: precedence climbing over operands with their postfixes.

use super::{MAX_DEPTH, Parser, SyntaxError};
use crate::ast::{Binary, BinaryOp, Expr, Unary};
use crate::lexer::{Keyword, Kind, Token};

impl Parser<'_> {
    /// A whole expression.
    pub(super) fn expr(&mut self) -> Expr {
        self.binary(0)
    }

    /// An operand with its signs and postfixes.
    pub(super) fn tight(&mut self) -> Expr {
        self.binary(u8::MAX)
    }

    /// An expression whose operators bind at least as tightly as `tightness`.
    fn binary(&mut self, tightness: u8) -> Expr {
        if self.depth >= MAX_DEPTH {
            self.abort(MAX_DEPTH);
            return self.hole();
        }
        self.depth += 1;
        let start = self.token.start;
        let mut lhs = self.unary();
        let mut height = self.height;
        while let Some(op) = self.binary_op().filter(|op| op.precedence() >= tightness) {
            lhs = self.binary_tail(start, lhs, op);
            self.grow(height.max(self.height));
            height = self.height;
        }
        self.height = height;
        self.depth -= 1;
        lhs
    }

    /// The operator, its clauses and its right side.
    fn binary_tail(&mut self, start: usize, lhs: Expr, op: BinaryOp) -> Expr {
        let op_span = Self::span(self.token);
        self.correct_operator(op);
        self.bump();
        let (bool_modifier, matching) = self.matching();
        let tightness = op.precedence() + u8::from(!op.is_right_associative());
        let rhs = Box::new(self.binary(tightness));
        let span = self.span_from(start);
        let lhs = Box::new(lhs);
        Expr::from(Binary {
            op,
            op_span,
            lhs,
            rhs,
            bool_modifier,
            matching,
            span,
        })
    }

    /// The operator that the next token is or, in another language, would be.
    fn binary_op(&self) -> Option<BinaryOp> {
        Some(match self.token.kind {
            Kind::Plus => BinaryOp::Add,
            Kind::Minus => BinaryOp::Sub,
            Kind::Star => BinaryOp::Mul,
            Kind::Slash => BinaryOp::Div,
            Kind::Percent => BinaryOp::Mod,
            Kind::Caret => BinaryOp::Pow,
            Kind::Equal | Kind::Assign | Kind::RegexEqual => BinaryOp::Equal,
            Kind::NotEqual | Kind::RegexNotEqual => BinaryOp::NotEqual,
            Kind::Less => BinaryOp::Less,
            Kind::LessEqual => BinaryOp::LessEqual,
            Kind::Greater => BinaryOp::Greater,
            Kind::GreaterEqual => BinaryOp::GreaterEqual,
            Kind::TrimUpper => BinaryOp::TrimUpper,
            Kind::TrimLower => BinaryOp::TrimLower,
            Kind::Keyword(Keyword::And) => BinaryOp::And,
            Kind::Keyword(Keyword::Or) => BinaryOp::Or,
            Kind::Keyword(Keyword::Unless) => BinaryOp::Unless,
            Kind::Keyword(Keyword::Atan2) => BinaryOp::Atan2,
            Kind::Unknown => match self.slice(self.token) {
                "&" | "&&" => BinaryOp::And,
                "||" => BinaryOp::Or,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Reports an operator that is written as other languages do.
    fn correct_operator(&mut self, op: BinaryOp) {
        let token = self.token;
        let written = self.slice(token);
        if written.eq_ignore_ascii_case(op.symbol()) {
            return;
        }
        let error = match token.kind {
            Kind::RegexEqual | Kind::RegexNotEqual => {
                let message = format!("`{written}` matches labels, not values");
                SyntaxError::new(Self::span(token), message)
                    .help(format!("put it inside braces: `up{{job{written}\"a|b\"}}`"))
            }
            _ => SyntaxError::new(Self::span(token), format!("`{written}` is no operator"))
                .expected(&format!("`{}`", op.symbol()))
                .help(format!("write `{}`", op.symbol())),
        };
        self.report(error);
    }

    /// An operand behind any number of signs, which bind less tightly than `^`: `-1^2` is `-(1^2)`.
    fn unary(&mut self) -> Expr {
        let sign = match self.token.kind {
            Kind::Minus | Kind::Plus => self.bump(),
            _ => {
                let operand = self.operand();
                return self.postfix(operand);
            }
        };
        let operand = self.binary(BinaryOp::Pow.precedence());
        self.signed(sign, operand)
    }

    fn signed(&mut self, sign: Token, operand: Expr) -> Expr {
        let minus = sign.kind == Kind::Minus;
        let span = self.span_from(sign.start);
        match operand {
            // As in Prometheus, a signed number is a number.
            Expr::Number(mut number) => {
                if minus {
                    number.value = -number.value;
                }
                number.span = span;
                Expr::Number(number)
            }
            operand => {
                self.grow(self.height);
                Expr::Unary(Unary {
                    minus,
                    expr: Box::new(operand),
                    span,
                })
            }
        }
    }
}
