//! Operators: what one side has to be for a choice of the other.

use std::collections::BTreeSet;

use obsctl_promql::Expr;
use obsctl_promql::ast::{Binary, BinaryOp};
use obsctl_promql::eval::{Data, Engine, Storage};

use super::{Need, Solved, Solver};
use crate::interval::Interval;
use crate::plan::{Mode, samples};
use crate::scene::compile;
use crate::{Obstacle, constant};

/// A part of a conjunction: it has to have a sample within the interval.
struct Part<'e> {
    expr: &'e Expr,
    want: Interval,
    need: Need,
}

impl Solver<'_> {
    pub(super) fn binary(
        &mut self,
        expr: &Expr,
        node: &Binary,
        want: Interval,
        need: &Need,
    ) -> Solved {
        match node.op {
            BinaryOp::Or => {
                let first = |solver: &mut Self| solver.solve(&node.lhs, want, need);
                let second = |solver: &mut Self| solver.solve(&node.rhs, want, need);
                if self.attempt.is_multiple_of(2) {
                    self.either([&first, &second])
                } else {
                    self.either([&second, &first])
                }
            }
            BinaryOp::Unless => {
                let (left, right) = self.needs(node, need);
                self.solve(&node.lhs, want, &left)?;
                self.silence(&node.rhs, &right)
            }
            op if op == BinaryOp::And || op.is_comparison() && !node.bool_modifier => {
                let mut parts = vec![];
                self.parts(expr, want, need, &mut parts);
                if let [Part { expr: only, .. }] = parts.as_slice()
                    && std::ptr::eq(*only, expr)
                {
                    return self.operands(expr, node, want, need);
                }
                for part in parts {
                    self.solve(part.expr, part.want, &part.need)?;
                }
                Ok(())
            }
            op if op.is_comparison() => self.truth(expr, node, want, need),
            op if op.is_arithmetic() => self.operands(expr, node, want, need),
            op => Err(Obstacle::new(
                expr,
                format!("what `{}` needs is not derived", op.symbol()),
            )),
        }
    }

    /// A comparison with `bool`.
    fn truth(&mut self, expr: &Expr, node: &Binary, want: Interval, need: &Need) -> Solved {
        let mut plain = node.clone();
        plain.bool_modifier = false;
        if !want.contains(1.0) {
            let Some(op) = negated(node.op).filter(|_| want.contains(0.0)) else {
                return Err(Obstacle::new(expr, "a comparison with `bool` gives 0 or 1"));
            };
            plain.op = op;
        }
        self.solve(&plain.into(), Interval::ANY, need)
    }

    /// The parts of a conjunction. What is asked of equal expressions is asked of one.
    fn parts<'e>(&self, expr: &'e Expr, want: Interval, need: &Need, parts: &mut Vec<Part<'e>>) {
        let own = expr.without_parens();
        if let Expr::Binary(node) = own {
            if node.op == BinaryOp::And {
                let (left, right) = self.needs(node, need);
                self.parts(&node.lhs, want, &left, parts);
                self.parts(&node.rhs, Interval::ANY, &right, parts);
                return;
            }
            if let Some((kept, op, value)) = threshold(node) {
                let all = Interval::compared(op, value);
                let possible = self.possible(kept);
                let fitting = |it: &&Interval| !it.and(want).and(possible).is_empty();
                let chosen = all.iter().find(fitting).or(all.first());
                if let Some(chosen) = chosen {
                    return self.parts(kept, want.and(*chosen), need, parts);
                }
            }
        }
        match parts.iter_mut().find(|part| part.expr == own) {
            Some(known) => {
                known.want = known.want.and(want);
                known.need = known.need.and(&need.names);
            }
            None => parts.push(Part {
                expr: own,
                want,
                need: need.clone(),
            }),
        }
    }

    /// Two operands of which at least one is a vector.
    fn operands(&mut self, expr: &Expr, node: &Binary, want: Interval, need: &Need) -> Solved {
        if let Some(result) = self.time_since(node, want, need) {
            return result;
        }
        let unusable = || {
            let message = format!("the operands of `{}` are not found", node.op.symbol());
            Obstacle::new(expr, message)
        };
        if let Some(value) = constant(&node.rhs) {
            if let Mode::Age(unit) = need.mode {
                let unit = match node.op {
                    BinaryOp::Div => unit * value,
                    BinaryOp::Mul => unit / value,
                    _ => return Err(unusable()),
                };
                return self.solve(&node.lhs, want, &need.mode(Mode::Age(unit)));
            }
            if node.op == BinaryOp::Mod {
                return self.solve(&node.lhs, want, need);
            }
            let left = left_for(node.op, want, value).ok_or_else(unusable)?;
            return self.solve(&node.lhs, left, need);
        }
        if let Some(value) = constant(&node.lhs) {
            let right = right_for(node.op, want, value).ok_or_else(unusable)?;
            return self.solve(&node.rhs, right, need);
        }
        let (left_need, right_need) = self.needs(node, need);
        if need.mode == Mode::Level {
            if let Some(value) = self.known(&node.lhs) {
                let right = right_for(node.op, want, value).ok_or_else(unusable)?;
                return self.solve(&node.rhs, right, &right_need);
            }
            if let Some(value) = self.known(&node.rhs) {
                let left = left_for(node.op, want, value).ok_or_else(unusable)?;
                return self.solve(&node.lhs, left, &left_need);
            }
        }
        let mut choices: Vec<f64> = match node.op {
            BinaryOp::Div => vec![10.0, 100.0, 1.0, 0.5],
            BinaryOp::Add => vec![1.0, 0.0, 10.0],
            _ => vec![1.0, 10.0, 100.0, 0.0, 0.5],
        };
        let from = self.attempt as usize % choices.len();
        choices.rotate_left(from);
        let mut first = None;
        for value in choices {
            if !self.possible(&node.rhs).contains(value) {
                continue;
            }
            let left = left_for(node.op, want, value);
            let Some(left) = left.map(|it| it.and(self.possible(&node.lhs))) else {
                continue;
            };
            if left.is_empty() {
                continue;
            }
            let (plan, missing) = (self.plan.clone(), self.missing.clone());
            let right_first = node.lhs.descendants().any(|it| *it == *node.rhs)
                || specific(&node.rhs) > specific(&node.lhs);
            let solved = if right_first {
                self.solve(&node.rhs, Interval::exactly(value), &right_need)
                    .and_then(|()| self.solve(&node.lhs, left, &left_need))
            } else {
                self.solve(&node.lhs, left, &left_need)
                    .and_then(|()| self.solve(&node.rhs, Interval::exactly(value), &right_need))
            };
            match solved {
                Ok(()) => return Ok(()),
                Err(obstacle) => {
                    (self.plan, self.missing) = (plan, missing);
                    first.get_or_insert(obstacle);
                }
            }
        }
        Err(first.unwrap_or_else(unusable))
    }

    /// `time() - x` and `x - time()`, with or without a comparison around: the age of a point in time.
    fn time_since(&mut self, node: &Binary, want: Interval, need: &Need) -> Option<Solved> {
        if need.mode != Mode::Level {
            return None;
        }
        let (series, ages) = match (past(&node.lhs), past(&node.rhs), node.op) {
            (Some(ago), None, BinaryOp::Sub) => (&node.rhs, want.rising(|it| it + ago)),
            (None, Some(ago), BinaryOp::Sub) => (&node.lhs, want.falling(|it| ago - it)),
            // `x < time() - 60`: more than a minute ago.
            (None, Some(ago), op) if op.is_comparison() => {
                let ages = Interval::compared(op.mirrored(), ago);
                (&node.lhs, *ages.first()?)
            }
            (Some(ago), None, op) if op.is_comparison() => {
                (&node.rhs, *Interval::compared(op, ago).first()?)
            }
            _ => return None,
        };
        Some(self.solve(series, ages, &need.mode(Mode::Age(1.0))))
    }

    /// What an expression gives with the series that are there, where it reads any of them.
    fn known(&self, expr: &Expr) -> Option<f64> {
        let touched = expr.selectors().any(|used| {
            compile(used.selector).is_some_and(|matchers| {
                let mut known = self.plan.keys();
                known.any(|labels| super::leaf::selected(&matchers, labels))
            })
        });
        if !touched {
            return None;
        }
        let count = self.scene.horizon / self.step + 3;
        let count = u32::try_from(count).ok()?;
        let mut storage = Storage::new();
        for (labels, shape) in &self.plan {
            let id = storage.series(labels);
            let values = samples(&[(Some(*shape), count)], self.seconds());
            for (at, value) in (0_i64..).zip(values.into_iter().flatten()) {
                storage.push(id, at * self.step, value);
            }
        }
        let time = i64::from(count - 1) * self.step;
        match Engine::default().instant(&storage, expr, time).ok()?.data {
            Data::Vector(found) => found.first()?.value.float(),
            Data::Scalar(value) => Some(value).filter(|it| !it.is_nan()),
            _ => None,
        }
    }

    /// The labels that each side needs so that the two meet.
    fn needs(&self, node: &Binary, need: &Need) -> (Need, Need) {
        let matching = node.matching.as_ref();
        let group = matching.and_then(|it| it.group.as_ref());
        let include: BTreeSet<_> = group
            .iter()
            .flat_map(|it| &it.include)
            .map(|it| it.text.clone())
            .collect();
        let labels = matching.and_then(|it| it.labels.as_ref());
        let named: BTreeSet<_> = labels
            .iter()
            .flat_map(|it| &it.labels)
            .map(|it| it.text.clone())
            .collect();
        let (many, one) = if labels.is_some_and(|it| it.on) {
            (
                need.and(&named),
                need.only(&named).and(&named).and(&include),
            )
        } else {
            let (left, right) = (
                self.scene.labels(&node.lhs, 0),
                self.scene.labels(&node.rhs, 0),
            );
            let both = &left | &right;
            let shared = &both - &named;
            (
                need.and(&shared),
                need.without(&named).and(&shared).and(&include),
            )
        };
        match group {
            Some(group) if !group.left => (one, many.without(&include)),
            Some(_) => (many.without(&include), one),
            None => (many, one),
        }
    }

    pub(super) fn silence_binary(&mut self, expr: &Expr, node: &Binary, need: &Need) -> Solved {
        let (left_need, right_need) = self.needs(node, need);
        match node.op {
            BinaryOp::Or => {
                self.silence(&node.lhs, need)?;
                self.silence(&node.rhs, need)
            }
            BinaryOp::Unless => {
                self.either(
                    [&|solver| solver.silence(&node.lhs, &left_need), &|solver| {
                        solver.solve(&node.rhs, Interval::ANY, &right_need)
                    }],
                )
            }
            op if op.is_comparison() && !node.bool_modifier => {
                let Some(op) = negated(op) else {
                    return Err(Obstacle::new(
                        expr,
                        "the comparison cannot be turned around",
                    ));
                };
                let mut opposite = node.clone();
                opposite.op = op;
                let opposite = opposite.into();
                self.either([
                    &|solver| solver.solve(&opposite, Interval::ANY, need),
                    &|solver| solver.silence(&node.lhs, &left_need),
                ])
            }
            _ if constant(&node.lhs).is_some() => self.silence(&node.rhs, &right_need),
            _ if constant(&node.rhs).is_some() => self.silence(&node.lhs, &left_need),
            _ => self.either(
                [&|solver| solver.silence(&node.lhs, &left_need), &|solver| {
                    solver.silence(&node.rhs, &right_need)
                }],
            ),
        }
    }
}

