//! Traces: whatever the collector does, the service goes on.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context::{self, Context, TraceContext};
use obsctl_telemetry::export::{
    Destination, ServiceIdentity, TraceSettings, Traces, current_trace,
};
use obsctl_telemetry::logging::Sink;
use obsctl_telemetry::metrics::Registry;
use obsctl_telemetry::metrics::own::{DropReason, SpansDropped, SpansExported};
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

use crate::collector::{Behaviour, Collector};

pub const SPANS: u32 = 10_000;

fn settings(address: SocketAddr, registry: &Registry) -> TraceSettings {
    let endpoint = format!("http://{address}");
    let destination = Destination::parse(Some(&endpoint), None).unwrap();
    TraceSettings::new(
        ServiceIdentity::new("shop", "1.2.3", "staging"),
        destination,
    )
    .registry(registry.clone())
}

fn subscriber(traces: &Traces) -> impl Subscriber + Send + Sync + use<> {
    tracing_subscriber::registry().with(traces.layer())
}

pub fn record_spans(traces: &Traces) -> Duration {
    tracing::subscriber::with_default(subscriber(traces), || {
        let start = Instant::now();
        for n in 0..SPANS {
            tracing::info_span!("work", n).in_scope(|| {});
        }
        start.elapsed()
    })
}

fn dropped(registry: &Registry, reason: DropReason) -> f64 {
    registry.counter(&SpansDropped { reason }).get()
}

pub fn all_counted(registry: &Registry) -> f64 {
    let reasons = [
        DropReason::QueueFull,
        DropReason::ExportFailed,
        DropReason::Shutdown,
    ];
    let dropped: f64 = reasons.map(|reason| dropped(registry, reason)).iter().sum();
    dropped + registry.counter(&SpansExported {}).get()
}

#[test]
fn spans_arrive_with_their_service_and_without_secrets() {
    let collector = Collector::start(Behaviour::Accepts);
    let registry = Registry::new();
    let traces = settings(collector.address, &registry).start().unwrap();
    tracing::subscriber::with_default(subscriber(&traces), || {
        tracing::info_span!("outer", plan = "enterprise", password = "hunter2").in_scope(|| {
            tracing::info!(
                contact = "jane.doe@example.com",
                "written to jane.doe@example.com"
            );
            tracing::info_span!("inner").in_scope(|| {});
        });
    });
    assert!(traces.flush());
    for text in [
        "outer",
        "inner",
        "enterprise",
        "service.name",
        "shop",
        "service.version",
        "1.2.3",
        "deployment.environment",
        "staging",
    ] {
        assert!(collector.received(text), "`{text}` was not received");
    }
    for secret in ["hunter2", "jane.doe@example.com"] {
        assert!(!collector.received(secret), "`{secret}` was received");
    }
    assert_eq!(registry.counter(&SpansExported {}).get(), 2.0);
    assert!(traces.shutdown(Duration::from_secs(5)));
}

#[test]
fn shutdown_sends_what_is_queued() {
    let collector = Collector::start(Behaviour::Accepts);
    let registry = Registry::new();
    let traces = settings(collector.address, &registry)
        .queue(20_000)
        .interval(Duration::from_secs(60))
        .start()
        .unwrap();
    record_spans(&traces);
    assert!(traces.shutdown(Duration::from_secs(30)));
    assert_eq!(registry.counter(&SpansExported {}).get(), f64::from(SPANS));
    assert_eq!(all_counted(&registry), f64::from(SPANS));
}

/// The service's side costs about the same with each collector, and the end keeps its deadline.
#[test]
fn no_collector_slows_the_service_or_its_end() {
    let absent = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let working = Collector::start(Behaviour::Accepts);
    let failing = Collector::start(Behaviour::Fails);
    let silent = Collector::start(Behaviour::NeverAnswers);
    let run = |address| {
        let registry = Registry::new();
        let traces = settings(address, &registry).start().unwrap();
        let recording = record_spans(&traces);
        let start = Instant::now();
        // Generous: on a loaded machine only a hang takes this long.
        let deadline = Duration::from_secs(10);
        let in_time = traces.shutdown(deadline);
        assert!(
            start.elapsed() < deadline * 2,
            "shutdown took {:?}",
            start.elapsed()
        );
        assert!(in_time, "the worker did not end in time");
        assert_eq!(
            all_counted(&registry),
            f64::from(SPANS),
            "every span is accounted for"
        );
        (recording, registry)
    };
    let (baseline, _) = run(working.address);
    for (address, name) in [
        (absent, "absent"),
        (failing.address, "failing"),
        (silent.address, "silent"),
    ] {
        let (recording, registry) = run(address);
        assert!(
            recording < baseline * 20 + Duration::from_secs(2),
            "{name}: {recording:?} beside {baseline:?} with a working collector"
        );
        assert_eq!(
            registry.counter(&SpansExported {}).get(),
            0.0,
            "{name}: nothing arrived"
        );
    }
}

