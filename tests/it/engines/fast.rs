//! What is generated for time that runs faster is accepted, and runs as much faster.

use std::path::Path;
use std::process::Command;

use obsctl::generate::targets::host_commands;
use obsctl::generate::{Component, Environment};
use obsctl::model::prelude::*;
use obsctl::project::{Project, Speed};
use tempfile::TempDir;

use super::host::{Engine, free_port};
use super::{Need, files_in, outputs, program, stack, succeed};

/// The stack, and an alert whose condition holds from the first evaluation on.
fn fast(speed: Speed) -> TempDir {
    let steady = Alert::new("Steady")
        .when(promql("vector(1) > 0"))
        .lasting(mins(5))
        .severity(Severity::Info)
        .owner("platform")
        .summary("steady")
        .runbook(Slug::from_static("awkward"));
    let stack = stack().rule_group(RuleGroup::new("steady").alert(steady));
    let project = Project::link(stack).at_speed(speed).unwrap();
    outputs(&project, Environment::Host)
}

#[test]
fn the_validators_accept_every_speed() {
    let (Some(promtool), Some(amtool)) = (
        program(&["promtool"], &Need::InCi),
        program(&["amtool"], &Need::InCi),
    ) else {
        return;
    };
    for times in [2, 7, 60] {
        let folder = fast(Speed::new(times).unwrap());
        let rules = files_in(&folder.path().join("alerts/prometheus"));
        assert!(!rules.is_empty());
        let mut check_rules = Command::new(&promtool);
        succeed(check_rules.args(["check", "rules"]).args(&rules));
        let provisioning = folder.path().join("provisioning");
        let mut check_config = Command::new(&promtool);
        check_config.args(["check", "config"]);
        succeed(check_config.arg(provisioning.join("prometheus/prometheus.yml")));
        let mut check_routes = Command::new(&amtool);
        check_routes.arg("check-config");
        succeed(check_routes.arg(provisioning.join("alertmanager/alertmanager.yml")));
        // Their times are those of real time.
        assert!(!folder.path().join("alerts/tests").exists());
    }
}

#[test]
fn an_alert_after_five_minutes_fires_after_five_seconds() {
    let Some(program) = program(&["prometheus"], &Need::InCi) else {
        return;
    };
    let folder = fast(Speed::FASTEST);
    let prometheus = start(&program, folder.path(), Speed::FASTEST);
    let ask = |query: &str| {
        let answer = prometheus.get(&format!("/api/v1/query?query={query}"));
        answer["data"]["result"][0].clone()
    };
    // When it first fired, and since when the condition held, cut to the second; both by Prometheus' own clock.
    let fired = || ask("ALERTS%7Balertname=%22Steady%22,alertstate=%22firing%22%7D%5B5m%5D");
    prometheus.until("the alert fires", |_| fired()["values"][0][0].is_number());
    let fired = fired()["values"][0][0].as_f64().unwrap();
    let active = ask("ALERTS_FOR_STATE%7Balertname=%22Steady%22%7D");
    let active: f64 = active["value"][1].as_str().unwrap().parse().unwrap();
    let lasted = fired - active;
    // A loaded machine may miss evaluations; real time would be 300 seconds.
    assert!((5.0..30.0).contains(&lasted), "{lasted} s");
}

fn start(program: &Path, folder: &Path, speed: Speed) -> Engine {
    let (_, arguments) = host_commands::command_at(Component::Prometheus, speed).unwrap();
    let port = free_port();
    let usual = format!(":{}", Component::Prometheus.port());
    let arguments: Vec<_> = arguments
        .into_iter()
        .map(|argument| argument.replace(&usual, &format!(":{port}")))
        .collect();
    Engine::start(program, folder, &arguments, port)
}
