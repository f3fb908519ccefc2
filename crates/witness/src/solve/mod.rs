//! Backwards from what an expression has to give to what its series have to do.
//!
//! [`Solver::solve`] gives an expression a sample within an interval, [`Solver::silence`] gives it none. Where
//! there is a choice (the other operand, a number well above a threshold) it takes one: whether it was a good one
//! the evaluation says, and the next attempt takes others.

mod call;
mod leaf;
mod operator;

pub(crate) use leaf::selected;
pub(crate) use operator::{negated, threshold};

use std::collections::{BTreeMap, BTreeSet};

use obsctl_promql::Expr;
use obsctl_promql::ast::{Aggregate, AggregateOp, Grouping};
use obsctl_promql::eval::Matcher;

use crate::interval::Interval;
use crate::plan::{Mode, Plan};
use crate::scene::{DEEPEST, Scene};
use crate::{Obstacle, constant};

pub(crate) type Solved = Result<(), Obstacle>;

/// How many series are made up for one selector at most.
const MOST: u32 = 100;

/// What becomes of the phase.
pub(crate) struct Solver<'a> {
    pub scene: &'a Scene<'a>,
    /// The time between two samples, in milliseconds.
    pub step: i64,
    /// Which of several choices is taken.
    pub attempt: u32,
    pub plan: Plan,
    /// The matchers of series that must not be there.
    pub missing: Vec<Vec<Matcher>>,
    /// How deep in recording rules.
    pub depth: u32,
}

/// What the expression around asks for beside a number.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    /// Labels that the series have to have.
    pub names: BTreeSet<String>,
    /// The values of some of them.
    pub fixed: BTreeMap<String, String>,
    pub mode: Mode,
    /// Whether series are added up: what is there already counts.
    pub sum: bool,
    /// Which of several series this is, from 0.
    pub copy: u32,
    /// The bucket that all observations fall into.
    pub bucket: Option<Bucket>,
}

#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    /// The bounds of all buckets without `+Inf`.
    pub bounds: Vec<f64>,
    /// The upper bound of the one with the observations.
    pub upper: f64,
}

impl Need {
    pub fn new(names: &BTreeSet<String>) -> Self {
        Self {
            names: names.clone(),
            fixed: BTreeMap::new(),
            mode: Mode::Level,
            sum: false,
            copy: 0,
            bucket: None,
        }
    }

    pub fn mode(&self, mode: Mode) -> Self {
        let mut need = self.clone();
        need.mode = mode;
        need
    }

    fn sum(&self, sum: bool) -> Self {
        let mut need = self.clone();
        need.sum = sum;
        need
    }

    pub fn only(&self, names: &BTreeSet<String>) -> Self {
        let mut need = self.clone();
        need.names.clone_from(names);
        need.fixed.retain(|name, _| names.contains(name));
        need
    }

    pub fn and(&self, names: &BTreeSet<String>) -> Self {
        let mut need = self.clone();
        need.names.extend(names.iter().cloned());
        need
    }

    pub fn without(&self, names: &BTreeSet<String>) -> Self {
        let mut need = self.clone();
        need.names.retain(|name| !names.contains(name));
        need.fixed.retain(|name, _| !names.contains(name));
        need
    }

    /// What is asked of the operand of an aggregation.
    fn grouped(&self, grouping: Option<&Grouping>) -> Self {
        let Some(grouping) = grouping else {
            return self.only(&BTreeSet::new());
        };
        let mut names: BTreeSet<_> = grouping.labels.iter().map(|it| it.text.clone()).collect();
        if grouping.without {
            return self.without(&names);
        }
        names.remove("le");
        self.only(&names)
    }
}

impl<'a> Solver<'a> {
    pub fn new(scene: &'a Scene<'a>, step: i64, attempt: u32) -> Self {
        Self {
            scene,
            step,
            attempt,
            plan: Plan::new(),
            missing: vec![],
            depth: 0,
        }
    }

    /// Gives the expression a sample within `want`.
    pub fn solve(&mut self, expr: &Expr, want: Interval, need: &Need) -> Solved {
        if let Some(value) = constant(expr) {
            return met(expr, want.contains(value));
        }
        let mut want = want;
        if need.mode == Mode::Level && expr.selectors().next().is_some() {
            want = want.and(self.possible(expr));
            if want.is_empty() {
                return Err(Obstacle::new(
                    expr,
                    format!("`{expr}` is never what is asked for"),
                ));
            }
        }
        match expr {
            Expr::Paren(node) => self.solve(&node.expr, want, need),
            Expr::Unary(node) if node.minus => self.solve(&node.expr, want.falling(|it| -it), need),
            Expr::Unary(node) => self.solve(&node.expr, want, need),
            Expr::Subquery(node) => self.solve(&node.expr, want, need),
            Expr::Selector(node) => self.selector(expr, node, want, need),
            Expr::Range(node) => self.selector(expr, &node.selector, want, need),
            Expr::Aggregate(node) => self.aggregate(expr, node, want, need),
            Expr::Call(node) => self.call(expr, node, want, need),
            Expr::Binary(node) => self.binary(expr, node, want, need),
            Expr::Number(_) | Expr::String(_) | Expr::Variable(_) | Expr::Error(_) => {
                Err(Obstacle::new(expr, "this is no value of a series"))
            }
        }
    }

