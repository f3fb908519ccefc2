//! Metrics: what is recorded is what a scrape sees.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    missing_docs,
    reason = "a test: declarations without readers, and a notice when a tool is missing"
)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use obsctl_model::LabelValue;
use obsctl_model::prelude::*;
use obsctl_telemetry::metrics::{
    Format, RecordCounter, RecordGauge, RecordHistogram, Registry, own,
};
use opentelemetry::trace::TraceId;

labels! {
    pub enum Method { Get = "GET", Post = "POST" }
    pub enum Outcome { Good = "good", Bad = "bad" }
    pub pattern Status = "[1-5][0-9][0-9]", at_most 3, like "200";
    pub bounded Route, at_most 2, like "/";
    pub unbounded Tenant, budget 3, like "acme";
}

/// A label type written by hand, whose values do not keep to its domain.
#[derive(Clone, Debug)]
pub struct Loose(&'static str);

impl LabelValue for Loose {
    fn domain() -> Domain {
        Domain::Values(vec!["in".to_owned()])
    }

    fn text(&self) -> Cow<'_, str> {
        self.0.into()
    }
}

metrics! {
    family "Test", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests served, "as they come" \ all of them.
    pub counter Requests("test_requests_total") { method: Method, status: Status, tenant: Tenant }
    /// Calls by outcome.
    pub counter Calls("test_calls_total") { method: Method, outcome: Outcome }
    /// Time spent on work.
    pub counter Worked("test_worked_seconds_total", Seconds) {}
    /// Things seen, under a name without the usual ending.
    pub counter Seen("test_seen") {} allow("metric-naming", "an example")
    /// Connections open.
    pub gauge Open("test_open_connections") { route: Route }
    /// Last success.
    pub gauge LastSuccess("test_last_success_timestamp_seconds", Timestamp) {}
    /// Time to serve.
    pub histogram Latency("test_latency_seconds", Seconds, [0.1, 1.0, 10.0]) { method: Method }
    /// Size of what was sent.
    pub native_histogram Sent("test_sent_bytes", Bytes) {}
    /// Time the work waited.
    pub summary Waited("test_waited_seconds", Seconds, [0.5, 0.99]) { outcome: Outcome }
    /// Things with a loose label.
    pub counter LooseThings("test_loose_total") { loose: Loose }
}

mod other_meaning {
    use obsctl_model::prelude::*;

    metrics! {
        family "Clash", owner "platform", exposed_by Exposer::Service("api".into());

        /// Declares a name a second time, as something else.
        pub gauge Calls("test_calls_total") {}
    }
}

fn request(status: &str, tenant: &str) -> Requests {
    Requests {
        method: Method::Get,
        status: status.into(),
        tenant: tenant.into(),
    }
}

/// The samples of an exposition: series to value, exemplars left out.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let line = line.split(" # ").next().unwrap();
        let (series, value) = line.rsplit_once(' ').unwrap();
        let value = value.replace("Inf", "inf").parse().unwrap();
        assert!(
            samples.insert(series.to_owned(), value).is_none(),
            "`{series}` twice"
        );
    }
    samples
}

fn recorded() -> Registry {
    let registry = Registry::new();
    for definition in family().metrics {
        registry.declare(&definition);
    }
    registry
        .counter(&request("200", "a \"quoted\"\\\nname"))
        .inc();
    registry.counter(&Worked {}).add(1.5);
    registry.counter(&Worked {}).inc();
    registry.counter(&Seen {}).inc_by(3);
    registry.gauge(&Open { route: "/".into() }).set(-2.5);
    registry.gauge(&LastSuccess {}).set(1_700_000_000.25);
    let latency = registry.histogram(&Latency {
        method: Method::Get,
    });
    latency.observe_with_trace(0.1, TraceId::from(0xabc));
    latency.observe(5.0);
    latency.observe(50.0);
    registry.histogram(&Sent {}).observe(1024.0);
    let outcome = Outcome::Good;
    registry.summary(&Waited { outcome }).observe(0.0);
    registry
}

