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
    /// What the name matches.
    pub name: Option<Pattern>,
    /// The shortest `for`.
    pub min_for: Option<Duration>,
    /// The longest `for`.
    pub max_for: Option<Duration>,
}

impl Alerts {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            required_labels,
            required_annotations,
            forbidden_labels,
            name,
            min_for,
            max_for,
        } = self;
        required_labels.is_empty()
            && required_annotations.is_empty()
            && forbidden_labels.is_empty()
            && name.is_none()
            && min_for.is_none()
            && max_for.is_none()
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
}

/// What is asked of dashboards.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dashboards {
    /// Tags that every dashboard has.
    pub required_tags: Vec<String>,
    /// What the title matches.
    pub title: Option<Pattern>,
}
