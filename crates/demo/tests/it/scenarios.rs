//! Scenarios and the alerts they set off.

use std::collections::BTreeSet;

use obsctl_demo::scenario::Scenario;
use obsctl_model::Rule;
use obsctl_stack::stack;

/// Alerts of engines and hosts, which no demo can bring into trouble, and those that only burn slowly.
#[test]
fn every_alert_of_the_services_has_a_scenario() {
    let alerts: BTreeSet<_> = stack()
        .rule_groups
        .iter()
        .filter(|group| {
            !["host", "ingestion", "alerting"].contains(&group.name.as_str())
        })
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
