//! The alerting pipeline itself: rules, configuration, notifications.

use obsctl_model::prelude::*;

use crate::metrics::exporters::{alertmanager, loki, prometheus};
use crate::{limits, runbooks, teams, uids};

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("alerting")
        .alert(watchdog())
        .alert(prometheus_rules_failing())
        .alert(prometheus_rules_slow())
        .alert(prometheus_config())
        .alert(prometheus_notifications())
        .alert(no_alertmanager())
        .alert(alertmanager_config())
        .alert(alertmanager_notifications())
        .alert(loki_rules_failing())
}

fn watchdog() -> Alert {
    Alert::new("Watchdog")
        .when(promql("vector(1)"))
        .severity(Severity::Info)
        .owner(teams::OBSERVABILITY)
        .summary("Alerting works, from Prometheus to the receiver")
        .runbook(runbooks::pipeline_alerting::ID)
        .description(
            "Always on. Somebody outside of the stack should notice when it stops arriving.",
        )
        .label("service", "prometheus")
        .dashboard(uids::PIPELINE)
        .allow(
            "alert-always-fires",
            "a heartbeat: that it always fires is what it is for",
        )
}

fn prometheus_rules_failing() -> Alert {
    Alert::new("PrometheusRulesFailing")
        .when(
            prometheus::RuleFailures::increase(mins(5))
                .sum_by(prometheus::RuleFailures::rule_group)
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Critical)
        .owner(teams::OBSERVABILITY)
        .summary("Rules of {{ $labels.rule_group }} fail")
        .runbook(runbooks::pipeline_alerting::ID)
        .description("Alerts of the group cannot fire.")
        .label("service", "prometheus")
        .dashboard(uids::PIPELINE)
}

fn prometheus_rules_slow() -> Alert {
    Alert::new("PrometheusRulesSlow")
        .when(
            prometheus::RuleIterationsMissed::increase(mins(15))
                .sum_by(prometheus::RuleIterationsMissed::rule_group)
                .gt(0.0),
        )
        .lasting(mins(15))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary(
            "{{ $labels.rule_group }} missed {{ $value | humanize }} evaluations in 15 minutes",
        )
        .runbook(runbooks::pipeline_alerting::ID)
        .description("Its rules take longer than the group's interval: alerts fire late.")
        .label("service", "prometheus")
        .dashboard(uids::PIPELINE)
}

fn prometheus_config() -> Alert {
    Alert::new("PrometheusConfigNotLoaded")
        .when(prometheus::ConfigReloaded::select().equals(0.0))
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("Prometheus {{ $labels.instance }} refused its configuration")
        .runbook(runbooks::pipeline_alerting::ID)
        .description("It goes on with the one before: new rules and targets have no effect.")
        .label("service", "prometheus")
        .dashboard(uids::PIPELINE)
}

fn prometheus_notifications() -> Alert {
    Alert::new("PrometheusNotificationsFailing")
        .when(
            (prometheus::NotificationErrors::rate(mins(5))
                .sum_by(prometheus::NotificationErrors::alertmanager)
                / prometheus::NotificationsSent::rate(mins(5))
                    .sum_by(prometheus::NotificationsSent::alertmanager))
            .gt(limits::UNHEARD),
        )
        .lasting(mins(10))
        .severity(Severity::Critical)
        .owner(teams::OBSERVABILITY)
        .summary(
            "{{ $value | humanizePercentage }} of alerts do not reach {{ $labels.alertmanager }}",
        )
        .runbook(runbooks::pipeline_alerting::ID)
        .description("Alerts fire and nobody is told.")
        .label("service", "prometheus")
        .dashboard(uids::PIPELINE)
}

fn no_alertmanager() -> Alert {
    Alert::new("PrometheusWithoutAlertmanager")
        .when(prometheus::AlertmanagersDiscovered::select().lt(1.0))
        .lasting(mins(10))
        .severity(Severity::Critical)
        .owner(teams::OBSERVABILITY)
        .summary("Prometheus {{ $labels.instance }} knows no Alertmanager")
        .runbook(runbooks::pipeline_alerting::ID)
        .description("Alerts fire and nobody is told.")
        .label("service", "prometheus")
        .dashboard(uids::PIPELINE)
}

fn alertmanager_config() -> Alert {
    Alert::new("AlertmanagerConfigNotLoaded")
        .when(alertmanager::ConfigReloaded::select().equals(0.0))
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("Alertmanager {{ $labels.instance }} refused its configuration")
        .runbook(runbooks::pipeline_alerting::ID)
        .description("It goes on with the one before: new routes and receivers have no effect.")
        .label("service", "alertmanager")
        .dashboard(uids::PIPELINE)
}

fn alertmanager_notifications() -> Alert {
    Alert::new("AlertmanagerNotificationsFailing")
        .when(
            (alertmanager::NotificationsFailed::rate(mins(15))
                .sum_by(alertmanager::NotificationsFailed::integration)
                / alertmanager::Notifications::rate(mins(15))
                    .sum_by(alertmanager::Notifications::integration))
            .gt(limits::UNHEARD),
        )
        .lasting(mins(5))
        .severity(Severity::Critical)
        .owner(teams::OBSERVABILITY)
        .summary(
            "{{ $value | humanizePercentage }} of notifications by {{ $labels.integration }} fail",
        )
        .runbook(runbooks::pipeline_alerting::ID)
        .description("Those who rely on this way are not told of alerts.")
        .label("service", "alertmanager")
        .dashboard(uids::PIPELINE)
}

fn loki_rules_failing() -> Alert {
    Alert::new("LokiRulesFailing")
        .when(
            loki::RuleFailures::increase(mins(5))
                .sum_by(loki::RuleFailures::rule_group)
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Critical)
        .owner(teams::OBSERVABILITY)
        .summary("Rules on logs of {{ $labels.rule_group }} fail")
        .runbook(runbooks::pipeline_alerting::ID)
        .description(
            "Alerts that are seen in logs cannot fire: isolation of tenants, encryption keys.",
        )
        .label("service", "loki")
        .dashboard(uids::PIPELINE)
}
