//! What only Grafana's JSON can say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Keys of Grafana's JSON that are laid over what is generated, as [RFC 7396](https://www.rfc-editor.org/rfc/rfc7396) has it: maps
/// key by key, anything else as a whole, and `null` takes a key away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Patch(pub Map<String, Value>);

impl Patch {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what `more` lays over.
    ///
    /// # Panics
    /// When `more` is no JSON object: what is generated is one.
    #[track_caller]
    pub(super) fn add(&mut self, more: Value) {
        let Value::Object(more) = more else {
            panic!("`json` takes an object, such as json!({{ \"key\": 1 }})");
        };
        for (key, value) in more {
            match self.0.get_mut(&key) {
                // A `null` in here still has to take its key away later.
                Some(own) => add(own, value),
                None => {
                    self.0.insert(key, value);
                }
            }
        }
    }

    /// As text: empty where it changes nothing.
    pub(super) fn text(&self) -> String {
        match self.is_empty() {
            true => String::new(),
            false => Value::Object(self.0.clone()).to_string(),
        }
    }

    /// Lays it over what was generated.
    pub fn over(&self, generated: &mut Value) {
        over(generated, &self.0);
    }
}

/// A value of Grafana's JSON from its text: for what is too long for [`json!`](crate::json).
///
/// # Panics
/// When it is no JSON.
#[track_caller]
#[must_use]
pub fn json_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("no JSON: {error}"))
}

fn add(own: &mut Value, more: Value) {
    match (own, more) {
        (Value::Object(own), Value::Object(more)) => {
            for (key, value) in more {
                match own.get_mut(&key) {
                    Some(own) => add(own, value),
                    None => {
                        own.insert(key, value);
                    }
                }
            }
        }
        (own, more) => *own = more,
    }
}

fn over(generated: &mut Value, patch: &Map<String, Value>) {
    if !generated.is_object() {
        *generated = Value::Object(Map::new());
    }
    let Value::Object(map) = generated else {
        return;
    };
    for (key, value) in patch {
        match value {
            Value::Null => {
                map.shift_remove(key);
            }
            Value::Object(inner) => over(map.entry(key).or_insert(Value::Null), inner),
            value => {
                map.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dashboard::panel::timeseries;
    use crate::dashboard::{Annotation, Dashboard, DashboardLink, variable};
    use crate::query::promql;

    #[test]
    fn maps_are_merged_lists_replaced_and_null_removes() {
        let mut patch = Patch::default();
        patch.add(json!({ "a": { "b": 1 }, "list": [1], "gone": null }));
        patch.add(json!({ "a": { "c": null }, "new": { "x": { "y": null, "z": 2 } } }));
        let mut json =
            json!({ "a": { "b": 0, "c": 0, "d": 0 }, "list": [3, 4], "gone": 5, "kept": 6 });
        patch.over(&mut json);
        let expected =
            json!({ "a": { "b": 1, "d": 0 }, "list": [1], "kept": 6, "new": { "x": { "z": 2 } } });
        assert_eq!(json, expected);
    }

    #[test]
    #[should_panic(expected = "takes an object")]
    fn only_objects_are_laid_over() {
        let _ = timeseries("x").json(json!(1));
    }

    #[test]
    fn json_is_read_from_text() {
        assert_eq!(json_text(r#"{"a": [1]}"#), json!({ "a": [1] }));
        assert!(std::panic::catch_unwind(|| json_text("{")).is_err());
    }

    #[test]
    fn everything_of_a_dashboard_can_say_more() {
        let panel = |title: &str| {
            timeseries(title)
                .query(promql("up"))
                .query_json(json!({ "intervalFactor": 2 }))
                .json(json!({ "timeShift": title }))
        };
        let dashboard = Dashboard::new("x", "X")
            .json(json!({ "timezone": "utc" }))
            .variable(variable::constant("v", "1").json(json!({ "hide": 1 })))
            .annotation(Annotation::new("a", promql("up")).json(json!({ "limit": 3 })))
            .link(DashboardLink::url("l", "/").json(json!({ "keepTime": true })))
            .top(panel("top"))
            .collapsed_row("closed", (panel("first"), panel("second")))
            .row("open", panel("third"));
        let json: Value = serde_json::from_str(&dashboard.to_json(&|_| None)).unwrap();
        let said = [
            ("/timezone", json!("utc")),
            ("/templating/list/0/hide", json!(1)),
            ("/annotations/list/1/limit", json!(3)),
            ("/links/0/keepTime", json!(true)),
            ("/panels/0/timeShift", json!("top")),
            ("/panels/0/targets/0/intervalFactor", json!(2)),
            ("/panels/1/panels/0/timeShift", json!("first")),
            ("/panels/1/panels/1/timeShift", json!("second")),
            ("/panels/3/timeShift", json!("third")),
        ];
        for (path, value) in said {
            assert_eq!(json.pointer(path), Some(&value), "{path}");
        }
        // Keys stand in Grafana's order wherever they come from.
        let keys: Vec<_> = json["panels"][0].as_object().unwrap().keys().collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