/// The vector, the operator and the number of a comparison that filters a vector by a number.
pub(crate) fn threshold(node: &Binary) -> Option<(&Expr, BinaryOp, f64)> {
    if !node.op.is_comparison() || node.bool_modifier {
        return None;
    }
    match (constant(&node.lhs), constant(&node.rhs)) {
        (None, Some(value)) => Some((&node.lhs, node.op, value)),
        (Some(value), None) => Some((&node.rhs, node.op.mirrored(), value)),
        _ => None,
    }
}

/// What the left operand has to be.
fn left_for(op: BinaryOp, want: Interval, right: f64) -> Option<Interval> {
    match op {
        BinaryOp::Add => Some(want.rising(|it| it - right)),
        BinaryOp::Sub => Some(want.rising(|it| it + right)),
        BinaryOp::Mul if right == 0.0 => want.contains(0.0).then_some(Interval::ANY),
        BinaryOp::Mul => want.divided(right),
        BinaryOp::Div => want.divided(1.0 / right),
        BinaryOp::Pow if right > 0.0 => Some(
            want.and(Interval::POSITIVE)
                .rising(|it| it.powf(1.0 / right)),
        ),
        op if op.is_comparison() => {
            let all = Interval::compared(op, right);
            all.into_iter()
                .map(|it| it.and(want))
                .find(|it| !it.is_empty())
        }
        _ => None,
    }
}