    /// Gives the expression no sample.
    pub fn silence(&mut self, expr: &Expr, need: &Need) -> Solved {
        match expr {
            Expr::Paren(node) => self.silence(&node.expr, need),
            Expr::Unary(node) => self.silence(&node.expr, need),
            Expr::Subquery(node) => self.silence(&node.expr, need),
            Expr::Selector(node) => self.silence_selector(expr, node, need),
            Expr::Range(node) => self.silence_selector(expr, &node.selector, need),
            Expr::Aggregate(node) => {
                self.silence(&node.expr, &need.grouped(node.grouping.as_ref()))
            }
            Expr::Call(call) => match (call.func.text.as_str(), call.args.as_slice()) {
                ("absent" | "absent_over_time", [inner]) => {
                    self.solve(inner, Interval::ANY, &Need::new(&BTreeSet::new()))
                }
                ("vector" | "scalar" | "time", _) | (_, []) => {
                    Err(Obstacle::new(expr, "this always has a value"))
                }
                (name, args) => {
                    let series = call::series_argument(name, args);
                    self.silence(series, need)
                }
            },
            Expr::Binary(node) => self.silence_binary(expr, node, need),
            Expr::Number(_) | Expr::String(_) | Expr::Variable(_) | Expr::Error(_) => {
                Err(Obstacle::new(expr, "this always has a value"))
            }
        }
    }

    fn aggregate(&mut self, expr: &Expr, node: &Aggregate, want: Interval, need: &Need) -> Solved {
        let inner = need.grouped(node.grouping.as_ref());
        match node.op {
            AggregateOp::Sum => {
                // Each of them can only be so large.
                let most = self.possible(&node.expr).max.at;
                let total = want.pick(self.attempt);
                if let Some(total) = total.filter(|total| most > 0.0 && *total > most) {
                    let copies = (total / most).ceil();
                    return self.copies(
                        expr,
                        copies,
                        |solver, inner| {
                            solver.solve(&node.expr, Interval::exactly(total / copies), inner)
                        },
                        &inner,
                    );
                }
                self.solve(&node.expr, want, &inner.sum(true))
            }
            AggregateOp::Avg
            | AggregateOp::Min
            | AggregateOp::Max
            | AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::Limitk
            | AggregateOp::Quantile => self.solve(&node.expr, want, &inner.sum(false)),
            AggregateOp::Group => {
                met(expr, want.contains(1.0))?;
                self.solve(&node.expr, Interval::ANY, &inner.sum(false))
            }
            AggregateOp::Count => {
                let whole = want.and(Interval::new(1.0, f64::INFINITY));
                let mut counts = (1..=MOST).map(f64::from);
                let Some(count) = counts.find(|count| whole.contains(*count)) else {
                    let message = format!("no number of series up to {MOST} is asked for");
                    return Err(Obstacle::new(expr, message));
                };
                let inner = inner.sum(false);
                self.copies(
                    expr,
                    count,
                    |solver, inner| solver.solve(&node.expr, Interval::ANY, inner),
                    &inner,
                )
            }
            op => Err(Obstacle::new(
                expr,
                format!("what `{}` needs is not derived", op.name()),
            )),
        }
    }

    fn copies(
        &mut self,
        expr: &Expr,
        count: f64,
        mut solve: impl FnMut(&mut Self, &Need) -> Solved,
        need: &Need,
    ) -> Solved {
        if count > f64::from(MOST) {
            let message = format!("more than {MOST} series would be needed");
            return Err(Obstacle::new(expr, message));
        }
        for copy in (0..MOST).take_while(|copy| f64::from(*copy) < count) {
            let mut need = need.clone();
            need.copy = copy;
            solve(self, &need)?;
        }
        Ok(())
    }

    /// Tries one after the other; what the first did that fails is undone.
    pub fn either<const N: usize>(&mut self, ways: [&dyn Fn(&mut Self) -> Solved; N]) -> Solved {
        let mut first = None;
        for way in ways {
            let (plan, missing) = (self.plan.clone(), self.missing.clone());
            match way(self) {
                Ok(()) => return Ok(()),
                Err(obstacle) => {
                    (self.plan, self.missing) = (plan, missing);
                    first.get_or_insert(obstacle);
                }
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// Whether rules are nested too deep to follow.
    fn too_deep(&self) -> bool {
        self.depth >= DEEPEST
    }

    /// What the facts say about an expression's values.
    fn possible(&self, expr: &Expr) -> Interval {
        let (min, max) = match expr.without_parens() {
            Expr::Binary(node) if node.bool_modifier => (0.0, 1.0),
            expr => self.scene.facts.bounds(expr),
        };
        Interval::new(min, max)
    }
}

/// Whether a condition on what cannot be chosen holds.
fn met(expr: &Expr, met: bool) -> Solved {
    if met {
        Ok(())
    } else {
        Err(Obstacle::new(expr, format!("`{expr}` is another number")))
    }
}
