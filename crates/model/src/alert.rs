//! Alerts. One written in Rust has a query, a severity, an owner, a summary and a runbook, or it does not
//! compile: each step of the builder asks for the next.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Allow, Duration, Origin, RuleQuery, Slug, Uid};

/// A condition that calls for attention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// The alert's name: `HighApiLatency`.
    pub name: String,
    /// The condition.
    pub query: RuleQuery,
    /// How long the condition holds before it fires.
    #[serde(default)]
    pub lasting: Duration,
    /// How long it keeps firing after the condition ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing: Option<Duration>,
    /// How urgent it is. Definitions read from text may lack it, or say it in their own words in `labels`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The team that answers; empty where nobody said.
    #[serde(default)]
    pub owner: String,
    /// One line: what is wrong. Prometheus' templates are allowed. Empty where nobody said.
    #[serde(default)]
    pub summary: String,
    /// More: impact and first thoughts. Templates are allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The runbook that says what to do. Definitions read from text may lack it; a check finds that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<Slug>,
    /// The dashboard to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<Uid>,
    /// Further labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Further annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

/// How urgent an alert is; the value of its `severity` label.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Wakes somebody.
    Critical,
    /// Wants attention within the day.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// The label's value.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// An alert that needs its condition: [`AlertNeedsQuery::when`].
#[derive(Clone, Debug)]
#[must_use = "an alert needs `.when(…)`"]
pub struct AlertNeedsQuery {
    name: String,
    origin: Origin,
}

/// An alert that needs its severity: [`AlertNeedsSeverity::severity`].
#[derive(Clone, Debug)]
#[must_use = "an alert needs `.severity(…)`"]
pub struct AlertNeedsSeverity {
    alert: Alert,
}

/// An alert that needs its owner: [`AlertNeedsOwner::owner`].
#[derive(Clone, Debug)]
#[must_use = "an alert needs `.owner(…)`"]
pub struct AlertNeedsOwner {
    alert: Alert,
}

/// An alert that needs its summary: [`AlertNeedsSummary::summary`].
#[derive(Clone, Debug)]
#[must_use = "an alert needs `.summary(…)`"]
pub struct AlertNeedsSummary {
    alert: Alert,
}

/// An alert that needs its runbook: [`AlertNeedsRunbook::runbook`].
#[derive(Clone, Debug)]
#[must_use = "an alert needs `.runbook(…)`"]
pub struct AlertNeedsRunbook {
    alert: Alert,
}

impl Alert {
    /// All labels the alert has beside those of its query: what routes match on.
    #[must_use]
    pub fn all_labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.labels.clone();
        if let Some(severity) = self.severity {
            labels.insert("severity".to_owned(), severity.word().to_owned());
        }
        if !self.owner.is_empty() {
            labels.insert("team".to_owned(), self.owner.clone());
        }
        labels
    }

    /// Starts an alert: `.when(…)`, `.severity(…)`, `.owner(…)`, `.summary(…)`, `.runbook(…)` complete it.
    #[track_caller]
    #[expect(
        clippy::new_ret_no_self,
        reason = "an alert is complete only at the end of the chain"
    )]
    pub fn new(name: impl Into<String>) -> AlertNeedsQuery {
        AlertNeedsQuery {
            name: name.into(),
            origin: Origin::here(),
        }
    }

    /// Impact and first thoughts. Templates are allowed.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// The dashboard to look at.
    #[must_use]
    pub fn dashboard(mut self, uid: Uid) -> Self {
        self.dashboard = Some(uid);
        self
    }

    /// Keeps firing this long after the condition ended, so that it does not flap.
    #[must_use]
    pub fn keep_firing(mut self, time: Duration) -> Self {
        self.keep_firing = Some(time);
        self
    }

    /// Puts a further label on the alert, for routing.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Puts a further annotation on the alert.
    #[must_use]
    pub fn annotation(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.insert(name.into(), value.into());
        self
    }

    /// Accepts the findings of a check here.
    #[track_caller]
    #[must_use]
    pub fn allow(mut self, check: &str, reason: &str) -> Self {
        self.allow.push(Allow::new(check, reason));
        self
    }
}

impl AlertNeedsQuery {
    /// The condition: PromQL, or LogQL for an alert that is seen in logs.
    pub fn when(self, query: impl Into<RuleQuery>) -> AlertNeedsSeverity {
        AlertNeedsSeverity {
            alert: Alert {
                name: self.name,
                query: query.into(),
                lasting: Duration::ZERO,
                keep_firing: None,
                severity: None,
                owner: String::new(),
                summary: String::new(),
                description: None,
                runbook: None,
                dashboard: None,
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
                allow: vec![],
                origin: self.origin,
            },
        }
    }
}

impl AlertNeedsSeverity {
    /// Fires only when the condition holds this long.
    pub fn lasting(mut self, time: Duration) -> Self {
        self.alert.lasting = time;
        self
    }

    /// How urgent it is.
    pub fn severity(mut self, severity: Severity) -> AlertNeedsOwner {
        self.alert.severity = Some(severity);
        AlertNeedsOwner { alert: self.alert }
    }
}

impl AlertNeedsOwner {
    /// The team that answers.
    pub fn owner(mut self, team: impl Into<String>) -> AlertNeedsSummary {
        self.alert.owner = team.into();
        AlertNeedsSummary { alert: self.alert }
    }
}

impl AlertNeedsSummary {
    /// One line: what is wrong. Prometheus' templates are allowed.
    pub fn summary(mut self, text: impl Into<String>) -> AlertNeedsRunbook {
        self.alert.summary = text.into();
        AlertNeedsRunbook { alert: self.alert }
    }
}

impl AlertNeedsRunbook {
    /// The runbook that says what to do.
    #[must_use]
    pub fn runbook(mut self, runbook: Slug) -> Alert {
        self.alert.runbook = Some(runbook);
        self.alert
    }
}
