//! `count_values`: how many series have each value.

use std::collections::BTreeMap;

use crate::Span;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::labels::Labels;
use crate::eval::plan::{Groups, Kind, Node};
use crate::eval::value::{Series, is_stale};
use crate::eval::{EvalError, number};

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    label: &Node,
    expr: &Node,
    groups: &Groups,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let Kind::Text(name) = &label.kind else {
        return Err(EvalError::new(label.span, "this must be a string"));
    };
    if name.is_empty() {
        return Err(EvalError::new(label.span, "invalid label name \"\""));
    }
    let steps = evaluator.steps.count;
    let mut counted: BTreeMap<Labels, Series> = BTreeMap::new();
    evaluator.each(expr, &mut |series| {
        let group = groups.of(&series.labels);
        let mut add = |step: usize, value: &str| {
            // The label counts unless `without` drops it.
            let dropped = groups.without && groups.labels.contains(name);
            let labels = if dropped {
                group.clone()
            } else {
                group.with(name, value)
            };
            let counts = match counted.get_mut(&labels) {
                Some(counts) => counts,
                None => {
                    evaluator.hold(steps, span)?;
                    let counts = Series::new(labels.clone());
                    counted.entry(labels).or_insert(counts)
                }
            };
            let count = counts.float_at(step).unwrap_or_default() + 1.0;
            counts.set_float(step, count, steps);
            Ok(())
        };
        for (step, value) in series.floats.iter().enumerate() {
            if !is_stale(*value) {
                add(step, &number::plain(*value))?;
            }
        }
        for (step, histogram) in &series.histograms {
            add(*step, &histogram.to_string())?;
        }
        Ok(())
    })?;
    counted.into_values().try_for_each(sink)
}
