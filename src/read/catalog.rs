//! A catalog and a list of SLOs as text: what `docs/reference/catalog.yml` and `slos.yml` are.

use obsctl_model::{LogCatalog, MetricDef, MetricFamily, Slo, SpanCatalog, TelemetryCatalog};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::Reader;
use super::fields::Fields;
use super::node::{Node, Value};

/// Whether a map is a catalog, and nothing else of that form: metrics are in families, logs and spans in lists of
/// their own.
pub(super) fn is_catalog(node: &Node<'_>) -> bool {
    let keys = ["metrics", "logs", "spans"];
    let mut own = node.entries().iter().peekable();
    let known = own.peek().is_some() && own.all(|(key, _)| keys.contains(&key.text));
    let families = node.get("metrics").map_or(&[][..], Node::items);
    let logs = ["events", "standard_fields", "stream_labels", "contexts"];
    let inside = |part: &str, keys: &[&str]| {
        node.get(part)
            .is_some_and(|part| keys.iter().any(|key| part.get(key).is_some()))
    };
    known
        && (families.iter().any(|one| one.get("metrics").is_some())
            || inside("logs", &logs)
            || inside("spans", &["spans", "resource"]))
}

/// Reads a catalog.
pub(super) fn catalog(reader: &mut Reader<'_>, node: &Node<'_>) {
    let families = node.get("metrics").map_or(&[][..], Node::items);
    let metrics = families.iter().filter_map(|one| family(reader, one));
    let catalog = TelemetryCatalog {
        metrics: metrics.collect(),
        logs: logs(reader, node.get("logs")),
        spans: spans(reader, node.get("spans")),
    };
    reader.found.catalogs.push(catalog);
}

fn family(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<MetricFamily> {
    let mut fields = Fields::of(reader, node, "a family of metrics")?;
    let title = fields.required("title").unwrap_or_default().to_owned();
    let metrics = fields.get("metrics");
    fields.end();
    let metrics = metrics.map_or(&[][..], Node::items).iter();
    let metrics = metrics.filter_map(|one| {
        let metric: MetricDef = exactly(reader, one, "a metric", "name")?;
        let origin = reader.source.origin(one.at);
        Some(MetricDef { origin, ..metric })
    });
    Some(MetricFamily {
        title,
        metrics: metrics.collect(),
    })
}

/// Events and spans are read one by one, so that each has its place, and a mistake in one hides no other.
fn logs(reader: &mut Reader<'_>, node: Option<&Node<'_>>) -> LogCatalog {
    let Some(node) = node else {
        return LogCatalog::default();
    };
    let rest = without(node, "events");
    let mut logs: LogCatalog = typed(reader, node.at, "`logs`", rest).unwrap_or_default();
    let events = node.get("events").map_or(&[][..], Node::items);
    for one in events {
        if let Some(event) = exactly(reader, one, "a log event", "name") {
            let origin = reader.source.origin(one.at);
            logs.events.push(obsctl_model::LogEvent { origin, ..event });
        }
    }
    logs
}

fn spans(reader: &mut Reader<'_>, node: Option<&Node<'_>>) -> SpanCatalog {
    let Some(node) = node else {
        return SpanCatalog::default();
    };
    let rest = without(node, "spans");
    let mut spans: SpanCatalog = typed(reader, node.at, "`spans`", rest).unwrap_or_default();
    let all = node.get("spans").map_or(&[][..], Node::items);
    for one in all {
        if let Some(span) = exactly(reader, one, "a span", "name") {
            let origin = reader.source.origin(one.at);
            spans.spans.push(obsctl_model::SpanDef { origin, ..span });
        }
    }
    spans
}

/// Whether a map is a list of SLOs in the form of definitions: what `docs/reference/slos.yml` is. Sloth's files have
/// such a list beside other keys.
pub(super) fn is_slos(node: &Node<'_>) -> bool {
    matches!(node.entries(), [(key, list)] if key.text == "slos" && matches!(list.value, Value::List(_)))
}

/// Reads SLOs one by one, so that each has its place.
pub(super) fn slos(reader: &mut Reader<'_>, node: &Node<'_>) {
    reader.found.has_slos = true;
    for one in node.get("slos").map_or(&[][..], Node::items) {
        if let Some(slo) = exactly(reader, one, "an SLO", "name") {
            let origin = reader.source.origin(one.at);
            reader.found.slos.push(Slo { origin, ..slo });
        }
    }
}

/// A map without one of its lists.
fn without(node: &Node<'_>, key: &str) -> Json {
    let mut rest = node.json();
    if let Json::Object(entries) = &mut rest {
        entries.remove(key);
    }
    rest
}

/// A value in the form that definitions have as text: `what`, whose name stands under `key`.
fn exactly<T: DeserializeOwned>(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    what: &str,
    key: &str,
) -> Option<T> {
    let of = match node.text(&[key]) {
        "" => what.to_owned(),
        name => format!("{what} `{name}`"),
    };
    typed(reader, node.at, &of, node.json())
}

fn typed<T: DeserializeOwned>(
    reader: &mut Reader<'_>,
    at: usize,
    of: &str,
    json: Json,
) -> Option<T> {
    serde_json::from_value(json)
        .map_err(|error| reader.trouble(at, format!("{of}: {error}")))
        .ok()
}
