//! Rules, alerts, notifications.

use obsctl_model::prelude::*;

use crate::limits;
use crate::metrics::exporters::{alertmanager, loki, prometheus};

pub fn rules() -> impl Panels {
    (
        timeseries("Samples appended")
            .description("Samples stored per second. A drop with all targets up is a storage problem.")
            .query(prometheus::SamplesAppended::rate(interval()).sum())
            .legend("samples")
            .width(6),
        timeseries("Series in memory")
            .description("Series in the head block. Growth without end is a label with unbounded values; memory follows.")
            .query(prometheus::HeadSeries::select().sum())
            .legend("series")
            .width(6),
        timeseries("Rule evaluation failures")
            .description("Rules that could not be evaluated per second, by group, of Prometheus and Loki. Any failing alert cannot fire.")
            .query(
                prometheus::RuleFailures::rate(interval())
                    .sum_by(prometheus::RuleFailures::rule_group),
            )
            .legend("Prometheus {{rule_group}}")
            .query(loki::RuleFailures::rate(interval()).sum_by(loki::RuleFailures::rule_group))
            .legend("Loki {{rule_group}}")
            .width(6),
        timeseries("Rule evaluations")
            .description("Rules evaluated per second. A fall to nothing means no alert fires, whatever happens.")
            .query(prometheus::RuleEvaluations::rate(interval()).sum())
            .legend("Prometheus")
            .query(loki::RuleEvaluations::rate(interval()).sum())
            .legend("Loki")
            .width(6),
        timeseries("Group duration over interval")
            .description("The part of its interval a rule group needs, the ten longest. At 100 % evaluations are skipped.")
            .query(
                (prometheus::RuleGroupDuration::select()
                    .max_by(prometheus::RuleGroupDuration::rule_group)
                    / prometheus::RuleGroupInterval::select()
                        .max_by(prometheus::RuleGroupInterval::rule_group))
                .topk(10),
            )
            .legend("{{rule_group}}")
            .threshold(0.8, Color::Orange)
            .threshold(1.0, Color::Red)
            .min(0.0)
            .width(12),
        timeseries("Skipped evaluations and failed compactions")
            .description("Group evaluations skipped because the one before took too long, and blocks that could not be compacted. Both should be 0.")
            .query(
                prometheus::RuleIterationsMissed::increase(interval())
                    .sum_by(prometheus::RuleIterationsMissed::rule_group),
            )
            .legend("skipped: {{rule_group}}")
            .query(prometheus::CompactionsFailed::increase(interval()).sum())
            .legend("failed compactions")
            .bars()
            .width(12),
    )
}

pub fn notifications() -> impl Panels {
    (
        timeseries("Alerts by state")
            .description("Alerts Alertmanager holds: active ones are told, suppressed ones are silenced or inhibited.")
            .query(alertmanager::Alerts::select().max_by(alertmanager::Alerts::state))
            .legend("{{state}}")
            .query(alertmanager::Silences::select().max_by(alertmanager::Silences::state))
            .legend("silences {{state}}")
            .steps()
            .width(6),
        timeseries("Alertmanagers found")
            .description("Alertmanagers Prometheus knows and sends to. At 0 every alert fires unheard.")
            .query(prometheus::AlertmanagersDiscovered::select().min())
            .legend("found")
            .steps()
            .min(0.0)
            .width(6),
        timeseries("Alerts sent and received")
            .description("Alerts Prometheus sent, lost, and Alertmanager received, per second. Errors or drops: alerts get lost on the way.")
            .query(prometheus::NotificationsSent::rate(interval()).sum())
            .legend("sent")
            .query(
                alertmanager::AlertsReceived::rate(interval())
                    .sum_by(alertmanager::AlertsReceived::status),
            )
            .legend("received {{status}}")
            .query(prometheus::NotificationErrors::rate(interval()).sum())
            .legend("errors")
            .query(prometheus::NotificationsDropped::rate(interval()).sum())
            .legend("dropped")
            .field(by_name("errors").color(Color::Orange))
            .field(by_name("dropped").color(Color::Red))
            .width(6),
        timeseries("Notifications")
            .description("Notifications per second by way of telling, and those that failed by reason. Failures: nobody is told.")
            .query(
                alertmanager::Notifications::rate(interval())
                    .sum_by(alertmanager::Notifications::integration)
                    .gt(0.0),
            )
            .legend("{{integration}}")
            .query(
                alertmanager::NotificationsFailed::rate(interval())
                    .sum_by((
                        alertmanager::NotificationsFailed::integration,
                        alertmanager::NotificationsFailed::reason,
                    ))
                    .gt(0.0),
            )
            .legend("{{integration}} failed: {{reason}}")
            .field(by_query("B").color(Color::Red))
            .width(6),
        timeseries("Alerts lost on the way")
            .description("Errors over alerts sent, by Alertmanager. Above the line the alert fires: alerts fire and nobody hears.")
            .query(
                prometheus::NotificationErrors::rate(interval())
                    .sum_by(prometheus::NotificationErrors::alertmanager)
                    / prometheus::NotificationsSent::rate(interval())
                        .sum_by(prometheus::NotificationsSent::alertmanager),
            )
            .legend("{{alertmanager}}")
            .threshold(limits::UNHEARD, Color::Red)
            .min(0.0)
            .width(12),
        timeseries("Notifications that fail")
            .description("Failed notifications over all, by way of telling. Above the line the alert fires; look at the receiver's address and secret.")
            .query(
                alertmanager::NotificationsFailed::rate(interval())
                    .sum_by(alertmanager::NotificationsFailed::integration)
                    / alertmanager::Notifications::rate(interval())
                        .sum_by(alertmanager::Notifications::integration),
            )
            .legend("{{integration}}")
            .threshold(limits::UNHEARD, Color::Red)
            .min(0.0)
            .width(12),
    )
}
