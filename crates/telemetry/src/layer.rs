//! A tower layer for HTTP servers: each request has its context, its span, and a line when it has been handled.
//!
//! For axum: `Router::new().route(…).layer(RequestLayer::new().route(|it| Some(it.get::<MatchedPath>()?.as_str().into())))`.
//!
//! What a handler binds ([`context::bind`]) is on the line; `tenant_id` and `user_id` are on the span too. The metrics of a
//! service are recorded by a function of its own ([`RequestLayer::on_answer`]). A response that is a stream is reported when
//! its headers are there. A request whose caller hangs up before has the status 499, which no answer has; one whose handler
//! panics has 500.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use http::{Extensions, HeaderValue, Method, Request, Response, StatusCode};
use opentelemetry::trace::TraceId;
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::{Span, field, info_span};

use crate::clock::{self, Stopwatch};
use crate::context::{self, Context, InContext};
use crate::export;

/// Finds the route of a request among its extensions: `/jobs/{id}`.
type Route = fn(&Extensions) -> Option<Box<str>>;

/// A request that was answered: what the metrics of a service are recorded from.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its route, where there is one.
    pub route: Option<&'a str>,
    /// The status; without an answer 500 where the service failed, 499 where the caller did not wait for it.
    pub status: StatusCode,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Its trace, where it is sent: for an exemplar.
    pub trace: Option<TraceId>,
    /// Its context, with what was bound meanwhile.
    pub context: &'a Context,
}

impl Answer<'_> {
    /// The text that was bound to that field.
    #[must_use]
    pub fn bound(&self, field: &str) -> Option<&str> {
        self.context.fields().get(field)?.as_str()
    }
}

/// Gives each request a correlation id, its place in a trace, a server span, and a `request_handled` line.
#[derive(Clone, Copy, Default)]
pub struct RequestLayer {
    route: Option<Route>,
    on_answer: Option<fn(&Answer<'_>)>,
}

impl fmt::Debug for RequestLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestLayer")
    }
}

impl RequestLayer {
    /// A layer whose lines have the path of the request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With the route instead of the path, where there is one: few values, and none that a caller made up.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.route = Some(route);
        self
    }

    /// Calls this for each request, within its context and its span, when it has been handled.
    #[must_use]
    pub fn on_answer(mut self, act: fn(&Answer<'_>)) -> Self {
        self.on_answer = Some(act);
        self
    }
}

impl<S> Layer<S> for RequestLayer {
    type Service = RequestService<S>;

    fn layer(&self, inner: S) -> RequestService<S> {
        RequestService {
            inner,
            layer: *self,
        }
    }
}

/// A service whose requests have their context.
#[derive(Clone, Copy)]
pub struct RequestService<S> {
    inner: S,
    layer: RequestLayer,
}

impl<S> fmt::Debug for RequestService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestService")
    }
}

impl<S, B, R> Service<Request<B>> for RequestService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: fmt::Display,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = InContext<Handled<S::Future>>;

    fn poll_ready(&mut self, task: &mut Task<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let context = context::extract(request.headers());
        let method = request.method().clone();
        let find = self.layer.route;
        let route = find.and_then(|route| route(request.extensions()));
        // A path that a caller made up would make names of spans without end.
        let name = match (find, &route) {
            (Some(_), None) => None,
            (_, route) => Some(route.as_deref().unwrap_or(request.uri().path())),
        };
        let correlation_id = context.correlation_id().unwrap_or_default();
        let span = {
            let _scope = context.clone().enter();
            server_span(&method, name, correlation_id)
        };
        let echo = HeaderValue::from_str(correlation_id).ok();
        let path = request.uri().path().into();
        let watch = Stopwatch::start();
        let inner = {
            let _scope = context.clone().enter();
            self.inner.call(request)
        };
        let asked = Asked {
            watch,
            method,
            path,
            route,
            on_answer: self.layer.on_answer,
            told: false,
        };
        let handled = Handled { inner, asked, echo };
        context.scope(handled).in_span(span)
    }
}

