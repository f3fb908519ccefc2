//! Scenarios and the alerts they set off: each fires, is routed, arrives, and is resolved.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_demo::scenario::Scenario;
use obsctl_demo::settings::Role;
use obsctl_model::Rule;
use obsctl_stack::stack;
use serde_json::Value;

use crate::engines::{ABSENT, Engines};
use crate::running::{Demo, get};
use crate::spans::Collector;

/// Fast time: what waits a quarter of an hour waits 30 seconds.
const SPEED: u8 = 30;

/// Trouble that does not hide other trouble, in turn.
const ROUNDS: [&[Scenario]; 4] = [
    &[
        Scenario::Provider401,
        Scenario::RateLimit,
        Scenario::ProviderDown,
        Scenario::SlowApi,
        Scenario::EndpointFailing,
        Scenario::WorkerFailures,
        Scenario::StaleSync,
        Scenario::ToolErrors,
    ],
    &[
        Scenario::QueueBacklog,
        // Somebody must be paged before the pager can be missed.
        Scenario::ApiErrors,
        Scenario::PagerDown,
    ],
    &[Scenario::WorkersStalled, Scenario::ServiceDown],
    &[Scenario::DatabaseLost],
];

/// Their alerts are seen in logs, by Loki.
const IN_LOGS: [Scenario; 3] = [
    Scenario::TenantLeak,
    Scenario::TenantContext,
    Scenario::BadEncryptionKey,
];

#[test]
fn every_scenario_has_its_round() {
    let mut played: Vec<_> = ROUNDS.concat();
    played.extend(IN_LOGS);
    played.sort_unstable();
    let mut all = Scenario::ALL.to_vec();
    all.sort_unstable();
    assert_eq!(played, all);
}

/// Alerts of engines and hosts are not the demo's to bring about.
#[test]
fn every_alert_of_the_services_has_a_scenario() {
    let stack = stack();
    let groups = stack.rule_groups.iter().filter(|group| {
        let of_engines = ["host", "ingestion", "alerting"];
        !of_engines.contains(&group.name.as_str())
    });
    let alerts: BTreeSet<_> = groups
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert.name.clone()),
            Rule::Record(_) => None,
        })
        .collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    let set_off: BTreeSet<_> = Scenario::ALL
        .into_iter()
        .flat_map(|scenario| scenario.description().alerts)
        .map(|alert| (*alert).to_owned())
        .collect();
    let without: Vec<_> = alerts.difference(&set_off).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn each_alert_fires_arrives_and_is_resolved() {
    // Only traces that are sent leave exemplars.
    let collector = Collector::start();
    let settings = [
        ("LOG_LEVEL", "warn"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url),
    ];
    let mut demo = Demo::start(SPEED, &settings);
    let Some(engines) = Engines::start(&demo, SPEED) else {
        return;
    };
    verified(&mut demo, &engines);
    for round in ROUNDS {
        let alerts: BTreeSet<&str> = round
            .iter()
            .flat_map(|scenario| scenario.description().alerts)
            .copied()
            .collect();
        let begun = latest(&demo);
        for scenario in round {
            demo.switch(*scenario, true);
        }
        demo.until("have all alerts of the round arrived", |demo| {
            let arrived = delivered(demo, "firing", &begun);
            lacking(&alerts, |alert| arrived.contains_key(alert), &engines)
        });
        for alert in &alerts {
            has_what_a_person_needs(alert, &delivered(&demo, "firing", &begun)[*alert]);
        }
        for scenario in round {
            demo.switch(*scenario, false);
        }
        demo.until("are all alerts of the round resolved", |demo| {
            let resolved = delivered(demo, "resolved", &begun);
            lacking(&alerts, |alert| resolved.contains_key(alert), &engines)
        });
    }
}

