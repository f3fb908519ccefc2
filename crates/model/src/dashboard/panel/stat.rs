//! One large number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::transform::Calculation;

/// How a stat panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Stat {
    /// Which value of the series; the last without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Calculation>,
    /// Whether only the number is shown, without the graph behind it.
    pub number_only: bool,
    /// Whether the colour fills the background.
    pub colored_background: bool,
    /// Whether the name of the series is shown rather than its value.
    pub name_only: bool,
}

impl PanelType for Stat {
    const PLUGIN: &'static str = "stat";
    const SIZE: Size = Size {
        width: 6,
        height: 4,
    };
}

/// One large number, with a small graph behind it.
#[track_caller]
#[must_use]
pub fn stat(title: impl Into<String>) -> Panel<Stat> {
    Panel::new(title, Stat::default())
}

impl Panel<Stat> {
    /// Shows this value of the series rather than the last.
    #[must_use]
    pub fn value(mut self, calculation: Calculation) -> Self {
        self.visualization.calculation = Some(calculation);
        self
    }

    /// Only the number, without the graph behind it; the query is asked once.
    #[must_use]
    pub fn number_only(mut self) -> Self {
        self.visualization.number_only = true;
        self
    }

    /// The colour fills the background.
    #[must_use]
    pub fn colored_background(mut self) -> Self {
        self.visualization.colored_background = true;
        self
    }

    /// The name of the series rather than its value: versions, states.
    #[must_use]
    pub fn name_only(mut self) -> Self {
        self.visualization.name_only = true;
        self
    }
}
