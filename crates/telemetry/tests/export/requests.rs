//! The span of a request, as a collector sees it.

use std::sync::Mutex;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::routing::get;
use http::{Request, StatusCode};
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context;
use obsctl_telemetry::export::Destination;
use obsctl_telemetry::layer::{Answer, RequestLayer};
use obsctl_telemetry::logging::Sink;
use obsctl_telemetry::metrics::Registry;
use obsctl_telemetry::timed::Timed;
use opentelemetry::trace::TraceId;
use opentelemetry_proto::tonic::trace::v1::Status;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use tower::ServiceExt;

use crate::collector::{Behaviour, Collector, attributes};

/// What was told of answers: method, route, status, tenant, trace.
type Told = (
    String,
    Option<String>,
    u16,
    Option<String>,
    Option<[u8; 16]>,
);

static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

fn remember(answer: &Answer<'_>) {
    assert!(answer.seconds >= 0.0);
    TOLD.lock().unwrap().push((
        answer.method.to_string(),
        answer.route.map(str::to_owned),
        answer.status.as_u16(),
        answer.bound("tenant_id").map(str::to_owned),
        answer.trace.map(TraceId::to_bytes),
    ));
}

fn app() -> Router {
    let layer = RequestLayer::new()
        .route(|extensions| Some(extensions.get::<MatchedPath>()?.as_str().into()))
        .on_answer(remember);
    Router::new()
        .route(
            "/jobs/{id}",
            get(|| async {
                context::bind("tenant_id", "t-1");
                context::bind("user_id", 7);
                let span = Timed::new("create_connection").with("provider", "shopify");
                let _: Result<(), String> = span.run(|| Err("refused".to_owned()));
            }),
        )
        .route("/broken", get(|| async { StatusCode::BAD_GATEWAY }))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(layer)
}

#[tokio::test]
async fn a_span_says_what_the_catalog_declares_and_metrics_are_told() {
    let collector = Collector::start(Behaviour::Accepts);
    let address = format!("http://{}/v1/traces", collector.address);
    let (subscriber, guard) = Telemetry::new("api")
        .sink(Sink::Writer(Box::new(std::io::sink())))
        .traces(Destination::Http(address))
        .registry(Registry::new())
        .subscriber()
        .unwrap();
    let listening = tracing::subscriber::set_default(subscriber);
    for path in ["/jobs/7?token=abc", "/broken", "/made-up"] {
        let request = Request::get(path)
            .header("x-correlation-id", "cor-1")
            .body(Body::empty())
            .unwrap();
        app().oneshot(request).await.unwrap();
    }
    drop(listening);
    assert!(guard.shutdown(Duration::from_secs(10)));

    let spans = collector.spans();
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let job = named("GET /jobs/{id}");
    assert_eq!(job.kind(), SpanKind::Server);
    let expected = [
        ("correlation_id", "cor-1"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("http.route", "/jobs/{id}"),
        ("tenant_id", "t-1"),
        ("user_id", "7"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(attributes(&job.attributes), expected.into());
    let status = |name: &str| named(name).status.as_ref().map(Status::code);
    assert_ne!(status("GET /jobs/{id}"), Some(SpanStatus::Error));
    assert_eq!(status("GET /broken"), Some(SpanStatus::Error));
    // A path that no route has is a name of no span.
    let unknown = attributes(&named("GET").attributes);
    assert_eq!(unknown["http.response.status_code"], "404");
    assert!(!unknown.contains_key("http.route"));

    let timed = named("create_connection");
    assert_eq!(timed.parent_span_id, job.span_id);
    assert_eq!(status("create_connection"), Some(SpanStatus::Error));
    let attributes = attributes(&timed.attributes);
    assert_eq!(
        attributes.into_iter().collect::<Vec<_>>(),
        [("provider".to_owned(), "shopify".to_owned())]
    );

    let told = TOLD.lock().unwrap();
    let trace = |name: &str| Some(named(name).trace_id.clone().try_into().unwrap());
    let get = || "GET".to_owned();
    assert_eq!(
        *told,
        [
            (
                get(),
                Some("/jobs/{id}".to_owned()),
                200,
                Some("t-1".to_owned()),
                trace("GET /jobs/{id}")
            ),
            (
                get(),
                Some("/broken".to_owned()),
                502,
                None,
                trace("GET /broken")
            ),
            (get(), None, 404, None, trace("GET")),
        ]
    );
}
