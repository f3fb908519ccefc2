//! Operators: precedence climbing over operands.

use super::{MAX_DEPTH, Parser, SyntaxError};
use crate::ast::{Binary, BinaryOp, Expr};
use crate::lexer::{Keyword, Kind};

impl Parser<'_> {
    /// A whole expression.
    pub(super) fn expr(&mut self) -> Expr {
        self.binary(0)
    }

    /// An operand, as deep as expressions may nest.
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
        let mut lhs = self.operand();
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
        let op_span = self.here();
        self.correct_operator(op);
        self.bump();
        let (bool_modifier, matching) = self.matching();
        let tightness = op.precedence() + u8::from(!op.is_right_associative());
        let rhs = Box::new(self.binary(tightness));
        let span = self.span_from(start);
        Expr::from(Binary {
            op,
            op_span,
            lhs: Box::new(lhs),
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
            Kind::Equal | Kind::Assign => BinaryOp::Equal,
            Kind::NotEqual => BinaryOp::NotEqual,
            Kind::Less => BinaryOp::Less,
            Kind::LessEqual => BinaryOp::LessEqual,
            Kind::Greater => BinaryOp::Greater,
            Kind::GreaterEqual => BinaryOp::GreaterEqual,
            Kind::Keyword(Keyword::And) => BinaryOp::And,
            Kind::Keyword(Keyword::Or) => BinaryOp::Or,
            Kind::Keyword(Keyword::Unless) => BinaryOp::Unless,
            Kind::Unknown => match self.word() {
                "&" | "&&" => BinaryOp::And,
                "||" => BinaryOp::Or,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Reports an operator that is written as other languages do.
    fn correct_operator(&mut self, op: BinaryOp) {
        let written = self.word();
        if !written.eq_ignore_ascii_case(op.symbol()) {
            self.report(
                SyntaxError::new(self.here(), format!("`{written}` is no operator"))
                    .expected(&format!("`{op}`"))
                    .help(format!("write `{op}`")),
            );
        }
    }
}
