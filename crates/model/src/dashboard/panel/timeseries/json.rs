//! Options and field settings as Grafana's JSON has them.
#![allow(missing_docs, reason = "the names are Grafana's")]

use serde::{Deserialize, Serialize};

use crate::dashboard::grafana::Number;
use crate::dashboard::grafana::options::{
    DrawStyle, HideFrom, Legend, Placement, ScaleDistribution, Tooltip,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    pub legend: Legend,
    pub tooltip: Tooltip,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Custom {
    pub axis_border_show: bool,
    pub axis_centered_zero: bool,
    pub axis_label: String,
    pub axis_placement: Placement,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub axis_soft_max: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub axis_soft_min: Option<Number>,
    pub draw_style: DrawStyle,
    pub fill_opacity: u8,
    pub gradient_mode: String,
    pub hide_from: HideFrom,
    pub insert_nulls: bool,
    pub line_interpolation: LineInterpolation,
    pub line_width: u8,
    pub point_size: u8,
    pub scale_distribution: ScaleDistribution,
    pub show_points: ShowPoints,
    pub span_nulls: SpanNulls,
    pub stacking: Stacking,
    pub thresholds_style: ThresholdsStyle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LineInterpolation {
    Linear,
    Smooth,
    StepAfter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ShowPoints {
    Auto,
    Never,
    Always,
}

/// Which gaps are bridged: all, none, or those of so many milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SpanNulls {
    Always(bool),
    UpTo(u64),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stacking {
    pub group: String,
    pub mode: super::Stacking,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ThresholdsStyle {
    pub mode: ThresholdsMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ThresholdsMode {
    Off,
    Dashed,
    Area,
}
