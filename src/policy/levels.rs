//! How bad findings are, by the team's own opinion.

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Glob;
use crate::diagnostic::Severity;

/// How bad the findings of a check are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// They are not reported.
    Off,
    /// Worth knowing.
    Note,
    /// Should be fixed.
    Warning,
    /// Generation stops.
    Error,
}

impl Level {
    /// The severity of a finding; none where it is not reported.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// Levels by the names of checks.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Levels {
    #[schemars(with = "BTreeMap<String, Level>")]
    by_check: BTreeMap<Spanned<String>, Level>,
}

impl Levels {
    /// The level that is said for a check.
    #[must_use]
    pub fn get(&self, check: &str) -> Option<Level> {
        self.by_check.get(check).copied()
    }

    /// A name that is none of these, and where it stands.
    pub(super) fn unknown(&self, checks: &[&str]) -> Option<(&str, Range<usize>)> {
        let mut names = self.by_check.keys();
        let name = names.find(|name| !checks.contains(&name.get_ref().as_str()))?;
        Some((name.get_ref(), name.span()))
    }
}

/// Levels for some files.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// The files, from the folder obsctl runs in.
    #[schemars(with = "Vec<Glob>")]
    pub paths: Vec<Spanned<Glob>>,
    /// Their levels.
    pub levels: Levels,
}
