//! Parts of panel options that several panel types share.

use serde::{Deserialize, Serialize};

use super::Number;
use crate::dashboard::transform::Calculation;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Legend {
    pub calcs: Vec<String>,
    pub display_mode: LegendMode,
    pub placement: LegendPlacement,
    pub show_legend: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_desc: Option<bool>,
}

impl Legend {
    /// A list of names below the graph.
    #[must_use]
    pub fn list() -> Self {
        Self {
            calcs: vec![],
            display_mode: LegendMode::List,
            placement: LegendPlacement::Bottom,
            show_legend: true,
            sort_by: None,
            sort_desc: None,
        }
    }

    /// No legend.
    #[must_use]
    pub fn hidden() -> Self {
        Self {
            show_legend: false,
            ..Self::list()
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LegendMode {
    List,
    Table,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LegendPlacement {
    Bottom,
    Right,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tooltip {
    pub hide_zeros: bool,
    pub mode: TooltipMode,
    pub sort: TooltipSort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TooltipMode {
    Single,
    Multi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TooltipSort {
    None,
    Desc,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReduceOptions {
    pub calcs: Vec<String>,
    /// Empty: all numeric fields.
    pub fields: String,
    pub values: bool,
}

impl ReduceOptions {
    /// One value per series: the last, unless said otherwise.
    #[must_use]
    pub fn of(calculation: Option<Calculation>) -> Self {
        let calculation = calculation.unwrap_or(Calculation::Last);
        Self {
            calcs: vec![calculation.grafana().to_owned()],
            fields: String::new(),
            values: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HideFrom {
    pub legend: bool,
    pub tooltip: bool,
    pub viz: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Placement {
    Auto,
    Left,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DrawStyle {
    Line,
    Bars,
    Points,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Orientation {
    Auto,
    Horizontal,
    Vertical,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleDistribution {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Number>,
    #[serde(rename = "type")]
    pub kind: ScaleKind,
}

impl ScaleDistribution {
    /// Equal steps.
    #[must_use]
    pub fn linear() -> Self {
        Self {
            log: None,
            kind: ScaleKind::Linear,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScaleKind {
    Linear,
    Log,
}

/// Settings of panel types that have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}
