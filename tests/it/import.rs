//! What is imported is what there was: read again, generated again, and compiled.

use std::path::PathBuf;

use obsctl::Stack;
use obsctl::generate::rule_file::{self, Entry, RuleFile};
use obsctl::generate::{Environment, yaml};
use obsctl::import::Imported;
use obsctl::model::prelude::*;
use obsctl::model::{Engine, RuleQuery};
use obsctl::project::Project;
use obsctl::read::{self, File, Found};

use crate::common::{CliTest, repository};

mod dashboards;

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
fn folders_are_imported_with_what_is_below_them() {
    let test = CliTest::new();
    test.write("all/a.yml", &sample("rules.yml"));
    test.write("all/below/b.json", &sample("board.json"));
    test.write("all/readme.md", "# mine\n");
    let each = test.run(&["import", "all/a.yml", "all/below/b.json"]);
    assert!(each.starts_with("exit status: 0"), "{each}");
    for folder in ["all", "all/", "."] {
        assert_eq!(test.run(&["import", folder]), each, "{folder}");
    }
}

#[test]
fn accepted_findings_are_imported() {
    let test = CliTest::new();
    test.write(
        "rules.yml",
        "groups:\n# obsctl:allow group-policy until 2030-01-31: slow data\n- name: g\n  rules:\n  \
         # obsctl:allow rate-of-gauge: it counts\n  - {record: a:b, expr: up}\n",
    );
    let shown = test.run(&["import", "rules.yml", "--as", "rust", "-o", "out.rs"]);
    let note = "g: until when `group-policy` is accepted is not said in Rust";
    assert!(shown.contains(note), "{shown}");
    let rust = test.read("out.rs");
    for accepted in [
        r#"RuleGroup::new("g")
                .allow("group-policy", "slow data")"#,
        r#".allow("rate-of-gauge", "it counts")"#,
    ] {
        assert!(rust.contains(accepted), "{rust}");
    }
}

#[test]
fn what_is_not_kept_is_said() {
    let test = CliTest::new();
    test.write(
        "rules.yml",
        "namespace: x\ngroups: [{name: g, evaluation_delay: 1m, rules: [{record: a, expr: up}]}]\n",
    );
    test.write("nothing.yml", "a: b\n");
    let shown = test.run(&["import", "rules.yml", "nothing.yml", "-o", "out.yml"]);
    assert_eq!(
        shown,
        "exit status: 0\n----- stderr -----\n\
         note: rules.yml: not kept: `evaluation_delay` of a group\n\
         note: rules.yml: not kept: `namespace` of the file\n\
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

/// What Prometheus 3 takes beside the classic names.
const BEYOND: &str = "\
# HELP \"http.server.duration\" Time to serve a request.
# TYPE \"http.server.duration\" histogram
{\"http.server.duration_bucket\",\"service.name\"=\"api\",le=\"0.1\"} 1
{\"http.server.duration_count\",\"service.name\"=\"api\"} 1
# TYPE jobs_total counter
jobs_total{\"queue.name\"=\"a\"} 1
# TYPE plain gauge
plain 1
";

#[test]
fn names_beyond_the_classic_rule_are_kept_or_told() {
    let test = CliTest::new();
    test.write("page.prom", BEYOND);
    let shown = test.run(&["import", "page.prom", "-o", "catalog.yml"]);
    assert_eq!(shown, "exit status: 0\n");
    let catalog = test.read("catalog.yml");
    for name in [
        "name: http.server.duration\n",
        "name: service.name\n",
        "name: queue.name\n",
    ] {
        assert!(catalog.contains(name), "{catalog}");
    }
    // What the catalog and the page know is known of queries, and what they do not know is not.
    test.write(
        "rules.yml",
        "groups:\n- name: g\n  rules:\n  - alert: A\n    \
         expr: 'sum by (\"service.name\") (rate({\"http.server.duration_count\"}[5m])) > 10'\n  - alert: B\n    \
         expr: '{\"http.server.duratoin_count\", \"service.name\"=\"api\"} > 1'\n",
    );
    for known in ["page.prom", "catalog.yml"] {
        let shown = test.run(&["check", "rules.yml", "--metrics", known]);
        for said in [
            "metric `http.server.duratoin_count` does not exist",
            "did you mean `http.server.duration_count`?",
        ] {
            assert!(shown.contains(said), "{known}: {shown}");
        }
        assert!(!shown.contains("alert `A`"), "{known}: {shown}");
    }
    let shown = test.run(&["import", "page.prom", "--as", "rust", "-o", "metrics.rs"]);
    assert_eq!(
        shown,
        "exit status: 0\n----- stderr -----\nnote: not kept: `http.server.duration`, `jobs_total` with label \
         `queue.name`: definitions in Rust have names of letters, digits and `_`; a catalog as text keeps all names\n"
    );
    assert!(
        test.read("metrics.rs")
            .contains("pub gauge Plain(\"plain\") {}")
    );
}

#[test]
fn names_that_need_quotes_are_not_taken_without() {
    let test = CliTest::new();
    test.write(
        "page.prom",
        "http.requests{code=\"200\"} 1\nup{a.b=\"c\"} 1\nplain 1\n",
    );
    let shown = test.run(&["import", "page.prom", "-o", "catalog.yml"]);
    assert!(shown.starts_with("exit status: 1"), "{shown}");
    for said in [
        "the name `http.requests` has to stand in quotes between the braces: `{\"http.requests\"}`",
        "the label `a.b` has to stand in quotes",
    ] {
        assert!(shown.contains(said), "{shown}");
    }
}
