//! OTLP over gRPC.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::export::{Destination, ServiceIdentity, TraceSettings};
use obsctl_telemetry::logging::Sink;
use obsctl_telemetry::metrics::Registry;
use obsctl_telemetry::metrics::own::{LogRecordsExported, SpansExported};

use crate::collector::{Bodies, Collector, text};
use crate::traces::{SPANS, all_counted, record_spans};

/// A collector that speaks gRPC; what it receives is kept by the path that HTTP has for it.
fn collector() -> Collector {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let bodies = Bodies::default();
    let seen = Arc::clone(&bodies);
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen)));
            }
        });
    });
    Collector { address, bodies }
}

async fn serve(stream: tokio::net::TcpStream, seen: Bodies) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let seen = Arc::clone(&seen);
        tokio::spawn(async move {
            let path = match request.uri().path() {
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => "/v1/traces",
                "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => "/v1/logs",
                other => panic!("{other}"),
            };
            let mut body = request.into_body();
            let mut received = Vec::new();
            while let Some(Ok(chunk)) = body.data().await {
                body.flow_control().release_capacity(chunk.len()).unwrap();
                received.extend_from_slice(&chunk);
            }
            // Before the message: whether it is compressed, and its length.
            assert_eq!(received[0], 0);
            seen.lock()
                .unwrap()
                .push((path.to_owned(), received.split_off(5)));
            let response = Response::builder().header("content-type", "application/grpc");
            let mut stream = respond
                .send_response(response.body(()).unwrap(), false)
                .unwrap();
            stream
                .send_data(Bytes::from_static(&[0; 5]), false)
                .unwrap();
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
            stream.send_trailers(trailers).unwrap();
        });
    }
}

fn destination(address: SocketAddr) -> Destination {
    Destination::parse(Some(&format!("http://{address}")), Some("grpc")).unwrap()
}

#[test]
fn spans_and_records_arrive() {
    let collector = collector();
    let registry = Registry::new();
    let (subscriber, guard) = Telemetry::new("shop")
        .sink(Sink::Writer(Box::new(std::io::sink())))
        .traces(destination(collector.address))
        .logs(destination(collector.address))
        .registry(registry.clone())
        .subscriber()
        .unwrap();
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!("sync").in_scope(|| tracing::info!("sync_job_completed"));
    });
    assert!(guard.shutdown(Duration::from_secs(10)));
    let (spans, records) = (collector.spans(), collector.records());
    assert_eq!(spans[0].name, "sync");
    assert_eq!(text(records[0].1.body.as_ref()), "sync_job_completed");
    assert_eq!(records[0].1.span_id, spans[0].span_id);
    assert_eq!(records[0].0["service.name"], "shop");
    assert_eq!(registry.counter(&SpansExported {}).get(), 1.0);
    assert_eq!(registry.counter(&LogRecordsExported {}).get(), 1.0);
}

#[test]
fn without_an_answer_the_deadline_is_kept() {
    let absent = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [absent, silent.local_addr().unwrap()] {
        let registry = Registry::new();
        let destination = destination(address);
        let service = ServiceIdentity::new("shop", "1.2.3", "staging");
        let traces = TraceSettings::new(service, destination)
            .registry(registry.clone())
            .start()
            .unwrap();
        record_spans(&traces);
        assert!(traces.shutdown(Duration::from_secs(3)));
        assert_eq!(registry.counter(&SpansExported {}).get(), 0.0);
        assert_eq!(all_counted(&registry), f64::from(SPANS));
    }
}
