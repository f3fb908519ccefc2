//! A tower layer for HTTP servers: each request has its context, its span, and a line when it has been handled.
//!
//! For axum: `Router::new().route(…).layer(RequestLayer::new().route(|it| Some(it.get::<MatchedPath>()?.as_str().into())))`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use http::{Extensions, HeaderValue, Method, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::info_span;

use crate::clock::Stopwatch;
use crate::context::{self, CORRELATION_ID, InContext};

/// Finds the route of a request among its extensions: `/jobs/{id}`.
type Route = fn(&Extensions) -> Option<Box<str>>;

/// Gives each request a correlation id, its place in a trace, a server span, and a `request_handled` line.
#[derive(Clone, Copy, Default)]
pub struct RequestLayer {
    route: Option<Route>,
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
}

impl<S> Layer<S> for RequestLayer {
    type Service = RequestService<S>;

    fn layer(&self, inner: S) -> RequestService<S> {
        RequestService {
            inner,
            route: self.route,
        }
    }
}

/// A service whose requests have their context.
#[derive(Clone, Copy)]
pub struct RequestService<S> {
    inner: S,
    route: Option<Route>,
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
        let route = self.route.and_then(|route| route(request.extensions()));
        let path = route.unwrap_or_else(|| request.uri().path().into());
        let correlation_id = context.correlation_id().unwrap_or_default();
        let echo = HeaderValue::from_str(correlation_id).ok();
        let watch = Stopwatch::start();
        let inner = {
            let _scope = context.clone().enter();
            self.inner.call(request)
        };
        let span = || {
            info_span!(
                parent: None,
                "http.request",
                otel.kind = "server",
                otel.name = %format_args!("{method} {path}"),
                http.request.method = %method,
                http.route = %path,
            )
        };
        let handled = Handled {
            inner,
            watch,
            method: method.clone(),
            path: path.clone(),
            echo,
        };
        context.traced(span, handled)
    }
}

pin_project! {
    /// A request that is being handled.
    #[must_use = "futures do nothing unless polled"]
    pub struct Handled<F> {
        #[pin]
        inner: F,
        watch: Stopwatch,
        method: Method,
        path: Box<str>,
        echo: Option<HeaderValue>,
    }
}

impl<F> fmt::Debug for Handled<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handled")
            .field("method", &self.method)
            .field("path", &self.path)
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
        let (method, path) = (this.method.as_str(), &**this.path);
        let duration_ms = this.watch.milliseconds();
        match &mut result {
            Ok(response) => {
                report(method, path, response.status(), duration_ms);
                if let Some(id) = this.echo.take() {
                    response.headers_mut().entry(CORRELATION_ID).or_insert(id);
                }
            }
            Err(error) => {
                tracing::error!(method, path, %error, duration_ms, "request_failed");
            }
        }
        Poll::Ready(result)
    }
}

/// The line of a request: an error where the server failed.
fn report(method: &str, path: &str, status: StatusCode, duration_ms: f64) {
    let status_code = status.as_u16();
    if status.is_server_error() {
        tracing::error!(method, path, status_code, duration_ms, "request_handled");
    } else {
        tracing::info!(method, path, status_code, duration_ms, "request_handled");
    }
}
