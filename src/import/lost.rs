//! What of a file is in no definition: said, never silent.

use std::collections::BTreeMap;

use obsctl_model::Dashboard;
use obsctl_model::dashboard::field::{FieldMatcher, Property};
use obsctl_model::dashboard::{Patch, Transformation, Visualization};
use serde_json::Value;

use crate::generate::yaml;

/// What of a rule file nobody keeps, by the keys it has.
#[must_use]
pub fn document(text: &str) -> Vec<String> {
    const GROUP: [&str; 7] = [
        "name",
        "interval",
        "limit",
        "query_offset",
        "source_tenants",
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

/// What of a dashboard is kept as Grafana's JSON for lack of words, the most frequent first.
#[must_use]
pub fn wordless(dashboard: &Dashboard) -> Option<String> {
    const MANY: usize = 5;
    let mut all: Vec<_> = kept_as_json(dashboard).into_iter().collect();
    all.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    let others = all.split_off(all.len().min(MANY)).len();
    let mut said = said(
        all.into_iter()
            .map(|(path, times)| (format!("`{path}`"), times)),
    );
    if others > 0 {
        said.push(format!("{others} more"));
    }
    (!said.is_empty()).then(|| {
        format!(
            "kept in Grafana's own JSON, for lack of words: {}",
            said.join(", ")
        )
    })
}

/// What Grafana would ask for when a file is imported by hand; definitions are not asked.
pub fn inputs(dashboard: &Dashboard) -> Option<String> {
    let written = dashboard.written.get()?.json.as_ref()?;
    let inputs = written["__inputs"].as_array()?.iter();
    let names = inputs.filter_map(|one| Some(format!("`{}`", one["name"].as_str()?)));
    let names: Vec<_> = names.collect();
    (!names.is_empty()).then(|| {
        format!(
            "asks for {} when it is imported by hand: datasources are the stack's own now, other inputs stay as they are written",
            names.join(", ")
        )
    })
}

/// What of a dashboard is kept as Grafana's JSON, for lack of words: paths, each with how often.
#[must_use]
pub fn kept_as_json(dashboard: &Dashboard) -> BTreeMap<String, usize> {
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
    for panel in dashboard.panels() {
        let mut add = |what: String| *found.entry(what).or_default() += 1;
        if let Visualization::Plugin(plugin) = &panel.visualization {
            add(format!("panels of type {}", plugin.id));
        }
        for step in &panel.transformations {
            if let Transformation::Other(json) = step {
                add(format!(
                    "transformations[].{}",
                    json["id"].as_str().unwrap_or_default()
                ));
            }
        }
        for one in &panel.overrides {
            if let FieldMatcher::Other { id, .. } = &one.fields {
                add(format!("overrides[].matcher.{id}"));
            }
            for property in &one.properties {
                if let Property::Other { id, .. } = property {
                    add(format!("overrides[].properties[].{id}"));
                }
            }
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

fn said(lost: impl IntoIterator<Item = (String, usize)>) -> Vec<String> {
    let said = lost.into_iter().map(|(what, count)| match count {
        1 => what,
        count => format!("{what} ({count} times)"),
    });
    said.collect()
}
