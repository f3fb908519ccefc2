//! Timed spans: a line at the start, and one at the end that says how it went and how long it took.
//!
//! `span_started`, then `span_ended`, `span_failed` with the error, or `span_cancelled` where the work was dropped
//! before it ended.
//!
//! ```
//! use obsctl_telemetry::timed::Timed;
//!
//! let span = Timed::new("metadata.extract").with("provider", "shopify");
//! let size: Result<u64, String> = span.run(|| Ok(3));
//! assert_eq!(size, Ok(3));
//! ```

use std::fmt::Display;

use serde_json::{Map, Value};
use tracing::{Instrument, Span, field, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::clock::Stopwatch;
use crate::context::{Context, Scope};

/// Runs the work in a span of that name.
///
/// # Errors
/// Those of the work.
pub fn timed<T, E: Display>(
    name: &'static str,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    Timed::new(name).run(work)
}

/// Runs the future in a span of that name.
///
/// # Errors
/// Those of the future.
pub async fn timed_future<T, E: Display>(
    name: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    Timed::new(name).run_future(work).await
}

/// A span to be timed: its name and its attributes.
#[derive(Clone, Debug)]
#[must_use = "it is timed by `run` or `run_future`"]
pub struct Timed {
    name: &'static str,
    attributes: Map<String, Value>,
}

impl Timed {
    /// The span of that name.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Map::new(),
        }
    }

    /// With this attribute: on the span, and on the lines that say how it went.
    pub fn with(mut self, attribute: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(attribute.into(), value.into());
        self
    }

    /// Runs the work in the span.
    ///
    /// # Errors
    /// Those of the work.
    pub fn run<T, E: Display>(self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.span().in_scope(|| {
            let timer = Timer::start(self);
            let result = work();
            timer.end(result.as_ref().err());
            result
        })
    }

    /// Runs the future in the span.
    ///
    /// # Errors
    /// Those of the future.
    pub async fn run_future<T, E: Display>(
        self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let span = self.span();
        async {
            let timer = Timer::start(self);
            let result = work.await;
            timer.end(result.as_ref().err());
            result
        }
        .instrument(span)
        .await
    }

    fn span(&self) -> Span {
        info_span!(
            "timed",
            otel.name = self.name,
            otel.status_code = field::Empty
        )
    }

    /// For a line of the span: what is bound, and the attributes.
    fn scope(&self) -> Scope {
        let attributes = self.attributes.iter();
        let context = attributes.fold(Context::current(), |context, (name, value)| {
            context.with(name, value.clone())
        });
        context.enter()
    }
}

/// Measures a span; dropped before its end, it says so.
struct Timer {
    timed: Timed,
    watch: Stopwatch,
    ended: bool,
}

impl Timer {
    /// Starts to measure, within the span.
    fn start(timed: Timed) -> Self {
        let span = Span::current();
        for (name, value) in &timed.attributes {
            span.set_attribute(name.clone(), exported(value));
        }
        {
            let _scope = timed.scope();
            tracing::info!(span = timed.name, "span_started");
        }
        Self {
            timed,
            watch: Stopwatch::start(),
            ended: false,
        }
    }

    fn end<E: Display>(mut self, error: Option<&E>) {
        self.ended = true;
        let duration_ms = self.watch.milliseconds();
        let name = self.timed.name;
        let _scope = self.timed.scope();
        match error {
            None => tracing::info!(span = name, duration_ms, "span_ended"),
            Some(error) => {
                Span::current().record("otel.status_code", "ERROR");
                tracing::error!(span = name, duration_ms, %error, "span_failed");
            }
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let duration_ms = self.watch.milliseconds();
        let name = self.timed.name;
        let _scope = self.timed.scope();
        if std::thread::panicking() {
            Span::current().record("otel.status_code", "ERROR");
            tracing::error!(span = name, duration_ms, error = "panicked", "span_failed");
        } else {
            tracing::warn!(span = name, duration_ms, "span_cancelled");
        }
    }
}

/// A value as an attribute of a span.
fn exported(value: &Value) -> opentelemetry::Value {
    match value {
        Value::String(text) => text.clone().into(),
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(value)) => value.into(),
            (None, None) => number.to_string().into(),
        },
        nested => nested.to_string().into(),
    }
}
