//! What becomes of a scenario whose alerts do not do what they should; everything is played.

use std::sync::{Arc, Mutex};

use obsctl::Stack;
use obsctl::model::prelude::*;
use serde_json::{Value, json};

use super::server::{Reply, Request, Server};
use super::{lines, report};

fn stack() -> Stack {
    let slow = Alert::new("Slow")
        .when(promql("up > 1"))
        .severity(Severity::Warning)
        .owner("platform")
        .summary("{{ $labels.job }} is slow")
        .runbook(Slug::from_static("slow"));
    Stack::new(Slug::from_static("test"))
        .rule_group(RuleGroup::new("g").alert(slow))
        .runbook(Runbook::new(
            Slug::from_static("slow"),
            "Slow",
            "it is slow",
        ))
}

/// What happens in the played world.
#[derive(Clone, Default)]
struct World {
    active: bool,
    /// The alert does not wait for the scenario.
    always: bool,
    /// It never ends.
    stuck: bool,
    /// It never fires.
    never: bool,
    inhibited: bool,
    /// The receiver hears nothing of ends.
    deaf: bool,
    annotations: Value,
    begun: bool,
    ended: bool,
}

impl World {
    fn firing(&self) -> bool {
        !self.never && (self.active || self.always || (self.stuck && self.begun))
    }

    fn reply(&mut self, request: &Request) -> Reply {
        let labels =
            json!({"alertname": "Slow", "severity": "warning", "team": "platform", "job": "api"});
        let success = |data: Value| Reply::ok(json!({"status": "success", "data": data}));
        match (request.method.as_str(), request.path.as_str()) {
            (_, "/-/ready") => Reply::text("ready"),
            (_, "/api/v1/status/buildinfo") => success(json!({"version": "3.1.0"})),
            (_, "/api/v1/alerts") => success(json!({"alerts": if self.firing() {
                json!([{"labels": labels, "annotations": {}, "state": "firing", "value": "1"}])
            } else {
                json!([])
            }})),
            (_, "/api/v2/status") => Reply::ok(json!({
                "config": {"original": "route: {receiver: x}"}, "versionInfo": {"version": "0.34.0"}
            })),
            (_, "/api/v2/alerts") => {
                let state = if self.inhibited {
                    "suppressed"
                } else {
                    "active"
                };
                let by = if self.inhibited {
                    json!(["abc"])
                } else {
                    json!([])
                };
                Reply::ok(if self.firing() {
                    json!([{"labels": labels, "status": {"state": state, "inhibitedBy": by, "silencedBy": []}}])
                } else {
                    json!([])
                })
            }
            (_, "/demo/scenarios") => Reply::ok(json!([
                {"name": "slow", "summary": "x", "alerts": ["Slow"], "active": self.active},
                {"name": "odd", "summary": "x", "alerts": ["Unknown"], "active": false},
            ])),
            ("PUT", "/demo/scenarios/slow") => {
                (self.active, self.begun) = (true, true);
                Reply::Text(204, "text/plain", String::new())
            }
            ("DELETE", "/demo/scenarios/slow") => {
                (self.active, self.ended) = (false, true);
                Reply::Text(204, "text/plain", String::new())
            }
            ("GET", "/api/alerts") => {
                let entry = |status: &str| {
                    json!({
                        "received_at": "2026-01-01T00:00:00Z", "status": status, "labels": labels,
                        "annotations": self.annotations, "fingerprint": "f"
                    })
                };
                let mut entries = vec![];
                if self.begun && !self.never && !self.inhibited {
                    entries.push(entry("firing"));
                    if self.ended && !self.deaf {
                        entries.insert(0, entry("resolved"));
                    }
                }
                Reply::ok(Value::Array(entries))
            }
            (_, "/api/health") => Reply::ok(json!({"database": "ok", "version": "13.0.1"})),
            (_, "/api/dashboards/uid/runbook-slow") => Reply::ok(json!({"dashboard": {}})),
            (_, path) if path.starts_with("/d/") => Reply::text("<html>"),
            _ => Reply::missing(),
        }
    }
}

