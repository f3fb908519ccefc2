//! The dashboard as a whole.

use serde::{Deserialize, Serialize};

use super::{DatasourceRef, Element, Variable};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dashboard {
    pub annotations: Annotations,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub editable: bool,
    pub fiscal_year_start_month: u8,
    /// 1: the crosshair is shared by all panels.
    pub graph_tooltip: u8,
    /// Always null: Grafana numbers dashboards itself.
    pub id: (),
    pub links: Vec<DashboardLink>,
    pub panels: Vec<Element>,
    pub preload: bool,
    /// Empty: never.
    pub refresh: String,
    pub schema_version: u32,
    pub tags: Vec<String>,
    pub templating: Templating,
    pub time: TimeRange,
    pub timepicker: TimePicker,
    pub timezone: String,
    pub title: String,
    pub uid: String,
    pub version: u32,
    pub week_start: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRange {
    pub from: String,
    pub to: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimePicker {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templating {
    pub list: Vec<Variable>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annotations {
    pub list: Vec<Annotation>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Annotation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_in: Option<u8>,
    pub datasource: DatasourceRef,
    pub enable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide: Option<bool>,
    pub icon_color: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_keys: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_format: Option<String>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DashboardLink {
    pub as_dropdown: bool,
    pub icon: String,
    pub include_vars: bool,
    pub keep_time: bool,
    pub tags: Vec<String>,
    pub target_blank: bool,
    pub title: String,
    pub tooltip: String,
    #[serde(rename = "type")]
    pub kind: LinkKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkKind {
    Link,
    Dashboards,
}
