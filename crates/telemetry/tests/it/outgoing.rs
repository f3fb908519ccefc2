//! Outgoing calls: what arrives at the other end is what is exported.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::{any, post};
use http::{HeaderMap, Request, StatusCode};
use obsctl_telemetry::context::{Context, TraceContext};
use obsctl_telemetry::export::{Destination, ServiceIdentity, TraceSettings, Traces};
use obsctl_telemetry::metrics::Registry;
use obsctl_telemetry::outgoing::{CallAttributes, TraceCalls};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use prost::Message;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use tokio::net::TcpListener;
use tracing_subscriber::layer::SubscriberExt;

/// A provider and a collector in one server, and what each received.
#[derive(Clone, Default)]
struct Outside {
    called: Arc<Mutex<Vec<HeaderMap>>>,
    exported: Arc<Mutex<Vec<Span>>>,
}

impl Outside {
    async fn start(&self) -> String {
        let (called, exported) = (self.called.clone(), self.exported.clone());
        let call = |status: StatusCode| {
            let called = called.clone();
            any(move |headers: HeaderMap| async move {
                called.lock().expect("whole").push(headers);
                status
            })
        };
        let app = Router::new()
            .route("/orders", call(StatusCode::OK))
            .route("/refused", call(StatusCode::UNAUTHORIZED))
            .route(
                "/v1/traces",
                post(move |request: Request<Body>| async move {
                    let bytes = to_bytes(request.into_body(), usize::MAX)
                        .await
                        .expect("a body");
                    let batch = ExportTraceServiceRequest::decode(bytes).expect("spans");
                    let scopes = (batch.resource_spans.into_iter()).flat_map(|it| it.scope_spans);
                    let spans = scopes.flat_map(|scope| scope.spans);
                    exported.lock().expect("whole").extend(spans);
                }),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}")
    }

    /// The only call, and the only span of a client.
    fn one(&self) -> (HeaderMap, Span) {
        let called = self.called.lock().expect("whole").clone();
        let exported = self.exported.lock().expect("whole").clone();
        let ([headers], [span]) = (&called[..], &exported[..]) else {
            panic!("one call and one span, not {called:?} {exported:?}");
        };
        (headers.clone(), span.clone())
    }
}

fn traces(address: &str) -> Traces {
    let service = ServiceIdentity::new("worker", "0", "test");
    let destination = Destination::parse(Some(address), None).expect("an address");
    TraceSettings::new(service, destination)
        .registry(Registry::new())
        .start()
        .expect("a thread")
}

fn client() -> ClientWithMiddleware {
    ClientBuilder::new(reqwest::Client::new())
        .with(TraceCalls)
        .build()
}

/// Runs the call under a subscriber that exports, and waits for what is exported.
async fn within<F: Future>(traces: Traces, call: F) {
    let subscriber = tracing_subscriber::registry().with(traces.layer());
    let listening = tracing::subscriber::set_default(subscriber);
    call.await;
    drop(listening);
    let ended = tokio::task::spawn_blocking(move || traces.shutdown(Duration::from_secs(10)));
    assert!(ended.await.expect("no panic"), "all is sent");
}

fn attributes(span: &Span) -> Vec<(String, String)> {
    let mut attributes: Vec<_> = (span.attributes.iter())
        .map(|it| {
            let value = match it.value.as_ref().and_then(|it| it.value.clone()) {
                Some(Value::StringValue(text)) => text,
                Some(Value::IntValue(number)) => number.to_string(),
                other => panic!("{other:?}"),
            };
            (it.key.clone(), value)
        })
        // Where in the code it is, which the layer adds by itself.
        .filter(|(key, _)| {
            !["code.", "thread.", "busy_ns", "idle_ns", "target"]
                .iter()
                .any(|start| key.starts_with(start))
        })
        .collect();
    attributes.sort();
    attributes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_ids_that_arrive_are_those_of_the_exported_span() {
    let outside = Outside::default();
    let address = outside.start().await;
    let address = address.replace("http://", "http://user:hunter2@");
    let collector = address.replace("user:hunter2@", "");
    let caller = TraceContext::root();
    let context = Context::new()
        .with_correlation_id("cor-1")
        .with_trace(caller);
    let call = context.scope(async {
        client()
            .get(format!("{address}/orders?token=secret"))
            .with_extension(CallAttributes::new().with("provider", "shopify"))
            .send()
            .await
            .expect("an answer")
    });
    within(traces(&collector), call).await;

    let (headers, span) = outside.one();
    assert_eq!(headers["x-correlation-id"], "cor-1");
    let arrived: TraceContext = (headers["traceparent"].to_str().expect("text"))
        .parse()
        .expect("a traceparent");
    assert_eq!(arrived.trace_id, caller.trace_id);
    assert_eq!(hex(&span.trace_id), caller.trace_id.to_string());
    assert_eq!(hex(&span.span_id), arrived.span_id.to_string());
    assert_eq!(hex(&span.parent_span_id), caller.span_id.to_string());
    assert_eq!((span.name.as_str(), span.kind), ("GET", 3));
    let expected = [
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("provider", "shopify"),
        ("server.address", "127.0.0.1"),
    ];
    assert_eq!(
        attributes(&span),
        expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
    );
    assert!(
        span.status
            .is_none_or(|status| status.code() == SpanStatus::Unset)
    );
}

#[tokio::test]
async fn a_refusal_is_an_error_and_a_header_that_is_there_stays() {
    let outside = Outside::default();
    let address = outside.start().await;
    let other = TraceContext::root().to_string();
    let call = async {
        client()
            .post(format!("{address}/refused"))
            .header("traceparent", &other)
            .header("x-correlation-id", "theirs")
            .send()
            .await
            .expect("an answer")
    };
    within(
        traces(&address),
        Context::new().with_correlation_id("ours").scope(call),
    )
    .await;

    let (headers, span) = outside.one();
    assert_eq!(headers["traceparent"], other);
    assert_eq!(headers.get_all("traceparent").iter().count(), 1);
    assert_eq!(headers["x-correlation-id"], "theirs");
    assert_eq!(span.name, "POST");
    let status = span.status.expect("a status");
    assert_eq!(
        (status.code(), &*status.message),
        (SpanStatus::Error, "Unauthorized")
    );
}

#[tokio::test]
async fn a_call_without_an_answer_is_an_error_that_tells_no_address() {
    let outside = Outside::default();
    let address = outside.start().await;
    let unused = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = unused.local_addr().expect("an address");
    drop(unused);
    let call = async {
        let url = format!("http://{nobody}/?token=secret");
        assert!(client().get(url).send().await.is_err());
    };
    within(traces(&address), call).await;

    let spans = outside.exported.lock().expect("whole").clone();
    let [span] = &spans[..] else {
        panic!("one span, not {spans:?}");
    };
    let status = span.status.clone().expect("a status");
    assert_eq!(
        (status.code(), &*status.message),
        (SpanStatus::Error, "not connected")
    );
    assert!(!format!("{span:?}").contains("secret"));
}
