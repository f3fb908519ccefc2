//! Runbooks: what to look at and what to do when an alert fires.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::dedent;
use crate::{Allow, LogQl, Origin, Promql, Slug, TraceQl, Uid};

/// What to do when an alert fires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runbook {
    /// Its name in links and files: `high-api-latency`.
    pub id: Slug,
    /// Its heading.
    pub title: String,
    /// What sets it off, for people: `p95 over 2 seconds for 5 minutes`.
    pub trigger: String,
    /// What one sees.
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// What to look at, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What to do about it.
    #[serde(default)]
    pub resolutions: Vec<Resolution>,
    /// Whom to call when this does not help, in order.
    #[serde(default)]
    pub escalation: Vec<String>,
    /// Dashboards to open.
    #[serde(default)]
    pub dashboards: Vec<Uid>,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

/// One step of an investigation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What to find out.
    pub text: String,
    /// What to run for it; a step without is done by a person's eyes.
    #[serde(default)]
    pub actions: Vec<Action>,
}

/// Something to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A query of metrics.
    Promql(Promql),
    /// A query of logs.
    Logql(LogQl),
    /// A query of traces.
    Traceql(TraceQl),
    /// A query of the database.
    Sql(String),
    /// Shell commands.
    Shell(String),
    /// An HTTP request: `POST /api/v1/connections/<connection_id>/test`.
    Http(String),
}

impl<T: Into<Promql>> From<T> for Action {
    fn from(query: T) -> Self {
        Self::Promql(query.into())
    }
}

impl From<LogQl> for Action {
    fn from(query: LogQl) -> Self {
        Self::Logql(query)
    }
}

impl From<TraceQl> for Action {
    fn from(query: TraceQl) -> Self {
        Self::Traceql(query)
    }
}

impl Action {
    /// SQL to run on the database.
    #[must_use]
    pub fn sql(text: &str) -> Self {
        Self::Sql(dedent(text))
    }

    /// Commands to run in a shell.
    #[must_use]
    pub fn shell(text: &str) -> Self {
        Self::Shell(dedent(text))
    }

    /// A request to send.
    #[must_use]
    pub fn http(text: &str) -> Self {
        Self::Http(dedent(text))
    }
}

/// One way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// What was found; none when it always applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What to do.
    pub action: String,
}

impl Runbook {
    /// A runbook, set off by `trigger` in words.
    #[track_caller]
    #[must_use]
    pub fn new(id: Slug, title: impl Into<String>, trigger: impl Into<String>) -> Self {
        Self {
            id,
            title: title.into(),
            trigger: trigger.into(),
            symptoms: vec![],
            steps: vec![],
            resolutions: vec![],
            escalation: vec![],
            dashboards: vec![],
            allow: vec![],
            origin: Origin::here(),
        }
    }

    /// What one sees.
    #[must_use]
    pub fn symptom(mut self, text: impl Into<String>) -> Self {
        self.symptoms.push(text.into());
        self
    }

    /// The next step, done by eye.
    #[must_use]
    pub fn look(mut self, text: impl Into<String>) -> Self {
        self.steps.push(Step {
            text: text.into(),
            actions: vec![],
        });
        self
    }

    /// The next step, with something to run.
    #[must_use]
    pub fn step(mut self, text: impl Into<String>, action: impl Into<Action>) -> Self {
        self.steps.push(Step {
            text: text.into(),
            actions: vec![action.into()],
        });
        self
    }

    /// Something more to run in the last step.
    #[must_use]
    pub fn then(mut self, action: impl Into<Action>) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.actions.push(action.into());
        }
        self
    }

    /// What to do when `when` is what was found.
    #[must_use]
    pub fn resolve(mut self, when: impl Into<String>, action: impl Into<String>) -> Self {
        self.resolutions.push(Resolution {
            when: Some(when.into()),
            action: action.into(),
        });
        self
    }

    /// What to do in any case.
    #[must_use]
    pub fn resolve_always(mut self, action: impl Into<String>) -> Self {
        self.resolutions.push(Resolution {
            when: None,
            action: action.into(),
        });
        self
    }

    /// Whom to call next.
    #[must_use]
    pub fn escalate(mut self, to: impl Into<String>) -> Self {
        self.escalation.push(to.into());
        self
    }

    /// A dashboard to open.
    #[must_use]
    pub fn dashboard(mut self, uid: Uid) -> Self {
        self.dashboards.push(uid);
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
