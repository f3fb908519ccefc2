//! Log lines as OTLP log records.

use std::time::Duration;

use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context::{self, Context};
use obsctl_telemetry::export::Destination;
use obsctl_telemetry::logging::Sink;
use obsctl_telemetry::metrics::Registry;
use obsctl_telemetry::metrics::own::{DropReason, LogRecordsDropped, LogRecordsExported};
use opentelemetry_proto::tonic::logs::v1::SeverityNumber;
use serde_json::json;

use crate::collector::{Behaviour, Collector, attributes, text};

fn telemetry(collector: &Collector, registry: &Registry) -> Telemetry {
    let address = format!("http://{}/v1/logs", collector.address);
    Telemetry::new("shop")
        .version("1.2.3")
        .run_id("run-1")
        .sink(Sink::Writer(Box::new(std::io::sink())))
        .logs(Destination::Http(address))
        .registry(registry.clone())
}

#[test]
fn a_line_arrives_as_a_record_without_secrets() {
    let collector = Collector::start(Behaviour::Accepts);
    let registry = Registry::new();
    let (subscriber, guard) = telemetry(&collector, &registry).subscriber().unwrap();
    let place = tracing::subscriber::with_default(subscriber, || {
        let _scope = Context::new()
            .with_correlation_id("cor-1")
            .with("tenant_id", "t-1")
            .with("meta", json!({"pages": [1, "jane.doe@example.com"]}))
            .enter();
        tracing::info_span!("request").in_scope(|| {
            tracing::error!(
                rows = 3,
                ratio = 0.5,
                done = false,
                huge = u64::MAX,
                password = "hunter2",
                critical = true,
                "sync_job_failed"
            );
            context::current_trace().unwrap()
        })
    });
    assert!(guard.shutdown(Duration::from_secs(10)));
    let records = collector.records();
    let [(resource, record)] = records.as_slice() else {
        panic!("{records:?}");
    };
    assert_eq!(resource["service.name"], "shop");
    assert_eq!(resource["service.version"], "1.2.3");
    assert!(!resource.contains_key("deployment.environment"), "not said");
    assert_eq!(text(record.body.as_ref()), "sync_job_failed");
    assert_eq!(record.severity_number(), SeverityNumber::Fatal);
    assert_eq!(record.severity_text, "critical");
    assert_eq!(record.trace_id, place.trace_id.to_bytes());
    assert_eq!(record.span_id, place.span_id.to_bytes());
    assert!(record.time_unix_nano > 0);
    let attributes = attributes(&record.attributes);
    let expected = [
        ("logger", "export::logs"),
        ("run_id", "run-1"),
        ("schema_version", "1"),
        ("correlation_id", "cor-1"),
        ("tenant_id", "t-1"),
        ("rows", "3"),
        ("ratio", "0.5"),
        ("done", "false"),
        ("huge", "18446744073709551615"),
        ("password", "<redacted>"),
    ];
    for (name, value) in expected {
        assert_eq!(attributes[name], value, "{name}");
    }
    assert!(attributes["meta"].contains("<email>"));
    assert_eq!(attributes.len(), expected.len() + 1);
    assert!(!collector.received("jane.doe@example.com"));
    assert_eq!(registry.counter(&LogRecordsExported {}).get(), 1.0);
}

#[test]
fn a_collector_that_never_answers_costs_records_and_no_time() {
    let collector = Collector::start(Behaviour::NeverAnswers);
    let registry = Registry::new();
    let (subscriber, guard) = telemetry(&collector, &registry).subscriber().unwrap();
    tracing::subscriber::with_default(subscriber, || {
        (0..10_000).for_each(|number| tracing::info!(number, "line_logged"));
    });
    let start = std::time::Instant::now();
    guard.shutdown(Duration::from_secs(2));
    assert!(start.elapsed() < Duration::from_secs(10));
    let reasons = [
        DropReason::QueueFull,
        DropReason::ExportFailed,
        DropReason::Shutdown,
    ];
    let dropped = reasons.map(|reason| registry.counter(&LogRecordsDropped { reason }).get());
    assert_eq!(dropped.iter().sum::<f64>(), 10_000.0, "{dropped:?}");
}
