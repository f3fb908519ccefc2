//! Grafana's JSON in Rust.

use serde_json::{Map, Value};

use super::literal::{lines, list};

/// How deep `json!` may go into a value: half of what the compiler lets a macro recurse.
const DEEP: usize = 64;

/// The calls of a method that lay a patch over what is generated.
pub(super) fn patches(method: &str, patch: &Map<String, Value>) -> Vec<String> {
    let mut calls = vec![];
    let mut some = Map::new();
    for (key, value) in patch {
        let (own, others) = (depth(value), some.values().map(depth).max().unwrap_or(0));
        if !some.is_empty() && own.max(others) + (some.len() + 1) * STEPS > DEEP {
            calls.push(std::mem::take(&mut some));
        }
        some.insert(key.clone(), value.clone());
    }
    calls.push(some);
    let calls = calls.into_iter().filter(|some| !some.is_empty());
    calls
        .map(|some| format!(".{method}({})", value(&Value::Object(some))))
        .collect()
}

/// A value.
pub(super) fn value(value: &Value) -> String {
    match depth(value) > DEEP {
        true => {
            let pretty = format!("{value:#}");
            format!(
                "obsctl::model::dashboard::patch::json_text({})",
                raw(&pretty)
            )
        }
        false => format!("json!({})", inside(value)),
    }
}

/// Steps of recursion that one entry of a map or list costs.
const STEPS: usize = 4;

fn depth(value: &Value) -> usize {
    let inner = |depths: &mut dyn Iterator<Item = usize>| depths.max().unwrap_or(0);
    match value {
        Value::Object(map) => map.len() * STEPS + inner(&mut map.values().map(depth)),
        Value::Array(items) => items.len() * STEPS + inner(&mut items.iter().map(depth)),
        _ => 1,
    }
}

/// JSON has no line breaks in texts: its own can be indented.
fn raw(pretty: &str) -> String {
    let mut hashes = String::from("#");
    while pretty.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{pretty}\"{hashes}")
}

fn inside(value: &Value) -> String {
    match value {
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| format!("{}: {}", lines(key), inside(value)));
            let entries = list(&entries.collect::<Vec<_>>());
            let entries = &entries[1..entries.len() - 1];
            match entries.starts_with('\n') {
                true => format!("{{{entries}}}"),
                false => format!("{{ {entries} }}"),
            }
        }
        Value::Array(items) => list(&items.iter().map(inside).collect::<Vec<_>>()),
        Value::String(text) => lines(text),
        Value::Number(number) => match number.as_i64() {
            Some(whole) if i32::try_from(whole).is_err() => format!("{whole}_i64"),
            None if number.is_u64() => format!("{number}_u64"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_they_are_read() {
        let json = json!({ "a": [1, null, true, "x"], "b": { "c": 5_000_000_000_i64 }, "d": {} });
        let expected =
            r#"json!({ "a": [1, null, true, "x"], "b": { "c": 5000000000_i64 }, "d": {} })"#;
        assert_eq!(value(&json), expected);
    }

    #[test]
    fn what_is_too_much_for_a_macro_is_divided_or_read_from_text() {
        let many: Map<_, _> = (0..40).map(|one| (format!("k{one}"), json!(one))).collect();
        assert_eq!(patches("json", &many).len(), 3);
        let deep = json!((0..40).collect::<Vec<_>>());
        assert!(value(&deep).contains("json_text(r#\"["), "{}", value(&deep));
    }
}
