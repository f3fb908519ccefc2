//! Numbers beside spans: what is calculated and compared of aggregates, constants and metrics.

use super::stage::{Level, Shape};
use super::{Checker, FieldType, Version};
use crate::TypeError;
use crate::ast::{Binary, BinaryOp, Expr};

impl Checker {
    /// Aggregates and constants.
    pub(super) fn scalars(&mut self, binary: &Binary, lhs: Level, rhs: Level) -> Level {
        let op = binary.op;
        if lhs == Level::Unknown || rhs == Level::Unknown {
            return match (op.is_comparison(), lhs, rhs) {
                // A variable beside spansets or conditions: nothing is known.
                (_, Level::Unknown, Level::Unknown) => Level::Unknown,
                (true, ..) => Level::Spansets(Shape::Stage),
                (false, Level::Unknown, level) | (false, level, _) => level,
            };
        }
        let kind = |level| match level {
            Level::Scalar(found) | Level::Constant(found) => found,
            _ => FieldType::Unknown,
        };
        let result = if kind(lhs) == FieldType::Unknown {
            kind(rhs)
        } else {
            kind(lhs)
        };
        let constant = matches!((lhs, rhs), (Level::Constant(_), Level::Constant(_)));
        if op.is_arithmetic() {
            return if constant {
                Level::Constant(result)
            } else {
                Level::Scalar(result)
            };
        }
        if !op.is_comparison() {
            let help = match (lhs, op.is_logical()) {
                (Level::Constant(_), _) | (_, false) => {
                    "numbers are compared by `=`, `!=`, `<`, `<=`, `>`, `>=`"
                }
                _ => {
                    "put the conditions into stages of their own: `| count() > 2 | avg(duration) > 1s`"
                }
            };
            self.error(binary.op_span, format!("`{op}` between numbers"), help);
            return Level::Spansets(Shape::Stage);
        }
        self.supported_filter(binary, constant);
        Level::Spansets(Shape::Stage)
    }

    /// Tempo reads more comparisons of aggregates than it can do.
    fn supported_filter(&mut self, binary: &Binary, constant: bool) {
        if constant {
            self.error(
                binary.span,
                "constants are compared with one another",
                "compare an aggregate: `count() > 2`",
            );
            return;
        }
        let aggregate = |expr: &Expr| matches!(expr.without_parens(), Expr::Call(_));
        if !aggregate(&binary.lhs) {
            let error = if aggregate(&binary.rhs) && matches!(&*binary.lhs, Expr::Literal(_)) {
                let (op, lhs, rhs) = (binary.op.mirrored(), &binary.lhs, &binary.rhs);
                TypeError::new(binary.span, "the aggregate stands behind the operator")
                    .help(format!("write `{rhs} {op} {lhs}`"))
            } else {
                TypeError::new(
                    binary.lhs.span(),
                    "Tempo does not calculate with aggregates yet",
                )
                .help("compare one aggregate with a constant: `avg(duration) > 1s`")
            };
            return self.report(error);
        }
        if !self.is_constant(&binary.rhs) {
            let help = "compare one aggregate with a number or duration: `avg(duration) > 1s`";
            self.error(
                binary.rhs.span(),
                "Tempo only compares an aggregate with a constant",
                help,
            );
        }
    }

    /// Whether it is a number, or something that this Tempo makes one of.
    fn is_constant(&self, expr: &Expr) -> bool {
        match expr.without_parens() {
            Expr::Literal(_) => true,
            Expr::Unary(unary) => self.version >= Version::V3_1 && self.is_constant(&unary.expr),
            Expr::Binary(binary) => {
                let known = matches!(binary.op.symbol(), "+" | "-" | "*" | "/");
                let sides = [&binary.lhs, &binary.rhs]
                    .into_iter()
                    .all(|side| self.is_constant(side) && !has_duration(side));
                self.version >= Version::V3_1 && known && sides
            }
            _ => false,
        }
    }

    /// Metrics on one side at least.
    pub(super) fn metrics(&mut self, binary: &Binary, lhs: Level, rhs: Level) -> Level {
        let op = binary.op;
        let compare = [lhs, rhs]
            .iter()
            .any(|side| matches!(side, Level::Metrics { compare: true, .. }));
        let result = Level::Metrics {
            bare: true,
            compare,
        };
        if compare {
            let help = "`compare(…)` is the last stage";
            self.error(binary.op_span, format!("`{op}` behind `compare`"), help);
            return result;
        }
        if op.is_comparison() {
            let plain = matches!(
                &*binary.rhs,
                Expr::Literal(_) | Expr::Variable(_) | Expr::Error(_)
            );
            let constant = self.version >= Version::V3_1 && self.is_constant(&binary.rhs);
            if !matches!(lhs, Level::Metrics { .. }) {
                let (mirrored, lhs, rhs) = (op.mirrored(), &binary.lhs, &binary.rhs);
                let help = format!("write `{rhs} {mirrored} {lhs}`");
                self.error(binary.span, "the metrics stand behind the operator", help);
            } else if !plain && !constant && rhs != Level::Unknown {
                let help = "write one number or duration: `| rate() > 0.5`";
                self.error(
                    binary.rhs.span(),
                    "metrics are only compared with a constant",
                    help,
                );
            }
            return result;
        }
        let bare = [(&binary.lhs, lhs), (&binary.rhs, rhs)]
            .into_iter()
            .find(|(_, level)| matches!(level, Level::Metrics { bare: true, .. }));
        if !matches!(op.symbol(), "+" | "-" | "*" | "/") {
            let help = "metrics are calculated with by `+`, `-`, `*` and `/`";
            self.error(binary.op_span, format!("`{op}` on metrics"), help);
        } else if let Some((side, _)) = [(&binary.lhs, lhs), (&binary.rhs, rhs)]
            .into_iter()
            .find(|(side, level)| matches!(level, Level::Constant(_)) && has_duration(side))
        {
            let help = "write the number of seconds";
            self.error(
                side.span(),
                "metrics are not calculated with durations",
                help,
            );
        } else if self.version < Version::V3_1 {
            let help = "Tempo 3.1 can; let the panel calculate, or record the metric";
            self.error(
                binary.op_span,
                "Tempo 3.0 does not calculate with metrics",
                help,
            );
        } else if let Some((side, _)) = bare
            && !matches!(&**side, Expr::Binary(_))
        {
            let help = "put the whole pipeline between parentheses: `({} | rate()) * 60`";
            self.error(
                side.span(),
                "metrics without parentheses on a side of an operator",
                help,
            );
        }
        Level::Metrics {
            bare: false,
            compare,
        }
    }
}

/// Whether it is a product that a number stands first in: `1 * …`.
pub(super) fn begins_with_number(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(binary) => {
            binary.op.precedence() == BinaryOp::Mul.precedence() && begins_with_number(&binary.lhs)
        }
        Expr::Literal(_) => true,
        _ => false,
    }
}

/// Whether it has a duration, which Tempo does not calculate with outside of braces.
fn has_duration(expr: &Expr) -> bool {
    expr.descendants().any(|expr| {
        matches!(expr, Expr::Literal(literal) if literal.value.field_type() == FieldType::Duration)
    })
}
