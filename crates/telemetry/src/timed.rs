//! Timed spans: a line at the start, and one at the end that says how it went and how long it took.
//!
//! `span_started`, then `span_ended`, `span_failed` with the error, or `span_cancelled` where the work was dropped
//! before it ended.

use std::fmt::Display;

use tracing::{Instrument, Span, info_span};

use crate::clock::Stopwatch;

/// Runs the work in a span of that name.
///
/// # Errors
/// Those of the work.
pub fn timed<T, E: Display>(
    name: &'static str,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    span(name).in_scope(|| {
        let timer = Timer::start(name);
        let result = work();
        timer.end(result.as_ref().err());
        result
    })
}

/// Runs the future in a span of that name.
///
/// # Errors
/// Those of the future.
pub async fn timed_future<T, E: Display>(
    name: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let span = span(name);
    async {
        let timer = Timer::start(name);
        let result = work.await;
        timer.end(result.as_ref().err());
        result
    }
    .instrument(span)
    .await
}

fn span(name: &'static str) -> Span {
    info_span!("timed", otel.name = name)
}

/// Measures a span; dropped before its end, it says so.
struct Timer {
    name: &'static str,
    watch: Stopwatch,
    ended: bool,
}

impl Timer {
    fn start(name: &'static str) -> Self {
        tracing::info!(span = name, "span_started");
        Self {
            name,
            watch: Stopwatch::start(),
            ended: false,
        }
    }

    fn end<E: Display>(mut self, error: Option<&E>) {
        self.ended = true;
        let duration_ms = self.watch.milliseconds();
        match error {
            None => tracing::info!(span = self.name, duration_ms, "span_ended"),
            Some(error) => tracing::error!(span = self.name, duration_ms, %error, "span_failed"),
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let duration_ms = self.watch.milliseconds();
        if std::thread::panicking() {
            tracing::error!(
                span = self.name,
                duration_ms,
                error = "panicked",
                "span_failed"
            );
        } else {
            tracing::warn!(span = self.name, duration_ms, "span_cancelled");
        }
    }
}