/// `obsctl verify` finds everything as it should be that these engines serve, and follows a scenario to its end.
fn verified(demo: &mut Demo, engines: &Engines) {
    let absent: Vec<_> = ABSENT
        .iter()
        .map(|name| format!("targets/{name}"))
        .collect();
    let mut skipped: Vec<&str> = absent.iter().flat_map(|it| ["--skip", it]).collect();
    // Where a trace can be looked up nobody is.
    skipped.extend(["--skip", "correlation"]);
    // What is asked first is cheap: all queries at once, again and again, would slow the engines they ask.
    for step in ["targets", "rules"] {
        let mut only = skipped.clone();
        only.extend(["--only", step]);
        demo.until(step, |demo| verify(demo, engines, &only));
    }
    demo.until("does everything verify", |demo| {
        verify(demo, engines, &skipped)
    });
    let scenario = [
        "--only",
        "scenarios",
        "--scenario",
        Scenario::Provider401.name(),
    ];
    verify(demo, engines, &scenario).unwrap();
}

fn verify(demo: &Demo, engines: &Engines, more: &[&str]) -> Result<(), String> {
    let (api, receiver) = (demo.url(Role::Api), demo.url(Role::AlertReceiver));
    let speed = SPEED.to_string();
    let mut args = vec!["obsctl", "verify", "--format", "json", "--speed", &speed];
    args.extend(["--prometheus", &engines.prometheus]);
    args.extend(["--alertmanager", &engines.alertmanager]);
    args.extend(["--demo", &api, "--alert-receiver", &receiver]);
    args.extend(more);
    let args = args.into_iter().map(Into::into);
    let (mut out, mut err) = (vec![], vec![]);
    let root = std::path::Path::new("");
    let status = obsctl::cli::run_in(stack(), args, root, &mut out, &mut err);
    let report: Value = serde_json::from_slice(&out)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&err)))?;
    let steps = report["steps"].as_array().unwrap();
    if status == 0 && steps.iter().any(|step| step["result"] == "passed") {
        return Ok(());
    }
    let is_wrong = |step: &&Value| step["result"] == "failed" || step["result"] == "not_run";
    let wrong: Vec<_> = steps.iter().filter(is_wrong).collect();
    Err(format!("{wrong:#?}"))
}

fn lacking(
    alerts: &BTreeSet<&str>,
    there: impl Fn(&str) -> bool,
    engines: &Engines,
) -> Result<(), String> {
    let lacking: Vec<_> = alerts.iter().filter(|alert| !there(alert)).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(format!("{lacking:?}; firing are {:?}", engines.firing()))
}

/// All deliveries, oldest first.
fn inbox(demo: &Demo) -> Vec<Value> {
    let answer = get(&format!("{}/api/alerts", demo.url(Role::AlertReceiver)));
    let mut alerts: Vec<Value> = serde_json::from_str(&answer).unwrap();
    alerts.reverse();
    alerts
}

/// When the latest one arrived.
fn latest(demo: &Demo) -> String {
    let alerts = inbox(demo);
    let latest = alerts.last().map(|alert| text(alert, "received_at"));
    latest.unwrap_or_default()
}

/// The latest delivery of each alert since then, by its state.
fn delivered(demo: &Demo, status: &str, since: &str) -> BTreeMap<String, Value> {
    let alerts = inbox(demo).into_iter();
    alerts
        .filter(|alert| !ABSENT.contains(&&*text(&alert["labels"], "service")))
        .filter(|alert| alert["status"] == status && text(alert, "received_at").as_str() > since)
        .map(|alert| (text(&alert["labels"], "alertname"), alert))
        .collect()
}

fn text(of: &Value, field: &str) -> String {
    of[field].as_str().unwrap_or_default().to_owned()
}

fn has_what_a_person_needs(name: &str, alert: &Value) {
    for label in ["severity", "team", "service"] {
        let value = alert["labels"][label].as_str().unwrap_or_default();
        assert!(!value.is_empty(), "{name} has no `{label}`: {alert}");
    }
    let summary = alert["annotations"]["summary"].as_str().unwrap_or_default();
    assert!(!summary.is_empty() && !summary.contains("{{"), "{alert}");
    let runbook = alert["annotations"]["runbook_url"].as_str();
    let runbook = runbook.unwrap_or_default();
    assert!(
        runbook.starts_with("http://localhost:3000/d/runbook-"),
        "{alert}"
    );
}
