//! A number on a dial.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::dashboard::transform::Calculation;

/// How a gauge panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gauge {
    /// Which value of the series; the last without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Calculation>,
    /// Whether thresholds are written at the dial.
    pub threshold_labels: bool,
}

impl PanelType for Gauge {
    const PLUGIN: &'static str = "gauge";
    const SIZE: Size = Size {
        width: 6,
        height: 6,
    };
}

/// A number on a dial. Say where the dial ends: `.min(0.0).max(1.0)`.
#[track_caller]
#[must_use]
pub fn gauge(title: impl Into<String>) -> Panel<Gauge> {
    Panel::new(title, Gauge::default())
}

impl Panel<Gauge> {
    /// Shows this value of the series rather than the last.
    #[must_use]
    pub fn value(mut self, calculation: Calculation) -> Self {
        self.visualization.calculation = Some(calculation);
        self
    }

    /// Thresholds are written at the dial.
    #[must_use]
    pub fn threshold_labels(mut self) -> Self {
        self.visualization.threshold_labels = true;
        self
    }
}
