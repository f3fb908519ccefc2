//! `absent` and `absent_over_time`.

use super::range;
use crate::eval::EvalError;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::labels::{Labels, METRIC_NAME};
use crate::eval::matcher::Matcher;
use crate::eval::plan::{Kind, Node, Source};
use crate::eval::value::{STALE, Series};

pub(super) fn absent(
    evaluator: &Evaluator<'_>,
    vector: &Node,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let mut present = vec![false; evaluator.steps.count];
    evaluator.each(vector, &mut |series| {
        mark(&mut present, &series);
        Ok(())
    })?;
    let matchers = match &vector.kind {
        Kind::Selector(selector) => selector.matchers.as_slice(),
        _ => &[],
    };
    where_absent(&present, matchers, sink)
}

pub(super) fn over_time(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let mut present = vec![false; evaluator.steps.count];
    let Some(function) = range::find("present_over_time") else {
        return Ok(());
    };
    range::eval(
        evaluator,
        "absent_over_time",
        function,
        args,
        &mut |series| {
            mark(&mut present, &series);
            Ok(())
        },
    )?;
    let matchers = match &args[0].kind {
        Kind::Range(range) => match &range.source {
            Source::Selector(selector) => selector.matchers.as_slice(),
            Source::Subquery { .. } => &[],
        },
        _ => &[],
    };
    where_absent(&present, matchers, sink)
}

fn mark(present: &mut [bool], series: &Series) {
    for (step, present) in present.iter_mut().enumerate() {
        *present |= series.has(step);
    }
}

fn where_absent(present: &[bool], matchers: &[Matcher], sink: Sink<'_>) -> Result<(), EvalError> {
    if present.iter().all(|present| *present) {
        return Ok(());
    }
    let mut series = Series::new(labels(matchers));
    series.floats = present
        .iter()
        .map(|present| if *present { STALE } else { 1.0 })
        .collect();
    sink(series)
}

/// The labels that a series would need to have: those that are asked for by one `=`.
fn labels(matchers: &[Matcher]) -> Labels {
    let wanted = matchers.iter().filter_map(|matcher| {
        let value = matcher.equal_value()?;
        let others = matchers.iter().filter(|other| other.name == matcher.name);
        let only = others.count() == 1 && matcher.name != METRIC_NAME;
        only.then_some((matcher.name.as_str(), value))
    });
    wanted.collect()
}
