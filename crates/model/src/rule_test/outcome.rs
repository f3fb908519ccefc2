//! What a test expects of an alert or of a query.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LabelKey;
use crate::{Alert, Promql};

/// What holds at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// An alert fires.
    Fires(Firing),
    /// No alert of that name fires; it may be pending.
    Silent(String),
    /// A query gives a series.
    Gives(Sample),
    /// A query gives nothing.
    GivesNothing(Promql),
}

/// An alert that fires. Labels and annotations that the rule fixes need not be repeated: severity, team, a
/// description without a template. What is stated counts instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Firing {
    /// The alert's name.
    pub alert: String,
    /// The labels of the query's result, and those that the rule makes of them.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What the templates become.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// A series that a query gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// The query.
    pub query: Promql,
    /// All labels. The name need not be repeated where the query is a selector that has it.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The value.
    pub value: SampleValue,
}

/// The value of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SampleValue {
    /// A number.
    Float(f64),
    /// A native histogram in promtool's notation: `{{schema:0 sum:4 count:3 buckets:[1 2]}}`.
    Histogram(String),
}

/// The name of an alert: its definition says it, or a text does where Rust has no definition (alerts of SLOs).
#[derive(Clone, Debug)]
pub struct AlertName(String);

impl From<Alert> for AlertName {
    fn from(alert: Alert) -> Self {
        Self(alert.name)
    }
}

impl From<&Alert> for AlertName {
    fn from(alert: &Alert) -> Self {
        Self(alert.name.clone())
    }
}

impl From<&str> for AlertName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// The alert fires.
#[must_use]
pub fn fires(alert: impl Into<AlertName>) -> Firing {
    Firing {
        alert: alert.into().0,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
    }
}

/// No alert of that name fires; it may be pending.
#[must_use]
pub fn silent(alert: impl Into<AlertName>) -> Outcome {
    Outcome::Silent(alert.into().0)
}

/// The query gives this number.
#[must_use]
pub fn gives(query: impl Into<Promql>, value: f64) -> Sample {
    Sample {
        query: query.into(),
        labels: BTreeMap::new(),
        value: SampleValue::Float(value),
    }
}

/// The query gives this native histogram: `{{schema:0 sum:4 count:3 buckets:[1 2]}}`.
#[must_use]
pub fn gives_histogram(query: impl Into<Promql>, notation: impl Into<String>) -> Sample {
    Sample {
        value: SampleValue::Histogram(notation.into()),
        ..gives(query, 0.0)
    }
}

/// The query gives nothing.
#[must_use]
pub fn gives_nothing(query: impl Into<Promql>) -> Outcome {
    Outcome::GivesNothing(query.into())
}

impl Firing {
    /// With this label.
    #[must_use]
    pub fn with<L: LabelKey>(mut self, label: L, value: impl Into<L::Value>) -> Self {
        self.labels
            .insert(label.key().to_owned(), L::text(value.into()));
        self
    }

    /// What the summary reads.
    #[must_use]
    pub fn summary(self, text: impl Into<String>) -> Self {
        self.annotation("summary", text)
    }

    /// What the description reads.
    #[must_use]
    pub fn description(self, text: impl Into<String>) -> Self {
        self.annotation("description", text)
    }

    /// What another annotation reads.
    #[must_use]
    pub fn annotation(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.annotations.insert(name.into(), text.into());
        self
    }
}

impl Sample {
    /// With this label.
    #[must_use]
    pub fn with<L: LabelKey>(mut self, label: L, value: impl Into<L::Value>) -> Self {
        self.labels
            .insert(label.key().to_owned(), L::text(value.into()));
        self
    }
}

impl From<Firing> for Outcome {
    fn from(firing: Firing) -> Self {
        Self::Fires(firing)
    }
}

impl From<Sample> for Outcome {
    fn from(sample: Sample) -> Self {
        Self::Gives(sample)
    }
}
