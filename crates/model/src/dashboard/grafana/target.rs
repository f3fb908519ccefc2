//! Queries, as each datasource takes them.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::DatasourceRef;
use crate::dashboard::DatasourceKind;

/// A query; the type of its datasource decides its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Target {
    Prometheus(PrometheusTarget),
    Loki(LokiTarget),
    Tempo(TempoTarget),
    /// Of any other datasource: written, not read.
    Other(Value),
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let kind = value
            .pointer("/datasource/type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let read = if kind == DatasourceKind::Prometheus.plugin() {
            serde_json::from_value(value).map(Self::Prometheus)
        } else if kind == DatasourceKind::Loki.plugin() {
            serde_json::from_value(value).map(Self::Loki)
        } else if kind == DatasourceKind::Tempo.plugin() {
            serde_json::from_value(value).map(Self::Tempo)
        } else {
            return Err(de::Error::custom(format!(
                "no queries are known for datasource type `{kind}`"
            )));
        };
        read.map_err(|error| de::Error::custom(format!("{kind} query: {error}")))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrometheusTarget {
    pub datasource: DatasourceRef,
    pub editor_mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemplar: Option<bool>,
    pub expr: String,
    pub format: PrometheusFormat,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide: Option<bool>,
    pub instant: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    pub legend_format: String,
    pub range: bool,
    pub ref_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrometheusFormat {
    TimeSeries,
    Table,
    Heatmap,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LokiTarget {
    pub datasource: DatasourceRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    pub editor_mode: String,
    pub expr: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legend_format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_lines: Option<u32>,
    pub query_type: LokiQueryType,
    pub ref_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LokiQueryType {
    Range,
    Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TempoTarget {
    pub datasource: DatasourceRef,
    /// Of Grafana's search form, which is not used; the key is required.
    pub filters: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics_query_type: Option<MetricsQueryType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    pub query_type: TempoQueryType,
    pub ref_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_map_query: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spss: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_type: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TempoQueryType {
    Traceql,
    ServiceMap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MetricsQueryType {
    Range,
    Instant,
}
