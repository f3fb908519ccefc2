//! The steps of a verification and their results. The form is stable: fields are only added.

use schemars::JsonSchema;
use serde::Serialize;

/// Everything that was verified.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this form: 1.
    pub version: u32,
    /// The steps, in the order of their groups and ids.
    pub steps: Vec<Step>,
    /// How many there are.
    pub summary: Counts,
}

/// One thing that was verified.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Step {
    /// `rules/api/HighApiLatency`: its group and what it is about. `--only` and `--skip` take the beginning of it.
    pub id: String,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// It is as it should be.
    Passed {
        /// What was seen: a version, a trace id.
        #[serde(skip_serializing_if = "Option::is_none")]
        seen: Option<String>,
    },
    /// A query has no data, and rightly so.
    Empty {
        /// Why there is none.
        reason: String,
    },
    /// It is not as it should be.
    Failed {
        /// What is wrong.
        reason: String,
        /// What to do about it.
        fix: String,
    },
    /// Nobody can say.
    NotRun {
        /// Why not.
        reason: String,
    },
}

/// What a step is about, in the order in which steps are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The engines answer.
    Ready,
    /// Rules are loaded and healthy.
    Rules,
    /// Targets are up.
    Targets,
    /// Alerts find their way.
    Alerting,
    /// Grafana reaches the engines.
    Datasources,
    /// Dashboards are there.
    Dashboards,
    /// Panels and variables have data.
    Queries,
    /// A metric leads to a trace and to its log lines.
    Correlation,
    /// A scenario's alerts arrive and end.
    Scenarios,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ready,
        Self::Rules,
        Self::Targets,
        Self::Alerting,
        Self::Datasources,
        Self::Dashboards,
        Self::Queries,
        Self::Correlation,
        Self::Scenarios,
    ];

    /// The first part of its steps' ids.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Rules => "rules",
            Self::Targets => "targets",
            Self::Alerting => "alerting",
            Self::Datasources => "datasources",
            Self::Dashboards => "dashboards",
            Self::Queries => "queries",
            Self::Correlation => "correlation",
            Self::Scenarios => "scenarios",
        }
    }

    /// A step of the group.
    #[must_use]
    pub fn step(self, name: impl std::fmt::Display, outcome: Outcome) -> Step {
        Step {
            id: format!("{}/{name}", self.word()),
            outcome,
        }
    }
}

impl Step {
    /// The group it is of.
    #[must_use]
    pub fn group(&self) -> Group {
        let word = self.id.split('/').next().unwrap_or_default();
        let group = Group::ALL.into_iter().find(|group| group.word() == word);
        group.unwrap_or(Group::Ready)
    }
}

impl Outcome {
    /// It is as it should be, and there is nothing more to say.
    #[must_use]
    pub const fn passed() -> Self {
        Self::Passed { seen: None }
    }

    /// It is as it should be.
    #[must_use]
    pub fn seen(what: impl Into<String>) -> Self {
        Self::Passed {
            seen: Some(what.into()),
        }
    }

    /// A query has no data, and rightly so.
    #[must_use]
    pub fn empty(reason: impl Into<String>) -> Self {
        Self::Empty {
            reason: reason.into(),
        }
    }

    /// It is not as it should be.
    #[must_use]
    pub fn failed(reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Failed {
            reason: reason.into(),
            fix: fix.into(),
        }
    }

    /// Nobody can say.
    #[must_use]
    pub fn not_run(reason: impl Into<String>) -> Self {
        Self::NotRun {
            reason: reason.into(),
        }
    }

    /// Whether it is as it should be.
    #[must_use]
    pub const fn is_passed(&self) -> bool {
        matches!(self, Self::Passed { .. })
    }
}

/// How many steps there are of each result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// As they should be.
    pub passed: usize,
    /// Queries without data that rightly have none.
    pub empty: usize,
    /// Not as they should be.
    pub failed: usize,
    /// Of which nobody can say.
    pub not_run: usize,
}

impl Counts {
    /// Counts.
    pub fn of<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let mut counts = Self::default();
        for step in steps {
            *match step.outcome {
                Outcome::Passed { .. } => &mut counts.passed,
                Outcome::Empty { .. } => &mut counts.empty,
                Outcome::Failed { .. } => &mut counts.failed,
                Outcome::NotRun { .. } => &mut counts.not_run,
            } += 1;
        }
        counts
    }
}

impl Report {
    /// Sorts and counts.
    #[must_use]
    pub fn new(mut steps: Vec<Step>) -> Self {
        // Steps of one id (alerts of one name) stay in their order.
        steps.sort_by(|a, b| (a.group(), &a.id).cmp(&(b.group(), &b.id)));
        let summary = Counts::of(&steps);
        Self {
            version: 1,
            steps,
            summary,
        }
    }
}
