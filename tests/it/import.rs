//! What is imported is what there was: read again, generated again, and compiled.

use std::path::PathBuf;

use obsctl::Stack;
use obsctl::diff::{self, Side, Text};
use obsctl::generate::rule_file::{self, Entry, RuleFile};
use obsctl::generate::{Environment, yaml};
use obsctl::import::{self, Imported};
use obsctl::model::prelude::*;
use obsctl::model::{Engine, RuleQuery};
use obsctl::project::Project;
use obsctl::read::{self, File, Found};

use crate::common::{CliTest, repository};

#[path = "../../examples/imported.rs"]
#[allow(dead_code, reason = "its `main` is not called here")]
mod example;

fn sample(name: &str) -> String {
    let path = repository().join("examples/imported").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The rules of a file as Prometheus reads them, with their queries in one form.
fn entries(text: &str) -> Vec<(String, Vec<Entry>)> {
    #[derive(serde::Deserialize)]
    struct Group {
        name: String,
        #[serde(default)]
        labels: std::collections::BTreeMap<String, String>,
        #[serde(default)]
        rules: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    struct Rules {
        #[serde(default)]
        groups: Vec<Group>,
    }
    let file: Rules = yaml::read(text).unwrap();
    let mut groups: Vec<_> = file
        .groups
        .into_iter()
        .map(|group| {
            let rules = group.rules.into_iter().map(|mut rule| {
                let query = RuleQuery::from(promql(&rule.expr));
                rule.expr = rule_file::expression(&query);
                rule.lasting = rule.lasting.filter(|time| !time.is_zero());
                for (name, value) in &group.labels {
                    let label = rule.labels.entry(name.clone());
                    label.or_insert_with(|| value.clone());
                }
                // An empty label or annotation is none.
                rule.labels.retain(|_, value| !value.is_empty());
                rule.annotations
                    .retain(|name, value| !(value.is_empty() && name == "summary"));
                rule
            });
            (group.name, rules.collect())
        })
        .collect();
    // A group without rules is none.
    groups.retain(|(_, rules): &(String, Vec<Entry>)| !rules.is_empty());
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups
}

/// What is generated from a stack, as one file.
fn generated(stack: Stack) -> Vec<(String, Vec<Entry>)> {
    let project = Project::link(stack);
    let files = rule_file::files(&project, Engine::Prometheus, Environment::Compose, "alerts");
    let groups = files.iter().flat_map(|file| {
        yaml::read::<RuleFile>(&file.text).unwrap();
        entries(&file.text)
    });
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups
}

/// Imports a rule file as text, and generates rule files from that.
fn round_trip(path: &'static str, text: &str) -> Vec<(String, Vec<Entry>)> {
    let found = read::file(File { path, text });
    assert_eq!(found.problems, [], "{path}");
    let imported = Imported {
        groups: found.groups.clone(),
        ..Imported::default()
    };
    let json: serde_json::Value = yaml::read(&imported.text()).unwrap();
    let stack: Stack = serde_json::from_value(json).unwrap();
    assert_eq!(stack.rule_groups, found.groups, "{path}");
    generated(stack)
}

#[test]
fn rules_as_text_generate_the_same_rules() {
    let text = sample("rules.yml");
    assert_eq!(round_trip("rules.yml", &text), entries(&text));
}

#[test]
fn rules_as_rust_generate_the_same_rules() {
    let only_rules = Stack {
        slos: vec![],
        ..example::stack()
    };
    assert_eq!(generated(only_rules), entries(&sample("rules.yml")));
}

/// Files of the repository, and the Rust that `import` writes of them.
const EXAMPLES: [(&[&str], &str); 4] = [
    (&["examples/imported/metrics.prom"], "metrics.rs"),
    (&["examples/imported/rules.yml"], "rules.rs"),
    (
        &[
            "examples/imported/board.json",
            "dashboards/services/worker.json",
        ],
        "dashboards.rs",
    ),
    (
        &[
            "examples/imported/sloth.yml",
            "examples/imported/pyrra.yml",
            "examples/imported/openslo.yaml",
        ],
        "slos.rs",
    ),
];

#[test]
fn the_example_is_what_is_imported() {
    let test = CliTest::new();
    for (sources, out) in EXAMPLES {
        let mut names = vec![];
        for source in sources {
            let text = std::fs::read_to_string(repository().join(source)).unwrap();
            let name = source.rsplit('/').next().unwrap();
            test.write(name, &text);
            names.push(name);
        }
        let shown = test.run(&[&["import"][..], &names, &["--as", "rust", "-o", out]].concat());
        assert!(shown.starts_with("exit status: 0\n"), "{shown}");
        let committed = repository().join("examples/imported").join(out);
        if std::env::var("UPDATE_EXAMPLE").is_ok() {
            std::fs::write(&committed, test.read(out)).unwrap();
        }
        assert_eq!(
            test.read(out),
            sample(out),
            "UPDATE_EXAMPLE=1 writes it anew"
        );
    }
}

#[test]
fn slos_as_rust_are_what_was_read() {
    let mut found = Found::default();
    for path in EXAMPLES[3].0 {
        let text = std::fs::read_to_string(repository().join(path)).unwrap();
        found.append(read::file(File { path, text: &text }));
    }
    found.settle();
    assert_eq!(example::stack().slos, found.slos);
}

#[test]
fn dashboards_as_rust_generate_the_same_dashboards() {
    let declared = example::stack().dashboards;
    let sources = EXAMPLES[2].0;
    assert_eq!(declared.len(), sources.len());
    for (declared, path) in declared.iter().zip(sources) {
        let text = std::fs::read_to_string(repository().join(path)).unwrap();
        let read = dashboards(path, &text);
        let generated = declared.to_json(&|_| None);
        assert_eq!(generated, read[0].to_json(&|_| None), "{path}");
        assert!(*declared == read[0], "{path}: Rust declares something else");
        // The repository's own is generated byte by byte.
        if path.starts_with("dashboards/") {
            assert_eq!(generated, text);
        }
    }
}

#[test]
fn what_a_foreign_dashboard_says_is_said_again() {
    let text = sample("board.json");
    let read = dashboards("board.json", &text);
    let again = again(&read[0]);
    assert_eq!(missing(&text, &again), [""; 0]);
    // And nothing is said anew but what Grafana takes for granted.
    let different: Vec<_> = difference("board.json", &text, &again)
        .into_iter()
        .filter(|one| !(one.contains("from: None") || one.contains(": Settings(")))
        .filter(|one| !one.contains("from: Some(\"${DS_PROMETHEUS}\")"))
        .collect();
    assert_eq!(different, [""; 0]);
    // The places of panels are those they had.
    let places = |text: &str| {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        let panels = json["panels"].as_array().unwrap().iter();
        let places = panels.map(|panel| panel["gridPos"].clone());
        places.collect::<Vec<_>>()
    };
    assert_eq!(places(&again), places(&text));
}

#[test]
fn a_catalog_is_read_again() {
    let test = CliTest::new();
    test.write("metrics.prom", &sample("metrics.prom"));
    let shown = test.run(&["import", "metrics.prom", "-o", "catalog.yml"]);
    assert_eq!(shown, "exit status: 0\n");
    let text = test.read("catalog.yml");
    let found = read::file(File {
        path: "catalog.yml",
        text: &text,
    });
    assert_eq!(
        (found.problems.as_slice(), found.others.as_slice()),
        (&[][..], &[][..])
    );
    let (family, _) = read::exposition(File {
        path: "metrics.prom",
        text: &sample("metrics.prom"),
    });
    assert_eq!(found.catalogs[0].metrics, [family]);
    test.write("rules.yml", &sample("rules.yml"));
    let shown = test.run(&["check", "rules.yml", "--metrics", "catalog.yml"]);
    assert!(!shown.contains("unknown-metric"), "{shown}");
}

#[test]
fn what_is_not_said_in_words_is_said_on_standard_error() {
    let test = CliTest::new();
    test.write("board.json", &sample("board.json"));
    let shown = test.run(&["import", "board.json", "-o", "out.yml"]);
    for said in [
        "exit status: 0",
        "note: board.json: asks for `DS_PROMETHEUS` when it is imported by hand",
        "note: board.json: kept in Grafana's own JSON, for lack of words: ",
    ] {
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn what_cannot_be_read_leaves_files_alone() {
    let test = CliTest::new();
    test.write("kept.rs", "// mine\n");
    for (name, text) in [
        ("broken.json", "{\"panels\": ["),
        ("empty.json", ""),
        ("nothing.json", "{}"),
        ("list.json", "[1]"),
        (
            "odd.json",
            r#"{"title": "x", "panels": [{"type": 3, "targets": "no", "fieldConfig": [], "options": 4}], "links": 7}"#,
        ),
    ] {
        test.write(name, text);
        let shown = test.run(&["import", name, "--as", "rust", "-o", "kept.rs"]);
        let odd = name == "odd.json";
        assert_eq!(shown.starts_with("exit status: 0"), odd, "{name}: {shown}");
        assert!(
            shown.contains(name) || shown.contains("nothing to import") || odd,
            "{shown}"
        );
        if !odd {
            assert_eq!(test.read("kept.rs"), "// mine\n", "{name}");
        }
    }
    let shown = test.run(&["import", "absent.json"]);
    assert!(shown.contains("there is no `absent.json`"), "{shown}");
}

#[test]
fn panels_off_the_grid_and_numbers_that_are_named_stay() {
    let text = r#"{"title": "x", "uid": "x", "panels": [
        {"type": "text", "title": "wide", "id": 3, "gridPos": {"x": 12, "y": 0, "w": 18, "h": 0}},
        {"type": "logs", "title": "same", "id": 4, "gridPos": {"x": 0, "y": 2, "w": 12, "h": 5},
         "targets": [{"refId": "A", "datasource": {"uid": "-- Dashboard --"}, "panelId": 3}]}
    ]}"#;
    let read = dashboards("x.json", text);
    let json: serde_json::Value = serde_json::from_str(&again(&read[0])).unwrap();
    let places = [&json["panels"][0], &json["panels"][1]].map(|panel| panel["gridPos"].clone());
    let expected = [
        json!({ "h": 0, "w": 18, "x": 12, "y": 0 }),
        json!({ "h": 5, "w": 12, "x": 0, "y": 2 }),
    ];
    assert_eq!(places, expected);
    assert_eq!(
        (&json["panels"][0]["id"], &json["panels"][1]["id"]),
        (&json!(3), &json!(4))
    );
}

#[test]
fn the_second_form_is_said_in_words_too() {
    let text = r#"{
        "apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard", "metadata": {"name": "v2"},
        "spec": {
            "title": "V2",
            "elements": {"p": {"kind": "Panel", "spec": {
                "title": "Rate",
                "vizConfig": {"kind": "VizConfig", "group": "timeseries", "version": "12.0.0", "spec": {
                    "fieldConfig": {"defaults": {"unit": "reqps", "custom": {"lineWidth": 3}}, "overrides": []},
                    "options": {"tooltip": {"mode": "multi", "sort": "desc"}}
                }},
                "data": {"kind": "QueryGroup", "spec": {
                    "queryOptions": {"interval": "1m"},
                    "queries": [{"kind": "PanelQuery", "spec": {"refId": "A", "hidden": false, "query": {
                        "kind": "DataQuery", "group": "prometheus", "spec": {"expr": "up", "intervalFactor": 2}
                    }}}],
                    "transformations": [{"kind": "merge", "spec": {"id": "merge", "options": {}}}]
                }}
            }}},
            "layout": {"kind": "GridLayout", "spec": {"items": [
                {"kind": "GridLayoutItem", "spec": {"x": 0, "y": 0, "width": 12, "height": 8, "element": {"name": "p"}}}
            ]}}
        }
    }"#;
    let read = dashboards("v2.json", text);
    let json: serde_json::Value = serde_json::from_str(&again(&read[0])).unwrap();
    let panel = &json["panels"][0];
    for (path, value) in [
        ("/type", json!("timeseries")),
        ("/fieldConfig/defaults/unit", json!("reqps")),
        ("/fieldConfig/defaults/custom/lineWidth", json!(3)),
        ("/interval", json!("1m")),
        ("/targets/0/expr", json!("up")),
        ("/targets/0/intervalFactor", json!(2)),
        ("/transformations/0/id", json!("merge")),
    ] {
        assert_eq!(panel.pointer(path), Some(&value), "{path}");
    }
}

#[test]
fn what_is_not_kept_is_said() {
    let test = CliTest::new();
    test.write(
        "rules.yml",
        "namespace: x\ngroups: [{name: g, source_tenants: [a], rules: [{record: a, expr: up}]}]\n",
    );
    test.write("nothing.yml", "a: b\n");
    let shown = test.run(&["import", "rules.yml", "nothing.yml", "-o", "out.yml"]);
    assert_eq!(
        shown,
        "exit status: 0\n----- stderr -----\n\
         note: rules.yml: not kept: `namespace` of the file\n\
         note: rules.yml: not kept: `source_tenants` of a group\n\
         note: nothing.yml: holds nothing that can be imported\n"
            .trim_end()
            .to_owned()
            + "\n"
    );
    let shown = test.run(&["import", "nothing.yml"]);
    assert!(shown.contains("there is nothing to import"), "{shown}");
    let shown = test.run(&["import"]);
    assert!(shown.starts_with("exit status: 2"), "{shown}");
}

#[test]
fn dashboards_as_text_are_read_again() {
    let project = Project::link(crate::common::shop());
    let json = project.dashboards()[0].to_json(&|_| None);
    let test = CliTest::new();
    test.write("board.json", &json);
    let shown = test.run(&["import", "board.json", "-o", "stack.yml"]);
    assert!(shown.starts_with("exit status: 0"), "{shown}");
    assert!(!shown.contains(".expr`"), "{shown}");
    let text: serde_json::Value = yaml::read(&test.read("stack.yml")).unwrap();
    let stack: Stack = serde_json::from_value(text).unwrap();
    assert_eq!(stack.dashboards[0].to_json(&|_| None), json);
}

/// What is read of a dashboard's file.
fn dashboards(path: &'static str, text: &str) -> Vec<Dashboard> {
    let mut imported = Imported::default();
    for dashboard in read::whole(File { path, text }).dashboards {
        imported.dashboard(dashboard);
    }
    imported.dashboards
}

/// A dashboard through text and back into Grafana's JSON.
fn again(dashboard: &Dashboard) -> String {
    let imported = Imported {
        dashboards: vec![dashboard.clone()],
        ..Imported::default()
    };
    let json: serde_json::Value = yaml::read(&imported.text()).unwrap();
    let stack: Stack = serde_json::from_value(json).unwrap();
    assert_eq!(stack.dashboards, imported.dashboards);
    stack.dashboards[0].to_json(&|_| None)
}

/// What `diff` says of two files.
fn difference(path: &'static str, before: &str, after: &str) -> Vec<String> {
    let side = |name: &str, text: &str| {
        let found = read::file(File { path, text });
        assert_eq!(found.problems, [], "{path}");
        let text = Text {
            path,
            text: text.to_owned(),
        };
        Side {
            name: name.to_owned(),
            files: [(path.to_owned(), text)].into(),
        }
    };
    let report = diff::compare(side("before", before), side("after", after));
    let changes = report.changes.iter();
    let changes = changes.flat_map(|change| {
        let what = format!("{:?}", change.subject);
        change
            .details
            .iter()
            .map(move |detail| format!("{what}: {:?}", detail.what))
    });
    changes.collect()
}

/// What of a dashboard's JSON is not in another: scalars by their paths. What Grafana numbers anew, what its editors remember, and
/// how datasources are named is not looked at.
fn missing(before: &str, after: &str) -> Vec<String> {
    let scalars = |text: &str| {
        let mut found = std::collections::BTreeMap::<String, Vec<String>>::new();
        scalars("", &serde_json::from_str(text).unwrap(), &mut found);
        found
    };
    let (before, mut after) = (scalars(before), scalars(after));
    let mut missing = vec![];
    for (path, values) in before {
        let kept = after.entry(path.clone()).or_default();
        for value in values {
            match kept.iter().position(|one| *one == value) {
                Some(at) => drop(kept.swap_remove(at)),
                None => missing.push(format!("{path} = {value}")),
            }
        }
    }
    missing
}

fn scalars(
    path: &str,
    json: &serde_json::Value,
    found: &mut std::collections::BTreeMap<String, Vec<String>>,
) {
    use serde_json::Value;
    const ANEW: [&str; 25] = [
        "/__inputs",
        "/__requires",
        "/gnetId",
        "/id",
        "/iteration",
        "/panels[]/id",
        "/panels[]/gridPos/y",
        "/panels[]/pluginVersion",
        "/panels[]/error",
        "/panels[]/editable",
        "/panels[]/targets[]/editorMode",
        "/panels[]/targets[]/format",
        "/panels[]/targets[]/legendLink",
        "/panels[]/targets[]/metric",
        "/panels[]/targets[]/step",
        "/templating/list[]/refresh",
        "/panels[]/fieldConfig/defaults/color/fixedColor",
        "/schemaVersion",
        "/style",
        "/templating/list[]/current",
        "/templating/list[]/definition",
        "/templating/list[]/options",
        "/templating/list[]/query",
        "/version",
        "/panels[]/options/legend/asTable",
    ];
    /// What only older versions read, or write without asking.
    const DEAD: [&str; 14] = [
        "alertThreshold",
        "calculatedInterval",
        "datasourceErrors",
        "dsType",
        "error",
        "errors",
        "includeNullMetadata",
        "logBase",
        "refID",
        "showIn",
        "span",
        "titleSize",
        "units",
        "height",
    ];
    /// What Grafana takes where nothing is said.
    const TAKEN: [(&str, &str); 12] = [
        ("/thresholds/mode", "absolute"),
        ("/custom/axisColorMode", "text"),
        ("/custom/barAlignment", "0"),
        ("/custom/barWidthFactor", "0.6"),
        ("/custom/lineStyle/fill", "solid"),
        ("/legend/displayMode", "list"),
        ("/tooltip/maxHeight", "600"),
        ("/tooltip/sort", "none"),
        ("/tooltip/sort", "desc"),
        ("/targets[]/intervalFactor", "1"),
        ("/repeatDirection", "h"),
        ("/gridPos/w", "0"),
    ];
    let shown = json
        .as_str()
        .map_or_else(|| json.to_string(), str::to_owned);
    let taken = |(end, value): &(&str, &str)| path.ends_with(end) && shown == *value;
    if path.starts_with("/timepicker/") || TAKEN.iter().any(taken) {
        return;
    }
    if ANEW
        .iter()
        .any(|one| path == *one || path.starts_with(&format!("{one}/")))
        || path.ends_with("/datasource")
    {
        return;
    }
    match json {
        Value::Null | Value::Bool(false) => {}
        // Grafana's own annotations.
        Value::Object(map)
            if path == "/annotations/list[]" && map.get("type") == Some(&json!("dashboard")) => {}
        Value::Object(map) => {
            let is_row = path == "/rows[]" || map.get("type") == Some(&json!("row"));
            for (key, value) in map {
                if is_row && !["title", "repeat", "panels"].contains(&key.as_str())
                    || DEAD.contains(&key.as_str())
                {
                    continue;
                }
                let path = if path == "/rows[]" && key != "panels" {
                    "/panels[]"
                } else {
                    path
                };
                scalars(&format!("{path}/{key}"), value, found);
            }
        }
        Value::Array(items) => {
            // Panels stand in rows or beside them.
            let path = path
                .replace("/panels[]/panels", "/panels")
                .replace("/rows[]/panels", "/panels");
            for one in items {
                scalars(&format!("{path}[]"), one, found);
            }
        }
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => {
            let text = text.trim().to_owned();
            found.entry(path.to_owned()).or_default().push(text);
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default().to_string();
            found.entry(path.to_owned()).or_default().push(number);
        }
        other => found
            .entry(path.to_owned())
            .or_default()
            .push(other.to_string()),
    }
}

#[test]
fn dashboards_of_the_repository_are_generated_again_byte_by_byte() {
    let mut count = 0;
    for (path, text) in crate::common::files(&repository().join("dashboards")) {
        let path: &'static str = path.leak();
        let read = dashboards(path, &text);
        assert_eq!(read.len(), 1, "{path}");
        assert_eq!(again(&read[0]), text, "{path}");
        assert_eq!(difference(path, &text, &again(&read[0])), [""; 0]);
        count += 1;
    }
    assert!(count > 20, "{count}");
}

/// By hand: `OBSCTL_DASHBOARDS=/folder cargo test --test it import:: -- --ignored --nocapture`.
#[test]
#[ignore = "needs a folder of dashboards: OBSCTL_DASHBOARDS"]
#[expect(clippy::print_stdout, reason = "this is its result")]
fn dashboards_of_a_folder_survive() {
    let folder = PathBuf::from(std::env::var("OBSCTL_DASHBOARDS").unwrap());
    let (mut same, mut all) = (0, 0);
    let mut kept = std::collections::BTreeMap::<String, (usize, usize)>::new();
    for (path, text) in crate::common::files(&folder) {
        let path: &'static str = path.leak();
        for dashboard in dashboards(path, &text) {
            all += 1;
            for (what, times) in import::kept_as_json(&dashboard) {
                let entry = kept.entry(what).or_default();
                *entry = (entry.0 + times, entry.1 + 1);
            }
            let again = again(&dashboard);
            let mut differing = difference(path, &text, &again);
            // What is written out that Grafana takes for granted is no difference.
            let taken = ["from: None", "to: None", ": Settings(", "`datasource"];
            differing.retain(|one| !taken.iter().any(|taken| one.contains(taken)));
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                differing.extend(missing(&text, &again));
            }
            same += usize::from(differing.is_empty());
            for one in differing {
                println!("DIFF {path}: {one}");
            }
        }
    }
    let mut kept: Vec<_> = kept.into_iter().collect();
    kept.sort_by_key(|(_, (times, _))| std::cmp::Reverse(*times));
    for (what, (times, boards)) in kept {
        println!("JSON {times:6} {boards:4} {what}");
    }
    println!("{same} of {all} dashboards without a difference");
}

/// By hand: `OBSCTL_RULES=/folder cargo test --test it import:: -- --ignored --nocapture`.
#[test]
#[ignore = "needs a folder of rule files: OBSCTL_RULES"]
fn rules_of_a_folder_survive() {
    let folder = PathBuf::from(std::env::var("OBSCTL_RULES").unwrap());
    let (mut same, mut different, mut unread) = (0, vec![], vec![]);
    for (path, text) in crate::common::files(&folder) {
        let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
        if !is_yaml || !text.contains("groups:") {
            continue;
        }
        let path: &'static str = path.leak();
        let found = read::file(File { path, text: &text });
        if found.groups.is_empty() || !found.problems.is_empty() {
            unread.push((path, found.problems.len()));
            continue;
        }
        match round_trip(path, &text) == entries(&text) {
            true => same += 1,
            false => different.push(path),
        }
    }
    #[expect(clippy::print_stdout, reason = "this is its result")]
    {
        println!(
            "{same} the same, {} different: {different:?}, {} not read: {unread:?}",
            different.len(),
            unread.len()
        );
    }
    assert!(different.is_empty());
}
