//! Contexts over the wire: read from a request, sent with a call, taken along by a background job.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::{Context, current_trace};
use crate::{ids, redact};

/// What belongs together across services.
pub const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
/// Read where there is no correlation id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The place in a trace, as W3C has it.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Bound fields of a job; never sent to another service.
const BOUND: HeaderName = HeaderName::from_static("x-bound-fields");

/// Longer correlation ids are not taken over.
const LONGEST_ID: usize = 128;
/// More than this is not stored with a job.
const LARGEST_FIELDS: usize = 8 * 1024;

static REQUEST_ID_HEADER: OnceLock<HeaderName> = OnceLock::new();

/// Makes it the header whose id is read before the usual ones; the first one stays.
pub(crate) fn install_request_id(name: HeaderName) {
    REQUEST_ID_HEADER.get_or_init(|| name);
}

/// Headers that a response has the id of its request in.
pub(crate) fn echoed() -> impl Iterator<Item = HeaderName> {
    REQUEST_ID_HEADER
        .get()
        .cloned()
        .into_iter()
        .chain([CORRELATION_ID])
}

/// The context of a request: its correlation id, or a new one, and the trace it continues, if any.
///
/// An id from outside is taken over if it has at most 128 letters, digits and `-_.:`, and nothing that
/// would be redacted.
#[must_use]
pub fn extract(headers: &HeaderMap) -> Context {
    let id = (echoed().chain([REQUEST_ID]))
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .find(|id| acceptable(id))
        .map_or_else(ids::uuid, str::to_owned);
    let context = Context::new().with_correlation_id(id);
    let trace = headers.get(TRACEPARENT);
    match trace.and_then(|value| value.to_str().ok()?.trim().parse().ok()) {
        Some(trace) => context.with_trace(trace),
        None => context,
    }
}

fn acceptable(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=LONGEST_ID).contains(&id.len())
        && id.bytes().all(plain)
        && redact::installed().is_plain_identifier(id)
}

/// Gives an outgoing call the correlation id and the place in the trace of the code that makes it.
pub fn inject(headers: &mut HeaderMap) {
    let context = Context::current();
    if let Some(id) = context.correlation_id().and_then(header) {
        headers.insert(CORRELATION_ID, id);
    }
    if let Some(trace) = current_trace().and_then(|trace| header(&trace.to_string())) {
        headers.insert(TRACEPARENT, trace);
    }
}

/// What a background job takes along when it is enqueued: id, trace and bound fields, these redacted.
#[must_use]
pub fn capture() -> HeaderMap {
    let mut headers = HeaderMap::new();
    inject(&mut headers);
    let context = Context::current();
    let redactor = redact::installed();
    let fields: Map<String, Value> = (context.fields().iter())
        .map(|(name, value)| (name.clone(), redactor.json(name, value).into_owned()))
        .collect();
    let text = Value::Object(fields).to_string();
    if !context.fields().is_empty()
        && text.len() <= LARGEST_FIELDS
        && let Some(value) = header(&text)
    {
        headers.insert(BOUND, value);
    }
    headers
}

/// The context of a job that runs: that of the code that enqueued it.
///
/// `restore(&headers).traced(|| info_span!("job"), work)` runs it in a new span of the same trace; afterwards nothing
/// of it is left.
#[must_use]
pub fn restore(headers: &HeaderMap) -> Context {
    let fields = headers
        .get(BOUND)
        .and_then(|value| serde_json::from_slice::<Map<String, Value>>(value.as_bytes()).ok())
        .unwrap_or_default();
    fields
        .into_iter()
        .fold(extract(headers), |context, (name, value)| {
            context.with(name, value)
        })
}

/// As a header, if it can be one.
fn header(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_bytes(text.as_bytes()).ok()
}
