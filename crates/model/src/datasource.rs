//! Datasources that Grafana is provisioned with by files of a team, as far as others refer to them: their uids, and the
//! links that lead from one signal to another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Origin;
use crate::dashboard::Expression;

/// A datasource of a provisioning file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProvisionedDatasource {
    /// The name people see, by which old dashboards refer to it.
    pub name: String,
    /// The id that queries and links refer to; Grafana makes one where it is empty.
    #[serde(default)]
    pub uid: String,
    /// The plugin: `loki`.
    pub plugin: String,
    /// Where its results lead.
    #[serde(default)]
    pub links: Vec<SignalLink>,
    /// Where it was written.
    #[serde(skip)]
    pub origin: Origin,
}

/// A link from the results of one datasource to another: from a log line to its trace, from a span to its logs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalLink {
    /// What it is, in words: ``derived field `TraceID` ``.
    pub what: String,
    /// The uid of the datasource it leads to; empty where it leads to an address.
    #[serde(default)]
    pub to: String,
    /// What it takes from the result.
    pub takes: Taken,
    /// What it asks there, where it says so itself.
    #[serde(default)]
    pub asks: Option<Expression>,
    /// Where it was written.
    #[serde(skip)]
    pub origin: Origin,
}

/// What a link takes from the result that it starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Taken {
    /// The first label or field of a log line whose name this regular expression finds.
    LogField(String),
    /// What this regular expression captures of a log line's text.
    LogText(String),
    /// Attributes of a span, each with the label it becomes.
    Attributes(Vec<(String, String)>),
    /// Nothing that a catalog declares.
    Nothing,
}
