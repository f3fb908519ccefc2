//! Ctrl-C: a scenario that is on is ended first.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::server::{Reply, Request, Server};
use crate::common::CliTest;

const PATIENCE: Duration = Duration::from_secs(30);
const SCENARIO: &str = "/demo/scenarios/provider-401";

/// A demo whose scenario sets nothing off, and a Prometheus without alerts.
fn reply(request: &Request) -> Reply {
    match request.path.as_str() {
        "/-/ready" => Reply::text("ready"),
        "/api/v1/status/buildinfo" => {
            Reply::ok(json!({"status": "success", "data": {"version": "3.1.0"}}))
        }
        "/api/v1/alerts" => Reply::ok(json!({"status": "success", "data": {"alerts": []}})),
        "/demo/scenarios" => Reply::ok(json!([
            {"name": "provider-401", "alerts": ["ConnectionAuthFailures"], "active": false},
            {"name": "slow-api", "alerts": ["HighApiLatency"], "active": false},
        ])),
        SCENARIO => Reply::Text(204, "text/plain", String::new()),
        _ => Reply::missing(),
    }
}

fn start(server: &Server) -> Child {
    let test = CliTest::new();
    let mut command = test.command(&["verify", "--only", "scenarios", "--scenario", "all"]);
    command.args(["--prometheus", &server.url, "--demo", &server.url]);
    // Longer than the test has patience.
    command.args(["--timeout", "1h"]).current_dir("/");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn until_asked(server: &Server, what: impl Fn(&Request) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !server.asked().iter().any(&what) {
        assert!(
            Instant::now() < deadline,
            "never asked: {:?}",
            server.asked()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn interrupt(child: Child, signal: &str) -> String {
    let id = child.id().to_string();
    let told = Command::new("kill").args([signal, &id]).status().unwrap();
    assert!(told.success());
    CliTest::new().shown(&child.wait_with_output().unwrap())
}

#[test]
fn a_scenario_that_is_on_is_ended_and_no_other_begins() {
    for signal in ["-INT", "-TERM"] {
        let server = Server::start(reply);
        let child = start(&server);
        until_asked(&server, |request| request.method == "PUT");
        let shown = interrupt(child, signal);
        assert!(shown.starts_with("exit status: 130\n"), "{shown}");
        for line in [
            "not run: interrupted, and ended\n    scenarios/provider-401\n",
            "not run: interrupted before it began\n    scenarios/slow-api\n",
        ] {
            assert!(shown.contains(line), "{shown}");
        }
        let asked = server.asked();
        let changes = asked.iter().filter(|request| request.method != "GET");
        let changes: Vec<_> = changes
            .map(|request| (request.method.as_str(), request.path.as_str()))
            .collect();
        assert_eq!(changes, [("PUT", SCENARIO), ("DELETE", SCENARIO)]);
    }
}

#[test]
fn without_a_scenario_it_ends_at_once() {
    let server = Server::start(|_| Reply::Silence);
    let child = start(&server);
    until_asked(&server, |_| true);
    assert_eq!(interrupt(child, "-INT"), "killed by a signal\n");
}