/// What the right operand has to be.
fn right_for(op: BinaryOp, want: Interval, left: f64) -> Option<Interval> {
    match op {
        BinaryOp::Add => Some(want.rising(|it| it - left)),
        BinaryOp::Sub => Some(want.falling(|it| left - it)),
        BinaryOp::Mul => left_for(op, want, left),
        BinaryOp::Div if left > 0.0 => {
            let inverse = |it: f64| if it == 0.0 { f64::INFINITY } else { left / it };
            Some(want.and(Interval::POSITIVE).falling(inverse))
        }
        op if op.is_comparison() && want.contains(left) => {
            Interval::compared(op.mirrored(), left).into_iter().next()
        }
        _ => None,
    }
}

/// The operator that is true where this one is not.
pub(crate) const fn negated(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Equal => BinaryOp::NotEqual,
        BinaryOp::NotEqual => BinaryOp::Equal,
        BinaryOp::Less => BinaryOp::GreaterEqual,
        BinaryOp::LessEqual => BinaryOp::Greater,
        BinaryOp::Greater => BinaryOp::LessEqual,
        BinaryOp::GreaterEqual => BinaryOp::Less,
        _ => return None,
    })
}

/// How many seconds ago a time is that an expression without series gives: 60 of `time() - 60`.
fn past(expr: &Expr) -> Option<f64> {
    match expr.without_parens() {
        Expr::Call(call) => match (call.func.text.as_str(), call.args.as_slice()) {
            ("time", []) => Some(0.0),
            ("vector" | "scalar", [inner]) => past(inner),
            _ => None,
        },
        Expr::Binary(node) => match node.op {
            BinaryOp::Sub => Some(past(&node.lhs)? + constant(&node.rhs)?),
            BinaryOp::Add => Some(past(&node.lhs)? - constant(&node.rhs)?),
            _ => None,
        },
        _ => None,
    }
}

/// How narrowly the series of an expression are chosen.
fn specific(expr: &Expr) -> usize {
    expr.selectors().map(|it| it.selector.matchers.len()).sum()
}
