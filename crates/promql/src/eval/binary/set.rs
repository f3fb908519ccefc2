//! `and`, `or`, `unless`.

use super::matching::Signatures;
use crate::Span;
use crate::ast::BinaryOp;
use crate::eval::EvalError;
use crate::eval::evaluator::{Evaluator, Sink, merge};
use crate::eval::plan::Binary;
use crate::eval::value::{STALE, Series};

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    binary: &Binary,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let steps = evaluator.steps.count;
    let mut left = evaluator.vector(&binary.lhs)?;
    let mut right = evaluator.vector(&binary.rhs)?;
    let signatures = Signatures::new(&binary.matching, &left, &right);
    if binary.op == BinaryOp::Or {
        let present = presence(&left, &signatures.left, signatures.count, steps);
        keep(&mut right, &signatures.right, |signature, step| {
            !present[signature][step]
        });
        left.append(&mut right);
        // A series can come from the left at one step and from the right at another.
        if steps > 1 {
            left = merge(left, steps, span)?;
        }
    } else {
        let present = presence(&right, &signatures.right, signatures.count, steps);
        let wanted = binary.op == BinaryOp::And;
        keep(&mut left, &signatures.left, |signature, step| {
            present[signature][step] == wanted
        });
    }
    left.retain(|series| !series.is_empty());
    left.into_iter().try_for_each(sink)
}

/// At which steps there is a series of each signature.
fn presence(all: &[Series], signatures: &[usize], count: usize, steps: usize) -> Vec<Vec<bool>> {
    let mut present = vec![Vec::new(); count];
    for (series, signature) in all.iter().zip(signatures) {
        let present: &mut Vec<bool> = &mut present[*signature];
        present.resize(steps, false);
        for (step, present) in present.iter_mut().enumerate() {
            *present |= series.has(step);
        }
    }
    for present in &mut present {
        present.resize(steps, false);
    }
    present
}

fn keep(all: &mut [Series], signatures: &[usize], keeps: impl Fn(usize, usize) -> bool) {
    for (series, signature) in all.iter_mut().zip(signatures) {
        for (step, value) in series.floats.iter_mut().enumerate() {
            if !keeps(*signature, step) {
                *value = STALE;
            }
        }
        series
            .histograms
            .retain(|(step, _)| keeps(*signature, *step));
    }
}
