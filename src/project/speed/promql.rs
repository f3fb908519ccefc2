//! Durations of PromQL, divided in the tree.

use obsctl_model::Promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, Call, DurationExpr, Modifiers, Number};
use obsctl_promql::duration::Millis;

use super::{Owner, Pace, Speed};
use crate::project::slo::tree;

impl Pace {
    /// Text that does not parse stays: a check reports it.
    pub(super) fn promql(&mut self, owner: &Owner, query: &mut Promql) {
        if !query.errors().is_empty() {
            return;
        }
        let mut expr = query.expr().clone();
        let mut divider = Divider {
            speed: self.speed,
            too_short: vec![],
        };
        expr.walk_mut(&mut |expr| divider.node(expr));
        for millis in divider.too_short {
            let duration = Millis(millis).to_string();
            self.too_short(owner, query.origin(), "a duration", &duration);
        }
        *query = Promql::from_tree(&expr, query.origin());
    }
}

struct Divider {
    speed: Speed,
    too_short: Vec<i64>,
}

impl Divider {
    /// The durations of this node, without those of its children.
    fn node(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Selector(node) => self.modifiers(&mut node.modifiers),
            Expr::Range(node) => {
                self.duration(&mut node.range);
                self.modifiers(&mut node.selector.modifiers);
            }
            Expr::Subquery(node) => {
                self.duration(&mut node.range);
                node.step.iter_mut().for_each(|step| self.duration(step));
                self.modifiers(&mut node.modifiers);
            }
            Expr::Call(node) => self.horizon(node),
            _ => {}
        }
    }

    fn modifiers(&mut self, modifiers: &mut Modifiers) {
        if let Some(offset) = &mut modifiers.offset {
            self.duration(offset);
        }
    }

    /// How far `predict_linear` looks ahead: the one time among the arguments of functions.
    fn horizon(&self, call: &mut Call) {
        if !call.func.text.eq_ignore_ascii_case("predict_linear") {
            return;
        }
        let Some(ahead) = call.args.get_mut(1) else {
            return;
        };
        let times = f64::from(self.speed.times());
        let faster = match &*ahead {
            Expr::Number(number) => tree::number(number.value / times),
            other => tree::binary(BinaryOp::Div, other.clone(), tree::number(times)),
        };
        *ahead = faster;
    }

    fn duration(&mut self, duration: &mut DurationExpr) {
        match duration.constant_millis() {
            Some(millis) => *duration = DurationExpr::from_millis(self.divide(millis)),
            None => self.parts(duration),
        }
    }

    /// Steps and ranges run faster by themselves. A number beside them is of seconds where it is added, and a factor
    /// where it is not.
    fn parts(&mut self, duration: &mut DurationExpr) {
        match duration {
            DurationExpr::Negative(inner, _) | DurationExpr::Paren(inner, _) => {
                self.duration(inner);
            }
            DurationExpr::Binary(BinaryOp::Add | BinaryOp::Sub, lhs, rhs, _) => {
                self.duration(lhs);
                self.duration(rhs);
            }
            DurationExpr::Binary(_, lhs, rhs, _) => {
                for side in [lhs, rhs] {
                    if !matches!(**side, DurationExpr::Number(Number { .. })) {
                        self.duration(side);
                    }
                }
            }
            DurationExpr::Call(_, args, _) => args.iter_mut().for_each(|arg| self.duration(arg)),
            DurationExpr::Literal(_)
            | DurationExpr::Number(_)
            | DurationExpr::Variable(_)
            | DurationExpr::Error(_) => {}
        }
    }

    fn divide(&mut self, millis: i64) -> i64 {
        let divided = self.speed.millis(millis.unsigned_abs());
        match divided.and_then(|divided| i64::try_from(divided).ok()) {
            Some(divided) => divided * millis.signum(),
            None => {
                self.too_short.push(millis);
                millis
            }
        }
    }
}
