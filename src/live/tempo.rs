//! Tempo's HTTP API.

use serde::Deserialize;
use serde_json::Value;

use super::answer::Trouble;
use super::client::{Client, encoded};
use super::prometheus::Answer;
use crate::verify::data::{self, Data};
use crate::verify::queries::Form;
use crate::verify::window::Window;

#[derive(Deserialize)]
struct Build {
    version: String,
}

#[derive(Deserialize)]
struct TagValues {
    #[serde(default, rename = "tagValues")]
    values: Vec<TagValue>,
}

#[derive(Deserialize)]
struct TagValue {
    value: String,
}

/// The version it says it has.
pub(super) fn version(client: &Client) -> Answer<String> {
    client
        .get::<Build>("/api/status/buildinfo", &[])
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
    if form == Form::Traces && is_trace_id(query) {
        return trace(client, query).map(|found| if found { Data::Some } else { Data::None });
    }
    let start = end
        .saturating_sub(window.length.as_millis() / 1000)
        .to_string();
    let end = end.to_string();
    let step = format!("{}s", (window.step.as_millis() / 1000).max(1));
    let times = [
        ("q", query),
        ("start", start.as_str()),
        ("end", end.as_str()),
    ];
    let (path, last) = match form {
        Form::Range => ("/api/metrics/query_range", Some(("step", step.as_str()))),
        Form::Instant => ("/api/metrics/query", None),
        _ => ("/api/search", Some(("limit", "1"))),
    };
    let query: Vec<_> = times.into_iter().chain(last).collect();
    let answer: Value = client.get(path, &query)?;
    data::of_tempo(&answer).map_err(|what| client.malformed(&what))
}

/// Whether there is a trace of that id, with spans.
pub(super) fn trace(client: &Client, id: &str) -> Answer<bool> {
    let answer: Answer<Value> = client.get(&format!("/api/v2/traces/{}", encoded(id)), &[]);
    match answer {
        // 3.x calls the list by OpenTelemetry's name, older ones by its former name.
        Ok(answer) => Ok(["resourceSpans", "batches"].iter().any(|key| {
            let spans = answer["trace"][key].as_array();
            spans.is_some_and(|spans| !spans.is_empty())
        })),
        Err(Trouble::Refused { status: 404, .. }) => Ok(false),
        Err(trouble) => Err(trouble),
    }
}

/// The values of an attribute.
pub(super) fn tag_values(client: &Client, tag: &str) -> Answer<Vec<String>> {
    let path = format!("/api/v2/search/tag/{}/values", encoded(tag));
    let values: TagValues = client.get(&path, &[])?;
    Ok(values.values.into_iter().map(|one| one.value).collect())
}

fn is_trace_id(text: &str) -> bool {
    (16..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
