//! A LogQL query.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Origin;
use crate::text::dedent;

/// A LogQL query, as Loki takes it; Grafana variables are allowed in panels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub struct LogQl {
    text: String,
    origin: Origin,
}

/// A LogQL query written as text.
#[track_caller]
#[must_use]
pub fn logql(text: &str) -> LogQl {
    LogQl {
        text: dedent(text),
        origin: Origin::here(),
    }
}

impl LogQl {
    /// A query written at `origin`.
    #[must_use]
    pub fn written(text: impl Into<String>, origin: Origin) -> Self {
        Self {
            text: text.into(),
            origin,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it was written.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

impl From<String> for LogQl {
    fn from(text: String) -> Self {
        Self {
            text,
            origin: Origin::none(),
        }
    }
}

impl From<LogQl> for String {
    fn from(query: LogQl) -> Self {
        query.text
    }
}

impl fmt::Display for LogQl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
