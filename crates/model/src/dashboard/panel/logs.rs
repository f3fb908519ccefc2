//! Log lines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};

/// How a logs panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Logs {
    /// Whether the oldest line stands first.
    pub oldest_first: bool,
    /// Whether long lines are cut rather than wrapped.
    pub no_wrap: bool,
    /// Whether the labels of each line are shown.
    pub labels: bool,
    /// Whether JSON is laid out over several lines.
    pub pretty: bool,
}

impl PanelType for Logs {
    const PLUGIN: &'static str = "logs";
    const SIZE: Size = Size {
        width: 24,
        height: 10,
    };
}

/// Log lines, the newest first.
#[track_caller]
#[must_use]
pub fn logs(title: impl Into<String>) -> Panel<Logs> {
    Panel::new(title, Logs::default())
}

impl Panel<Logs> {
    /// The oldest line stands first: to read one story.
    #[must_use]
    pub fn oldest_first(mut self) -> Self {
        self.visualization.oldest_first = true;
        self
    }

    /// Long lines are cut rather than wrapped.
    #[must_use]
    pub fn no_wrap(mut self) -> Self {
        self.visualization.no_wrap = true;
        self
    }

    /// The labels of each line are shown.
    #[must_use]
    pub fn labels(mut self) -> Self {
        self.visualization.labels = true;
        self
    }

    /// JSON is laid out over several lines.
    #[must_use]
    pub fn pretty(mut self) -> Self {
        self.visualization.pretty = true;
        self
    }
}
