//! Alerts may not reach anybody.

use obsctl_model::prelude::*;

use crate::metrics::exporters::{alertmanager, loki, prometheus};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("pipeline-alerting");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Alerting Pipeline",
        "Rules fail, configuration is not loaded, or notifications are not delivered; `Watchdog` is always on",
    )
    .symptom("Alerts are missing, late, or shown and not told")
    .symptom("`Watchdog` no longer arrives at its receiver: alerting as a whole is broken")
    .step(
        "See which rule groups fail or miss their turn",
        prometheus::RuleFailures::with(prometheus::RuleFailures::rule_group.chosen("rule_group")).increase(mins(15)).sum_by(prometheus::RuleFailures::rule_group),
    )
    .then(
        prometheus::RuleIterationsMissed::with(prometheus::RuleIterationsMissed::rule_group.chosen("rule_group")).increase(mins(15))
            .sum_by(prometheus::RuleIterationsMissed::rule_group),
    )
    .then(loki::RuleFailures::with(loki::RuleFailures::rule_group.chosen("rule_group")).increase(mins(15)).sum_by(loki::RuleFailures::rule_group))
    .step(
        "See whether the configuration was loaded",
        prometheus::ConfigReloaded::select().equals(0.0),
    )
    .then(alertmanager::ConfigReloaded::select().equals(0.0))
    .then(Action::shell(
        "
        promtool check config provisioning/prometheus/prometheus.yml
        amtool check-config provisioning/alertmanager/alertmanager.yml
        ",
    ))
    .step(
        "See which notifications fail, and why",
        alertmanager::NotificationsFailed::with(alertmanager::NotificationsFailed::integration.chosen("integration")).rate(mins(5)).sum_by((
            alertmanager::NotificationsFailed::integration,
            alertmanager::NotificationsFailed::reason,
        )),
    )
    .then(logql(
        r#"{service_name="alertmanager"} |= "Notify for alerts failed""#,
    ))
    .then(logql(r#"{service_name="prometheus"} |~ "level=(WARN|ERROR)""#))
    .step(
        "Send an alert by hand and see it arrive",
        Action::shell(
            "amtool alert add alertname=Test severity=warning team=observability --alertmanager.url=http://localhost:9093",
        ),
    )
    .resolve("a rule fails", "its message names the query: correct the definition and generate again.")
    .resolve("a group takes longer than its interval", "split it, or record what it computes twice.")
    .resolve("the configuration is refused", "go back to the last generated one.")
    .resolve("a receiver refuses", "renew its secret, or route to another until it is back.")
    .escalate("The observability team: until this works, watch the dashboards by eye")
    .dashboard(uids::PIPELINE)
}
