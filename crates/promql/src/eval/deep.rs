//! Room on the stack for expressions that nest deeply.

use super::EvalError;
use crate::Expr;

/// Up to this height a tree is evaluated on the stack of its thread.
const SHALLOW: usize = 64;
/// What a level may take of the stack, in bytes: some ten calls, one inside the other.
const LEVEL: usize = 64 << 10;

/// Calls `evaluate`, which calls itself for each level of the expression, on a stack that is large enough.
pub(super) fn with_stack<T: Send>(
    expr: &Expr,
    evaluate: impl FnOnce() -> Result<T, EvalError> + Send,
) -> Result<T, EvalError> {
    let height = height(expr);
    if height <= SHALLOW {
        return evaluate();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(height * LEVEL);
        match thread.spawn_scoped(scope, evaluate) {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => {
                let message = format!("the query nests too deeply: {error}");
                Err(EvalError::new(expr.span(), message))
            }
        }
    })
}

/// The longest way from the expression to one inside it, counted without calling itself.
fn height(expr: &Expr) -> usize {
    let mut highest = 0;
    let mut pending = vec![(expr, 1)];
    while let Some((expr, level)) = pending.pop() {
        highest = highest.max(level);
        pending.extend(expr.children().map(|child| (child, level + 1)));
    }
    highest
}
