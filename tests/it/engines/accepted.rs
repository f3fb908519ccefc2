//! Each product's own validator accepts its files.

use std::path::Path;
use std::process::Command;

use obsctl::generate::Environment;
use obsctl::model::prelude::*;
use obsctl::model::{Channel, Receiver, Route, Routing, Secret};

use super::{Need, files_in, generated, program, succeed, written};
use crate::common::CliTest;

#[test]
fn promtool_accepts_rules_and_configuration() {
    let Some(promtool) = program(&["promtool"], &Need::InCi) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        let rules = files_in(&folder.path().join("alerts/prometheus"));
        assert!(!rules.is_empty());
        succeed(
            Command::new(&promtool)
                .args(["check", "rules"])
                .args(&rules),
        );
        // Reads the rule files through the configuration's own patterns.
        let text = succeed(
            Command::new(&promtool)
                .args(["check", "config"])
                .arg(folder.path().join("provisioning/prometheus/prometheus.yml")),
        );
        assert!(
            text.contains(&format!("SUCCESS: {} rule files found", rules.len())),
            "{text}"
        );
    }
}

#[test]
fn amtool_accepts_the_configuration() {
    let Some(amtool) = program(&["amtool"], &Need::InCi) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        let file = folder
            .path()
            .join("provisioning/alertmanager/alertmanager.yml");
        succeed(Command::new(&amtool).arg("check-config").arg(&file));
        for severity in ["critical", "warning", "info"] {
            let receivers = receivers_of(&amtool, &file, &[&format!("severity={severity}")]);
            assert!(!receivers.is_empty(), "{severity}");
        }
    }
}

#[test]
fn what_amtool_refuses_is_found() {
    let Some(amtool) = program(&["amtool"], &Need::InCi) else {
        return;
    };
    let good = "route:\n  receiver: ops\n  routes:\n  - matchers: [team =~ \"a|b\"]\n    receiver: ops\n    \
                mute_time_intervals: [nights]\nreceivers:\n- name: ops\ntime_intervals:\n- name: nights\n  \
                time_intervals: [{times: [{start_time: '20:00', end_time: '22:00'}]}]\n";
    for (from, to) in [
        ("ops", "ops"),
        ("    receiver: ops", "    receiver: opps"),
        ("[nights]", "[days]"),
        ("a|b", "(a|b"),
        ("20:00", "25:00"),
        ("- name: ops", "- name: ops\n- name: ops"),
        (
            "  receiver: ops\n  routes",
            "  receiver: ops\n  matchers: [a = b]\n  routes",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let text = good.replacen(from, to, 1);
        let test = CliTest::new();
        test.write("alertmanager.yml", &text);
        let file = test.path("alertmanager.yml");
        let judged = Command::new(&amtool)
            .arg("check-config")
            .arg(&file)
            .output()
            .unwrap();
        let report = test.run(&["check", "alertmanager.yml"]);
        let clean = report.starts_with("exit status: 0");
        assert_eq!(judged.status.success(), from == to, "{to}: {judged:?}");
        assert_eq!(clean, from == to, "{to}: {report}");
    }
}

/// The receivers that are told of an alert with these labels.
fn receivers_of(amtool: &Path, file: &Path, labels: &[&str]) -> Vec<String> {
    let text = succeed(
        Command::new(amtool)
            .args(["config", "routes", "test", "--config.file"])
            .arg(file)
            .args(labels),
    );
    text.trim().split(',').map(str::to_owned).collect()
}

#[test]
fn alerts_take_the_routes_that_were_described() {
    let Some(amtool) = program(&["amtool"], &Need::InCi) else {
        return;
    };
    let mut stack = Stack::new(Slug::from_static("routes"));
    stack.routing = Some(Routing {
        root: Route::to("chat")
            .group_by(["alertname"])
            .timing(secs(30), mins(5), hours(4))
            .child(Route::to("log").and_on())
            .child(Route::to("oncall").when(LabelMatch::is("severity", "critical")))
            .child(Route::to("mail").when(LabelMatch::matches("path", r"/api/\{id\}|a\.b"))),
        receivers: vec![
            Receiver::new("chat").channel(Channel::Slack {
                channel: "#alerts".to_owned(),
                webhook_url: Secret::Env("SLACK_URL".to_owned()),
            }),
            Receiver::new("log").channel(Channel::Webhook {
                url: "http://receiver:8080/".to_owned(),
            }),
            Receiver::new("oncall").channel(Channel::Pagerduty {
                routing_key: Secret::File("/run/secrets/pagerduty".to_owned()),
            }),
            Receiver::new("mail").channel(Channel::Email {
                to: "a@example.com".to_owned(),
                from: "b@example.com".to_owned(),
                smarthost: "mail:587".to_owned(),
                password: Some(Secret::File("/run/secrets/smtp".to_owned())),
            }),
        ],
        inhibitions: vec![],
        mute_times: vec![],
    });
    let folder = written(stack, Environment::Compose);
    let file = folder
        .path()
        .join("provisioning/alertmanager/alertmanager.yml");
    succeed(Command::new(&amtool).arg("check-config").arg(&file));
    let to = |labels: &[&str]| receivers_of(&amtool, &file, labels);
    assert_eq!(to(&["severity=critical"]), ["log", "oncall"]);
    assert_eq!(to(&["severity=warning", "path=/api/{id}"]), ["log", "mail"]);
    assert_eq!(to(&["severity=warning", "path=axb"]), ["log"]);
}

#[test]
fn loki_accepts_the_configuration() {
    let Some(loki) = program(&["loki"], &Need::Nowhere) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        succeed(Command::new(&loki).current_dir(folder.path()).args([
            "-config.file=provisioning/loki/config.yaml",
            "-config.expand-env=true",
            "-verify-config",
        ]));
    }
}

#[test]
fn tempo_accepts_the_configuration() {
    let Some(tempo) = program(&["tempo"], &Need::Nowhere) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        succeed(Command::new(&tempo).current_dir(folder.path()).args([
            "-config.file=provisioning/tempo/tempo.yaml",
            "-config.expand-env=true",
            "-config.verify=true",
        ]));
    }
}

#[test]
fn alloy_accepts_the_configuration() {
    let Some(alloy) = program(&["alloy"], &Need::Nowhere) else {
        return;
    };
    for environment in Environment::ALL {
        let folder = generated(environment);
        succeed(
            Command::new(&alloy)
                .current_dir(folder.path())
                .args(["validate", "provisioning/alloy/config.alloy"]),
        );
    }
}