#[test]
fn a_full_queue_drops_and_counts() {
    let silent = Collector::start(Behaviour::NeverAnswers);
    let registry = Registry::new();
    let traces = settings(silent.address, &registry)
        .queue(100)
        .batch(50)
        // However slow the machine, no second batch is tried.
        .timeout(Duration::from_secs(600))
        .start()
        .unwrap();
    record_spans(&traces);
    // One batch is on its way and one is being gathered; the queue holds its hundred.
    assert!(dropped(&registry, DropReason::QueueFull) >= f64::from(SPANS - 200));
    assert!(traces.shutdown(Duration::from_secs(2)));
    assert!(dropped(&registry, DropReason::Shutdown) >= 50.0);
    record_after_shutdown(&traces, &registry);
}

fn record_after_shutdown(traces: &Traces, registry: &Registry) {
    let before = all_counted(registry);
    record_spans(traces);
    assert!(all_counted(registry) >= before);
    assert!(
        !traces.shutdown(Duration::from_millis(10)),
        "it has ended before"
    );
}

#[test]
fn a_collector_that_never_answers_is_given_up() {
    let silent = Collector::start(Behaviour::NeverAnswers);
    let registry = Registry::new();
    let traces = settings(silent.address, &registry)
        .timeout(Duration::from_millis(100))
        .batch(1)
        .start()
        .unwrap();
    tracing::subscriber::with_default(subscriber(&traces), || {
        tracing::info_span!("work").in_scope(|| {});
    });
    assert!(traces.shutdown(Duration::from_secs(20)));
    assert_eq!(dropped(&registry, DropReason::ExportFailed), 1.0);
}

#[test]
fn the_ratio_decides_for_traces_that_start_here() {
    let collector = Collector::start(Behaviour::Accepts);
    for (ratio, expected) in [(0.0, 0.0..=0.0), (0.2, 1_500.0..=2_500.0)] {
        let registry = Registry::new();
        let traces = settings(collector.address, &registry)
            .queue(20_000)
            .ratio(ratio)
            .start()
            .unwrap();
        record_spans(&traces);
        assert!(traces.shutdown(Duration::from_secs(30)));
        let exported = registry.counter(&SpansExported {}).get();
        assert!(
            expected.contains(&exported),
            "{exported} of {SPANS} at {ratio}"
        );
    }
}

#[test]
fn exemplars_point_to_sampled_traces_only() {
    let collector = Collector::start(Behaviour::Accepts);
    for (ratio, sampled) in [(0.0, false), (1.0, true)] {
        let traces = settings(collector.address, &Registry::new())
            .ratio(ratio)
            .start()
            .unwrap();
        tracing::subscriber::with_default(subscriber(&traces), || {
            assert_eq!(current_trace(), None);
            tracing::info_span!("work").in_scope(|| {
                assert_eq!(current_trace().is_some(), sampled);
            });
        });
        assert!(traces.shutdown(Duration::from_secs(5)));
    }
}

#[test]
fn a_trace_from_elsewhere_goes_on_as_its_parent_decided() {
    let collector = Collector::start(Behaviour::Accepts);
    for (flags, expected) in [("00", 0.0), ("01", 1.0)] {
        let registry = Registry::new();
        // The ratio would decide the other way.
        let traces = settings(collector.address, &registry)
            .ratio(1.0 - expected)
            .start()
            .unwrap();
        let parent: TraceContext =
            format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}")
                .parse()
                .unwrap();
        let scope = Context::new().with_trace(parent).enter();
        tracing::subscriber::with_default(subscriber(&traces), || {
            tracing::info_span!("continued").in_scope(|| {
                let place = context::current_trace().unwrap();
                assert_eq!(place.trace_id, parent.trace_id);
                assert_ne!(place.span_id, parent.span_id);
                assert_eq!(place.sampled, parent.sampled);
                assert_eq!(current_trace().is_some(), parent.sampled);
            });
        });
        drop(scope);
        assert!(traces.flush());
        // In the exported form the parent's identifier is its eight bytes.
        let parent_id = parent.span_id.to_bytes();
        assert_eq!(collector.received_bytes(&parent_id), parent.sampled);
        assert!(traces.shutdown(Duration::from_secs(5)));
        assert_eq!(registry.counter(&SpansExported {}).get(), expected);
    }
}

