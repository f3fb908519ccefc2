//! Scenarios and the alerts they set off: each fires, is routed, arrives, and is resolved.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_demo::scenario::Scenario;
use obsctl_demo::settings::Role;
use obsctl_model::Rule;
use obsctl_stack::stack;
use serde_json::Value;

use crate::engines::Engines;
use crate::running::{Demo, get};

/// Fast time: what waits a quarter of an hour waits 15 seconds.
const SPEED: u8 = 60;

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
    let mut demo = Demo::start(SPEED, &[("LOG_LEVEL", "warn")]);
    let Some(engines) = Engines::start(&demo, SPEED) else {
        return;
    };
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
