//! One identity for a span: what its log lines say, what goes out in a `traceparent`, and what is exported.
//!
//! A span's [`TraceContext`] is decided first; the layer that makes traces of spans stands between [`Before`] and
//! [`After`], which hand it over: the remote parent as the current context, the identifiers through [`Ids`].

use std::cell::{Cell, RefCell};

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context as OtelContext, ContextGuard};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::context::{self, TraceContext};
use crate::ids;

thread_local! {
    /// The identifiers of the span that may be made now.
    static NEXT: Cell<Option<TraceContext>> = const { Cell::new(None) };
    /// Holds its remote parent in place until it is made.
    static PARENT: RefCell<Option<ContextGuard>> = const { RefCell::new(None) };
}

/// Gives out the identifiers that were decided on.
#[derive(Debug, Default)]
pub(super) struct Ids(RandomIdGenerator);

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        match NEXT.get() {
            Some(next) => TraceId::from_bytes(next.trace_id.to_bytes()),
            None => self.0.new_trace_id(),
        }
    }

    fn new_span_id(&self) -> SpanId {
        match NEXT.get() {
            Some(next) => SpanId::from_bytes(next.span_id.to_bytes()),
            None => self.0.new_span_id(),
        }
    }
}

/// Decides on a span's place in a trace, unless another layer has, and lets the next layer know.
#[derive(Debug)]
pub(super) struct Before;

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Before {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else {
            return;
        };
        let parent = span.parent().and_then(|parent| place(&parent));
        let remote = context::Context::current().trace();
        let decided = place(&span);
        let decided = decided.unwrap_or_else(|| {
            let place = match (parent, remote) {
                (Some(parent), Some(remote)) if parent.trace_id != remote.trace_id => {
                    remote.child()
                }
                (Some(parent), _) => parent.child(),
                (None, Some(remote)) => remote.child(),
                (None, None) => TraceContext::root(),
            };
            span.extensions_mut().replace(place);
            place
        });
        // A parent that is named and was never entered is made now, not this span.
        NEXT.set(attributes.parent().and(parent));
        // A parent in this process, the next layer finds by itself.
        if parent.is_none_or(|parent| parent.trace_id != decided.trace_id) {
            let remote = remote.filter(|remote| remote.trace_id == decided.trace_id);
            let around = remote.map_or_else(OtelContext::new, |remote| {
                OtelContext::new().with_remote_span_context(span_context(remote))
            });
            PARENT.set(Some(around.attach()));
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        announce(id, &context);
    }

    fn on_follows_from(&self, _: &Id, follows: &Id, context: Context<'_, S>) {
        announce(follows, &context);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        announce(&id, &context);
    }
}

/// The next layer makes a span when it is first needed: these are its identifiers then.
fn announce<S: Subscriber + for<'span> LookupSpan<'span>>(id: &Id, context: &Context<'_, S>) {
    NEXT.set(context.span(id).as_ref().and_then(place));
}

fn place<'span, S: LookupSpan<'span>>(span: &SpanRef<'span, S>) -> Option<TraceContext> {
    span.extensions().get().copied()
}

/// Withdraws what was announced, and takes over what became of it: whether the span is sampled.
#[derive(Debug)]
pub(super) struct After;

impl After {
    fn withdraw() {
        NEXT.set(None);
        PARENT.set(None);
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for After {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        Self::withdraw();
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        Self::withdraw();
        let current = OtelContext::current();
        let span = current.span();
        let made = span.span_context();
        let trace_id = ids::TraceId::from_bytes(made.trace_id().to_bytes());
        let span_id = ids::SpanId::from_bytes(made.span_id().to_bytes());
        if let (Some(trace_id), Some(span_id), Some(entered)) =
            (trace_id, span_id, context.span(id))
        {
            entered.extensions_mut().replace(TraceContext {
                trace_id,
                span_id,
                sampled: made.is_sampled(),
            });
        }
    }

    fn on_follows_from(&self, _: &Id, _: &Id, _: Context<'_, S>) {
        Self::withdraw();
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        Self::withdraw();
    }
}

fn span_context(place: TraceContext) -> SpanContext {
    SpanContext::new(
        TraceId::from_bytes(place.trace_id.to_bytes()),
        SpanId::from_bytes(place.span_id.to_bytes()),
        TraceFlags::default().with_sampled(place.sampled),
        true,
        TraceState::default(),
    )
}

/// The trace of the current span, where it is sampled: what an exemplar may point to.
#[must_use]
pub fn current_trace() -> Option<TraceId> {
    let context = OtelContext::current();
    let span = context.span();
    let span = span.span_context();
    (span.is_valid() && span.is_sampled() && !span.is_remote()).then(|| span.trace_id())
}
