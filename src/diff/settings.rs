//! What of a panel no field of the vocabulary holds: its JSON, path by path.

use obsctl_model::dashboard::{Panel, Visualization};
use serde_json::Value;

use super::change::Detail;
use super::{Class, What};

/// Settings that are compared elsewhere.
const ELSEWHERE: [&str; 5] = [
    "data",
    "fieldConfig.defaults.links",
    "fieldConfig.defaults.thresholds",
    "fieldConfig.defaults.unit",
    "targets",
];

/// Settings that change which numbers are shown, not only how.
const MEANING: [&str; 10] = [
    "datasource",
    "fieldConfig.defaults.mappings",
    "interval",
    "libraryPanel",
    "maxDataPoints",
    "options.reduceOptions",
    "timeFrom",
    "timeShift",
    "transformations",
    "options.content",
];

/// More than these are summed up.
const MANY: usize = 6;

/// Which settings of a panel differ.
pub(super) fn compare(before: &Panel, after: &Panel, details: &mut Vec<Detail>) {
    let mut differing = vec![];
    match (&before.visualization, &after.visualization) {
        (Visualization::Plugin(before), Visualization::Plugin(after)) => {
            walk("", &before.options, &after.options, &mut differing);
            let custom = |one: &Option<Value>| one.clone().unwrap_or_default();
            walk(
                "custom",
                &custom(&before.custom),
                &custom(&after.custom),
                &mut differing,
            );
        }
        (before, after) => {
            let json = |one: &Visualization| serde_json::to_value(one).unwrap_or_default();
            walk("", &json(before), &json(after), &mut differing);
        }
    }
    differing.retain(|(path, ..)| !below(path, &ELSEWHERE));
    if differing.len() > MANY {
        let class = differing.iter().map(|(path, ..)| class(path)).min();
        let paths: Vec<String> = differing.into_iter().map(|(path, ..)| path).collect();
        let class = class.unwrap_or(Class::Cosmetic);
        details.push(Detail::new(class, What::Settings(paths)));
        return;
    }
    for (path, from, to) in differing {
        details.push(Detail::set(class(&path), format!("`{path}`"), from, to));
    }
}

/// Where two settings differ.
pub(super) fn paths(before: &Value, after: &Value) -> Vec<String> {
    let mut differing = vec![];
    walk("", before, after, &mut differing);
    differing.into_iter().map(|(path, ..)| path).collect()
}

fn class(path: &str) -> Class {
    if below(path, &MEANING) {
        Class::Behaviour
    } else {
        Class::Cosmetic
    }
}

/// Whether a path is one of these or inside of one.
fn below(path: &str, outer: &[&str]) -> bool {
    outer.iter().any(|outer| {
        path.strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

type Differing = Vec<(String, Option<String>, Option<String>)>;

fn walk(path: &str, before: &Value, after: &Value, differing: &mut Differing) {
    if before == after || (is_nothing(before) && is_nothing(after)) {
        return;
    }
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            for key in keys {
                let path = match path {
                    "" => key.clone(),
                    _ => format!("{path}.{key}"),
                };
                let side = |map: &serde_json::Map<String, Value>| {
                    map.get(key).cloned().unwrap_or_default()
                };
                walk(&path, &side(a), &side(b), differing);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                walk(&format!("{path}[{index}]"), a, b, differing);
            }
        }
        _ => differing.push((path.to_owned(), shown(before), shown(after))),
    }
}

/// Newer versions write out that there is nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.values().all(is_nothing),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn shown(value: &Value) -> Option<String> {
    match value {
        _ if is_nothing(value) => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_is_nothing_however_it_is_written() {
        let mut differing = vec![];
        walk(
            "",
            &json!({ "a": null, "b": [], "c": { "d": 1 } }),
            &json!({ "c": { "d": 2, "e": {} }, "f": null, "g": { "h": {}, "i": [] } }),
            &mut differing,
        );
        let expected = ("c.d".to_owned(), Some("1".to_owned()), Some("2".to_owned()));
        assert_eq!(differing, [expected]);
    }
}
