//! Rules: recording rules, alerts, and the groups they are evaluated in.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::query::record;
use crate::{Alert, Allow, Duration, LogQl, MetricName, Origin, Promql, Unit};

/// The query of a rule: whose language says which engine evaluates it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RuleQuery {
    /// Evaluated by Prometheus.
    Promql(Promql),
    /// Evaluated by Loki's ruler.
    Logql(LogQl),
}

impl<T: Into<Promql>> From<T> for RuleQuery {
    fn from(query: T) -> Self {
        Self::Promql(query.into())
    }
}

impl From<LogQl> for RuleQuery {
    fn from(query: LogQl) -> Self {
        Self::Logql(query)
    }
}

impl RuleQuery {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Promql(query) => query.as_str(),
            Self::Logql(query) => query.as_str(),
        }
    }

    /// The PromQL query, if it is one.
    #[must_use]
    pub fn promql(&self) -> Option<&Promql> {
        match self {
            Self::Promql(query) => Some(query),
            Self::Logql(_) => None,
        }
    }

    /// The engine that evaluates it.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Self::Promql(_) => Engine::Prometheus,
            Self::Logql(_) => Engine::Loki,
        }
    }
}

/// What evaluates rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the engines' own names")]
pub enum Engine {
    Prometheus,
    Loki,
}

/// A query whose result is stored as a metric of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingRule {
    /// The name of the result, by custom `level:metric:operations`.
    pub record: MetricName,
    /// The query.
    pub query: RuleQuery,
    /// Labels put on the result.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The unit of the result; derived from the query where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl RecordingRule {
    /// Records `query` as `name`.
    #[track_caller]
    #[must_use]
    pub fn new(name: MetricName, query: impl Into<RuleQuery>) -> Self {
        Self {
            record: name,
            query: query.into(),
            labels: BTreeMap::new(),
            unit: None,
            allow: vec![],
            origin: Origin::here(),
        }
    }

    /// Puts a label on the result.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Says what unit the result has.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Accepts the findings of a check here.
    #[track_caller]
    #[must_use]
    pub fn allow(mut self, check: &str, reason: &str) -> Self {
        self.allow.push(Allow::new(check, reason));
        self
    }

    /// The recorded series, to build further queries on.
    #[track_caller]
    #[must_use]
    pub fn series(&self) -> Promql {
        record(&self.record)
    }
}

/// One rule of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// Stores a result.
    Record(RecordingRule),
    /// Calls for attention.
    Alert(Alert),
}

impl Rule {
    /// The recorded name, or the alert's.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Record(rule) => rule.record.as_str(),
            Self::Alert(alert) => &alert.name,
        }
    }

    /// The query.
    #[must_use]
    pub fn query(&self) -> &RuleQuery {
        match self {
            Self::Record(rule) => &rule.query,
            Self::Alert(alert) => &alert.query,
        }
    }

    /// Accepted findings.
    #[must_use]
    pub fn allows(&self) -> &[Allow] {
        match self {
            Self::Record(rule) => &rule.allow,
            Self::Alert(alert) => &alert.allow,
        }
    }

    /// Where it is defined.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self {
            Self::Record(rule) => rule.origin,
            Self::Alert(alert) => alert.origin,
        }
    }
}

/// Rules evaluated one after another, at one interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleGroup {
    /// The name, unique in the stack; also the name of the rule file.
    pub name: String,
    /// How often the rules are evaluated; the stack's interval where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// Labels of the results of all its rules, where a rule does not set them itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How many alerts, or series of a recording rule, a rule may give; without it, any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How far in the past the rules are evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_offset: Option<Duration>,
    /// The tenants of Mimir whose series the rules read; those of the rules' own tenant without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_tenants: Vec<String>,
    /// The rules, in order of evaluation.
    pub rules: Vec<Rule>,
    /// Accepted findings, about the group and its rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

impl RuleGroup {
    /// An empty group.
    #[track_caller]
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            interval: None,
            labels: BTreeMap::new(),
            limit: None,
            query_offset: None,
            source_tenants: vec![],
            rules: vec![],
            allow: vec![],
            origin: Origin::here(),
        }
    }

    /// Evaluates the rules this often.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Accepts the findings of a check about the group and its rules.
    #[track_caller]
    #[must_use]
    pub fn allow(mut self, check: &str, reason: &str) -> Self {
        self.allow.push(Allow::new(check, reason));
        self
    }

    /// Adds a recording rule.
    #[must_use]
    pub fn record(mut self, rule: RecordingRule) -> Self {
        self.rules.push(Rule::Record(rule));
        self
    }

    /// Adds an alert.
    #[must_use]
    pub fn alert(mut self, alert: Alert) -> Self {
        self.rules.push(Rule::Alert(alert));
        self
    }
}
