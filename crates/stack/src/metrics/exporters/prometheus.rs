//! Prometheus itself: scraping, storing, evaluating rules, notifying.

use obsctl_model::prelude::*;

use super::labels::RuleGroupKey;
use crate::teams;

labels! {
    /// Addresses of Alertmanagers.
    pub bounded AlertmanagerUrl, at_most 4, like "http://alertmanager:9093/api/v2/alerts";
    /// What a sample holds.
    pub enum SampleType { Float = "float", Histogram = "histogram" }
}

metrics! {
    family "Prometheus", owner teams::OBSERVABILITY, exposed_by Exposer::Exporter("prometheus".into());

    /// Whether the last configuration reload attempt was successful.
    pub gauge ConfigReloaded("prometheus_config_last_reload_successful", Boolean) {}

    /// Rule evaluations.
    pub counter RuleEvaluations("prometheus_rule_evaluations_total") { rule_group: RuleGroupKey }

    /// Rule evaluations that failed.
    pub counter RuleFailures("prometheus_rule_evaluation_failures_total") { rule_group: RuleGroupKey }

    /// Evaluations of a group that were skipped because the one before took too long.
    pub counter RuleIterationsMissed("prometheus_rule_group_iterations_missed_total") {
        rule_group: RuleGroupKey,
    }

    /// How long the last evaluation of a group took.
    pub gauge RuleGroupDuration("prometheus_rule_group_last_duration_seconds", Seconds) {
        rule_group: RuleGroupKey,
    }

    /// How often a group is evaluated.
    pub gauge RuleGroupInterval("prometheus_rule_group_interval_seconds", Seconds) {
        rule_group: RuleGroupKey,
    }

    /// Alertmanagers found and in use.
    pub gauge AlertmanagersDiscovered("prometheus_notifications_alertmanagers_discovered") {}

    /// Alerts sent to an Alertmanager.
    pub counter NotificationsSent("prometheus_notifications_sent_total") {
        alertmanager: AlertmanagerUrl,
    }

    /// Alerts affected by errors on the way to an Alertmanager.
    pub counter NotificationErrors("prometheus_notifications_errors_total") {
        alertmanager: AlertmanagerUrl,
    }

    /// Alerts dropped on the way to an Alertmanager.
    pub counter NotificationsDropped("prometheus_notifications_dropped_total") {
        alertmanager: AlertmanagerUrl,
    }

    /// Series in memory.
    pub gauge HeadSeries("prometheus_tsdb_head_series") {}

    /// Samples appended.
    pub counter SamplesAppended("prometheus_tsdb_head_samples_appended_total") { r#type: SampleType }

    /// Compactions that failed.
    pub counter CompactionsFailed("prometheus_tsdb_compactions_failed_total") {}
}
