//! `timestamp` and `start_timestamp`.

use super::seconds;
use crate::Span;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::plan::{Kind, Node};
use crate::eval::select::column;
use crate::eval::value::is_stale;
use crate::eval::{EvalError, Value};

/// When the samples were taken; of a computed vector, the time of the step.
pub(super) fn timestamp(
    evaluator: &Evaluator<'_>,
    vector: &Node,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    evaluator.named(span, sink, |sink| {
        if let Kind::Selector(selector) = &vector.kind {
            for id in &selector.series {
                let stored = evaluator.storage.get(*id);
                let times = column(evaluator, stored, selector, |it| {
                    Value::Float(seconds(it.time))
                });
                if let Some(mut series) = times {
                    evaluator.drop_name(&mut series);
                    sink(series)?;
                }
            }
            return Ok(());
        }
        let steps = evaluator.steps;
        evaluator.each(vector, &mut |mut series| {
            for (step, value) in series.floats.iter_mut().enumerate() {
                if !is_stale(*value) {
                    *value = seconds(steps.time(step));
                }
            }
            for (step, _) in std::mem::take(&mut series.histograms) {
                series.set_float(step, seconds(steps.time(step)), steps.count);
            }
            evaluator.drop_name(&mut series);
            sink(series)
        })
    })
}

/// When the counting of the samples of a selector began; nothing of a computed vector.
pub(super) fn start_timestamp(
    evaluator: &Evaluator<'_>,
    vector: &Node,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let Kind::Selector(selector) = &vector.kind else {
        return Ok(());
    };
    if !evaluator.options.start_timestamps {
        return Ok(());
    }
    evaluator.named(span, sink, |sink| {
        for id in &selector.series {
            let stored = evaluator.storage.get(*id);
            let starts = column(evaluator, stored, selector, |it| {
                Value::Float(seconds(it.start))
            });
            if let Some(mut series) = starts {
                evaluator.drop_name(&mut series);
                sink(series)?;
            }
        }
        Ok(())
    })
}
