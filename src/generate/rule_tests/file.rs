//! promtool's file of unit tests, in the form that version 2.42 and 3.x both read.

use std::collections::BTreeMap;

use obsctl_model::Duration;
use serde::{Deserialize, Serialize};

/// A file of tests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestFile {
    /// The rule files, relative to this one.
    pub rule_files: Vec<String>,
    /// How often the rules are evaluated.
    pub evaluation_interval: Duration,
    /// The groups, in the order in which they build on each other: promtool's own order is random.
    pub group_eval_order: Vec<String>,
    /// Whether numbers of queries may differ in the last bit; Prometheus 3.5 and later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fuzzy_compare: bool,
    /// The tests.
    pub tests: Vec<Test>,
}

/// Made-up series, and what the rules make of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it shows.
    pub name: String,
    /// How far the samples are apart.
    pub interval: Duration,
    /// The time of the first samples, in seconds since 1970; Prometheus 3.9 and later.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start_timestamp: u32,
    /// Labels of the server.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external_labels: BTreeMap<String, String>,
    /// The address of the server.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub external_url: String,
    /// The series.
    pub input_series: Vec<InputSeries>,
    /// Which alerts fire when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_rule_test: Vec<AlertTest>,
    /// What queries give when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promql_expr_test: Vec<ExprTest>,
}

/// A made-up series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSeries {
    /// Name and labels, as a selector.
    pub series: String,
    /// Its samples in promtool's notation: `0+60x20`.
    pub values: String,
}

/// What an alert does at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertTest {
    /// Time since the first sample.
    pub eval_time: Duration,
    /// The alert.
    pub alertname: String,
    /// What fires; empty for nothing.
    pub exp_alerts: Vec<FiringAlert>,
}

/// A firing alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiringAlert {
    /// All labels but the name.
    pub exp_labels: BTreeMap<String, String>,
    /// All annotations, expanded.
    pub exp_annotations: BTreeMap<String, String>,
}

/// What a query gives at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExprTest {
    /// The query.
    pub expr: String,
    /// Time since the first sample.
    pub eval_time: Duration,
    /// The result.
    pub exp_samples: Vec<Sample>,
}

/// A sample of a result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Its labels, as a selector.
    pub labels: String,
    /// Its value.
    pub value: f64,
    /// Its native histogram, which it then has in place of a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
