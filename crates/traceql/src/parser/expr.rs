//! Pipelines, hints and operators: precedence climbing over operands.

use super::{MAX_DEPTH, Parser};
use crate::SyntaxError;
use crate::ast::{
    Binary, BinaryOp, Expr, Hint, Hinted, Literal, Name, Pipeline, Unary, UnaryOp, Value,
};
use crate::lexer::{Kind, Token};
use crate::ops::UNARY_PRECEDENCE;

impl Parser<'_> {
    /// A whole expression: a pipeline with its hints.
    pub(super) fn expr(&mut self) -> Expr {
        let start = self.token.start;
        let mut expr = self.pipeline();
        while self.at_word("with") && self.peek().kind == Kind::LeftParen {
            expr = self.hinted(start, expr);
        }
        expr
    }

    fn pipeline(&mut self) -> Expr {
        let start = self.token.start;
        let first = self.operators();
        if self.at(Kind::Pipe) {
            self.stages(start, first)
        } else {
            first
        }
    }

    fn stages(&mut self, start: usize, first: Expr) -> Expr {
        let mut height = self.height;
        let mut stages = vec![first];
        while self.eat(Kind::Pipe).is_some() {
            stages.push(self.operators());
            height = height.max(self.height);
        }
        self.grow(height);
        let span = self.span_from(start);
        Expr::Pipeline(Pipeline { stages, span })
    }

    /// `with (name=value, …)` behind a query.
    fn hinted(&mut self, start: usize, expr: Expr) -> Expr {
        let height = self.height;
        let with = self.bump();
        let open = self.bump();
        self.open_parens += 1;
        let mut hints = Vec::new();
        while !self.at_close() {
            if self.at(Kind::Word) {
                hints.push(self.hint());
            } else {
                self.unexpected("the name of a hint");
                self.skip_or_read();
            }
            if self.eat(Kind::Comma).is_none() && !self.at_close() {
                self.unexpected("`,` or `)`");
                self.skip_or_read();
            }
        }
        if hints.is_empty() && self.at(Kind::RightParen) {
            self.unexpected("a hint");
        }
        self.open_parens -= 1;
        if self.eat(Kind::RightParen).is_none() {
            self.unclosed(open, ")");
        }
        self.grow(height);
        Expr::Hinted(Hinted {
            expr: Box::new(expr),
            hints,
            clause: self.span_from(with.start),
            span: self.span_from(start),
        })
    }

    fn hint(&mut self) -> Hint {
        let token = self.bump();
        let name = Name {
            text: self.slice(token).to_owned(),
            span: Self::span(token),
        };
        let value = if self.eat(Kind::Op(BinaryOp::Equal)).is_some() {
            self.tight()
        } else {
            self.unexpected("`=` and a value");
            self.hole()
        };
        let span = self.span_from(token.start);
        Hint { name, value, span }
    }

    /// An operand with its signs.
    pub(super) fn tight(&mut self) -> Expr {
        self.binary(u8::MAX)
    }

    /// An expression of operators: a stage of a pipeline, a condition, an argument.
    pub(super) fn operators(&mut self) -> Expr {
        self.binary(0)
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

    /// The operator and its right side.
    fn binary_tail(&mut self, start: usize, lhs: Expr, op: BinaryOp) -> Expr {
        let op_span = Self::span(self.token);
        self.correct_operator(op);
        self.bump();
        let tightness = op.precedence() + u8::from(!op.is_right_associative());
        let rhs = Box::new(self.binary(tightness));
        let span = self.span_from(start);
        let lhs = Box::new(lhs);
        Expr::from(Binary {
            op,
            op_span,
            lhs,
            rhs,
            span,
        })
    }

    /// The operator that the next token is or, in another language, would be.
    fn binary_op(&self) -> Option<BinaryOp> {
        match (self.token.kind, self.slice(self.token)) {
            (Kind::Op(op), _) => Some(op),
            (Kind::Unknown, "==") => Some(BinaryOp::Equal),
            (Kind::Unknown, "<>") => Some(BinaryOp::NotEqual),
            (Kind::Unknown, "&") => Some(BinaryOp::And),
            (Kind::Word, "and" | "AND") => Some(BinaryOp::And),
            (Kind::Word, "or" | "OR") => Some(BinaryOp::Or),
            _ => None,
        }
    }

    /// Reports an operator that is written as other languages do.
    fn correct_operator(&mut self, op: BinaryOp) {
        let written = self.slice(self.token);
        if written == op.symbol() {
            return;
        }
        let error = SyntaxError::new(
            Self::span(self.token),
            format!("`{written}` is no operator"),
        );
        self.report(
            error
                .expected(&format!("`{op}`"))
                .help(format!("write `{op}`")),
        );
    }

    /// An operand behind any number of signs, which bind less tightly than `*`: `-1 * 2` is `-(1 * 2)`.
    fn unary(&mut self) -> Expr {
        let sign = match self.token.kind {
            Kind::Op(BinaryOp::Sub) | Kind::Not => self.bump(),
            _ => return self.operand(),
        };
        let operand = self.binary(UNARY_PRECEDENCE);
        self.signed(sign, operand)
    }

    fn signed(&mut self, sign: Token, operand: Expr) -> Expr {
        let span = self.span_from(sign.start);
        let op = if sign.kind == Kind::Not {
            UnaryOp::Not
        } else {
            UnaryOp::Minus
        };
        // As in Tempo, a number with a sign is a number.
        if let (UnaryOp::Minus, Expr::Literal(literal)) = (op, &operand)
            && let Some(value) = literal.value.negated()
        {
            return Expr::Literal(Literal { value, span });
        }
        self.grow(self.height);
        let expr = Box::new(operand);
        Expr::Unary(Unary { op, expr, span })
    }
}

impl Value {
    /// The number with a minus before it, if it is one without.
    pub(crate) fn negated(&self) -> Option<Self> {
        match self {
            Self::Int(value) if *value >= 0 => Some(Self::Int(-value)),
            Self::Float(value) if value.is_sign_positive() => Some(Self::Float(-value)),
            Self::Duration(nanos) if *nanos >= 0 => Some(Self::Duration(-nanos)),
            _ => None,
        }
    }
}
