//! Loki's HTTP API.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::answer::Wrapped;
use super::client::Client;
use super::prometheus::{Answer, Result, data, read};
use crate::verify::data::Data;
use crate::verify::queries::Form;
use crate::verify::window::Window;

/// Where the part of the API begins that it shares with Prometheus: rules and alerts.
pub(super) const RULER: &str = "/prometheus";

#[derive(Deserialize)]
struct Build {
    version: String,
}

/// What a list of values is wrapped in; without any there is no list.
#[derive(Deserialize)]
struct Values {
    #[serde(default)]
    data: Option<Vec<String>>,
}

/// The version it says it has.
pub(super) fn version(client: &Client) -> Answer<String> {
    client
        .get::<Build>("/loki/api/v1/status/buildinfo", &[])
        .map(|build| build.version)
}

/// Whether a query has data.
pub(super) fn ask(
    client: &Client,
    query: &str,
    form: Form,
    window: Window,
    end: u64,
) -> Answer<Data> {
    let seconds = |time: obsctl_model::Duration| time.as_millis() / 1000;
    let nanoseconds = |seconds: u64| format!("{seconds}000000000");
    let (from, to) = (
        nanoseconds(end.saturating_sub(seconds(window.length))),
        nanoseconds(end),
    );
    let step = format!("{}s", seconds(window.step).max(1));
    let answer: Wrapped<Result> = match form {
        Form::Instant => client.get("/loki/api/v1/query", &[("query", query), ("time", &to)])?,
        Form::Lines => client.get(
            "/loki/api/v1/query_range",
            &[
                ("query", query),
                ("start", &from),
                ("end", &to),
                ("limit", "1"),
            ],
        )?,
        _ => client.get(
            "/loki/api/v1/query_range",
            &[
                ("query", query),
                ("start", &from),
                ("end", &to),
                ("step", &step),
            ],
        )?,
    };
    read(client, answer)
}

/// Whether any stream matches a selector in the window.
pub(super) fn streams(client: &Client, selector: &str, window: Window, end: u64) -> Answer<bool> {
    let start = end.saturating_sub(window.length.as_millis() / 1000);
    let (start, end) = (format!("{start}000000000"), format!("{end}000000000"));
    let streams: Vec<IgnoredAny> = data(
        client,
        "/loki/api/v1/series",
        &[("match[]", selector), ("start", &start), ("end", &end)],
    )?;
    Ok(!streams.is_empty())
}

/// The values of a label.
pub(super) fn label_values(
    client: &Client,
    label: &str,
    of: &str,
    (start, end): (u64, u64),
) -> Answer<Vec<String>> {
    let (start, end) = (format!("{start}000000000"), format!("{end}000000000"));
    let mut query = vec![("start", start.as_str()), ("end", end.as_str())];
    if !of.is_empty() {
        query.push(("query", of));
    }
    let values: Values = client.get(&format!("/loki/api/v1/label/{label}/values"), &query)?;
    Ok(values.data.unwrap_or_default())
}
