//! Aggregations that pick series of each group: `topk`, `bottomk`, `limitk`, `limit_ratio`.

use std::cmp::Ordering;

use super::Numbered;
use crate::Span;
use crate::ast::AggregateOp;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::plan::{Groups, Node};
use crate::eval::value::Series;
use crate::eval::{Annotation, EvalError};

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    op: AggregateOp,
    param: &Node,
    expr: &Node,
    groups: &Groups,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let params = evaluator.scalar(param)?;
    let all = evaluator.vector(expr)?;
    if !check(evaluator, op, &params, param.span)? {
        return Ok(());
    }
    let picker = Picker {
        evaluator,
        op,
        span,
        all: &all,
    };
    let mut numbered = Numbered::default();
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (index, series) in all.iter().enumerate() {
        let (number, new) = numbered.number(&groups.of(&series.labels));
        if new {
            members.push(Vec::new());
        }
        members[number].push(index);
    }
    let steps = evaluator.steps.count;
    let mut results: Vec<Option<Series>> = vec![None; all.len()];
    let mut order = Vec::new();
    for members in &members {
        for (step, param) in params.iter().enumerate() {
            for index in picker.pick(members, *param, step) {
                let series = &all[index];
                let result = results[index].get_or_insert_with(|| {
                    order.push(index);
                    let mut result = Series::new(series.labels.clone());
                    result.drop_name = series.drop_name;
                    result
                });
                if let Some(value) = series.at(step) {
                    result.set(step, value, steps);
                }
            }
        }
    }
    // An instant query keeps the order in which series were picked.
    order
        .into_iter()
        .filter_map(|index| results[index].take())
        .try_for_each(sink)
}

/// Whether anything can be picked.
fn check(
    evaluator: &Evaluator<'_>,
    op: AggregateOp,
    params: &[f64],
    span: Span,
) -> Result<bool, EvalError> {
    use crate::eval::number::{max, min};
    let error = |message: String| Err(EvalError::new(span, message));
    // NaN spreads.
    let largest = params.iter().copied().reduce(max).unwrap_or(f64::NAN);
    let smallest = params.iter().copied().reduce(min).unwrap_or(f64::NAN);
    let any_nan = params.iter().any(|param| param.is_nan());
    if op == AggregateOp::LimitRatio {
        if largest == 0.0 && smallest == 0.0 {
            return Ok(false);
        }
        if any_nan {
            return error("Ratio value is NaN".to_owned());
        }
        if largest > 1.0 {
            evaluator.note(Annotation::invalid_ratio(largest, 1.0, span));
        }
        if smallest < -1.0 {
            evaluator.note(Annotation::invalid_ratio(smallest, -1.0, span));
        }
        return Ok(true);
    }
    if largest < 1.0 {
        return Ok(false);
    }
    if any_nan {
        return error("Parameter value is NaN".to_owned());
    }
    let short = crate::eval::number::short;
    if smallest <= -9_223_372_036_854_775_808.0 {
        return error(format!("Scalar value {} underflows int64", short(smallest)));
    }
    if largest >= 9_223_372_036_854_775_807.0 {
        return error(format!("Scalar value {} overflows int64", short(largest)));
    }
    Ok(true)
}

struct Picker<'a> {
    evaluator: &'a Evaluator<'a>,
    op: AggregateOp,
    span: Span,
    all: &'a [Series],
}

impl Picker<'_> {
    /// The members of a group that are picked at a step, in the order of an instant query.
    fn pick(&self, members: &[usize], param: f64, step: usize) -> Vec<usize> {
        let present = members
            .iter()
            .copied()
            .filter(|index| self.all[*index].has(step));
        if self.op == AggregateOp::LimitRatio {
            let ratio = param.clamp(-1.0, 1.0);
            return present
                .filter(|index| is_sampled(&self.all[*index], ratio))
                .collect();
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "limited to the number of series, and numbers below 1 pick nothing"
        )]
        let count = param.min(u32::MAX.into()) as usize;
        if self.op == AggregateOp::Limitk {
            return present.take(count).collect();
        }
        if count == 0 {
            return Vec::new();
        }
        let mut heap = Heap {
            largest_out: self.op == AggregateOp::Bottomk,
            items: Vec::with_capacity(count.min(members.len())),
        };
        for index in present {
            let Some(value) = self.all[index].float_at(step) else {
                let name = self.op.name();
                self.evaluator
                    .note(Annotation::histogram_ignored_in_aggregation(
                        name, self.span,
                    ));
                continue;
            };
            heap.offer((value, index), count);
        }
        heap.into_sorted()
    }
}

/// Whether the hash of the labels is in the part of all hashes that the ratio asks for: the lowest ones, or
/// for a negative ratio the highest ones.
fn is_sampled(series: &Series, ratio: f64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "as Prometheus divides")]
    let place = series.labels.hash64() as f64 / u64::MAX as f64;
    if ratio >= 0.0 {
        place < ratio
    } else {
        place >= 1.0 + ratio
    }
}

/// The best items so far, the worst of them first: a binary heap, which decides between equals as that of
/// Prometheus does.
struct Heap {
    /// Whether large values are the worst.
    largest_out: bool,
    items: Vec<(f64, usize)>,
}

impl Heap {
    /// Whether `a` is worse than `b`; NaN is the worst.
    fn worse(&self, a: f64, b: f64) -> bool {
        a.is_nan() || if self.largest_out { a > b } else { a < b }
    }

    fn offer(&mut self, item: (f64, usize), count: usize) {
        if self.items.len() < count {
            self.items.push(item);
            self.up(self.items.len() - 1);
            return;
        }
        let worst = self.items[0].0;
        let strictly = if self.largest_out {
            worst > item.0
        } else {
            worst < item.0
        };
        if strictly || worst.is_nan() && !item.0.is_nan() {
            self.items[0] = item;
            self.down();
        }
    }

    fn up(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if !self.worse(self.items[at].0, self.items[parent].0) {
                break;
            }
            self.items.swap(at, parent);
            at = parent;
        }
    }

    fn down(&mut self) {
        let mut at = 0;
        loop {
            let left = 2 * at + 1;
            let Some((left_value, _)) = self.items.get(left).copied() else {
                break;
            };
            let right = self.items.get(left + 1);
            let worst = match right {
                Some((right_value, _)) if self.worse(*right_value, left_value) => left + 1,
                _ => left,
            };
            if !self.worse(self.items[worst].0, self.items[at].0) {
                break;
            }
            self.items.swap(at, worst);
            at = worst;
        }
    }

    /// The best first.
    fn into_sorted(mut self) -> Vec<usize> {
        let largest_out = self.largest_out;
        self.items
            .sort_by(|(a, _), (b, _)| match (a.is_nan(), b.is_nan()) {
                (false, false) => {
                    let order = b.partial_cmp(a).unwrap_or(Ordering::Equal);
                    if largest_out { order.reverse() } else { order }
                }
                (a, b) => a.cmp(&b),
            });
        self.items.into_iter().map(|(_, index)| index).collect()
    }
}
