//! Between `tracing`'s spans and the traces they belong to.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::context::TraceContext;

/// The trace of the current span, where it is sampled: what an exemplar may point to.
#[must_use]
pub fn current_trace() -> Option<TraceId> {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    (span.is_valid() && span.is_sampled()).then(|| span.trace_id())
}

/// Makes a span the child of one in another process, as its `traceparent` names it; whether it is sampled is then that
/// parent's decision. Call it before the span is entered. Says whether it was: not without an exporting layer.
pub fn continue_trace(span: &Span, parent: TraceContext) -> bool {
    let remote = SpanContext::new(
        TraceId::from_bytes(parent.trace_id.to_bytes()),
        SpanId::from_bytes(parent.span_id.to_bytes()),
        TraceFlags::default().with_sampled(parent.sampled),
        true,
        TraceState::default(),
    );
    span.set_parent(Context::new().with_remote_span_context(remote))
        .is_ok()
}