/// What is said of a scenario in such a world, after what every run says.
fn played(scenario: &str, change: impl Fn(&mut World)) -> (i32, Vec<String>, bool) {
    let mut world = World {
        annotations: json!({
            "summary": "api is slow",
            "runbook_url": "http://localhost:3000/d/runbook-slow?var-job=api&",
        }),
        ..World::default()
    };
    change(&mut world);
    let world = Arc::new(Mutex::new(world));
    let served = Arc::clone(&world);
    let server = Server::start(move |request| served.lock().unwrap().reply(request));
    let mut args = vec![
        "--scenario",
        scenario,
        "--timeout",
        "2s",
        "--only",
        "scenarios",
    ];
    for flag in [
        "--prometheus",
        "--alertmanager",
        "--demo",
        "--alert-receiver",
        "--grafana",
    ] {
        args.extend([flag, server.url.as_str()]);
    }
    let (status, report) = report(stack(), &args);
    let active = world.lock().unwrap().active;
    (status, lines(&report), active)
}

#[test]
fn an_alert_that_arrives_and_ends_passes() {
    let (status, lines, active) = played("slow", |_| {});
    assert_eq!(
        lines,
        [
            "scenarios/slow/Slow/arrives passed: \"api is slow\"",
            "scenarios/slow/Slow/ended passed",
            "scenarios/slow/Slow/fires passed",
            "scenarios/slow/Slow/routed passed",
            "scenarios/slow/Slow/runbook passed: http://localhost:3000/d/runbook-slow?var-job=api&",
        ]
    );
    assert_eq!((status, active), (0, false));
}

#[test]
fn what_does_not_happen_is_said_and_the_scenario_ended() {
    type Case = (fn(&mut World), &'static str);
    let cases: [Case; 6] = [
        (
            |world| world.never = true,
            "fires failed: it did not fire within 2s",
        ),
        (
            |world| world.stuck = true,
            "ended failed: it still fires after the scenario's end",
        ),
        (
            |world| world.deaf = true,
            "ended failed: it is over, and the receiver was not told",
        ),
        (
            |world| world.inhibited = true,
            "routed failed: Alertmanager keeps it back: it is inhibited by another alert (abc)",
        ),
        (
            |world| {
                world.annotations = json!({"runbook_url": "http://localhost:3000/d/runbook-slow"});
            },
            "arrives failed: it has no annotation `summary`",
        ),
        (
            |world| world.annotations["runbook_url"] = json!("http://localhost:3000/d/gone?x"),
            "runbook failed: it leads to http://localhost:3000/d/gone?x, where no dashboard is",
        ),
    ];
    for (change, expected) in cases {
        let (status, lines, active) = played("slow", change);
        let expected = format!("scenarios/slow/Slow/{expected}");
        assert!(lines.contains(&expected), "{expected} in {lines:#?}");
        assert_eq!((status, active), (1, false), "{expected}");
    }
}

#[test]
fn what_cannot_be_told_is_not_begun() {
    let (status, lines, _) = played("slow", |world| world.always = true);
    assert_eq!(
        lines,
        ["scenarios/slow not_run: `Slow` fires already: wait until it ended"]
    );
    assert_eq!(status, 2);
    let (status, lines, active) = played("slow", |world| world.active = true);
    assert_eq!(
        lines,
        [
            "scenarios/slow not_run: it is under way already: end it first, and wait until its alerts ended"
        ]
    );
    assert_eq!((status, active), (2, true), "it is somebody else's");
    let (_, lines, _) = played("fast", |_| {});
    assert_eq!(
        lines,
        ["scenarios/fast not_run: the demo has no such scenario; it has slow, odd"]
    );
    let (status, lines, _) = played("odd", |_| {});
    assert_eq!(
        lines,
        ["scenarios/odd failed: it sets off `Unknown`, and the project has no alert of that name"]
    );
    assert_eq!(status, 1);
}
