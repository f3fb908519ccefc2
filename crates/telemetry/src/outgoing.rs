//! A middleware for `reqwest`: each outgoing call has its span, and carries the trace and the correlation id.
//!
//! Put it after a middleware that retries, so that each attempt has a span of its own.
//!
//! ```no_run
//! use obsctl_telemetry::outgoing::{CallAttributes, TraceCalls};
//!
//! # async fn call() -> Result<(), reqwest_middleware::Error> {
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
//!     .with(TraceCalls)
//!     .build();
//! client
//!     .get("https://acme.myshopify.com/orders")
//!     .with_extension(CallAttributes::new().with("provider", "shopify"))
//!     .send()
//!     .await?;
//! # Ok(())
//! # }
//! ```

use async_trait::async_trait;
use http::{Extensions, HeaderMap};
use opentelemetry::trace::Status;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::context;

/// Gives each call a client span that is named after its method.
///
/// The span has the method, the host and the status of the answer; of the rest of the address, headers and bodies it has
/// nothing. A status of 400 and above, and a call without an answer, are errors. Headers the request already has stay:
/// it may belong to another trace.
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceCalls;

/// What the span of one call has besides: an extension of its request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallAttributes(Vec<(&'static str, String)>);

impl CallAttributes {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }
}

#[async_trait]
impl Middleware for TraceCalls {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let span = span(&request, extensions);
        let mut carried = HeaderMap::new();
        span.in_scope(|| context::inject(&mut carried));
        for (name, value) in &carried {
            let headers = request.headers_mut();
            headers.entry(name).or_insert_with(|| value.clone());
        }
        let result = next.run(request, extensions).instrument(span.clone()).await;
        conclude(&span, &result);
        result
    }
}

fn span(request: &Request, extensions: &Extensions) -> Span {
    let method = request.method().as_str();
    let span = info_span!(
        "http.call",
        otel.kind = "client",
        otel.name = method,
        http.request.method = method,
        server.address = request.url().host_str(),
        http.response.status_code = Empty,
    );
    for (name, value) in extensions
        .get::<CallAttributes>()
        .iter()
        .flat_map(|it| &it.0)
    {
        span.set_attribute(*name, value.clone());
    }
    span
}

/// How it ended. The text of an error would tell the address, query and all.
fn conclude(span: &Span, result: &Result<Response>) {
    let failed = match result {
        Ok(response) => {
            let status = response.status();
            span.record("http.response.status_code", status.as_u16());
            if status.as_u16() < 400 {
                return;
            }
            status.canonical_reason().unwrap_or("an error")
        }
        Err(Error::Reqwest(error)) if error.is_timeout() => "timed out",
        Err(Error::Reqwest(error)) if error.is_connect() => "not connected",
        Err(_) => "no answer",
    };
    span.set_status(Status::error(failed));
}
