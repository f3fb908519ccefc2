//! What `obsctl.toml` and a baseline change, and what is said of those that cannot be used.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use obsctl::Stack;
use obsctl::model::prelude::*;
use obsctl::policy::Policy;
use serde_json::Value;

use crate::common::{CliTest, repository, shop};

/// The shop with a runbook that no alert leads to: a warning.
fn warned() -> Stack {
    shop().runbook(
        Runbook::new(Slug::from_static("lonely"), "Lonely", "never").resolve_always("Nothing."),
    )
}

/// The shop with two of one dashboard as well: an error.
fn wrong() -> Stack {
    let stack = warned();
    let dashboard = stack.dashboards[0].clone();
    stack.dashboard(dashboard)
}

/// The names of the checks that found something, with their severities.
fn found(report: &str) -> Vec<&str> {
    let lines = report.lines();
    lines
        .filter_map(|line| line.split_once("]: ").map(|(start, _)| start))
        .collect()
}

#[test]
fn levels_change_what_fails() {
    let test = CliTest::new();
    test.write(
        "obsctl.toml",
        "[check.levels]\nrunbook-without-alert = \"note\"\n",
    );
    let report = test.run_over(warned(), &["check"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    assert_eq!(found(&report), ["note[runbook-without-alert"]);
    let report = test.run_over(warned(), &["check", "--no-config"]);
    assert!(report.starts_with("exit status: 1"), "{report}");
    test.write(
        "strict.toml",
        "[check.levels]\nrunbook-without-alert = \"error\"\n",
    );
    for args in [
        &["check", "--config", "strict.toml"][..],
        &["generate", "--config", "strict.toml"],
    ] {
        let report = test.run_over(warned(), args);
        assert!(report.starts_with("exit status: 1"), "{report}");
        assert_eq!(found(&report), ["error[runbook-without-alert"]);
    }
    test.write(
        "obsctl.toml",
        "[check.levels]\nrunbook-without-alert = \"off\"\n",
    );
    assert_snapshot!(test.run_over(warned(), &["check"]), @"
    exit status: 0
    ----- stdout -----
    nothing found
    ");
}

#[test]
fn levels_of_paths_are_for_those_files_only() {
    let test = CliTest::new();
    for (path, expected) in [("tests/**", "note"), ("src/**", "warning")] {
        let text = format!(
            "[[check.rules]]\npaths = [\"{path}\"]\nlevels = {{ runbook-without-alert = \"note\" }}\n"
        );
        test.write("obsctl.toml", &text);
        let report = test.run_over(warned(), &["check"]);
        assert_eq!(
            found(&report),
            [format!("{expected}[runbook-without-alert")]
        );
    }
}

#[test]
fn what_is_accepted_is_not_unused_because_its_check_is_off() {
    let accepted = || {
        let mut stack = warned();
        let lonely = stack.runbooks.last_mut().unwrap();
        lonely
            .allow
            .push(Allow::new("runbook-without-alert", "later"));
        stack
    };
    let test = CliTest::new();
    test.write(
        "obsctl.toml",
        "[check.levels]\nrunbook-without-alert = \"off\"\n",
    );
    for args in [
        &["check"][..],
        &["check", "--no-config"],
        &["check", "--only", "unused-suppression"],
        &["check", "--skip", "runbook-without-alert"],
    ] {
        let report = test.run_over(accepted(), args);
        assert!(report.ends_with("nothing found\n"), "{report}");
    }
}

#[test]
fn checks_are_selected_by_name() {
    let test = CliTest::new();
    let of = |args: &[&str]| {
        let report = test.run_over(wrong(), args);
        found(&report)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&["check", "--only", "duplicate-uid"]),
        ["error[duplicate-uid"]
    );
    assert_eq!(
        of(&["check", "--skip", "duplicate-uid,syntax"]),
        ["warning[runbook-without-alert"]
    );
    assert_snapshot!(test.run_over(shop(), &["check", "--only", "duplicate-uids"]), @"
    exit status: 2
    ----- stderr -----
    error: no check is called `duplicate-uids`
      help: did you mean `duplicate-uid`?
    ");
}

#[test]
fn the_least_severity_that_fails_can_be_chosen() {
    let test = CliTest::new();
    for (fail_on, stack, status) in [
        ("error", warned(), 0),
        ("error", wrong(), 1),
        ("warning", warned(), 1),
        ("note", warned(), 1),
        ("never", wrong(), 0),
    ] {
        let report = test.run_over(stack, &["check", "--fail-on", fail_on]);
        assert!(
            report.starts_with(&format!("exit status: {status}")),
            "{fail_on}: {report}"
        );
    }
}

#[test]
fn the_policy_is_asked_for() {
    let test = CliTest::new();
    test.write(
        "obsctl.toml",
        "[policy.alerts]\nrequired_labels = { tier = \"[12]\" }\n\
         [policy.dashboards]\nrequired_tags = [\"shop\"]\n",
    );
    let report = test.run_over(shop(), &["check"]);
    assert_eq!(
        found(&report),
        ["warning[alert-policy", "warning[dashboard-policy"]
    );
    assert!(
        report.contains("alert `CheckoutsFail` has no label `tier`, which is to match `[12]`"),
        "{report}"
    );
}

#[test]
fn a_configuration_that_cannot_be_used_is_said_with_its_place() {
    let test = CliTest::new();
    test.write(
        "obsctl.toml",
        "[check]\n\n[policy.alerts]\nrequired_lables = {}\n",
    );
    assert_snapshot!(test.run_over(shop(), &["check"]), @"
    exit status: 2
    ----- stderr -----
    error: `obsctl.toml`, line 4, column 1: there is no key `required_lables`
      help: did you mean `required_labels`?
    ");
    test.write(
        "obsctl.toml",
        "[check.levels]\npanel-without-units = \"off\"\n",
    );
    assert_snapshot!(test.run_over(shop(), &["generate"]), @"
    exit status: 2
    ----- stderr -----
    error: `obsctl.toml`, line 2, column 1: there is no check `panel-without-units`
      help: did you mean `panel-without-unit`?
    ");
    assert!(!test.path("provisioning").exists());
    assert_snapshot!(test.run_over(shop(), &["check", "--config", "other.toml"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no file `other.toml`
      help: `docs/configuration.md` shows what it can say; without `--config`, `obsctl.toml` is read if it is there
    ");
}

#[test]
fn known_findings_are_left_out_and_new_ones_fail() {
    let test = CliTest::new();
    assert_snapshot!(test.run_over(warned(), &["check", "--write-baseline", "known.jsonl"]), @"
    exit status: 0
    ----- stdout -----
    1 finding recorded in `known.jsonl`: 1 new, 0 no longer found
    ");
    assert_snapshot!(test.read("known.jsonl"), @r#"{"check":"runbook-without-alert","file":"tests/it/cli/policy.rs","subject":"runbook `lonely`","message":"no alert leads to runbook `lonely`"}"#);
    assert_snapshot!(test.run_over(warned(), &["check", "--baseline", "known.jsonl"]), @"
    exit status: 0
    ----- stdout -----
    nothing found
    1 known finding left out: see `known.jsonl`
    ");
    let report = test.run_over(wrong(), &["check", "--baseline", "known.jsonl"]);
    assert!(report.starts_with("exit status: 1"), "{report}");
    assert_eq!(found(&report), ["error[duplicate-uid"]);
    // Programs get the report and nothing else.
    let report = test.run_over(
        wrong(),
        &["check", "--baseline", "known.jsonl", "--format", "github"],
    );
    let (_, told) = report.split_once("----- stderr -----\n").unwrap();
    assert_eq!(told, "1 known finding left out: see `known.jsonl`\n");
}

#[test]
fn what_is_known_in_vain_is_told_and_taken_out() {
    let test = CliTest::new();
    test.run_over(wrong(), &["check", "--write-baseline", "known.jsonl"]);
    test.write("obsctl.toml", "[check]\nbaseline = \"known.jsonl\"\n");
    assert_snapshot!(test.run_over(warned(), &["check"]), @r#"
    exit status: 0
    ----- stdout -----
    note[unused-baseline]: `duplicate-uid` is in the baseline, but was not found: dashboard `shop-overview` is defined twice
     --> known.jsonl:1:1
      |
    1 | {"check":"duplicate-uid","file":"examples/minimal.rs","subject":"dashboard `shop-overview`","message":"dashboard `shop-overview` is defined twice"}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = in: dashboard `shop-overview`
      = help: record what is still found with `--write-baseline`, or delete the line

    1 note
    1 known finding left out: see `known.jsonl`
    "#);
    // What was not looked for is not told.
    let report = test.run_over(warned(), &["check", "--skip", "duplicate-uid"]);
    assert!(!report.contains("unused-baseline"), "{report}");
    let report = test.run_over(warned(), &["check", "--write-baseline", "known.jsonl"]);
    assert!(report.ends_with("0 new, 1 no longer found\n"), "{report}");
    assert_eq!(test.read("known.jsonl").lines().count(), 1);
}

#[test]
fn a_baseline_that_cannot_be_used_is_said_with_its_line() {
    let test = CliTest::new();
    assert_snapshot!(test.run_over(shop(), &["check", "--baseline", "known.jsonl"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no file `known.jsonl`
      help: record the findings of today with `obsctl check --write-baseline FILE`
    ");
    test.write(
        "known.jsonl",
        "{\"check\":\"syntax\",\"subject\":\"a\",\"message\":\"b\"}\n{\"check\":\"syntax\"}\n",
    );
    assert_snapshot!(test.run_over(shop(), &["check", "--baseline", "known.jsonl"]), @"
    exit status: 2
    ----- stderr -----
    error: `known.jsonl`, line 2, column 1: missing key `subject`
      help: correct the line, or delete the file and record all findings anew with `--write-baseline`
    ");
    let before = test.read("known.jsonl");
    let report = test.run_over(shop(), &["check", "--write-baseline", "known.jsonl"]);
    assert!(report.starts_with("exit status: 2"), "{report}");
    assert_eq!(test.read("known.jsonl"), before);
}

const RULES: &str = "\
groups:
- name: api
  rules:
  - alert: ApiDown
    expr: up{job=\"api\", cluster=\"eu\"} == 0
    for: 5m
    labels:
      severity: page
    annotations:
      summary: 'the API of {{ $labels.cluster }} is down'
      runbook_url: 'http://wiki/{{ $labels.job }}'
";

#[test]
fn existing_files_are_held_against_the_policy_where_they_stand() {
    let test = CliTest::new();
    test.write("rules/api.yml", RULES);
    test.write("legacy/old.yml", RULES);
    test.write(
        "obsctl.toml",
        "[policy.alerts]\nrequired_labels = { severity = \"critical|warning\" }\n\
         required_annotations = { summary = \".+\", runbook_url = \"https://.+\" }\n\
         [[check.rules]]\npaths = [\"legacy/**\"]\nlevels = { alert-policy = \"off\" }\n",
    );
    let args = ["check", "rules", "legacy", "--skip", "duplicate-rule"];
    assert_snapshot!(test.run_over(shop(), &args), @"
    exit status: 1
    ----- stdout -----
    warning[alert-policy]: annotation `runbook_url` of alert `ApiDown` is `http://wiki/{{ $labels.job }}`, which does not match `https://.+`
     --> rules/api.yml:4:5
      |
    4 |   - alert: ApiDown
      |     ^^^^^^^^^^^^^^
      |
      = in: alert `ApiDown` of group `api`
      = help: see `policy.alerts.required_annotations.runbook_url` in `obsctl.toml`

    warning[alert-policy]: label `severity` of alert `ApiDown` is `page`, which does not match `critical|warning`
     --> rules/api.yml:4:5
      |
    4 |   - alert: ApiDown
      |     ^^^^^^^^^^^^^^
      |
      = in: alert `ApiDown` of group `api`
      = help: see `policy.alerts.required_labels.severity` in `obsctl.toml`

    2 warnings
    2 files: 2 groups with 2 rules
    ");
}

#[test]
fn labels_of_targets_are_known_where_they_are_said() {
    let test = CliTest::new();
    test.write("rules.yml", RULES);
    let args = ["check", "rules.yml", "--only", "unknown-label"];
    for (labels, expected) in [
        ("", "exit status: 0"),
        ("target_labels = [\"cluster\"]", "exit status: 0"),
        ("target_labels = []", "exit status: 1"),
    ] {
        test.write("obsctl.toml", &format!("[check]\n{labels}\n"));
        let report = test.run_over(shop(), &args);
        assert!(report.starts_with(expected), "{labels}: {report}");
    }
}

#[test]
fn files_that_were_not_looked_at_are_not_told_to_be_mended() {
    let test = CliTest::new();
    test.write(
        "a/a.yml",
        "groups:\n- name: a\n  rules:\n  - {record: a, expr: 'sum('}\n",
    );
    test.write(
        "b/b.yml",
        "groups:\n- name: b\n  rules:\n  - {record: b, expr: 'sum('}\n",
    );
    let record = ["check", ".", "--write-baseline", "known.jsonl"];
    let report = test.run_over(shop(), &record);
    assert!(report.contains("2 findings recorded"), "{report}");
    test.write("a/a.yml", "groups: []\n");
    for (path, told) in [("a", true), ("b", false), ("./b/b.yml", false), (".", true)] {
        let report = test.run_over(shop(), &["check", path, "--baseline", "known.jsonl"]);
        assert!(report.starts_with("exit status: 0"), "{path}: {report}");
        assert_eq!(
            report.contains("note[unused-baseline]"),
            told,
            "{path}: {report}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_read_is_no_matter_of_opinion() {
    let test = CliTest::new();
    test.write("rules.yml", "groups: [\n");
    let report = test.run_over(shop(), &["check", "rules.yml", "--only", "syntax"]);
    assert!(report.starts_with("exit status: 1"), "{report}");
    assert!(report.contains("rules.yml:"), "{report}");
}

#[test]
fn templates_among_rules_are_left_out_by_their_paths() {
    let test = CliTest::new();
    let template = "groups:\n{{- range .Values.x }}\n- name: x\n  rules:\n  - alert: Up\n    expr: up == 0\n{{- end }}\n";
    test.write("charts/app/alerts.yml", template);
    let report = test.run(&["check", "charts"]);
    assert_eq!(found(&report), ["error[unreadable"]);
    test.write(
        "obsctl.toml",
        "[[check.rules]]\npaths = [\"charts/**\"]\nlevels = { unreadable = \"off\" }\n",
    );
    let report = test.run(&["check", "charts"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    test.write("rules/alerts.yml", template);
    let report = test.run(&["check", "."]);
    assert_eq!(found(&report), ["error[unreadable"]);
    assert!(report.contains("--> rules/alerts.yml:"), "{report}");
}

/// The blocks of TOML in the documentation.
fn documented() -> String {
    let page = std::fs::read_to_string(repository().join("docs/configuration.md")).unwrap();
    let blocks = page.split("\n```toml\n").skip(1);
    blocks
        .filter_map(|rest| rest.split_once("\n```"))
        .map(|(block, _)| format!("{block}\n"))
        .collect()
}

#[test]
fn the_documentation_shows_every_key_and_can_be_used() {
    let documented = documented();
    let policy = Policy::parse(&documented, &obsctl::check::names()).unwrap();
    assert!(!policy.runs("panel-without-unit"));
    let schema = CliTest::new()
        .command(&["schema", "config"])
        .output()
        .unwrap();
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    let mut keys = BTreeSet::new();
    properties(&schema, &mut keys);
    assert!(keys.len() > 15, "{keys:?}");
    for key in keys {
        let said = [
            format!("{key} ="),
            format!("{key}]"),
            format!("[{key}."),
            format!(".{key}]"),
        ];
        assert!(said.iter().any(|said| documented.contains(said)), "{key}");
    }
}

#[test]
fn the_schema_accepts_the_documentation() {
    let schema = CliTest::new()
        .command(&["schema", "config"])
        .output()
        .unwrap();
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value: Value = toml::from_str(&documented()).unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The names of all properties in a schema.
fn properties(schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(named)) = members.get("properties") {
                keys.extend(named.keys().cloned());
            }
            members.values().for_each(|member| properties(member, keys));
        }
        Value::Array(members) => members.iter().for_each(|member| properties(member, keys)),
        _ => {}
    }
}

#[test]
fn levels_for_files_that_are_not_there_are_said() {
    let test = CliTest::new();
    test.write("rules/a.yml", "groups: []\n");
    test.write("rules/b.yml", "groups: []\n");
    let of = |paths: &str, args: &[&str]| {
        let text = format!("[[check.rules]]\npaths = [{paths}]\nlevels = {{ syntax = \"off\" }}\n");
        test.write("obsctl.toml", &text);
        let report = test.run(&[&["check"], args].concat());
        report.matches("warning[unused-path]").count()
    };
    for (paths, args, found) in [
        (r#""rules/**""#, &["rules"][..], 0),
        (r#""rules/a.yml", "rules/c.yml""#, &["rules/"], 1),
        (r#""rules/old/*.yml""#, &["./rules"], 1),
        (r#""**/*.json""#, &["."], 1),
        // Other files than those that were looked at can be meant.
        (r#""**/*.json""#, &["rules"], 0),
        (r#""rules/b.yml""#, &["rules/a.yml"], 0),
        (r#""rulez/**""#, &["rules/a.yml"], 1),
        // The definitions of the stack were compiled elsewhere.
        (r#""rulez/**""#, &[], 0),
    ] {
        assert_eq!(of(paths, args), found, "{paths} {args:?}");
    }
    let paths = r#""rules/c.yml""#;
    assert_eq!(of(paths, &["rules"]), 1);
    assert_snapshot!(test.run(&["check", "rules"]), @r#"
    exit status: 1
    ----- stdout -----
    warning[unused-path]: there is no file `rules/c.yml`
     --> obsctl.toml:2:10
      |
    2 | paths = ["rules/c.yml"]
      |          ^^^^^^^^^^^^^^
      |
      = in: `check.rules`
      = help: correct the path, or remove it

    1 warning
    2 files: no rules
    "#);
}

#[test]
fn external_labels_can_be_said() {
    let test = CliTest::new();
    test.write(
        "obsctl.toml",
        "[check]\nexternal_labels = { cluster = \"eu-1\" }\n",
    );
    test.write(
        "rules.yml",
        "groups: [{name: g, rules: [{record: 'a:b', expr: up, labels: {cluster: us-2}}]}]\n",
    );
    let report = test.run(&["check", "rules.yml"]);
    assert_eq!(found(&report), ["warning[external-label-overridden"]);
    let report = test.run(&["check", "rules.yml", "--no-config"]);
    assert!(found(&report).is_empty(), "{report}");
}
