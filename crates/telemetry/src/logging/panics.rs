//! Panics as lines: their message is redacted like any other.

use std::backtrace::Backtrace;
use std::panic;

use super::Stacks;

/// Logs panics as event `panic`, instead of what the standard hook prints unredacted.
///
/// With a stack trace unless `stacks` says never.
pub fn log_panics(stacks: Stacks) {
    log_panics_then(stacks, || {});
}

/// As [`log_panics`], and then does this: the process may be at its end.
pub(crate) fn log_panics_then(stacks: Stacks, then: impl Fn() + Send + Sync + 'static) {
    panic::set_hook(Box::new(move |info| {
        let message = info.payload_as_str().unwrap_or("not a text");
        let location = info.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        let stack = match stacks {
            Stacks::Errors => Some(Backtrace::force_capture().to_string()),
            // Every line has one already.
            Stacks::Always | Stacks::Never => None,
        };
        tracing::error!(
            target: "panic",
            error = message,
            error_type = "panic",
            location,
            thread,
            exc_info = stack,
            "panic"
        );
        then();
    }));
}
