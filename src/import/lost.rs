//! What of a file is in no definition: said, never silent.

use std::collections::BTreeMap;

use obsctl_model::Dashboard;
use obsctl_model::dashboard::Patch;
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

/// What of a dashboard is kept as Grafana's JSON, for lack of words: paths, each with how often.
#[must_use]
pub fn wordless(dashboard: &Dashboard) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut add = |part: &str, patch: &Patch| {
        for (key, value) in &patch.0 {
            count(&format!("{part}{key}"), value, &mut found);
        }
    };
    add("", &dashboard.json);
    for variable in &dashboard.variables {
        add("templating.list[].", &variable.json);
    }
    for annotation in &dashboard.annotations {
        add("annotations.list[].", &annotation.json);
    }
    for link in &dashboard.links {
        add("links[].", &link.json);
    }
    for panel in dashboard.panels() {
        add("panels[].", &panel.json);
        for query in &panel.queries {
            add("panels[].targets[].", &query.json);
        }
    }
    found
}

fn count(path: &str, value: &Value, found: &mut BTreeMap<String, usize>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                count(&format!("{path}.{key}"), value, found);
            }
        }
        _ => *found.entry(path.to_owned()).or_default() += 1,
    }
}

fn said(lost: BTreeMap<String, usize>) -> Vec<String> {
    let said = lost.into_iter().map(|(what, count)| match count {
        1 => what,
        count => format!("{what} ({count} times)"),
    });
    said.collect()
}
