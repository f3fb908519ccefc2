//! Expressions of numbers.

use crate::ast::{BinaryOp, Expr};
use crate::elementary;

impl Expr {
    /// The number that an expression of numbers is: `0.5`, `-(2 * 1024)`. Nothing where it asks for series, compares
    /// or calls a function.
    #[must_use]
    pub fn constant(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number.value),
            Self::Paren(node) => node.expr.constant(),
            Self::Unary(node) => node
                .expr
                .constant()
                .map(|it| if node.minus { -it } else { it }),
            Self::Binary(node) => {
                let (left, right) = (node.lhs.constant()?, node.rhs.constant()?);
                Some(match node.op {
                    BinaryOp::Add => left + right,
                    BinaryOp::Sub => left - right,
                    BinaryOp::Mul => left * right,
                    BinaryOp::Div => left / right,
                    BinaryOp::Mod => left % right,
                    BinaryOp::Pow => elementary::pow(left, right),
                    _ => return None,
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;

    #[test]
    fn numbers_are_computed() {
        for (text, expected) in [
            ("0.5", Some(0.5)),
            ("-(2 * 1024)", Some(-2048.0)),
            ("+2 ^ 3 - 7 % 4 / 2", Some(6.5)),
            ("1 / 0", Some(f64::INFINITY)),
            ("1h", Some(3600.0)),
            ("1 > bool 0", None),
            ("up * 2", None),
            ("vector(1)", None),
            ("$threshold", None),
        ] {
            assert_eq!(parse(text).expr.constant(), expected, "{text}");
        }
    }
}
