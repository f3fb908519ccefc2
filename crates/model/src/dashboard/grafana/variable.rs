//! Variables: `type` decides which keys there are.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DatasourceRef;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Variable {
    Query(QueryVariable),
    Custom(Custom),
    Interval(Interval),
    Datasource(DatasourceVariable),
    Textbox(Textbox),
    Constant(Constant),
    /// Any other: written, not read.
    #[serde(untagged, skip_deserializing)]
    Other(Value),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueryVariable {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Current>,
    pub datasource: DatasourceRef,
    pub definition: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub hide: u8,
    pub include_all: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub multi: bool,
    pub name: String,
    pub options: Vec<VariableOption>,
    pub query: VariableQuery,
    pub refresh: u8,
    pub regex: String,
    pub sort: u8,
}

/// What a query variable asks, in the form its datasource takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum VariableQuery {
    Prometheus(String),
    Loki(LokiQuery),
    Tempo(TempoQuery),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LokiQuery {
    pub label: String,
    pub ref_id: String,
    pub stream: String,
    /// 1: values of the label.
    #[serde(rename = "type")]
    pub kind: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TempoQuery {
    pub label: String,
    pub ref_id: String,
    /// 1: values of the tag.
    #[serde(rename = "type")]
    pub kind: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Custom {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Current>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub hide: u8,
    pub include_all: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub multi: bool,
    pub name: String,
    pub options: Vec<VariableOption>,
    pub query: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    pub auto: bool,
    pub auto_count: u32,
    pub auto_min: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Current>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub hide: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub name: String,
    pub options: Vec<VariableOption>,
    pub query: String,
    pub refresh: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasourceVariable {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Current>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub hide: u8,
    pub include_all: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub multi: bool,
    pub name: String,
    pub options: Vec<VariableOption>,
    pub query: String,
    pub refresh: u8,
    pub regex: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Textbox {
    pub current: Current,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub hide: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub name: String,
    pub options: Vec<VariableOption>,
    pub query: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Constant {
    pub current: Current,
    pub hide: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub name: String,
    pub options: Vec<VariableOption>,
    pub query: String,
    pub skip_url_sync: bool,
}

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Current {
    pub text: TextOrList,
    pub value: TextOrList,
}

/// One value, or a list where several can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TextOrList {
    Text(String),
    List(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariableOption {
    pub selected: bool,
    pub text: String,
    pub value: String,
}
