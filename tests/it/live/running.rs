//! Prometheus and Alertmanager run what is generated; the demo, Loki and Tempo are played.

use std::sync::{Arc, Mutex};

use obsctl::generate::Environment;
use obsctl::model::prelude::*;
use obsctl::model::{Channel, Receiver, Route, Routing, ScrapeJob};
use serde_json::{Value, json};

use super::server::{Reply, Request, Server};
use super::{lines, report};
use crate::engines::host::Host;
use crate::engines::written;

const TEAM: &str = "platform";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

labels! {
    /// How a job ended.
    pub enum Status { Done = "done", Failed = "failed" }
}

metrics! {
    family "Shop", owner TEAM, exposed_by Exposer::Service("shop".into());

    /// Jobs that ended.
    pub counter Jobs("jobs_total") { status: Status }
    /// Jobs that were given up: declared, and never counted.
    pub counter GivenUp("jobs_given_up_total") { status: Status }
    /// Whether anything is broken.
    pub gauge Broken("broken") {}
    /// Time a job took.
    pub histogram JobTime("job_seconds", Seconds, [0.1, 1.0]) {}
    /// Forgotten by the service.
    pub gauge Forgotten("forgotten") {}
}

/// A stack in fast time, whose only service and receiver have this port.
fn stack(port: u16) -> Stack {
    let broken = Alert::new("ShopBroken")
        .when(Broken::select().gt(0.0))
        .lasting(secs(1))
        .severity(Severity::Critical)
        .owner(TEAM)
        .summary("{{ $labels.job }} is broken")
        .runbook(Slug::from_static("broken"));
    let mut stack = Stack::new(Slug::from_static("shop"))
        .scrape_job(ScrapeJob::new(
            "shop",
            Exposer::Service("shop".into()),
            "shop",
            port,
        ))
        .metric_family(family())
        .rule_group(
            RuleGroup::new("shop")
                .record(RecordingRule::new(
                    MetricName::from_static("job:jobs:rate1m"),
                    promql("sum by (job) (rate(jobs_total[1m]))"),
                ))
                .alert(broken),
        )
        .runbook(Runbook::new(
            Slug::from_static("broken"),
            "Broken",
            "it is broken",
        ))
        .dashboard(
            Dashboard::new("shop", "Shop")
                .variable(
                    variable::query("status", label_values(Jobs::status))
                        .multi()
                        .include_all(),
                )
                .row(
                    "Jobs",
                    (
                        timeseries("All").query(promql(r#"jobs_total{status=~"$status"}"#)),
                        timeseries("Lost").query(promql(r#"jobs_total{status="lost"}"#)),
                        stat("Given up").query(promql("jobs_given_up_total")),
                        stat("Forgotten").query(promql("forgotten")),
                        logs("Lines").query(logql(r#"{service_name="shop"}"#)),
                    ),
                ),
        )
        .routing(Routing {
            root: Route::to("inbox")
                .group_by(["alertname"])
                .timing(secs(1), secs(1), mins(1)),
            receivers: vec![Receiver::new("inbox").channel(Channel::Webhook {
                url: format!("http://receiver:{port}/alerts"),
            })],
            inhibitions: vec![],
            mute_times: vec![],
        });
    (stack.scrape_interval, stack.evaluation_interval) = (secs(1), secs(1));
    stack
}

#[derive(Default)]
struct Shop {
    broken: bool,
    delivered: Vec<Value>,
}

/// The service, its scenario, and the receiver of alerts.
fn shop(request: &Request, shop: &Mutex<Shop>) -> Reply {
    let mut shop = shop.lock().unwrap();
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/metrics") => {
            let broken = u8::from(shop.broken);
            Reply::Text(
                200,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                format!(
                    "# TYPE jobs counter\njobs_total{{status=\"done\"}} 3\n\
                     # TYPE jobs_given_up counter\n\
                     # TYPE broken gauge\nbroken {broken}\n\
                     # TYPE job_seconds histogram\n\
                     job_seconds_bucket{{le=\"0.1\"}} 1 # {{trace_id=\"{TRACE}\"}} 0.05\n\
                     job_seconds_bucket{{le=\"1.0\"}} 2\njob_seconds_bucket{{le=\"+Inf\"}} 3\n\
                     job_seconds_sum 5\njob_seconds_count 3\n# EOF\n"
                ),
            )
        }
        ("GET", "/demo/scenarios") => Reply::ok(json!([{
            "name": "broken", "summary": "x", "alerts": ["ShopBroken"], "active": shop.broken
        }])),
        (method @ ("PUT" | "DELETE"), "/demo/scenarios/broken") => {
            shop.broken = method == "PUT";
            Reply::Text(204, "text/plain", String::new())
        }
        ("POST", "/alerts") => {
            let notification = request.json();
            for alert in notification["alerts"].as_array().unwrap() {
                let count = shop.delivered.len();
                shop.delivered.insert(
                    0,
                    json!({
                        "received_at": format!("2026-01-01T00:00:{count:02}Z"),
                        "path": "/alerts",
                        "status": alert["status"],
                        "labels": alert["labels"],
                        "annotations": alert["annotations"],
                        "fingerprint": alert["fingerprint"],
                        "receiver": notification["receiver"],
                    }),
                );
            }
            Reply::ok(json!({}))
        }
        ("GET", "/api/alerts") => Reply::ok(Value::Array(shop.delivered.clone())),
        _ => Reply::missing(),
    }
}

fn tempo(request: &Request) -> Reply {
    match request.path.as_str() {
        "/ready" => Reply::text("ready\n"),
        "/api/status/buildinfo" => Reply::ok(json!({"version": "3.0.3"})),
        path if path == format!("/api/v2/traces/{TRACE}") => Reply::ok(json!({
            "trace": {"resourceSpans": [{"resource": {}, "scopeSpans": []}]}, "metrics": {}
        })),
        _ => Reply::missing(),
    }
}

#[test]
fn everything_that_is_served_passes_and_the_alert_arrives_and_ends() {
    let state = Arc::new(Mutex::new(Shop::default()));
    let served = Arc::clone(&state);
    let shop = Server::start(move |request| shop(request, &served));
    let tempo = Server::start(tempo);
    let Some(host) = Host::start(written(stack(shop.port), Environment::Host)) else {
        return;
    };
    // Recording rules and panels have data once there were two scrapes.
    host.prometheus
        .until("the service is scraped", |prometheus| {
            let answer = prometheus.get("/api/v1/query?query=job:jobs:rate1m");
            answer["data"]["result"]
                .as_array()
                .is_some_and(|found| !found.is_empty())
        });
    let args = [
        "--prometheus",
        &host.prometheus.url,
        "--alertmanager",
        &host.alertmanager.url,
        "--tempo",
        &tempo.url,
        "--demo",
        &shop.url,
        "--alert-receiver",
        &shop.url,
        "--scenario",
        "broken",
        "--timeout",
        "90s",
    ];
    let (status, report) = report(stack(shop.port), &args);
    let found = lines(&report);
    let version = |peer: &str| {
        let line = format!("ready/{peer} passed: version ");
        found.iter().any(|found| found.starts_with(&line))
    };
    assert!(
        version("prometheus") && version("alertmanager"),
        "{found:#?}"
    );
    let target = format!("targets/shop/127.0.0.1:{} passed", shop.port);
    let exemplar = format!("correlation/exemplar passed: trace {TRACE} of `job_seconds`");
    for line in [
        target.as_str(),
        exemplar.as_str(),
        "rules/shop/ShopBroken passed",
        "rules/shop/job:jobs:rate1m passed",
        "alerting/routing passed: 1 routes",
        "queries/shop/variable status passed: 1 values",
        "queries/shop/All/A passed",
        "queries/shop/Lost/A empty: `jobs_total` has series, and none of them has `status=\"lost\"`",
        "queries/shop/Given up/A empty: `shop` declares `jobs_given_up_total` and has not recorded it yet",
        "queries/shop/Forgotten/A failed: `forgotten` has no series, although job `shop`, which exposes it, is up",
        "scenarios/broken/ShopBroken/fires passed",
        "scenarios/broken/ShopBroken/routed passed",
        "scenarios/broken/ShopBroken/arrives passed: \"shop is broken\"",
        "scenarios/broken/ShopBroken/ended passed",
        "correlation/trace passed",
    ] {
        assert!(
            found.iter().any(|found| found == line),
            "{line} in {found:#?}"
        );
    }
    assert!(
        !found.iter().any(|line| line.contains("/Lines/")),
        "Loki is not asked: {found:#?}"
    );
    let failed: Vec<_> = found
        .iter()
        .filter(|line| line.contains(" failed"))
        .collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(status, 1);
    assert!(!state.lock().unwrap().broken, "the scenario is over");
}
