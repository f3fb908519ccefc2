//! Every alert of the reference stack that Prometheus evaluates has a witness: series that make it fire, and stop.

use std::collections::BTreeSet;

use obsctl::generate::rule_tests::file::TestFile;
use obsctl::generate::{self, Environment, yaml};
use obsctl::model::{Engine, Rule};
use obsctl::project::Project;

/// Fires whatever happens: that is its purpose.
const HEARTBEAT: &str = "Watchdog";

#[test]
fn every_alert_has_a_witness() {
    // Alerts that people wrote; those of SLOs have proofs of their own.
    let written = obsctl_stack::stack();
    let rules = written.rule_groups.iter().flat_map(|group| &group.rules);
    let alerts: BTreeSet<_> = rules
        .filter_map(|rule| match rule {
            Rule::Alert(alert) if alert.query.engine() == Engine::Prometheus => {
                Some(alert.name.clone())
            }
            _ => None,
        })
        .collect();
    let mut proven = BTreeSet::new();
    let artifacts = generate::run(&Project::link(written), Environment::Compose);
    for (path, text) in artifacts.iter() {
        if !path.starts_with("alerts/tests/alerts-") {
            continue;
        }
        let file: TestFile = yaml::read(text).unwrap();
        for test in file.tests {
            let fires: Vec<_> = test
                .alert_rule_test
                .iter()
                .map(|check| !check.exp_alerts.is_empty())
                .collect();
            let name = test.alert_rule_test[0].alertname.clone();
            if name == HEARTBEAT {
                assert_eq!(fires, [true]);
            } else {
                assert_eq!(fires, [false, true, false], "{name}");
            }
            proven.insert(name);
        }
    }
    // What promtool and `obsctl test` say of them is asked in `promtool.rs` and `rule_tests`.
    assert_eq!(proven, alerts);
}
