//! Series that have become the same by the loss of labels.

use std::collections::BTreeMap;

use super::EvalError;
use super::value::{Series, is_stale};
use crate::Span;

pub(super) const SAME_LABELS: &str = "vector cannot contain metrics with the same labelset";

/// Joins series of the same labels, which may not have values at the same step.
pub(super) fn merge(
    series: Vec<Series>,
    steps: usize,
    span: Span,
) -> Result<Vec<Series>, EvalError> {
    let mut known = BTreeMap::new();
    let mut merged: Vec<Series> = Vec::with_capacity(series.len());
    for series in series {
        let at = *known.entry(series.labels.clone()).or_insert(merged.len());
        let Some(first) = merged.get_mut(at) else {
            merged.push(series);
            continue;
        };
        join(first, series, steps, span)?;
    }
    Ok(merged)
}

fn join(into: &mut Series, from: Series, steps: usize, span: Span) -> Result<(), EvalError> {
    let same = || EvalError::new(span, SAME_LABELS);
    // Whether the name is dropped is known of the first value.
    if from.first_step() < into.first_step() {
        into.drop_name = from.drop_name;
    }
    for (step, value) in from.floats.iter().enumerate() {
        if is_stale(*value) {
            continue;
        }
        if into.has(step) {
            return Err(same());
        }
        into.set_float(step, *value, steps);
    }
    if from.histograms.is_empty() {
        return Ok(());
    }
    for (step, _) in &from.histograms {
        if into.has(*step) {
            return Err(same());
        }
    }
    into.histograms.extend(from.histograms);
    into.histograms.sort_by_key(|(step, _)| *step);
    Ok(())
}
