//! `label_replace` and `label_join`.

use super::text;
use crate::Span;
use crate::eval::EvalError;
use crate::eval::evaluator::{Evaluator, Sink, merge};
use crate::eval::labels::METRIC_NAME;
use crate::eval::plan::Node;
use crate::eval::regex::compile_anchored;
use crate::eval::value::Series;

pub(super) fn replace(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let [vector, target, replacement, source, pattern] = args else {
        return Err(EvalError::new(span, "label_replace needs five arguments"));
    };
    let (target, source) = (
        label_name(target, "destination", "label_replace")?,
        text(source)?,
    );
    let replacement = text(replacement)?;
    let regex = compile_anchored(text(pattern)?).map_err(|_| {
        let pattern = text(pattern).unwrap_or_default();
        let message = format!("invalid regular expression in label_replace(): {pattern}");
        EvalError::new(args[4].span, message)
    })?;
    relabel(evaluator, vector, target, span, sink, |series| {
        let captures = regex.captures(series.labels.value(source))?;
        let mut value = String::new();
        captures.expand(replacement, &mut value);
        Some(value)
    })
}

pub(super) fn join(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let [vector, target, separator, sources @ ..] = args else {
        return Err(EvalError::new(span, "label_join needs three arguments"));
    };
    let sources = sources
        .iter()
        .map(|source| label_name(source, "source", "label_join"));
    let sources = sources.collect::<Result<Vec<_>, _>>()?;
    let target = label_name(target, "destination", "label_join")?;
    let separator = text(separator)?;
    relabel(evaluator, vector, target, span, sink, |series| {
        let values: Vec<_> = sources
            .iter()
            .map(|name| series.labels.value(name))
            .collect();
        Some(values.join(separator))
    })
}

fn label_name<'n>(node: &'n Node, role: &str, function: &str) -> Result<&'n str, EvalError> {
    let name = text(node)?;
    if name.is_empty() {
        let message = format!("invalid {role} label name in {function}(): {name}");
        return Err(EvalError::new(node.span, message));
    }
    Ok(name)
}

fn relabel(
    evaluator: &Evaluator<'_>,
    vector: &Node,
    target: &str,
    span: Span,
    sink: Sink<'_>,
    value: impl Fn(&Series) -> Option<String>,
) -> Result<(), EvalError> {
    let mut all = evaluator.vector(vector)?;
    for series in &mut all {
        if let Some(value) = value(series) {
            series.labels = series.labels.with(target, &value);
            // A name that is set on purpose stays.
            series.drop_name &= target != METRIC_NAME;
        }
    }
    merge(all, evaluator.steps.count, span)?
        .into_iter()
        .try_for_each(sink)
}
