//! Whether two pieces of Grafana's JSON say the same, and what has to be laid over one so that it does.

use std::sync::LazyLock;

use obsctl_model::Duration;
use serde_json::{Map, Value};

/// What Grafana takes where a key is absent, as far as it is not nothing: for dashboards, variables, links, annotations, queries and
/// panels. Under `ignored` stand the keys that say nothing to a Grafana of today: numbers it gives anew, what its editors remember,
/// and what older versions read.
static DEFAULTS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("defaults.json")).expect("a test reads it"));

/// What is absent in a part of a dashboard says.
pub(super) fn defaults(part: &str) -> &'static Value {
    &DEFAULTS[part]
}

/// The same for a panel of a type.
pub(super) fn of_panel(kind: &str) -> Value {
    let mut all = defaults("panel").clone();
    if let Some(own) = DEFAULTS["panels"].get(kind) {
        merge(&mut all, own);
    }
    all
}

fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more.clone(),
    }
}

/// Takes away the keys of a part that say nothing.
pub(super) fn without_ignored(part: &str, json: &mut Value) {
    let ignored = DEFAULTS["ignored"][part].as_array();
    for path in ignored.into_iter().flatten().filter_map(Value::as_str) {
        let (inside, key) = path.rsplit_once('/').unwrap_or(("", path));
        let inside = match inside {
            "" => Some(&mut *json),
            inside => json.pointer_mut(&format!("/{inside}")),
        };
        if let Some(Value::Object(map)) = inside {
            map.shift_remove(key);
        }
    }
}

/// What has to be laid over `generated` so that it says what `original` says; nothing where it does already.
pub(super) fn patch(generated: &Value, original: &Value, defaults: &Value) -> Option<Value> {
    match (generated, original) {
        (Value::Object(generated), Value::Object(original)) => {
            let mut differing = Map::new();
            let others = generated.keys().filter(|key| !original.contains_key(*key));
            for key in original.keys().chain(others) {
                let side = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                let default = defaults.get(key).unwrap_or(&Value::Null);
                if let Some(value) = differs(&side(generated), &side(original), default) {
                    differing.insert(key.clone(), value);
                }
            }
            (!differing.is_empty()).then_some(Value::Object(differing))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b);
            let same = pairs.all(|(a, b)| patch(a, b, &defaults["[]"]).is_none());
            (!same).then(|| original.clone())
        }
        _ => (!same_scalar(generated, original)).then(|| original.clone()),
    }
}

/// The same for the values of a key, which can be absent: `null`.
fn differs(generated: &Value, original: &Value, default: &Value) -> Option<Value> {
    let empty = Value::Object(Map::new());
    match (generated, original) {
        (Value::Null, Value::Null) => None,
        (Value::Null, Value::Object(_)) => patch(&empty, original, default),
        (Value::Object(_), Value::Null) => patch(generated, &empty, default),
        (Value::Null, said) => (!implied(said, default)).then(|| said.clone()),
        (said, Value::Null) => (!implied(said, default)).then(|| default.clone()),
        (generated, original) => patch(generated, original, default),
    }
}

/// Whether an absent key says the same.
fn implied(said: &Value, default: &Value) -> bool {
    if default.is_null() {
        is_nothing(said)
    } else {
        patch(said, default, &Value::Null).is_none()
    }
}

/// What Grafana takes for nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_nothing),
        _ => false,
    }
}

fn same_scalar(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) => {
            let length = |text: &str| Duration::parse(text).ok();
            a == b || length(a).is_some_and(|a| Some(a) == length(b))
        }
        (a, b) => a == b || is_nothing(a) && is_nothing(b),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_are_readable() {
        for part in ["dashboard", "panel", "panels", "link", "ignored"] {
            assert!(defaults(part).is_object(), "{part}");
        }
        assert_eq!(
            of_panel("timeseries")["options"]["tooltip"]["mode"],
            "single"
        );
    }

    #[test]
    fn what_is_absent_says_its_default() {
        let defaults =
            json!({ "mode": "single", "deep": { "width": 1 }, "list": { "[]": { "on": true } } });
        let patch = |generated: Value, original: Value| patch(&generated, &original, &defaults);
        for (generated, original) in [
            (
                json!({}),
                json!({ "mode": "single", "other": false, "none": {} }),
            ),
            (
                json!({ "mode": "single", "deep": { "width": 1.0 } }),
                json!({}),
            ),
            (
                json!({ "time": "60s", "list": [{}] }),
                json!({ "time": "1m", "list": [{ "on": true }] }),
            ),
        ] {
            assert_eq!(patch(generated, original), None);
        }
        let laid = patch(
            json!({ "mode": "multi", "deep": { "width": 2, "fill": 3 }, "same": 1 }),
            json!({ "deep": { "more": [1] }, "same": 1, "off": true }),
        );
        let expected = json!({ "deep": { "more": [1], "width": 1, "fill": null }, "off": true, "mode": "single" });
        assert_eq!(laid, Some(expected));
    }

    /// As Grafana 12 and 13 write panels out.
    #[test]
    fn what_newer_versions_write_out_is_the_default() {
        let panels = [
            (
                "gauge",
                json!({ "barShape": "flat", "barWidthFactor": 0.5, "endpointMarker": "point", "segmentCount": 1, "textMode": "auto" }),
            ),
            (
                "logs",
                json!({ "detailsMode": "inline", "showControls": false, "timestampResolution": "ms" }),
            ),
            ("nodeGraph", json!({ "layoutAlgorithm": "layered" })),
            (
                "alertlist",
                json!({ "stateFilter": { "error": true, "firing": true, "normal": false, "pending": true, "recovering": true } }),
            ),
        ];
        for (kind, options) in panels {
            let original = json!({ "options": options });
            assert_eq!(
                patch(&json!({}), &original, &of_panel(kind)),
                None,
                "{kind}"
            );
        }
        let filter = json!({ "options": { "stateFilter": { "firing": true, "pending": false } } });
        assert!(patch(&json!({}), &filter, &of_panel("alertlist")).is_some());
    }

    #[test]
    fn keys_that_say_nothing_are_taken_away() {
        let mut json = json!({ "id": 3, "title": "x" });
        without_ignored("panel", &mut json);
        assert_eq!(json, json!({ "title": "x" }));
    }
}
