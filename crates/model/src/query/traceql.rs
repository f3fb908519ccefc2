//! A TraceQL query.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Origin;
use crate::text::dedent;

/// A TraceQL query, as Tempo takes it; Grafana variables are allowed in panels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub struct TraceQl {
    text: String,
    origin: Origin,
}

/// A TraceQL query written as text.
#[track_caller]
#[must_use]
pub fn traceql(text: &str) -> TraceQl {
    TraceQl {
        text: dedent(text),
        origin: Origin::here(),
    }
}

impl TraceQl {
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

impl From<String> for TraceQl {
    fn from(text: String) -> Self {
        Self {
            text,
            origin: Origin::none(),
        }
    }
}

impl From<TraceQl> for String {
    fn from(query: TraceQl) -> Self {
        query.text
    }
}

impl fmt::Display for TraceQl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
