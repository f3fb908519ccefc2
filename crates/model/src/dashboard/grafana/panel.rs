//! Panels and rows on the grid.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::{DataLink, FieldConfig, Number, Target, Transformation};
use crate::dashboard::panel::{Custom, Options};

/// What stands on the grid.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Element {
    Row(Row),
    Panel(Box<Panel>),
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = if value.get("type").and_then(Value::as_str) == Some("row") {
            Row::deserialize(value).map(Self::Row)
        } else {
            Panel::deserialize(value).map(|panel| Self::Panel(Box::new(panel)))
        };
        read.map_err(de::Error::custom)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Row {
    pub collapsed: bool,
    pub grid_pos: GridPos,
    pub id: u32,
    /// Of a collapsed row; those of an open row follow it in the dashboard.
    pub panels: Vec<Panel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
    pub title: String,
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridPos {
    pub h: u32,
    pub w: u32,
    pub x: u32,
    pub y: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasourceRef {
    #[serde(rename = "type")]
    pub kind: String,
    pub uid: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RepeatDirection {
    #[serde(rename = "h")]
    Horizontal,
    #[serde(rename = "v")]
    Vertical,
}

/// A panel. Its type decides what `options` (`O`) and `fieldConfig.defaults.custom` (`C`) are: reading goes
/// through a panel in which both are any JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Panel<O = Options, C = Custom> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datasource: Option<DatasourceRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub field_config: FieldConfig<C>,
    pub grid_pos: GridPos,
    pub id: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<DataLink>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_data_points: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_row: Option<Number>,
    pub options: O,
    pub plugin_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_direction: Option<RepeatDirection>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_from: Option<String>,
    pub title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transformations: Vec<Transformation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transparent: Option<bool>,
    #[serde(rename = "type")]
    pub kind: String,
}

impl<'de> Deserialize<'de> for Panel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Panel::<Value, Value>::deserialize(deserializer)?;
        let in_panel = |error: String| de::Error::custom(format!("panel `{}`: {error}", raw.title));
        let options = Options::read(&raw.kind, raw.options).map_err(in_panel)?;
        let FieldConfig {
            defaults,
            overrides,
        } = raw.field_config;
        let custom = defaults.custom.clone();
        let custom = custom
            .map(|custom| Custom::read(&raw.kind, custom))
            .transpose()
            .map_err(in_panel)?;
        Ok(Self {
            datasource: raw.datasource,
            description: raw.description,
            field_config: FieldConfig {
                defaults: defaults.with_custom(custom),
                overrides,
            },
            grid_pos: raw.grid_pos,
            id: raw.id,
            interval: raw.interval,
            links: raw.links,
            max_data_points: raw.max_data_points,
            max_per_row: raw.max_per_row,
            options,
            plugin_version: raw.plugin_version,
            repeat: raw.repeat,
            repeat_direction: raw.repeat_direction,
            targets: raw.targets,
            time_from: raw.time_from,
            title: raw.title,
            transformations: raw.transformations,
            transparent: raw.transparent,
            kind: raw.kind,
        })
    }
}
