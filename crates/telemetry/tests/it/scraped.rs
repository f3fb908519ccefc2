//! Debian's Prometheus scrapes a service, and answers from what it got.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::HeaderMap;
use obsctl_model::prelude::*;
use obsctl_telemetry::metrics::Registry;
use opentelemetry::trace::TraceId;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

/// How long something may take before the test gives up, and how long it waits in between.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);

labels! {
    pub enum Side { Left = "left", Right = "right" }
}

metrics! {
    family "Scraped", owner "platform", exposed_by Exposer::Service("api".into());

    /// Things counted.
    pub counter Counted("scraped_counted_total") { side: Side }
    /// A level.
    pub gauge Level("scraped_level") {}
    /// Classic only.
    pub histogram Classic("scraped_classic_seconds", Seconds, [0.1, 1.0, 10.0]) { side: Side }
    /// Native only.
    pub native_histogram Native("scraped_native_seconds", Seconds) { side: Side }
    /// Both.
    pub dual_histogram Both("scraped_both_seconds", Seconds, [1.0, 2.0]) {}
    /// Nothing was ever observed.
    pub native_histogram Empty("scraped_empty_seconds", Seconds) {}
    /// Quantiles.
    pub summary Waited("scraped_waited_seconds", Seconds, [0.5]) {}
}

/// A running Prometheus, killed when the test is over, whatever happens.
struct Prometheus {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prometheus {
    /// One that scrapes the address every second; none where it is not installed.
    async fn start(target: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let config = format!(
            "global:\n  scrape_interval: 1s\nscrape_configs:\n- job_name: api\n  static_configs:\n  - targets: ['{target}']\n"
        );
        let mut file = tempfile::Builder::new()
            .suffix(".yml")
            .tempfile_in(&folder)
            .expect("a file");
        file.write_all(config.as_bytes()).expect("written");
        let (_, config) = file.keep().expect("kept");
        let port = free_port().await;
        let spawned = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--enable-feature=native-histograms,exemplar-storage")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = spawned else {
            assert!(!in_ci(), "CI must have `prometheus` on PATH");
            // Written past the test harness, which hides what passing tests print.
            let _ = writeln!(
                std::io::stderr(),
                "notice: native histograms were not proved: `prometheus` is not on PATH"
            );
            return None;
        };
        Some(Self {
            child,
            address: format!("http://127.0.0.1:{port}/api/v1"),
            _folder: folder,
        })
    }

    async fn ask(&self, path: &str, query: &str) -> Option<Value> {
        let mut url = reqwest::Url::parse(&format!("{}/{path}", self.address)).expect("a URL");
        url.query_pairs_mut().append_pair("query", query);
        if path == "query_exemplars" {
            let times = [("start", "0"), ("end", "9999999999")];
            url.query_pairs_mut().extend_pairs(times);
        }
        let answer: Value = reqwest::get(url).await.ok()?.json().await.ok()?;
        Some(answer["data"].clone())
    }

    /// Asks until the answer is as wanted.
    async fn until(&self, path: &str, query: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.ask(path, query).await;
            if let Some(answer) = answer.as_ref().filter(|answer| wanted(answer)) {
                return answer.clone();
            }
            assert!(Instant::now() < deadline, "never: {query}, but {answer:?}");
            sleep(PAUSE).await;
        }
    }

    /// The value of a query that gives one series.
    async fn value(&self, query: &str) -> f64 {
        let number = |answer: &Value| -> Option<f64> {
            answer["result"][0]["value"][1].as_str()?.parse().ok()
        };
        let wanted = |answer: &Value| number(answer).is_some_and(|value| !value.is_nan());
        let answer = self.until("query", query, wanted).await;
        number(&answer).expect("as it was just now")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "where this runs decides what may be missing"
)]
fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}

async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Values from 0.001 to 10, evenly on a logarithmic scale, and their negatives on the other side.
fn record(registry: &Registry) {
    for n in 0..=400 {
        let value = 10_f64.powf(f64::from(n) / 100.0 - 3.0);
        let (left, right) = (Side::Left, Side::Right);
        registry.counter(&Counted { side: left }).inc();
        registry.gauge(&Level {}).set(-1.5);
        registry.histogram(&Classic { side: left }).observe(value);
        registry.histogram(&Native { side: left }).observe(value);
        registry.histogram(&Native { side: right }).observe(-value);
        registry.histogram(&Native { side: right }).observe(0.0);
        registry.histogram(&Both {}).observe(value);
        registry.summary(&Waited {}).observe(value);
    }
    registry.initialise::<Empty>();
    let trace = TraceId::from(0xabc);
    let native = registry.histogram(&Native { side: Side::Left });
    native.observe_with_trace(0.1, trace);
    let classic = registry.histogram(&Classic { side: Side::Left });
    classic.observe_with_trace(0.5, trace);
}

#[tokio::test]
async fn prometheus_answers_quantiles_from_native_histograms() {
    let registry = Registry::new();
    let served = registry.clone();
    // Every scrape finds as much again: so there is a rate.
    let scrape = move |headers: HeaderMap| async move {
        record(&served);
        served.respond(&headers)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = listener.local_addr().expect("an address").to_string();
    let app = Router::new().route("/metrics", get(scrape));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let Some(prometheus) = Prometheus::start(&target).await else {
        return;
    };

    let near = |value: f64, wanted: f64| (value / wanted - 1.0).abs() < 0.1;
    // Nine tenths of the way from 10^-3 to 10^1.
    let p90 = 10_f64.powf(0.6);
    let quantile = |q: &str, of: &str| format!("histogram_quantile({q}, rate({of}[1m]))");
    let left = prometheus
        .value(&quantile("0.9", r#"scraped_native_seconds{side="left"}"#))
        .await;
    assert!(near(left, p90), "{left}");
    // Half of the values of the right side are zero, the others negative.
    let right = r#"scraped_native_seconds{side="right"}"#;
    let median_of_negative = prometheus.value(&quantile("0.25", right)).await;
    assert!(
        near(median_of_negative, -0.1),
        "{median_of_negative} is not -0.1"
    );
    let zero = prometheus.value(&quantile("0.75", right)).await;
    assert!(zero.abs() < 1e-30, "{zero}");
    let both = prometheus
        .value(&quantile("0.9", "scraped_both_seconds"))
        .await;
    assert!(near(both, p90), "the finer of the two forms: {both}");

    // One page, so these are of one moment: as many values in each form.
    let same = "histogram_count(scraped_both_seconds) == on() scraped_counted_total{side=\"left\"}";
    assert!(prometheus.value(same).await >= 401.0);
    assert_eq!(
        prometheus
            .value("histogram_count(scraped_empty_seconds)")
            .await,
        0.0
    );
    assert_eq!(prometheus.value("scraped_level").await, -1.5);
    let waited = prometheus
        .value(r#"scraped_waited_seconds{quantile="0.5"}"#)
        .await;
    assert!(near(waited, 0.1), "{waited}");
    let classic = prometheus
        .value("histogram_quantile(0.9, rate(scraped_classic_seconds_bucket[1m]))")
        .await;
    assert!((1.0..=10.0).contains(&classic), "{classic}");

    let exemplars = prometheus
        .until("query_exemplars", "scraped_classic_seconds_bucket", |it| {
            it.get(0).is_some()
        })
        .await;
    assert_eq!(
        exemplars[0]["exemplars"][0]["labels"]["trace_id"],
        TraceId::from(0xabc).to_string()
    );
    let target = prometheus.value("up").await;
    assert_eq!(target, 1.0);
}
