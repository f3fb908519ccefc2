//! Unit tests of routing: where alerts have to go.

use std::collections::BTreeMap;

use super::Reader;
use super::fields::Fields;
use super::node::{Node, Value};
use super::unit_tests::{text, timestamp};
use crate::routing::{ALERT_NAME, Case, Labels};

/// Reads a test of where an alert goes.
pub(super) fn case(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Case> {
    let mut fields = Fields::of(reader, node, "a route test")?;
    let labels = fields.texts("labels");
    let at = fields.get("at");
    let active = fields.list("active_alerts");
    let receivers = fields.list("exp_receivers");
    let muted_by = fields.list("exp_muted_by");
    let inhibited = fields.flag("exp_inhibited");
    fields.end();
    let has = |key| node.get(key).is_some();
    for (key, needs, why) in [
        ("exp_muted_by", "at", "a time as `2026-01-31T12:00:00Z`"),
        (
            "exp_inhibited",
            "active_alerts",
            "the labels of other alerts that fire",
        ),
    ] {
        if has(key) && !has(needs) {
            reader.trouble(node.at, format!("`{key}` needs `{needs}`: {why}"));
        }
    }
    if !has("labels") {
        reader.trouble(node.at, "a route test needs `labels`, those of the alert");
    }
    if !has("exp_receivers") && !has("at") && !has("active_alerts") {
        let message =
            "a route test expects nothing: it needs `exp_receivers`, `at` or `active_alerts`";
        reader.trouble(node.at, message);
    }
    let receivers = has("exp_receivers").then(|| names(reader, receivers, "a receiver"));
    let muted_by = names(reader, muted_by, "a time interval");
    let muted = at.and_then(|at| {
        let time = at.as_text().and_then(timestamp);
        if time.is_none() {
            reader.trouble(
                at.at,
                "`at` is a time as `2026-01-31T12:00:00Z`, or seconds since 1970",
            );
        }
        Some((time?, muted_by))
    });
    let active = active.iter().map(|node| alert(reader, node));
    let active: Vec<_> = active.collect();
    Some(Case {
        labels,
        receivers,
        muted,
        inhibited: has("active_alerts").then_some((active, inhibited)),
        place: reader.place(node),
    })
}

/// The receivers that an expected alert has to reach, with the labels with which Prometheus sends it.
pub(super) fn of_alert(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    alert: &str,
    labels: &Labels,
    external: &BTreeMap<String, String>,
) -> Option<Case> {
    let receivers = node.get("exp_receivers")?;
    let mut all = external.clone();
    all.extend(labels.clone());
    all.insert(ALERT_NAME.to_owned(), alert.to_owned());
    Some(Case {
        labels: all,
        receivers: Some(names(reader, receivers.items(), "a receiver")),
        place: reader.place(node),
        ..Case::default()
    })
}

fn alert(reader: &mut Reader<'_>, node: &Node<'_>) -> Labels {
    if !matches!(node.value, Value::Map(_)) {
        let message = format!("an active alert is a map of labels, not {}", node.kind());
        reader.trouble(node.at, message);
    }
    let mut labels = Labels::new();
    for (name, value) in node.entries() {
        if let Some(value) = text(reader, value, "a label's value") {
            labels.insert(name.text.to_string(), value.to_owned());
        }
    }
    labels
}

fn names(reader: &mut Reader<'_>, nodes: &[Node<'_>], what: &str) -> Vec<String> {
    let names = nodes.iter().filter_map(|node| text(reader, node, what));
    names.map(str::to_owned).collect()
}
