//! The canonical text of a tree, on one line.
//!
//! It reads back as the same tree. A tree built by hand needs no [`Expr::Paren`] nodes: where precedence
//! demands parentheses they are printed, and reading gives the same tree but for `Paren` nodes.

use std::fmt::{self, Display, Formatter, Write};

use obsctl_promql::literal::quote;

use crate::ast::{BinaryOp, Call, Expr, Hinted, Unary, UnaryOp, Value};
use crate::duration::Nanos;
use crate::ops::UNARY_PRECEDENCE;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(node) => node.value.fmt(f),
            Self::Attribute(node) => node.fmt(f),
            Self::Intrinsic(node) => node.fmt(f),
            Self::Spanset(node) => match &node.filter {
                Some(filter) => {
                    f.write_str("{ ")?;
                    parenthesized(f, filter, is_query(filter))?;
                    f.write_str(" }")
                }
                None => f.write_str("{}"),
            },
            Self::Binary(node) => {
                parenthesized(f, &node.lhs, lhs_needs_parens(node.op, &node.lhs))?;
                write!(f, " {} ", node.op)?;
                parenthesized(f, &node.rhs, rhs_needs_parens(node.op, &node.rhs))
            }
            Self::Unary(node) => {
                f.write_str(node.op.symbol())?;
                parenthesized(f, &node.expr, unary_needs_parens(node))
            }
            Self::Paren(node) => write!(f, "({})", node.expr),
            Self::Call(node) => node.fmt(f),
            Self::Pipeline(node) => {
                for (index, stage) in node.stages.iter().enumerate() {
                    f.write_str(if index > 0 { " | " } else { "" })?;
                    parenthesized(f, stage, is_query(stage))?;
                }
                Ok(())
            }
            Self::Hinted(node) => {
                node.expr.fmt(f)?;
                f.write_char(' ')?;
                node.write_clause(f)
            }
            Self::Variable(node) => node.fmt(f),
            Self::Error(node) => f.write_str(&node.text),
        }
    }
}

fn parenthesized(f: &mut Formatter<'_>, inner: &Expr, parens: bool) -> fmt::Result {
    if parens {
        write!(f, "({inner})")
    } else {
        inner.fmt(f)
    }
}

/// Whether it is a pipeline or has hints, which stand alone or in parentheses.
pub(crate) const fn is_query(expr: &Expr) -> bool {
    matches!(expr, Expr::Pipeline(_) | Expr::Hinted(_))
}

/// Whether the left operand of `op` needs parentheses.
pub(crate) fn lhs_needs_parens(op: BinaryOp, lhs: &Expr) -> bool {
    if op.precedence() >= UNARY_PRECEDENCE && ends_in_sign(lhs) {
        return true;
    }
    match lhs {
        Expr::Binary(inner) => {
            let (inner, outer) = (inner.op.precedence(), op.precedence());
            inner < outer || (inner == outer && op.is_right_associative())
        }
        lhs => is_query(lhs),
    }
}

/// Whether the right operand of `op` needs parentheses.
pub(crate) fn rhs_needs_parens(op: BinaryOp, rhs: &Expr) -> bool {
    match rhs {
        Expr::Binary(inner) => {
            let (inner, outer) = (inner.op.precedence(), op.precedence());
            inner < outer || (inner == outer && !op.is_right_associative())
        }
        rhs => is_query(rhs),
    }
}

/// Whether the operand of a sign needs parentheses: `-1` alone is a number.
pub(crate) fn unary_needs_parens(unary: &Unary) -> bool {
    match &*unary.expr {
        Expr::Literal(literal) => unary.op == UnaryOp::Minus && literal.value.negated().is_some(),
        Expr::Binary(binary) => binary.op.precedence() < UNARY_PRECEDENCE,
        expr => is_query(expr),
    }
}

/// Whether a sign would take what is written behind the expression: `-a * b` is `-(a * b)`.
fn ends_in_sign(expr: &Expr) -> bool {
    match expr {
        Expr::Unary(_) => true,
        Expr::Literal(literal) => literal.value.has_sign(),
        Expr::Binary(binary) => {
            !rhs_needs_parens(binary.op, &binary.rhs) && ends_in_sign(&binary.rhs)
        }
        _ => false,
    }
}

impl Value {
    /// Whether it is written with a minus.
    fn has_sign(&self) -> bool {
        match self {
            Self::Int(value) => *value < 0 && *value != i64::MIN,
            Self::Float(value) => value.is_sign_negative(),
            Self::Duration(nanos) => *nanos < 0,
            _ => false,
        }
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::String(text) => quote(f, text),
            // It is written without its sign, and is then too large.
            Self::Int(i64::MIN) => f.write_str("minInt"),
            Self::Int(value) => value.fmt(f),
            // With a point or an exponent: without them it would be an integer.
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Bool(value) => value.fmt(f),
            Self::Duration(nanos) => Nanos(*nanos).fmt(f),
            Self::Status(status) => status.fmt(f),
            Self::Kind(kind) => kind.fmt(f),
        }
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        list(f, &self.args)?;
        f.write_char(')')?;
        if let Some(by) = &self.by {
            f.write_str(" by (")?;
            list(f, &by.keys)?;
            f.write_char(')')?;
        }
        Ok(())
    }
}

fn list(f: &mut Formatter<'_>, items: &[Expr]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        f.write_str(if index > 0 { ", " } else { "" })?;
        parenthesized(f, item, is_query(item))?;
    }
    Ok(())
}

impl Hinted {
    /// Everything behind the query.
    pub(crate) fn write_clause(&self, f: &mut impl Write) -> fmt::Result {
        f.write_str("with (")?;
        for (index, hint) in self.hints.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            write!(f, "{separator}{}=", hint.name)?;
            let bare = !matches!(hint.value, Expr::Binary(_)) && !is_query(&hint.value);
            if bare {
                write!(f, "{}", hint.value)?;
            } else {
                write!(f, "({})", hint.value)?;
            }
        }
        f.write_char(')')
    }
}
