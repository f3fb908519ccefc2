//! `sort` and `sort_by_label`, and their descending forms.

use std::cmp::Ordering;

use super::text;
use crate::Span;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::plan::Node;
use crate::eval::value::{STALE, Series};
use crate::eval::{Annotation, EvalError};

/// By value, NaN last; histograms are left out.
pub(super) fn by_value(
    evaluator: &Evaluator<'_>,
    vector: &Node,
    descending: bool,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    note_range(evaluator, span);
    let mut all = evaluator.vector(vector)?;
    for series in &mut all {
        series.histograms.clear();
    }
    all.retain(|series| !series.is_empty());
    if evaluator.steps.count == 1 {
        all.sort_by(|a, b| by_float(first(a), first(b), descending));
    }
    all.into_iter().try_for_each(sink)
}

fn first(series: &Series) -> f64 {
    series.floats.first().copied().unwrap_or(STALE)
}

/// NaN is last in both directions.
pub(in crate::eval) fn by_float(a: f64, b: f64, descending: bool) -> Ordering {
    let order = a
        .partial_cmp(&b)
        .map(|order| if descending { order.reverse() } else { order });
    order.unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// By the values of labels, in natural order; the whole label sets decide between equals.
pub(super) fn by_label(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    descending: bool,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    note_range(evaluator, span);
    let names = args[1..].iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let mut all = evaluator.vector(&args[0])?;
    if evaluator.steps.count == 1 {
        all.sort_by(|a, b| {
            let mut pairs = names
                .iter()
                .map(|name| (a.labels.value(name), b.labels.value(name)));
            let order = match pairs.find(|(a, b)| a != b) {
                Some((a, b)) => natural(a, b),
                None => a.labels.cmp(&b.labels),
            };
            if descending { order.reverse() } else { order }
        });
    }
    all.into_iter().try_for_each(sink)
}

fn note_range(evaluator: &Evaluator<'_>, span: Span) {
    if evaluator.steps.range {
        evaluator.note(Annotation::sort_in_range_query(span));
    }
}

/// `a2` before `a10`: runs of digits are compared as numbers, everything else as text.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    while !a_rest.is_empty() && !b_rest.is_empty() {
        let (a_run, b_run) = (run(a_rest), run(b_rest));
        (a_rest, b_rest) = (&a_rest[a_run.len()..], &b_rest[b_run.len()..]);
        let order = match (a_run.parse::<i64>(), b_run.parse::<i64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a_run.cmp(b_run),
        };
        if order.is_ne() {
            return order;
        }
    }
    a_rest.len().cmp(&b_rest.len()).then_with(|| a.cmp(b))
}

/// The digits, or what is no digit, that the text begins with.
fn run(text: &str) -> &str {
    let digits = text.starts_with(|char: char| char.is_ascii_digit());
    let end = text.find(|char: char| char.is_ascii_digit() != digits);
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_compared_as_numbers() {
        for (a, b) in [
            ("a2", "a10"),
            ("2", "10"),
            ("a", "a1"),
            ("1.9", "1.10"),
            ("", "a"),
            ("10", "a"),
        ] {
            assert_eq!(natural(a, b), Ordering::Less, "{a} {b}");
            assert_eq!(natural(b, a), Ordering::Greater, "{a} {b}");
        }
    }

    #[test]
    fn nan_is_last() {
        let mut values = [f64::NAN, 1.0, f64::INFINITY, -1.0];
        values.sort_by(|a, b| by_float(*a, *b, true));
        assert_eq!(values[..3], [f64::INFINITY, 1.0, -1.0]);
        values.sort_by(|a, b| by_float(*a, *b, false));
        assert_eq!(values[..3], [-1.0, 1.0, f64::INFINITY]);
    }
}
