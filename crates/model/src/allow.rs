//! Suppressions: a finding that is accepted, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Origin;

/// Accepts the findings of one check on the definition that carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// The check's name: `metric-naming`.
    pub check: String,
    /// Why the finding is accepted.
    pub reason: String,
    /// Last day on which it holds, `YYYY-MM-DD`; without one it holds for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Where it is written.
    #[serde(skip)]
    pub origin: Origin,
}

impl Allow {
    /// Accepts `check` for `reason`.
    #[track_caller]
    #[must_use]
    pub fn new(check: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            reason: reason.into(),
            until: None,
            origin: Origin::here(),
        }
    }

    /// Holds up to and including this day.
    #[must_use]
    pub fn until(mut self, year: u16, month: u8, day: u8) -> Self {
        self.until = Some(format!("{year:04}-{month:02}-{day:02}"));
        self
    }
}