#[test]
fn prometheus_text_follows_the_catalog() {
    let text = recorded().text(Format::Prometheus);
    for line in [
        "# HELP test_requests_total Requests served, \"as they come\" \\\\ all of them.",
        "# TYPE test_requests_total counter",
        r#"test_requests_total{method="GET",status="200",tenant="a \"quoted\"\\\nname"} 1"#,
        "# TYPE test_seen counter",
        "test_seen 3",
        "test_worked_seconds_total 2.5",
        "# TYPE test_open_connections gauge",
        r#"test_open_connections{route="/"} -2.5"#,
        "test_last_success_timestamp_seconds 1700000000.25",
        "# TYPE test_latency_seconds histogram",
        r#"test_latency_seconds_bucket{method="GET",le="0.1"} 1"#,
        r#"test_latency_seconds_bucket{method="GET",le="1.0"} 1"#,
        r#"test_latency_seconds_bucket{method="GET",le="10.0"} 2"#,
        r#"test_latency_seconds_bucket{method="GET",le="+Inf"} 3"#,
        r#"test_latency_seconds_sum{method="GET"} 55.1"#,
        r#"test_latency_seconds_count{method="GET"} 3"#,
        r#"test_sent_bytes_bucket{le="+Inf"} 1"#,
        "# TYPE test_waited_seconds summary",
        r#"test_waited_seconds{outcome="good",quantile="0.5"} 0"#,
        r#"test_waited_seconds_sum{outcome="good"} 0"#,
        r#"test_waited_seconds_count{outcome="good"} 1"#,
        // Nothing in the window: a quantile of nothing is no number.
        r#"test_waited_seconds{outcome="bad",quantile="0.99"} NaN"#,
    ] {
        assert!(text.lines().any(|it| it == line), "`{line}` not in\n{text}");
    }
    for absent in ["trace_id", "# UNIT", "# EOF"] {
        assert!(!text.contains(absent), "`{absent}` in\n{text}");
    }
}

#[test]
fn openmetrics_carries_units_and_exemplars_and_ends() {
    let text = recorded().text(Format::OpenMetrics);
    for line in [
        "# TYPE test_requests counter",
        "# HELP test_requests Requests served, \\\"as they come\\\" \\\\ all of them.",
        "# TYPE test_worked_seconds counter",
        "# UNIT test_worked_seconds seconds",
        "test_worked_seconds_total 2.5",
        // OpenMetrics knows no counter without `_total`; the declared name goes first.
        "# TYPE test_seen unknown",
        "test_seen 3",
        "# UNIT test_last_success_timestamp_seconds seconds",
        "# UNIT test_latency_seconds seconds",
        r#"test_latency_seconds_bucket{method="GET",le="1.0"} 1"#,
    ] {
        assert!(text.lines().any(|it| it == line), "`{line}` not in\n{text}");
    }
    let exemplars: Vec<_> = text.lines().filter(|line| line.contains(" # {")).collect();
    let [exemplar] = exemplars[..] else {
        panic!("one exemplar expected, got {exemplars:?}");
    };
    assert!(exemplar.starts_with(
        r#"test_latency_seconds_bucket{method="GET",le="0.1"} 1 # {trace_id="00000000000000000000000000000abc"} 0.1 "#
    ));
    assert!(text.ends_with("\n# EOF\n"));
}

#[test]
fn both_forms_hold_the_same_series() {
    let registry = recorded();
    // As text: not a number is not equal to itself.
    let [prometheus, open] = [Format::Prometheus, Format::OpenMetrics]
        .map(|format| format!("{:?}", samples(&registry.text(format))));
    assert_eq!(prometheus, open);
}

#[test]
fn promtool_accepts_the_exposition() {
    let spawned = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut promtool) = spawned else {
        eprintln!("promtool_accepts_the_exposition: skipped, `promtool` is not on PATH");
        return;
    };
    let registry = Registry::new();
    registry.counter(&request("200", "acme")).inc();
    registry.counter(&Worked {}).add(0.5);
    registry.gauge(&Open { route: "/".into() }).inc();
    registry.initialise::<Latency>();
    promtool
        .stdin
        .take()
        .unwrap()
        .write_all(registry.text(Format::Prometheus).as_bytes())
        .unwrap();
    let output = promtool.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The body, as a server sends it.
