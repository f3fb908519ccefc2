//! States and how long they lasted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};

/// How a state timeline panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StateTimeline {
    /// Whether equal states that follow each other stay apart.
    pub keep_apart: bool,
    /// Whether values are never written into the bars.
    pub no_values: bool,
}

impl PanelType for StateTimeline {
    const PLUGIN: &'static str = "state-timeline";
    const SIZE: Size = Size {
        width: 12,
        height: 8,
    };
}

/// States and how long they lasted. Name and colour them: `.show(1, "up", Color::Green)`.
#[track_caller]
#[must_use]
pub fn state_timeline(title: impl Into<String>) -> Panel<StateTimeline> {
    Panel::new(title, StateTimeline::default())
}

impl Panel<StateTimeline> {
    /// Equal states that follow each other stay apart.
    #[must_use]
    pub fn keep_apart(mut self) -> Self {
        self.visualization.keep_apart = true;
        self
    }

    /// Values are never written into the bars.
    #[must_use]
    pub fn no_values(mut self) -> Self {
        self.visualization.no_values = true;
        self
    }
}
