//! How values are shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Number;
use super::options::{DrawStyle, HideFrom, Placement};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldConfig<C> {
    pub defaults: FieldDefaults<C>,
    pub overrides: Vec<FieldOverride>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldDefaults<C> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<FieldColor>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub custom: Option<C>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<DataLink>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<Mapping>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Thresholds>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// `Option::default` would ask for `C: Default`.
fn none<C>() -> Option<C> {
    None
}

impl<C> FieldDefaults<C> {
    /// The same with other settings of the panel type.
    #[must_use]
    pub fn with_custom<D>(self, custom: Option<D>) -> FieldDefaults<D> {
        FieldDefaults {
            color: self.color,
            custom,
            decimals: self.decimals,
            links: self.links,
            mappings: self.mappings,
            max: self.max,
            min: self.min,
            no_value: self.no_value,
            thresholds: self.thresholds,
            unit: self.unit,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldColor {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_color: Option<String>,
    pub mode: ColorMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColorMode {
    Thresholds,
    PaletteClassic,
    Fixed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    pub mode: ThresholdsMode,
    pub steps: Vec<ThresholdStep>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ThresholdsMode {
    Absolute,
    Percentage,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdStep {
    pub color: String,
    /// Null in the first step: from the lowest value on.
    pub value: Option<Number>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    content = "options",
    rename_all = "camelCase",
    deny_unknown_fields
)]
pub enum Mapping {
    Value(BTreeMap<String, MappingResult>),
    Range(RangeMapping),
    Regex(RegexMapping),
    Special(SpecialMapping),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingResult {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    pub index: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeMapping {
    pub from: Option<Number>,
    pub result: MappingResult,
    pub to: Option<Number>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegexMapping {
    pub pattern: String,
    pub result: MappingResult,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialMapping {
    #[serde(rename = "match")]
    pub matches: String,
    pub result: MappingResult,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataLink {
    pub target_blank: bool,
    pub title: String,
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldOverride {
    pub matcher: FieldMatcher,
    pub properties: Vec<Property>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "id", content = "options", deny_unknown_fields)]
pub enum FieldMatcher {
    #[serde(rename = "byName")]
    ByName(String),
    #[serde(rename = "byRegexp")]
    ByRegexp(String),
    #[serde(rename = "byFrameRefID")]
    ByFrameRefId(String),
    /// Any other: written, not read.
    #[serde(untagged, skip_deserializing)]
    Other { id: String, options: Value },
}

/// One setting of an override: `{"id": "unit", "value": "s"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "id",
    content = "value",
    rename_all = "camelCase",
    deny_unknown_fields
)]
pub enum Property {
    Color(FieldColor),
    Decimals(u8),
    DisplayName(String),
    Links(Vec<DataLink>),
    Mappings(Vec<Mapping>),
    Max(Number),
    Min(Number),
    NoValue(String),
    Thresholds(Thresholds),
    Unit(String),
    #[serde(rename = "custom.axisPlacement")]
    AxisPlacement(Placement),
    #[serde(rename = "custom.cellOptions")]
    CellOptions(CellOptions),
    #[serde(rename = "custom.drawStyle")]
    DrawStyle(DrawStyle),
    #[serde(rename = "custom.fillOpacity")]
    FillOpacity(u8),
    #[serde(rename = "custom.hidden")]
    Hidden(bool),
    #[serde(rename = "custom.hideFrom")]
    HideFrom(HideFrom),
    #[serde(rename = "custom.lineStyle")]
    LineStyle(LineDash),
    #[serde(rename = "custom.width")]
    Width(u32),
    /// Any other: written, not read.
    #[serde(untagged, skip_deserializing)]
    Other {
        id: String,
        value: Value,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDash {
    pub dash: Vec<u8>,
    pub fill: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CellOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(rename = "type")]
    pub kind: CellType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellType {
    Auto,
    ColorText,
    ColorBackground,
    Gauge,
    Sparkline,
}
