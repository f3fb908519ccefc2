//! The objects of OpenSLO v1, as far as they are written.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Object<'a> {
    #[serde(rename = "apiVersion")]
    pub(super) version: &'static str,
    pub(super) kind: &'static str,
    pub(super) metadata: Metadata,
    pub(super) spec: Spec<'a>,
}

#[derive(Default, Serialize)]
pub(super) struct Metadata {
    pub(super) name: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Spec<'a> {
    DataSource(DataSource),
    Service(Described),
    NotificationTarget(NotificationTarget),
    Condition(AlertCondition),
    Policy(AlertPolicy),
    Slo(Box<SloSpec<'a>>),
}

#[derive(Serialize)]
pub(super) struct DataSource {
    #[serde(rename = "type")]
    pub(super) of: &'static str,
    #[serde(rename = "connectionDetails")]
    pub(super) connection: BTreeMap<String, String>,
}

#[derive(Serialize)]
pub(super) struct Described {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
}

#[derive(Serialize)]
pub(super) struct NotificationTarget {
    pub(super) description: &'static str,
    pub(super) target: &'static str,
}

#[derive(Serialize)]
pub(super) struct AlertCondition {
    pub(super) description: String,
    pub(super) severity: &'static str,
    pub(super) condition: Burn,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Burn {
    pub(super) kind: &'static str,
    pub(super) op: &'static str,
    pub(super) threshold: f64,
    pub(super) lookback_window: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlertPolicy {
    pub(super) alert_when_breaching: bool,
    pub(super) alert_when_resolved: bool,
    pub(super) conditions: [ConditionRef; 1],
    pub(super) notification_targets: [TargetRef; 1],
}

#[derive(Serialize)]
pub(super) struct ConditionRef {
    #[serde(rename = "conditionRef")]
    pub(super) name: String,
}

#[derive(Serialize)]
pub(super) struct TargetRef {
    #[serde(rename = "targetRef")]
    pub(super) name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SloSpec<'a> {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    pub(super) service: &'a str,
    pub(super) indicator: Indicator,
    pub(super) time_window: [TimeWindow; 1],
    pub(super) budgeting_method: &'static str,
    pub(super) objectives: [Objective; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) alert_policies: Vec<PolicyRef>,
}

#[derive(Serialize)]
pub(super) struct Indicator {
    pub(super) metadata: Metadata,
    pub(super) spec: Metric,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Metric {
    ThresholdMetric(MetricSpec),
    RatioMetric(Ratio),
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ratio {
    pub(super) counter: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) good: Option<MetricSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bad: Option<MetricSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<MetricSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw: Option<MetricSpec>,
}

#[derive(Serialize)]
pub(super) struct MetricSpec {
    #[serde(rename = "metricSource")]
    pub(super) source: MetricSource,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetricSource {
    pub(super) metric_source_ref: &'static str,
    #[serde(rename = "type")]
    pub(super) of: &'static str,
    pub(super) spec: Query,
}

#[derive(Serialize)]
pub(super) struct Query {
    pub(super) query: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TimeWindow {
    pub(super) duration: String,
    pub(super) is_rolling: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) calendar: Option<Calendar>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Calendar {
    pub(super) start_time: &'static str,
    pub(super) time_zone: &'static str,
}

/// A beginning of a month and of a quarter.
pub(super) const CALENDAR: Calendar = Calendar {
    start_time: "2026-01-01 00:00:00",
    time_zone: "UTC",
};

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Objective {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) op: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<f64>,
    pub(super) target_percent: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_slice_target: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_slice_window: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct PolicyRef {
    #[serde(rename = "alertPolicyRef")]
    pub(super) name: String,
}
