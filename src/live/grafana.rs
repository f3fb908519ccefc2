//! Grafana's HTTP API.

use obsctl_model::dashboard::DatasourceKind;
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::Method;

use super::answer::Trouble;
use super::client::{Body, Client};
use super::prometheus::Answer;
use crate::verify::data::{self, Data};
use crate::verify::queries::{Ask, Form};

#[derive(Deserialize)]
struct Health {
    version: String,
    database: String,
}

#[derive(Deserialize)]
struct DatasourceHealth {
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Found {
    dashboard: Value,
}

/// The version it says it has, once its database is there.
pub(super) fn version(client: &Client) -> Answer<String> {
    let health: Health = client.get("/api/health", &[])?;
    if health.database == "ok" {
        return Ok(health.version);
    }
    Err(client.malformed(&format!("a database that is `{}`", health.database)))
}

/// Whether a datasource answers, or what it says.
pub(super) fn datasource(client: &Client, uid: &str) -> Answer<Result<(), String>> {
    // One that is not well answers 400, with the same form.
    let path = format!("/api/datasources/uid/{uid}/health");
    let answer = client.ask(Method::GET, &path, &[], &Body::Nothing)?;
    if !matches!(answer.status, 200 | 400 | 500) {
        return Err(client.refusal(&answer));
    }
    let health: DatasourceHealth = client.read(&answer)?;
    Ok(match health.status.as_str() {
        "OK" => Ok(()),
        _ => Err(client.clean(&health.message)),
    })
}

/// A dashboard, if it is there.
pub(super) fn dashboard(client: &Client, uid: &str) -> Answer<Option<Value>> {
    match client.get::<Found>(&format!("/api/dashboards/uid/{uid}"), &[]) {
        Ok(found) => Ok(Some(found.dashboard)),
        Err(Trouble::Refused { status: 404, .. }) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Whether a query has data, asked as a panel asks.
pub(super) fn ask(client: &Client, ask: &Ask, end: u64) -> Answer<Data> {
    const REF_ID: &str = "A";
    let length = ask.window.length.as_millis();
    let mut query = json!({
        "refId": REF_ID,
        "datasource": {"type": ask.kind.plugin(), "uid": ask.uid},
        "expr": ask.text,
        "intervalMs": ask.window.step.as_millis(),
        "maxDataPoints": length / ask.window.step.as_millis().max(1),
    });
    let range = ask.form != Form::Instant;
    if ask.kind == DatasourceKind::Prometheus {
        query["range"] = json!(range);
        query["instant"] = json!(!range);
        query["format"] = json!("time_series");
    } else {
        query["queryType"] = json!(if range { "range" } else { "instant" });
        query["maxLines"] = json!(1);
    }
    let to = end * 1000;
    let body = json!({
        "from": to.saturating_sub(length).to_string(),
        "to": to.to_string(),
        "queries": [query],
    });
    let answer = client.ask(Method::POST, "/api/ds/query", &[], &Body::Json(body))?;
    // A query that fails has its own status inside of an answer that has one too.
    let results: Answer<Value> = client.read(&answer);
    let result = results.as_ref().ok().map(|all| &all["results"][REF_ID]);
    if let Some(error) = result.and_then(|result| result["error"].as_str()) {
        let status = result.and_then(|result| result["status"].as_u64());
        let status = status.and_then(|status| u16::try_from(status).ok());
        return Err(Trouble::Refused {
            peer: client.peer.name(),
            status: status.unwrap_or(answer.status),
            text: format!(": {}", client.clean(error)),
        });
    }
    if !(200..300).contains(&answer.status) {
        return Err(client.refusal(&answer));
    }
    data::of_frames(&results?["results"][REF_ID]).map_err(|what| client.malformed(&what))
}
