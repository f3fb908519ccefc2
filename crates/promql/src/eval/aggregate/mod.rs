//! Aggregations: the series of each group, step by step.

mod count_values;
mod fold;
mod pick;

use std::collections::BTreeMap;

use super::EvalError;
use super::evaluator::{Evaluator, Sink};
use super::labels::{Labels, METRIC_NAME};
use super::plan::{Groups, Node};
use crate::Span;
use crate::ast::AggregateOp;

impl Groups {
    /// The labels of the group that a series belongs to.
    fn of(&self, labels: &Labels) -> Labels {
        let named = |name: &str| self.labels.iter().any(|label| label == name);
        if self.without {
            labels.filter(|name| name != METRIC_NAME && !named(name))
        } else {
            labels.filter(named)
        }
    }
}

/// The groups met so far, numbered in their order.
#[derive(Default)]
struct Numbered {
    numbers: BTreeMap<Labels, usize>,
}

impl Numbered {
    /// The number of a group, and whether it is new.
    fn number(&mut self, group: &Labels) -> (usize, bool) {
        let next = self.numbers.len();
        match self.numbers.get(group) {
            Some(number) => (*number, false),
            None => {
                self.numbers.insert(group.clone(), next);
                (next, true)
            }
        }
    }
}

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    op: AggregateOp,
    param: Option<&Node>,
    expr: &Node,
    groups: &Groups,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    match (op, param) {
        (AggregateOp::CountValues, Some(label)) => {
            count_values::eval(evaluator, label, expr, groups, span, sink)
        }
        (
            AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::Limitk
            | AggregateOp::LimitRatio,
            Some(param),
        ) => pick::eval(evaluator, op, param, expr, groups, span, sink),
        (AggregateOp::Quantile, Some(param)) => {
            fold::quantile(evaluator, param, expr, groups, sink)
        }
        _ => fold::eval(evaluator, op, expr, groups, sink),
    }
}
