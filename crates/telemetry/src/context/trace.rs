//! The place in a trace, and its W3C form.

use std::fmt;
use std::str::FromStr;

use tracing::Span;
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

use super::innermost;
use crate::ids::{SpanId, TraceId};

/// A place in a trace: what a `traceparent` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The span within it.
    pub span_id: SpanId,
    /// Whether the caller records it.
    pub sampled: bool,
}

impl TraceContext {
    /// The first span of a new trace.
    #[must_use]
    pub fn root() -> Self {
        Self {
            trace_id: TraceId::random(),
            span_id: SpanId::random(),
            sampled: true,
        }
    }

    /// A new span of the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self {
            span_id: SpanId::random(),
            ..self
        }
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = u8::from(self.sampled);
        write!(f, "00-{}-{}-{flags:02x}", self.trace_id, self.span_id)
    }
}

/// Why a `traceparent` is not continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a `traceparent`: `00-<32 hexadecimal digits>-<16>-<2>`, in lower case, no identifier zero"
)]
pub struct InvalidTraceparent;

impl FromStr for TraceContext {
    type Err = InvalidTraceparent;

    /// Reads version 00; of later versions the part that version 00 has.
    fn from_str(text: &str) -> Result<Self, InvalidTraceparent> {
        let mut parts = text.split('-');
        let [version] = part(parts.next())?;
        let trace_id = TraceId::from_bytes(part(parts.next())?).ok_or(InvalidTraceparent)?;
        let span_id = SpanId::from_bytes(part(parts.next())?).ok_or(InvalidTraceparent)?;
        let [flags] = part(parts.next())?;
        if version == 0xff || version == 0 && parts.next().is_some() {
            return Err(InvalidTraceparent);
        }
        Ok(Self {
            trace_id,
            span_id,
            sampled: flags & 1 == 1,
        })
    }
}

/// Bytes from hexadecimal digits in lower case.
fn part<const N: usize>(text: Option<&str>) -> Result<[u8; N], InvalidTraceparent> {
    let text = text.unwrap_or_default();
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 2 * N || !text.bytes().all(lower) {
        return Err(InvalidTraceparent);
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(2 * at..2 * at + 2).ok_or(InvalidTraceparent)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidTraceparent)?;
    }
    Ok(bytes)
}

/// Where a line or an outgoing call is: in the span, unless the context says that another trace is continued.
pub(crate) fn continued(
    span: Option<TraceContext>,
    context: Option<TraceContext>,
) -> Option<TraceContext> {
    match (span, context) {
        (Some(span), Some(context)) if span.trace_id != context.trace_id => Some(context),
        (span, context) => span.or(context),
    }
}

/// The place in the trace of the code that asks.
#[must_use]
pub fn current_trace() -> Option<TraceContext> {
    let span = Span::current().with_subscriber(|(id, dispatch)| {
        let registry = dispatch.downcast_ref::<Registry>()?;
        let span = registry.span(id)?;
        span.extensions().get::<TraceContext>().copied()
    });
    continued(
        span.flatten(),
        innermost().and_then(|context| context.trace()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_is_read_is_written_again() {
        let read: TraceContext = VALID.parse().expect("valid");
        assert!(read.sampled);
        assert_eq!(read.to_string(), VALID);
        assert_eq!(read.child().trace_id, read.trace_id);
        assert_ne!(read.child().span_id, read.span_id);
    }

    #[test]
    fn later_versions_may_have_more() {
        let later = VALID.replacen("00-", "01-", 1) + "-what";
        assert!(later.parse::<TraceContext>().is_ok());
    }

    #[test]
    fn what_is_no_traceparent_is_refused() {
        for text in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0é4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(
                text.parse::<TraceContext>(),
                Err(InvalidTraceparent),
                "{text}"
            );
        }
    }

    #[test]
    fn the_context_wins_over_a_span_of_another_trace() {
        let (span, other) = (TraceContext::root(), TraceContext::root());
        assert_eq!(continued(Some(span), Some(span.child())), Some(span));
        assert_eq!(continued(Some(span), Some(other)), Some(other));
        assert_eq!(continued(None, Some(other)), Some(other));
        assert_eq!(continued(Some(span), None), Some(span));
    }
}
