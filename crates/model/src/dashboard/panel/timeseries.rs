//! Lines, bars or points over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Panel, PanelType, Size};
use crate::Histogram;
use crate::query::Buckets;

/// How a time series panel draws.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Timeseries {
    /// Lines, bars or points.
    pub draw: Draw,
    /// Whether series stand on top of each other.
    pub stacking: Stacking,
    /// How much of the area below a line is filled, in percent; 10, or 30 when stacked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<u8>,
    /// How points are joined.
    pub interpolation: Interpolation,
    /// Whether the axis is logarithmic (base 10).
    pub log_scale: bool,
    /// What stands at the axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axis_label: Option<String>,
    /// The axis reaches at least down to here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_min: Option<f64>,
    /// The axis reaches at least up to here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_max: Option<f64>,
    /// How thresholds are drawn.
    pub threshold_style: ThresholdStyle,
    /// How series are listed.
    pub legend: Legend,
    /// Whether gaps are bridged, whatever their length.
    pub connect_gaps: bool,
}

/// Lines, bars or points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Draw {
    /// Lines.
    #[default]
    Lines,
    /// Bars.
    Bars,
    /// Points.
    Points,
}

/// Whether series stand on top of each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// No.
    #[default]
    None,
    /// Yes: the top is the sum.
    Normal,
    /// Yes, as parts of a whole.
    Percent,
}

/// How points are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// Straight.
    #[default]
    Linear,
    /// As a curve.
    Smooth,
    /// As steps: for values that hold until they change.
    Steps,
}

/// How thresholds are drawn in a time series panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdStyle {
    /// As a dashed line.
    #[default]
    Line,
    /// As coloured areas.
    Area,
    /// Not at all.
    Off,
}

/// How series are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Legend {
    /// As a table with mean, highest and last value where there can be several series, else as a list.
    #[default]
    Auto,
    /// As a list below.
    List,
    /// As a table below.
    Table,
    /// As a table on the right.
    Right,
    /// Not at all.
    Hidden,
}

impl PanelType for Timeseries {
    const PLUGIN: &'static str = "timeseries";
    const SIZE: Size = Size {
        width: 12,
        height: 8,
    };
}

/// Lines, bars or points over time.
#[track_caller]
#[must_use]
pub fn timeseries(title: impl Into<String>) -> Panel<Timeseries> {
    Panel::new(title, Timeseries::default())
}

impl Panel<Timeseries> {
    /// Adds p50, p95 and p99 of a histogram, each a series: `.percentiles(ApiLatency::rate(interval()).sum())`.
    #[must_use]
    pub fn percentiles<M: Histogram + Clone>(self, buckets: Buckets<M>) -> Self {
        self.query(buckets.clone().quantile(0.5))
            .legend("p50")
            .query(buckets.clone().quantile(0.95))
            .legend("p95")
            .query(buckets.quantile(0.99))
            .legend("p99")
    }

    /// As bars.
    #[must_use]
    pub fn bars(mut self) -> Self {
        self.visualization.draw = Draw::Bars;
        self
    }

    /// As points.
    #[must_use]
    pub fn points(mut self) -> Self {
        self.visualization.draw = Draw::Points;
        self
    }

    /// Series stand on top of each other: the top is the sum.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.visualization.stacking = Stacking::Normal;
        self
    }

    /// Series stand on top of each other, as parts of a whole.
    #[must_use]
    pub fn stacked_percent(mut self) -> Self {
        self.visualization.stacking = Stacking::Percent;
        self
    }

    /// As steps: for values that hold until they change.
    #[must_use]
    pub fn steps(mut self) -> Self {
        self.visualization.interpolation = Interpolation::Steps;
        self
    }

    /// As curves.
    #[must_use]
    pub fn smooth(mut self) -> Self {
        self.visualization.interpolation = Interpolation::Smooth;
        self
    }

    /// Fills so much of the area below a line, in percent.
    #[must_use]
    pub fn fill(mut self, percent: u8) -> Self {
        self.visualization.fill = Some(percent);
        self
    }

    /// On a logarithmic axis.
    #[must_use]
    pub fn log_scale(mut self) -> Self {
        self.visualization.log_scale = true;
        self
    }

    /// What stands at the axis.
    #[must_use]
    pub fn axis(mut self, label: impl Into<String>) -> Self {
        self.visualization.axis_label = Some(label.into());
        self
    }

    /// The axis reaches at least down to here.
    #[must_use]
    pub fn soft_min(mut self, value: f64) -> Self {
        self.visualization.soft_min = Some(value);
        self
    }

    /// The axis reaches at least up to here.
    #[must_use]
    pub fn soft_max(mut self, value: f64) -> Self {
        self.visualization.soft_max = Some(value);
        self
    }

    /// Thresholds as coloured areas.
    #[must_use]
    pub fn threshold_areas(mut self) -> Self {
        self.visualization.threshold_style = ThresholdStyle::Area;
        self
    }

    /// Lists series in another way.
    #[must_use]
    pub fn legend_as(mut self, legend: Legend) -> Self {
        self.visualization.legend = legend;
        self
    }

    /// Bridges gaps, whatever their length.
    #[must_use]
    pub fn connect_gaps(mut self) -> Self {
        self.visualization.connect_gaps = true;
        self
    }
}
