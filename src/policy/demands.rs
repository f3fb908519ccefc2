//! What is asked of definitions: the `[policy]` sections.

use std::collections::BTreeMap;

use obsctl_model::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Pattern;

/// What is asked of definitions.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Demands {
    /// Of alerts.
    pub alerts: Alerts,
    /// Of recording rules.
    pub recording_rules: RecordingRules,
    /// Of groups of rules.
    pub groups: Groups,
    /// Of dashboards.
    pub dashboards: Dashboards,
    /// Of queries of metrics, each part about some of them.
    pub queries: Vec<Queries>,
}

/// What is asked of alerts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Alerts {
    /// Labels that the rule or its group sets, and what their values match.
    pub required_labels: BTreeMap<String, Pattern>,
    /// Annotations that the rule has, and what their texts match.
    pub required_annotations: BTreeMap<String, Pattern>,
    /// Labels that neither the rule nor its group sets.
    pub forbidden_labels: Vec<String>,
    /// Annotations that the rule does not have.
    pub forbidden_annotations: Vec<String>,
    /// What the name matches.
    pub name: Option<Pattern>,
    /// The shortest `for`.
    pub min_for: Option<Duration>,
    /// The longest `for`.
    pub max_for: Option<Duration>,
    /// The longest `keep_firing_for`.
    pub max_keep_firing_for: Option<Duration>,
}

impl Alerts {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            required_labels,
            required_annotations,
            forbidden_labels,
            forbidden_annotations,
            name,
            min_for,
            max_for,
            max_keep_firing_for,
        } = self;
        required_labels.is_empty()
            && required_annotations.is_empty()
            && forbidden_labels.is_empty()
            && forbidden_annotations.is_empty()
            && name.is_none()
            && min_for.is_none()
            && max_for.is_none()
            && max_keep_firing_for.is_none()
    }
}

/// What is asked of recording rules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingRules {
    /// What the name matches.
    pub name: Option<Pattern>,
    /// Labels that the rule or its group sets, and what their values match.
    pub required_labels: BTreeMap<String, Pattern>,
    /// Labels that neither the rule nor its group sets.
    pub forbidden_labels: Vec<String>,
}

/// What is asked of groups of rules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Groups {
    /// What the name matches.
    pub name: Option<Pattern>,
    /// The shortest interval that a group may set.
    pub min_interval: Option<Duration>,
    /// The longest interval that a group may set.
    pub max_interval: Option<Duration>,
    /// How many rules a group may have.
    pub max_rules: Option<usize>,
    /// Metrics of other tenants of Mimir, which groups name whose rules ask for them.
    pub source_tenants: Vec<SourceTenant>,
}

/// Metrics of a tenant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceTenant {
    /// The names of the metrics.
    pub metrics: Pattern,
    /// Whose they are.
    pub tenant: String,
}

/// What is asked of dashboards.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dashboards {
    /// Tags that every dashboard has.
    pub required_tags: Vec<String>,
    /// What the title matches.
    pub title: Option<Pattern>,
    /// Variables that every dashboard has.
    pub required_variables: Vec<String>,
    /// How variables of these names are, where a dashboard has them.
    pub variables: BTreeMap<String, Variables>,
    /// Whether people may change dashboards in Grafana; nothing is asked without it.
    pub editable: Option<bool>,
    /// Whether every panel says in a description what it shows.
    pub panel_descriptions: bool,
    /// Whether every query asks a datasource that the reader chose by a variable.
    pub chosen_datasources: bool,
    /// Whether ranges in panels follow the time shown: `$__rate_interval`, in LogQL `$__auto`.
    pub ranges_follow_time: bool,
    /// Whether the values of variables are asked for again when the time shown changes.
    pub variables_follow_time: bool,
}

/// What is asked of variables of one name.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Variables {
    /// What the label matches.
    pub label: Option<Pattern>,
    /// Whether several values can be chosen.
    pub multi: Option<bool>,
    /// What the text matches that stands for "All", where that can be chosen.
    pub all_value: Option<Pattern>,
}

/// What is asked of PromQL queries of some metrics, in some places.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Queries {
    /// The names of the metrics; all without it.
    pub metrics: Option<Pattern>,
    /// Where the queries stand; everywhere without it.
    pub places: Option<Vec<QueryPlace>>,
    /// Why: findings say it.
    pub reason: Option<String>,
    /// Whether the metrics may not be asked for at all.
    pub forbidden: bool,
    /// Labels that every selector has a matcher of.
    pub required_matchers: Vec<String>,
    /// Labels that are neither matched nor grouped or joined by.
    pub forbidden_labels: Vec<String>,
    /// Labels that the result still has.
    pub kept_labels: Vec<String>,
    /// Labels that the result no longer has.
    pub removed_labels: Vec<String>,
    /// The shortest range.
    pub min_range: Option<Duration>,
    /// The longest range.
    pub max_range: Option<Duration>,
    /// Functions and aggregations that are not used.
    pub forbidden_functions: Vec<String>,
}

impl Queries {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            metrics: _,
            places: _,
            reason: _,
            forbidden,
            required_matchers,
            forbidden_labels,
            kept_labels,
            removed_labels,
            min_range,
            max_range,
            forbidden_functions,
        } = self;
        let lists = [
            required_matchers,
            forbidden_labels,
            kept_labels,
            removed_labels,
            forbidden_functions,
        ];
        !forbidden
            && min_range.is_none()
            && max_range.is_none()
            && lists.iter().all(|list| list.is_empty())
    }
}

/// Where a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueryPlace {
    /// The condition of an alert.
    Alerts,
    /// What a recording rule records.
    RecordingRules,
    /// A panel of a dashboard.
    Dashboards,
}
