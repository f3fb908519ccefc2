//! What of a file is in no definition: said, never silent.

use std::collections::BTreeMap;

use obsctl_model::Dashboard;
use serde_json::Value;

use crate::generate::yaml;

/// What of a rule file nobody keeps, by the keys it has.
#[must_use]
pub fn document(text: &str) -> Vec<String> {
    const GROUP: [&str; 6] = [
        "name",
        "interval",
        "limit",
        "query_offset",
        "labels",
        "rules",
    ];
    const RULE: [&str; 7] = [
        "record",
        "alert",
        "expr",
        "for",
        "keep_firing_for",
        "labels",
        "annotations",
    ];
    let mut lost: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: String| *lost.entry(what).or_default() += 1;
    let Ok(document) = yaml::read::<Value>(text) else {
        return match text.contains("groups:") {
            true => vec!["what is beside its rules could not be looked through".to_owned()],
            false => vec![],
        };
    };
    let groups = match document.get("groups") {
        Some(groups) => {
            for (key, _) in document.as_object().into_iter().flatten() {
                if key != "groups" {
                    count(format!("`{key}` of the file"));
                }
            }
            groups
        }
        None => {
            if document["spec"]["groups"].is_array() {
                count("the Kubernetes resource around its groups".to_owned());
            }
            &document["spec"]["groups"]
        }
    };
    for group in groups.as_array().into_iter().flatten() {
        for (key, _) in group.as_object().into_iter().flatten() {
            if !GROUP.contains(&key.as_str()) {
                count(format!("`{key}` of a group"));
            }
        }
        let rules = group["rules"].as_array().into_iter().flatten();
        for rule in rules {
            for (key, _) in rule.as_object().into_iter().flatten() {
                if !RULE.contains(&key.as_str()) {
                    count(format!("`{key}` of a rule"));
                }
            }
            let expr = rule["expr"].as_str().unwrap_or_default();
            let comment = |line: &str| line.trim_start().starts_with('#');
            if expr.lines().any(comment) {
                count("a comment inside a query (a generated rule file has none)".to_owned());
            }
        }
    }
    said(lost)
}

/// What is numbered and placed anew.
const ANEW: [&str; 3] = [
    "panels[].id",
    "panels[].pluginVersion",
    "panels[].gridPos.y",
];

/// What of a dashboard is not there any more when it is generated again: the paths of its JSON, each with how often.
#[must_use]
pub fn dashboard(text: &str, read: &Dashboard) -> Vec<String> {
    let Ok(original) = serde_json::from_str::<Value>(text) else {
        return vec!["only JSON of dashboards is compared with what is generated".to_owned()];
    };
    let original = original.get("dashboard").unwrap_or(&original);
    let again = read.to_grafana(&|_| None).to_json();
    let again: Value = serde_json::from_str(&again).unwrap_or_default();
    let mut lost = BTreeMap::new();
    let (before, after) = (flat(original), flat(&again));
    for (path, values) in before {
        if ANEW.contains(&path.as_str()) {
            continue;
        }
        let mut kept = after.get(&path).cloned().unwrap_or_default();
        for value in values {
            match kept.iter().position(|one| *one == value) {
                Some(at) => {
                    kept.swap_remove(at);
                }
                None => *lost.entry(format!("`{path}`")).or_default() += 1,
            }
        }
    }
    said(lost)
}

fn said(lost: BTreeMap<String, usize>) -> Vec<String> {
    let said = lost.into_iter().map(|(what, count)| match count {
        1 => what,
        count => format!("{what} ({count} times)"),
    });
    said.collect()
}

/// All scalars by their paths, without what Grafana takes for nothing: the order of panels and of lists is no part of it.
fn flat(value: &Value) -> BTreeMap<String, Vec<String>> {
    fn walk(value: &Value, path: &str, found: &mut BTreeMap<String, Vec<String>>) {
        match value {
            Value::Null => {}
            Value::Object(map) => {
                for (key, value) in map {
                    // Numbers that Grafana gives anew.
                    if path.is_empty()
                        && ["id", "version", "iteration", "__inputs", "__requires"]
                            .contains(&key.as_str())
                    {
                        continue;
                    }
                    let path = match path {
                        "" => key.clone(),
                        path => format!("{path}.{key}"),
                    };
                    walk(value, &path, found);
                }
            }
            Value::Array(list) => {
                // Panels stand in rows or beside them.
                let path = path.replace("panels[].panels", "panels");
                for one in list {
                    walk(one, &format!("{path}[]"), found);
                }
            }
            Value::Bool(false) => {}
            Value::String(text) if text.is_empty() => {}
            other => {
                let shown = match other {
                    // Queries are printed anew: what counts is what they say.
                    Value::String(text) if path.ends_with(".expr") => {
                        obsctl_promql::parse(text).expr.to_string()
                    }
                    Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
                    other => other.to_string(),
                };
                found.entry(path.to_owned()).or_default().push(shown);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(value, "", &mut found);
    found
}
