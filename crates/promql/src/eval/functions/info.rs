//! `info`

use crate::Span;
use crate::eval::EvalError;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::plan::Node;

pub(super) fn eval(
    _evaluator: &Evaluator<'_>,
    _args: &[Node],
    span: Span,
    _sink: Sink<'_>,
) -> Result<(), EvalError> {
    Err(EvalError::new(span, "`info` cannot be evaluated"))
}