/// Log lines, outgoing calls and exemplars lead to the span that was exported.
#[test]
fn spans_are_exported_under_the_identifiers_everything_else_uses() {
    let collector = Collector::start(Behaviour::Accepts);
    let traces = settings(collector.address, &Registry::new())
        .start()
        .unwrap();
    let (outer, inner) = tracing::subscriber::with_default(subscriber(&traces), || {
        tracing::info_span!("outer").in_scope(|| {
            let outer = context::current_trace().unwrap();
            assert_eq!(
                current_trace().map(opentelemetry::trace::TraceId::to_bytes),
                Some(outer.trace_id.to_bytes())
            );
            // Made by its child, as it is never entered itself.
            let between = tracing::info_span!("between");
            let inner = tracing::info_span!(parent: &between, "inner");
            let inner = inner.in_scope(|| context::current_trace().unwrap());
            (outer, inner)
        })
    });
    assert_eq!(outer.trace_id, inner.trace_id);
    assert!(traces.shutdown(Duration::from_secs(5)));
    assert!(collector.received_bytes(&outer.trace_id.to_bytes()));
    assert!(collector.received_bytes(&outer.span_id.to_bytes()));
    assert!(collector.received_bytes(&inner.span_id.to_bytes()));
}

/// From a line of the log to its span, through the one call that starts both.
#[test]
fn a_log_line_names_the_span_that_was_exported() {
    let collector = Collector::start(Behaviour::Accepts);
    let traces = settings(collector.address, &Registry::new())
        .start()
        .unwrap();
    let log = Log::default();
    let telemetry = Telemetry::new("shop").sink(Sink::Writer(Box::new(log.clone())));
    let (subscriber, guard) = telemetry
        .layer(traces.layer().unwrap())
        .subscriber()
        .unwrap();
    tracing::subscriber::with_default(subscriber, || {
        let _scope = Context::new().with_trace(TraceContext::root()).enter();
        tracing::info_span!("request").in_scope(|| {
            tracing::debug_span!("detail").in_scope(|| tracing::info!("request_completed"));
        });
    });
    assert!(guard.flush());
    assert!(traces.shutdown(Duration::from_secs(5)));
    let line: serde_json::Value = serde_json::from_slice(&log.0.lock().unwrap()).unwrap();
    for id in ["trace_id", "span_id"] {
        let digits = line[id].as_str().unwrap();
        let bytes: Vec<_> = (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
            .collect();
        assert!(collector.received_bytes(&bytes), "{id} of {line}");
    }
    assert!(!collector.received("detail"), "below the level of spans");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn traces_of_concurrent_threads_do_not_mix() {
    let collector = Collector::start(Behaviour::Accepts);
    let traces = settings(collector.address, &Registry::new())
        .start()
        .unwrap();
    let dispatch = tracing::Dispatch::new(subscriber(&traces));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let root = TraceContext::root();
                let _scope = Context::new().with_trace(root).enter();
                tracing::dispatcher::with_default(&dispatch, || {
                    for _ in 0..200 {
                        tracing::info_span!("outer").in_scope(|| {
                            tracing::info_span!("inner").in_scope(|| {
                                let trace = current_trace().unwrap();
                                assert_eq!(trace.to_bytes(), root.trace_id.to_bytes());
                            });
                        });
                    }
                });
            });
        }
    });
    assert!(traces.shutdown(Duration::from_secs(10)));
}

#[test]
fn without_an_endpoint_nothing_runs() {
    let destination = Destination::parse(None, None).unwrap();
    let traces = TraceSettings::new(ServiceIdentity::new("shop", "1", "test"), destination)
        .start()
        .unwrap();
    assert!(traces.layer::<tracing_subscriber::Registry>().is_none());
    record_spans(&traces);
    assert!(traces.flush());
    assert!(traces.shutdown(Duration::ZERO));
}
