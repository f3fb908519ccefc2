//! Metrics as a scraper sees them, in the form of protocol buffers and of text.

use obsctl_model::prelude::*;
use obsctl_telemetry::export::{Destination, ServiceIdentity, TraceSettings, current_trace};
use obsctl_telemetry::metrics::{Format, RecordCounter, Registry};
use tracing_subscriber::layer::SubscriberExt;

labels! {
    pub bounded Route, at_most 3, like "/";
}

metrics! {
    family "Exposed", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests served.
    pub counter Served("exposed_served_total") { route: Route }
    /// Time to serve.
    pub histogram Latency("exposed_latency_seconds", Seconds, [0.1, 1.0]) {}
    /// A process of another kind.
    pub gauge Start("process_start_time_seconds", Timestamp) {}
}

fn exemplars(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.contains(" # {")).collect()
}

#[test]
fn what_is_recorded_in_a_sampled_trace_leaves_one_exemplar_a_scrape() {
    let registry = Registry::new();
    let service = ServiceIdentity::new("api", "0", "test");
    // Nobody listens there: what becomes of the spans does not matter here.
    let nowhere = Destination::parse(Some("http://127.0.0.1:9"), None).expect("an address");
    let traces = TraceSettings::new(service, nowhere)
        .registry(Registry::new())
        .start()
        .expect("a thread");
    let subscriber = tracing_subscriber::registry().with(traces.layer());
    let _listening = tracing::subscriber::set_default(subscriber);

    let route = Route::from("/");
    let served = registry.counter(&Served { route });
    let latency = registry.histogram(&Latency {});
    served.inc();
    latency.observe(0.05);
    assert_eq!(
        exemplars(&registry.text(Format::OpenMetrics)),
        [""; 0],
        "outside of any trace"
    );

    let record = |value: f64| {
        tracing::info_span!("request").in_scope(|| {
            served.inc();
            latency.observe(value);
            current_trace().expect("a trace").to_string()
        })
    };
    let first = record(0.05);
    let second = record(0.06);
    let third = record(5.0);
    let text = registry.text(Format::OpenMetrics);
    let [low, high, counter] = exemplars(&text)[..] else {
        panic!("three exemplars expected in\n{text}");
    };
    for (line, start, trace) in [
        (
            counter,
            r#"exposed_served_total{route="/"} 4 # {trace_id=""#,
            &first,
        ),
        (
            low,
            r#"exposed_latency_seconds_bucket{le="0.1"} 3 # {trace_id=""#,
            &first,
        ),
        (
            high,
            r#"exposed_latency_seconds_bucket{le="+Inf"} 4 # {trace_id=""#,
            &third,
        ),
    ] {
        let rest = line.strip_prefix(start);
        assert!(rest.is_some_and(|it| it.starts_with(trace)), "{line}");
    }
    assert!(!text.contains(&second));

    let fourth = record(0.07);
    let text = registry.text(Format::OpenMetrics);
    assert_eq!(text.matches(&fourth).count(), 2, "after a scrape: {text}");
    assert!(text.contains(&third), "the other bucket keeps its own");
    assert!(!registry.text(Format::Prometheus).contains("trace_id"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_service_says_what_its_process_uses() {
    let value = |text: &str, name: &str| -> f64 {
        let line = text.lines().find(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(' '))
        });
        let line = line.unwrap_or_else(|| panic!("no `{name}` in\n{text}"));
        line[name.len()..].trim().parse().expect("a number")
    };
    let registry = Registry::new();
    // Somebody declares it as well: what is read wins, and is there once.
    registry.initialise::<Start>();
    registry.gauge(&Start {}).set(7.0);
    assert!(
        !registry
            .text(Format::Prometheus)
            .contains("process_cpu_seconds_total")
    );

    registry.expose_process(true);
    let before = registry.text(Format::Prometheus);
    let opened: Vec<_> = (0..20)
        .map(|_| std::net::UdpSocket::bind("127.0.0.1:0").expect("a port"))
        .collect();
    let memory = vec![1_u8; 64 << 20];
    // Busy until the clock of the scheduler, which ticks a hundred times a second, has seen it.
    let mut after = registry.text(Format::Prometheus);
    for _ in 0..10_000 {
        if value(&after, "process_cpu_seconds_total") > value(&before, "process_cpu_seconds_total")
        {
            break;
        }
        after = registry.text(Format::Prometheus);
    }
    assert!(memory.iter().all(|byte| *byte == 1));
    let grown = |name: &str| value(&after, name) - value(&before, name);
    assert!(grown("process_cpu_seconds_total") > 0.0);
    assert!(grown("process_resident_memory_bytes") > 32e6, "{after}");
    assert!(
        value(&after, "process_virtual_memory_bytes")
            > value(&after, "process_resident_memory_bytes")
    );
    // Other tests of this process open and close files meanwhile.
    assert!(value(&after, "process_open_fds") >= 20.0 + 3.0);
    assert!(value(&after, "process_max_fds") >= value(&after, "process_open_fds"));
    drop(opened);

    let now = obsctl_telemetry::clock::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).expect("later");
    let age = now.as_secs_f64() - value(&after, "process_start_time_seconds");
    assert!((-1.0..3600.0).contains(&age), "{age} s old");
    assert_eq!(
        after.matches("# TYPE process_start_time_seconds").count(),
        1
    );

    registry.expose_process(false);
    assert!(
        !registry
            .text(Format::Prometheus)
            .contains("process_resident_memory_bytes")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn the_registry_of_a_service_has_its_process_from_the_start() {
    Served { route: "/".into() }.inc();
    let (_, text) = Registry::global().exposition(None);
    for metric in obsctl_model::library::process::family().metrics {
        assert!(text.contains(&format!("\n{} ", metric.name)), "{text}");
    }
}
