//! Debian's Prometheus and Alertmanager run the generated configuration.

use std::collections::BTreeSet;

use obsctl::generate::Environment;
use obsctl::project::Project;
use serde_json::Value;

use super::host::{Engine, Host};
use super::{generated, stack};
use crate::common::CliTest;

#[test]
fn prometheus_evaluates_every_rule_and_tells_alertmanager() {
    let Some(host) = Host::start(generated(Environment::Host)) else {
        return;
    };
    let Host {
        prometheus,
        alertmanager,
        ..
    } = &host;
    prometheus.until("the alertmanager is found", |prometheus| {
        let url = format!("{}/api/v2/alerts", alertmanager.url);
        prometheus.get("/api/v1/alertmanagers")["data"]["activeAlertmanagers"][0]["url"] == url
    });
    prometheus.until("all rules are evaluated", |prometheus| {
        rules(prometheus)
            .iter()
            .all(|rule| rule.health != "unknown")
    });
    let rules = rules(prometheus);
    for rule in &rules {
        assert_eq!(
            rule.health, "ok",
            "{} of {}: {}",
            rule.name, rule.group, rule.error
        );
    }
    let loaded: BTreeSet<_> = rules
        .into_iter()
        .map(|rule| (rule.group, rule.name))
        .collect();
    assert_eq!(loaded, described());

    // What arrives has the labels to route by, and leads to a page that knows the alert's labels.
    let arrived = || -> Option<Value> {
        let alerts = alertmanager.get("/api/v2/alerts");
        let mut alerts = alerts.as_array()?.iter();
        alerts
            .find(|alert| alert["labels"]["alertname"] == "AwkwardAlways")
            .cloned()
    };
    alertmanager.until("the alert arrives", |_| arrived().is_some());
    let alert = arrived().unwrap();
    assert_eq!(alert["labels"]["severity"], "critical");
    assert_eq!(alert["labels"]["team"], "platform");
    assert_eq!(alert["annotations"]["summary"], "a b/{c} is 2.5");
    assert_eq!(
        alert["annotations"]["runbook_url"],
        "http://localhost:3000/d/runbook-awkward?var-job=a+b%2F%7Bc%7D&"
    );
}

/// Prometheus prints expressions in its own way, and Alertmanager its configuration: neither is a difference.
#[test]
fn verify_finds_every_rule_and_route_as_they_are_described() {
    let Some(host) = Host::start(generated(Environment::Host)) else {
        return;
    };
    let args = [
        "verify",
        "--prometheus",
        &host.prometheus.url,
        "--alertmanager",
        &host.alertmanager.url,
        "--only",
        "rules",
        "--only",
        "alerting",
    ];
    host.prometheus
        .until("the alertmanager is found", |prometheus| {
            let answer = prometheus.get("/api/v1/alertmanagers");
            answer["data"]["activeAlertmanagers"][0]["url"].is_string()
        });
    let shown = CliTest::new().run_over(stack(), &args);
    assert!(shown.starts_with("exit status: 0\n"), "{shown}");
    let rules = format!("rules {:>14}", described().len());
    assert!(shown.contains(&rules), "{rules} in {shown}");
}

/// A rule, as Prometheus tells of it.
struct Loaded {
    group: String,
    name: String,
    health: String,
    error: String,
}

fn rules(prometheus: &Engine) -> Vec<Loaded> {
    let answer = prometheus.get("/api/v1/rules");
    let groups = answer["data"]["groups"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    groups
        .iter()
        .flat_map(|group| {
            group["rules"]
                .as_array()
                .unwrap()
                .iter()
                .map(move |rule| Loaded {
                    group: text(&group["name"]),
                    name: text(&rule["name"]),
                    health: text(&rule["health"]),
                    error: text(&rule["lastError"]),
                })
        })
        .collect()
}

/// Groups and names of all rules Prometheus shall have.
fn described() -> BTreeSet<(String, String)> {
    let project = Project::link(stack());
    project
        .groups()
        .iter()
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)))
        .filter(|(_, rule)| rule.query().promql().is_some())
        .map(|(group, rule)| (group.name.clone(), rule.name().to_owned()))
        .collect()
}