async fn body(response: impl axum::response::IntoResponse) -> String {
    let body = response.into_response().into_body();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_scrape_is_answered_in_the_form_it_asks_for() {
    let registry = recorded();
    let plain = registry.respond(&HeaderMap::new());
    assert_eq!(
        plain.headers()[CONTENT_TYPE],
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert!(body(plain).await.contains("test_seen 3"));

    let mut headers = HeaderMap::new();
    headers.append(ACCEPT, HeaderValue::from_static("text/plain;q=0.5"));
    headers.append(
        ACCEPT,
        HeaderValue::from_static("application/openmetrics-text;version=1.0.0"),
    );
    let open = registry.respond(&headers);
    assert_eq!(
        open.headers()[CONTENT_TYPE],
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    assert!(body(open).await.ends_with("# EOF\n"));
}

#[test]
fn closed_label_sets_start_at_zero() {
    let registry = Registry::new();
    assert_eq!(registry.initialise::<Calls>(), 4);
    assert_eq!(registry.initialise::<Worked>(), 1);
    assert_eq!(registry.initialise::<Requests>(), 0);
    let calls = Calls {
        method: Method::Post,
        outcome: Outcome::Bad,
    };
    registry.counter(&calls).inc();
    // Again, as a second component would: what was counted stays.
    assert_eq!(registry.initialise::<Calls>(), 4);
    let text = registry.text(Format::Prometheus);
    let samples = samples(&text);
    assert_eq!(
        samples[r#"test_calls_total{method="POST",outcome="bad"}"#],
        1.0
    );
    assert_eq!(
        samples[r#"test_calls_total{method="GET",outcome="good"}"#],
        0.0
    );
    assert_eq!(samples["test_worked_seconds_total"], 0.0);
    assert!(text.contains("# TYPE test_requests_total counter"));
}

#[test]
fn values_outside_their_domain_are_folded_and_counted() {
    let registry = Registry::new();
    for status in ["200", "999", "0200", "200\n", "500", "404", "503"] {
        registry.counter(&request(status, "acme")).inc();
    }
    for tenant in ["b", "c", "d", "e", "acme"] {
        registry.counter(&request("200", tenant)).inc();
    }
    registry.counter(&LooseThings { loose: Loose("in") }).inc();
    registry
        .counter(&LooseThings {
            loose: Loose("out"),
        })
        .inc();

    let samples = samples(&registry.text(Format::Prometheus));
    let series = |status: &str, tenant: &str| {
        samples
            [&format!(r#"test_requests_total{{method="GET",status="{status}",tenant="{tenant}"}}"#)]
    };
    // Three codes are allowed: `999`, `0200` and the one with a line break are none, `503` is the fourth.
    assert_eq!(series("other", "acme"), 4.0);
    assert_eq!(series("200", "acme"), 2.0);
    assert_eq!(series("404", "acme"), 1.0);
    // Three tenants are affordable: `acme`, `b`, `c`.
    assert_eq!(series("200", "c"), 1.0);
    assert_eq!(series("200", "other"), 2.0);
    assert_eq!(samples[r#"test_loose_total{loose="other"}"#], 1.0);
    let folded = |metric: &str, label: &str| {
        samples[&format!(
            r#"telemetry_label_values_folded_total{{metric="{metric}",label="{label}"}}"#
        )]
    };
    assert_eq!(folded("test_requests_total", "status"), 4.0);
    assert_eq!(folded("test_requests_total", "tenant"), 2.0);
    assert_eq!(folded("test_loose_total", "loose"), 1.0);
}

#[test]
fn a_flood_of_new_values_keeps_the_series_within_the_budget() {
    let registry = Registry::new();
    thread::scope(|scope| {
        for worker in 0..8 {
            let registry = &registry;
            scope.spawn(move || {
                for n in 0..1_000 {
                    let tenant = format!("{worker}-{n}");
                    registry.counter(&request("200", &tenant)).inc();
                }
            });
        }
    });
    let samples = samples(&registry.text(Format::Prometheus));
    let of_metric: Vec<_> = samples
        .iter()
        .filter(|(series, _)| series.starts_with("test_requests_total"))
        .collect();
    assert_eq!(of_metric.len(), 4, "three tenants and `other`");
    assert_eq!(
        of_metric.iter().map(|(_, value)| **value).sum::<f64>(),
        8_000.0
    );
}

#[test]
fn no_increment_is_lost_between_threads() {
    let registry = Registry::new();
    let method = Method::Get;
    let counter = registry.counter(&request("200", "acme"));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    counter.inc();
                    registry.counter(&request("200", "acme")).inc();
                    registry.counter(&Worked {}).add(0.5);
                    registry.gauge(&Open { route: "/".into() }).inc();
                    registry.histogram(&Latency { method }).observe(0.5);
                }
                // A scrape in between takes nothing away.
                assert!(registry.text(Format::OpenMetrics).ends_with("# EOF\n"));
            });
        }
    });
    let samples = samples(&registry.text(Format::Prometheus));
    assert_eq!(counter.get(), 32_000.0);
    assert_eq!(samples["test_worked_seconds_total"], 8_000.0);
    assert_eq!(samples[r#"test_open_connections{route="/"}"#], 16_000.0);
    assert_eq!(
        samples[r#"test_latency_seconds_bucket{method="GET",le="1.0"}"#],
        16_000.0
    );
    assert_eq!(
        samples[r#"test_latency_seconds_sum{method="GET"}"#],
        8_000.0
    );
}

#[test]
fn recording_what_makes_no_sense_changes_nothing() {
    let registry = Registry::new();
    for amount in [-1.0, f64::NAN, f64::INFINITY] {
        registry.counter(&Worked {}).add(amount);
    }
    let latency = registry.histogram(&Latency {
        method: Method::Get,
    });
    latency.observe(f64::NAN);
    latency.observe_with_trace(f64::NAN, TraceId::from(1));
    latency.observe_with_trace(0.5, TraceId::INVALID);
    // The name already belongs to a counter: the service goes on, the exposition stays as first declared.
    registry.initialise::<Calls>();
    registry.gauge(&other_meaning::Calls {}).set(7.0);

    let text = registry.text(Format::OpenMetrics);
    let samples = samples(&text);
    assert_eq!(samples["test_worked_seconds_total"], 0.0);
    assert_eq!(samples[r#"test_latency_seconds_count{method="GET"}"#], 1.0);
    assert!(!text.contains("trace_id"));
    assert!(!samples.values().any(|value| *value == 7.0));
}

#[test]
fn timers_record_once_however_they_end() {
    let registry = Registry::new();
    let latency = registry.histogram(&Latency {
        method: Method::Get,
    });
    drop(latency.start_timer());
    latency.start_timer().stop();
    latency.start_timer().stop_with_trace(TraceId::from(7));
    latency.start_timer().discard();
    let text = registry.text(Format::OpenMetrics);
    let samples = samples(&text);
    assert_eq!(samples[r#"test_latency_seconds_count{method="GET"}"#], 3.0);
    assert_eq!(text.matches("trace_id").count(), 1);
}

#[test]
fn declared_metrics_record_into_the_global_registry() {
    let route = Route::from("/global");
    Calls {
        method: Method::Get,
        outcome: Outcome::Good,
    }
    .inc_by(2);
    Worked {}.add(0.25);
    Open {
        route: route.clone(),
    }
    .set(4.0);
    Open {
        route: route.clone(),
    }
    .inc();
    Open { route }.dec();
    Latency {
        method: Method::Post,
    }
    .observe_with_trace(0.2, TraceId::from(1));
    Latency {
        method: Method::Post,
    }
    .start_timer()
    .stop();
    let (_, text) = Registry::global().exposition(None);
    let samples = samples(&text);
    assert_eq!(
        samples[r#"test_calls_total{method="GET",outcome="good"}"#],
        2.0
    );
    assert_eq!(samples["test_worked_seconds_total"], 0.25);
    assert_eq!(samples[r#"test_open_connections{route="/global"}"#], 4.0);
    assert_eq!(samples[r#"test_latency_seconds_count{method="POST"}"#], 2.0);
}

#[test]
fn the_count_of_folded_values_is_exposed_once() {
    let registry = Registry::new();
    for definition in own::family().metrics {
        registry.declare(&definition);
    }
    let text = registry.text(Format::Prometheus);
    assert_eq!(
        text.matches("# TYPE telemetry_label_values_folded_total ")
            .count(),
        1
    );
}
