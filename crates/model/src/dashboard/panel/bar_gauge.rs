//! Numbers as bars, one per series.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::transform::Calculation;

/// How a bar gauge panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BarGauge {
    /// Which value of the series; the last without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Calculation>,
    /// Whether bars stand upright.
    pub upright: bool,
    /// How bars are filled.
    pub style: BarStyle,
}

/// How bars are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BarStyle {
    /// From one threshold's colour to the next.
    #[default]
    Gradient,
    /// In one colour.
    Plain,
    /// As cells.
    Cells,
}

impl PanelType for BarGauge {
    const PLUGIN: &'static str = "bargauge";
    const SIZE: Size = Size {
        width: 8,
        height: 8,
    };
}

/// Numbers as bars, one per series.
#[track_caller]
#[must_use]
pub fn bar_gauge(title: impl Into<String>) -> Panel<BarGauge> {
    Panel::new(title, BarGauge::default())
}

impl Panel<BarGauge> {
    /// Shows this value of each series rather than the last.
    #[must_use]
    pub fn value(mut self, calculation: Calculation) -> Self {
        self.visualization.calculation = Some(calculation);
        self
    }

    /// Bars stand upright.
    #[must_use]
    pub fn upright(mut self) -> Self {
        self.visualization.upright = true;
        self
    }

    /// Fills bars in another way.
    #[must_use]
    pub fn style(mut self, style: BarStyle) -> Self {
        self.visualization.style = style;
        self
    }
}
