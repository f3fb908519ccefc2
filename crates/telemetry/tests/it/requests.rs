use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::routing::get;
use http::{HeaderMap, Request, StatusCode};
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context::{self, Context, TraceContext};
use obsctl_telemetry::layer::RequestLayer;
use tower::ServiceExt;

use crate::support::Memory;

fn broken() -> StatusCode {
    panic!("as it has to in this test")
}

fn app() -> Router {
    let layer = RequestLayer::new()
        .route(|extensions| Some(extensions.get::<MatchedPath>()?.as_str().into()));
    Router::new()
        .route(
            "/jobs/{id}",
            get(|| async {
                context::bind("tenant_id", "t-1");
                tracing::info!("job_read");
                let mut sent = HeaderMap::new();
                context::inject(&mut sent);
                sent["traceparent"].to_str().expect("text").to_owned()
            }),
        )
        .route("/broken", get(|| async { StatusCode::BAD_GATEWAY }))
        .route(
            "/slow",
            get(|| async {
                context::bind("tenant_id", "t-1");
                std::future::pending::<()>().await;
            }),
        )
        .route("/panic", get(|| async { broken() }))
        .layer(layer)
}

#[tokio::test]
async fn a_request_has_its_context_its_span_and_its_line() {
    let memory = Memory::default();
    let _listening = memory.listen(Telemetry::new("api"));
    let caller = TraceContext::root();
    let request = Request::get("/jobs/7?token=abc")
        .header("x-correlation-id", "cor-1")
        .header("traceparent", caller.to_string())
        .body(Body::empty())
        .expect("a request");
    let response = app().oneshot(request).await.expect("a response");
    assert_eq!(response.headers()["x-correlation-id"], "cor-1");
    let body = axum::body::to_bytes(response.into_body(), 100)
        .await
        .expect("a body");
    let sent: TraceContext = str::from_utf8(&body).expect("text").parse().expect("valid");
    assert_eq!(sent.trace_id, caller.trace_id);
    assert_ne!(sent.span_id, caller.span_id);

    let lines = memory.lines();
    assert_eq!(
        (&lines[0]["event"], &lines[1]["event"]),
        (&"job_read".into(), &"request_handled".into())
    );
    for line in &lines {
        assert_eq!(line["correlation_id"], "cor-1");
        assert_eq!(line["tenant_id"], "t-1");
        assert_eq!(line["trace_id"], caller.trace_id.to_string());
        assert_eq!(line["span_id"], sent.span_id.to_string());
    }
    assert_eq!(lines[1]["method"], "GET");
    assert_eq!(lines[1]["path"], "/jobs/{id}");
    assert_eq!(lines[1]["status_code"], 200);
    assert!(lines[1]["duration_ms"].is_number());
}

#[tokio::test]
async fn a_failure_of_the_server_is_an_error_and_an_id_is_made() {
    let memory = Memory::default();
    let _listening = memory.listen(Telemetry::new("api"));
    let request = Request::get("/broken").header("x-correlation-id", "a b@c");
    let request = request.body(Body::empty()).expect("a request");
    let response = app().oneshot(request).await.expect("a response");
    let echoed = response.headers()["x-correlation-id"]
        .to_str()
        .expect("text");
    assert_eq!(echoed.len(), 36);
    let lines = memory.lines();
    assert_eq!(lines[0]["correlation_id"], echoed);
    assert_eq!(lines[0]["level"], "error");
    assert_eq!(lines[0]["status_code"], 502);
    assert_eq!(lines[0]["trace_id"].as_str().map(str::len), Some(32));
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_a_line() {
    let memory = Memory::default();
    let _listening = memory.listen(Telemetry::new("api"));
    let request = Request::get("/slow").header("x-correlation-id", "cor-1");
    let call = app().oneshot(request.body(Body::empty()).expect("a request"));
    // Asked once, and given up.
    let answer = tokio::time::timeout(Duration::ZERO, call).await;
    assert!(answer.is_err());
    let lines = memory.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["event"], "request_handled");
    assert_eq!(lines[0]["level"], "info");
    assert_eq!(lines[0]["path"], "/slow");
    assert_eq!(lines[0]["status_code"], 499);
    assert_eq!(lines[0]["correlation_id"], "cor-1");
    assert_eq!(lines[0]["tenant_id"], "t-1");
    assert_eq!(lines[0]["trace_id"].as_str().map(str::len), Some(32));
    assert_eq!(Context::current(), Context::new(), "nothing stays behind");
}

#[tokio::test]
async fn a_handler_that_panics_leaves_a_line() {
    let memory = Memory::default();
    let _listening = memory.listen(Telemetry::new("api"));
    let request = Request::get("/panic").body(Body::empty());
    let call = tokio::spawn(app().oneshot(request.expect("a request")));
    assert!(call.await.expect_err("it panics").is_panic());
    let lines = memory.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["event"], "request_handled");
    assert_eq!(lines[0]["level"], "error");
    assert_eq!(lines[0]["status_code"], 500);
}
