//! Functions of histograms, classic and native.

use crate::Span;
use crate::eval::EvalError;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::plan::Node;
use crate::eval::value::Series;

pub(super) fn call(
    _evaluator: &Evaluator<'_>,
    name: &str,
    _args: &[Node],
    span: Span,
    _sink: Sink<'_>,
) -> Result<(), EvalError> {
    Err(EvalError::new(span, format!("`{name}` cannot be evaluated")))
}

pub(super) fn negate(_series: &mut Series) {}