/// The span of a request; some of it is known only at the end.
fn server_span(method: &Method, name: Option<&str>, correlation_id: &str) -> Span {
    let span = info_span!(
        parent: None,
        "http.request",
        otel.kind = "server",
        otel.name = field::Empty,
        otel.status_code = field::Empty,
        http.request.method = method.as_str(),
        http.route = name,
        http.response.status_code = field::Empty,
        correlation_id,
        tenant_id = field::Empty,
        user_id = field::Empty,
    );
    match name {
        Some(name) => span.record("otel.name", field::display(format_args!("{method} {name}"))),
        None => span.record("otel.name", method.as_str()),
    };
    span
}

pin_project! {
    /// A request that is being handled.
    #[must_use = "futures do nothing unless polled"]
    pub struct Handled<F> {
        #[pin]
        inner: F,
        asked: Asked,
        echo: Option<HeaderValue>,
    }
}

impl<F> fmt::Debug for Handled<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handled")
            .field("method", &self.asked.method)
            .field("path", &self.asked.path)
            .finish_non_exhaustive()
    }
}

impl<F, R, E> Future for Handled<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: fmt::Display,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut result = ready!(this.inner.poll(task));
        match &result {
            Ok(response) => this.asked.tell(response.status(), None),
            Err(error) => this
                .asked
                .tell(StatusCode::INTERNAL_SERVER_ERROR, Some(error)),
        }
        if let (Ok(response), Some(id)) = (&mut result, this.echo.take()) {
            for name in context::echoed() {
                response
                    .headers_mut()
                    .entry(name)
                    .or_insert_with(|| id.clone());
            }
        }
        Poll::Ready(result)
    }
}

/// A request, until it is told how it ended.
struct Asked {
    watch: Stopwatch,
    method: Method,
    path: Box<str>,
    route: Option<Box<str>>,
    on_answer: Option<fn(&Answer<'_>)>,
    told: bool,
}

impl Asked {
    /// Tells how it ended: the span, the log, and who records metrics.
    fn tell(&mut self, status: StatusCode, error: Option<&dyn fmt::Display>) {
        self.told = true;
        let taken = self.watch.elapsed();
        let context = Context::current();
        let answer = Answer {
            method: &self.method,
            route: self.route.as_deref(),
            status,
            seconds: taken.as_secs_f64(),
            trace: export::current_trace(),
            context: &context,
        };
        complete(&answer);
        report(&answer, &self.path, clock::milliseconds(taken), error);
        if let Some(act) = self.on_answer {
            act(&answer);
        }
    }
}

impl Drop for Asked {
    /// A server gives a request up when its caller hangs up, and when its handler panics.
    fn drop(&mut self) {
        if !self.told {
            let status = if std::thread::panicking() { 500 } else { 499 };
            self.tell(StatusCode::from_u16(status).expect("three digits"), None);
        }
    }
}

/// What is known of the span only now.
fn complete(answer: &Answer<'_>) {
    let span = Span::current();
    span.record("http.response.status_code", answer.status.as_u16());
    for name in ["tenant_id", "user_id"] {
        match answer.context.fields().get(name) {
            Some(serde_json::Value::String(text)) => span.record(name, text.as_str()),
            Some(other) => span.record(name, field::display(other)),
            None => &span,
        };
    }
    if answer.status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// The line of a request: an error where the server failed.
fn report(answer: &Answer<'_>, path: &str, duration_ms: f64, error: Option<&dyn fmt::Display>) {
    let method = answer.method.as_str();
    let path = answer.route.unwrap_or(path);
    let status_code = answer.status.as_u16();
    if let Some(error) = error {
        tracing::error!(method, path, %error, duration_ms, "request_failed");
    } else if answer.status.is_server_error() {
        tracing::error!(method, path, status_code, duration_ms, "request_handled");
    } else {
        tracing::info!(method, path, status_code, duration_ms, "request_handled");
    }
}
