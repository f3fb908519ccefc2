//! How values are distributed over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};

/// How a heatmap panel draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Heatmap {
    /// The colours.
    pub scheme: Scheme,
    /// Whether buckets are computed from plain series rather than taken from a histogram.
    pub calculate: bool,
}

/// The colours of a heatmap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Light to dark orange.
    #[default]
    Oranges,
    /// Light to dark blue.
    Blues,
    /// Light to dark red.
    Reds,
    /// Violet over green to yellow.
    Viridis,
    /// Red over yellow to blue.
    Spectral,
}

impl Scheme {
    /// Grafana's name.
    #[must_use]
    pub const fn grafana(self) -> &'static str {
        match self {
            Self::Oranges => "Oranges",
            Self::Blues => "Blues",
            Self::Reds => "Reds",
            Self::Viridis => "Viridis",
            Self::Spectral => "Spectral",
        }
    }
}

impl PanelType for Heatmap {
    const PLUGIN: &'static str = "heatmap";
    const SIZE: Size = Size {
        width: 12,
        height: 8,
    };
}

/// How values are distributed over time:
/// `heatmap("Latency").query(ApiLatency::increase(interval()).sum().heatmap())`.
#[track_caller]
#[must_use]
pub fn heatmap(title: impl Into<String>) -> Panel<Heatmap> {
    Panel::new(title, Heatmap::default())
}

impl Panel<Heatmap> {
    /// In other colours.
    #[must_use]
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.visualization.scheme = scheme;
        self
    }

    /// Computes buckets from plain series.
    #[must_use]
    pub fn calculate(mut self) -> Self {
        self.visualization.calculate = true;
        self
    }
}
