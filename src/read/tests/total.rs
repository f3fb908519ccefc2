//! The reader is total: every query of a file is in what was read, and nothing makes it panic.

use std::sync::LazyLock;

use obsctl_model::dashboard::Dashboard;
use proptest::prelude::*;
use serde_json::Value;

use super::dashboards::{CLASSIC, SECOND};
use super::read;
use super::rules::RULES;

/// The queries of all panels, counted by other means. What old versions left in rows is never asked.
fn targets(node: &Value) -> usize {
    let list = |node: &Value, key: &str| node.get(key).and_then(Value::as_array).cloned();
    let is_row = node.get("type").and_then(Value::as_str) == Some("row");
    let own = list(node, "targets")
        .filter(|_| !is_row)
        .unwrap_or_default()
        .len();
    let inner = ["panels", "rows"].iter().flat_map(|key| list(node, key));
    own + inner.flatten().map(|node| targets(&node)).sum::<usize>()
}

fn queries(text: &str) -> usize {
    let found = read(text);
    let panels = found.dashboards.iter().flat_map(Dashboard::panels);
    panels.map(|panel| panel.queries.len()).sum()
}

#[test]
fn every_target_is_read() {
    let classic: Value = serde_json::from_str(CLASSIC).unwrap();
    assert_eq!(queries(CLASSIC), targets(&classic));
    assert_eq!(queries(CLASSIC), 7);
    assert_eq!(queries(SECOND), SECOND.matches("kind: PanelQuery").count());
}

/// Any JSON a target can be made of.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        Just(Value::from("$__rate_interval")),
        Just(Value::from("-- Mixed --")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(KEYS, inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Keys the reader asks for.
const KEYS: &str = "refId|expr|query|datasource|type|uid|hide|kind|spec|group|targets|gridPos|options|fieldConfig|title|\
                    defaults|unit|thresholds|steps|value|templating|list|name|interval|queryType|x|label|metric|id|model";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn targets_of_any_shape_are_read(
        all in prop::collection::vec(prop::collection::vec(json(), 0..4), 0..4),
        around in json(),
    ) {
        let panels: Vec<_> = all
            .iter()
            .map(|targets| serde_json::json!({
                "type": "stat", "targets": targets, "datasource": around, "gridPos": around, "fieldConfig": around,
            }))
            .collect();
        let dashboard = serde_json::json!({
            "title": "x", "panels": panels, "templating": around, "annotations": around, "links": around,
        });
        prop_assert_eq!(queries(&dashboard.to_string()), targets(&dashboard));
    }

    #[test]
    fn damage_never_panics(
        sample in prop::sample::select(vec![CLASSIC, SECOND, RULES]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, "[ -~\n\t\r]{0,6}|\u{feff}|\u{0}|é"), 1..4),
    ) {
        let mut chars: Vec<char> = sample.chars().collect();
        for (at, length, put) in damage {
            let at = at.index(chars.len().max(1)).min(chars.len());
            let end = (at + length).min(chars.len());
            chars.splice(at..end, put.chars());
        }
        let text: String = chars.into_iter().collect();
        let found = read(&text);
        for problem in found.problems {
            prop_assert!(!problem.message.is_empty());
        }
    }

    #[test]
    fn values_of_any_type_never_panic(key in KEYS, value in json(), at in any::<prop::sample::Index>()) {
        for sample in [CLASSIC, SECOND_JSON.as_str()] {
            let mut whole: Value = serde_json::from_str(sample).unwrap();
            let mut places = vec![];
            paths(&whole, &mut vec![], &mut places);
            let path = at.get(&places);
            if let Some(node) = path.iter().try_fold(&mut whole, |node, step| node.get_mut_step(step)) {
                match node {
                    Value::Object(map) => drop(map.insert(key.clone(), value.clone())),
                    other => *other = value.clone(),
                }
            }
            read(&whole.to_string());
        }
    }
}

/// The second form as JSON.
static SECOND_JSON: LazyLock<String> = LazyLock::new(|| {
    let value: Value = serde_yaml_ng::from_str(SECOND).unwrap();
    value.to_string()
});

/// Every place in a document.
fn paths(node: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    found.push(path.clone());
    let entries: Vec<(String, &Value)> = match node {
        Value::Object(map) => map.iter().map(|(key, node)| (key.clone(), node)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, node)| (index.to_string(), node))
            .collect(),
        _ => vec![],
    };
    for (step, node) in entries {
        path.push(step);
        paths(node, path, found);
        path.pop();
    }
}

trait Step {
    fn get_mut_step(&mut self, step: &str) -> Option<&mut Value>;
}

impl Step for Value {
    fn get_mut_step(&mut self, step: &str) -> Option<&mut Value> {
        match self {
            Self::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
            other => other.get_mut(step),
        }
    }
}
