//! The HTTP APIs of Alertmanager and of the demo's alert receiver.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::client::Client;
use super::prometheus::Answer;

#[derive(Deserialize)]
struct Status {
    config: Config,
    #[serde(rename = "versionInfo")]
    version: Version,
}

#[derive(Deserialize)]
struct Config {
    original: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

/// An alert that Alertmanager has.
#[derive(Deserialize)]
pub(super) struct Alert {
    pub(super) labels: BTreeMap<String, String>,
    pub(super) status: AlertStatus,
}

/// Whether people are told of it.
#[derive(Deserialize)]
pub(super) struct AlertStatus {
    /// `active`, `suppressed`, `unprocessed`.
    pub(super) state: String,
    #[serde(default, rename = "inhibitedBy")]
    pub(super) inhibited_by: Vec<String>,
    #[serde(default, rename = "silencedBy")]
    pub(super) silenced_by: Vec<String>,
}

/// An alert that arrived at the receiver.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Delivered {
    pub(super) received_at: String,
    pub(super) status: String,
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) fingerprint: String,
}

/// The version Alertmanager says it has.
pub(super) fn version(client: &Client) -> Answer<String> {
    client
        .get::<Status>("/api/v2/status", &[])
        .map(|status| status.version.version)
}

/// The configuration Alertmanager runs, as YAML.
pub(super) fn configuration(client: &Client) -> Answer<String> {
    client
        .get::<Status>("/api/v2/status", &[])
        .map(|status| status.config.original)
}

/// The alerts of that name that Alertmanager has.
pub(super) fn named(client: &Client, name: &str) -> Answer<Vec<Alert>> {
    let alerts: Vec<Alert> = client.get("/api/v2/alerts", &[])?;
    let named = |alert: &Alert| alert.labels.get("alertname").map(String::as_str) == Some(name);
    Ok(alerts.into_iter().filter(named).collect())
}

/// What the receiver got, the newest first.
pub(super) fn delivered(client: &Client) -> Answer<Vec<Delivered>> {
    client.get("/api/alerts", &[])
}
