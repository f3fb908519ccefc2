//! `check --fix`: the diff, the files that are written, and everything in them that stays.

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::CliTest;

const RULES: &str = r#"# Ours.
groups:
  - name: app
    rules:
      # Fires too often.
      - alert: ManyErrors
        expr: |   # per job
          sum by (job, job) (rate(http_requests_total{code=~"^5..$"}[5m]))
            > ((5))
        labels: {severity: page} # at night
      - alert: Gone
        expr: 'absent(up{job=~"app", path=~''^/a$''})'
      - alert: Folded
        expr: >-
          sum by (job,
          job) (up) > 1
"#;

const DASHBOARD: &str = r#"{"title": "App", "uid": "app", "schemaVersion": 39, "panels": [
 {"type": "stat", "title": "One",   "targets": [{"refId": "A", "expr": "sum(up{job=~\"^a|b$\"})"}]},
 {"type": "stat", "title": "Two",   "targets": [{"refId": "A", "expr": "sum(up{job=~\"^a|b$\"}) or sum(down{job=~\"^a|b$\"})"}]}
]}
"#;

pub(super) fn team() -> CliTest {
    let test = CliTest::new();
    test.write("rules/app.yml", RULES);
    test.write("dashboards/app.json", DASHBOARD);
    test.write("rules/notes.txt", "no rules\n");
    test
}

#[test]
fn the_diff_comes_first_and_nothing_is_written() {
    let test = team();
    let before = test.snapshot();
    let report = test.run(&[
        "check",
        "rules",
        "dashboards",
        "--fix",
        "--fail-on",
        "never",
    ]);
    assert_snapshot!(report, @r#"
    exit status: 1
    ----- stdout -----
    --- a/dashboards/app.json
    +++ b/dashboards/app.json
    @@ -1,4 +1,4 @@
     {"title": "App", "uid": "app", "schemaVersion": 39, "panels": [
    - {"type": "stat", "title": "One",   "targets": [{"refId": "A", "expr": "sum(up{job=~\"^a|b$\"})"}]},
    - {"type": "stat", "title": "Two",   "targets": [{"refId": "A", "expr": "sum(up{job=~\"^a|b$\"}) or sum(down{job=~\"^a|b$\"})"}]}
    + {"type": "stat", "title": "One",   "targets": [{"refId": "A", "expr": "sum(up{job=~\"a|b\"})"}]},
    + {"type": "stat", "title": "Two",   "targets": [{"refId": "A", "expr": "sum(up{job=~\"a|b\"}) or sum(down{job=~\"a|b\"})"}]}
     ]}
    --- a/rules/app.yml
    +++ b/rules/app.yml
    @@ -5,11 +5,11 @@
           # Fires too often.
           - alert: ManyErrors
             expr: |   # per job
    -          sum by (job, job) (rate(http_requests_total{code=~"^5..$"}[5m]))
    -            > ((5))
    +          sum by (job) (rate(http_requests_total{code=~"5.."}[5m]))
    +            > (5)
             labels: {severity: page} # at night
           - alert: Gone
    -        expr: 'absent(up{job=~"app", path=~''^/a$''})'
    +        expr: 'absent(up{job="app", path=''/a''})'
           - alert: Folded
             expr: >-
               sum by (job,
    ----- stderr -----
    rules/app.yml:15 cannot be fixed by obsctl: the place reaches over lines that YAML puts together: write the query as a block (`|`)
    8 fixes in 2 files, which `--write` writes; 1 finding left
    "#);
    assert!(test.snapshot() == before, "files changed");
}

#[test]
fn what_is_written_is_the_diff_and_the_second_run_finds_nothing_to_fix() {
    let test = team();
    let report = test.run(&[
        "check",
        "rules",
        "dashboards",
        "--fix",
        "--write",
        "--only",
        "needless-regex,redundant-part",
    ]);
    assert_snapshot!(report, @"
    exit status: 0
    ----- stdout -----
    note[redundant-part]: `job` is in `by` twice
      --> rules/app.yml:15:14
       |
    15 | sum by (job, job) (up) > 1
       |              ^^^ says nothing
       |
       = in: alert `Folded` of group `app`
       = help: leave it out, or write what was meant

    1 note
    2 files: 1 group with 3 rules, 1 dashboard with 2 panels
    8 fixes written to 2 files
    ----- stderr -----
    rules/app.yml:15 cannot be fixed by obsctl: the place reaches over lines that YAML puts together: write the query as a block (`|`)
    ");
    let expected = RULES
        .replacen("(job, job)", "(job)", 1)
        .replace(r#"=~"^5..$""#, r#"=~"5..""#)
        .replace("((5))", "(5)")
        .replace(r#"=~"app""#, r#"="app""#)
        .replace("=~''^/a$''", "=''/a''");
    assert_eq!(test.read("rules/app.yml"), expected);
    assert_eq!(
        test.read("dashboards/app.json"),
        DASHBOARD.replace("^a|b$", "a|b")
    );
    let again = test.run(&["check", "rules", "dashboards", "--fix"]);
    assert!(
        again.starts_with("exit status: 0\n----- stderr -----\n"),
        "{again}"
    );
    assert!(again.contains("nothing can be fixed"), "{again}");
}

#[test]
fn windows_line_ends_stay() {
    let test = CliTest::new();
    let windows = |text: &str| text.replace('\n', "\r\n");
    test.write("a.yml", &windows(RULES));
    let args = [
        "check",
        "a.yml",
        "--fix",
        "--write",
        "--only",
        "unformatted-query",
    ];
    let report = test.run(&args);
    assert!(report.contains("2 fixes written to 1 file"), "{report}");
    let expected = RULES
        .replace("[5m]))\n            > ((5))", "[5m])) > ((5))")
        .replace("=~''^/a$''", r#"=~"^/a$""#);
    assert_eq!(test.read("a.yml"), windows(&expected));
}

#[test]
fn an_accepted_finding_is_not_fixed() {
    let test = CliTest::new();
    let rules = "groups:
  - name: g
    rules:
      # obsctl:allow needless-regex: generated
      - {alert: A, expr: 'absent(up{job=~\"a\"})'}
      - {alert: B, expr: 'absent(up{job=~\"a\"})'}
";
    test.write("a.yml", rules);
    let report = test.run(&["check", "a.yml", "--only", "needless-regex"]);
    assert!(
        report.contains("alert `B`") && report.contains("1 can be fixed"),
        "{report}"
    );
    test.run(&["check", "a.yml", "--fix", "--write"]);
    let (first, second) = rules.split_at(rules.find("      - {alert: B").unwrap());
    assert_eq!(
        test.read("a.yml"),
        format!("{first}{}", second.replace("=~", "="))
    );
}

#[test]
fn all_or_nothing_is_written() {
    let test = team();
    let path = test.path("rules/app.yml");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let before = test.snapshot();
    assert_snapshot!(test.run(&["check", "rules", "dashboards", "--fix", "--write"]), @"
    exit status: 2
    ----- stderr -----
    error: `rules/app.yml` is read-only
      help: no file was changed; make it writable
    ");
    assert!(test.snapshot() == before, "files changed");
}

#[test]
#[cfg(unix)]
fn modes_and_links_stay() {
    use std::os::unix::fs::PermissionsExt;
    let test = team();
    let path = test.path("rules/app.yml");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("rules/app.yml", test.path("link.yml")).unwrap();
    test.run(&["check", "link.yml", "--fix", "--write"]);
    assert!(test.path("link.yml").is_symlink());
    assert_ne!(test.read("rules/app.yml"), RULES);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn bytes_that_are_no_text_are_not_touched() {
    let test = CliTest::new();
    let mut bytes = b"# caf\xe9\n".to_vec();
    bytes.extend_from_slice(RULES.as_bytes());
    std::fs::write(test.path("a.yml"), &bytes).unwrap();
    let report = test.run(&[
        "check",
        "a.yml",
        "--fix",
        "--write",
        "--only",
        "needless-regex",
    ]);
    assert!(
        report.contains("not UTF-8: a byte 0xE9 stands here"),
        "{report}"
    );
    assert_eq!(std::fs::read(test.path("a.yml")).unwrap(), bytes);
}

#[test]
fn definitions_in_rust_are_not_rewritten() {
    assert_snapshot!(CliTest::new().run(&["check", "--fix"]), @"
    exit status: 2
    ----- stderr -----
    error: `--fix` changes files, and the stack's own definitions are Rust
      help: name rule files, dashboards or folders of them; without `--fix`, findings say where definitions stand
    ");
}

#[test]
fn reports_for_programs_carry_the_fix() {
    let test = team();
    let report = |format: &str| -> Value {
        let args = [
            "check",
            "dashboards",
            "--format",
            format,
            "--only",
            "needless-regex",
        ];
        let report = test.run(&args);
        let (_, json) = report.split_once("----- stdout -----\n").unwrap();
        serde_json::from_str(json).unwrap()
    };
    let fix = &report("json")["findings"][0]["fix"];
    assert_eq!(fix["title"], "leave the anchors out");
    assert_eq!(fix["edits"].as_array().unwrap().len(), 3);
    let edit = &fix["edits"][0];
    assert_eq!(edit["file"], "dashboards/app.json");
    assert_eq!(edit["text"], r#"sum(up{job=~"^a|b$"})"#);
    assert_eq!(edit["range"], serde_json::json!([10, 19]));
    assert_eq!(edit["with"], r#"=~"a|b""#);
    let changes = report("sarif")
        .pointer("/runs/0/results/0/fixes/0/artifactChanges")
        .cloned();
    let changes = changes.unwrap();
    let replacement = &changes[0]["replacements"][0];
    assert_eq!(changes[0]["artifactLocation"]["uri"], "dashboards/app.json");
    assert_eq!(replacement["insertedContent"]["text"], r#"=~\"a|b\""#);
    let line = DASHBOARD.lines().nth(1).unwrap();
    let start = line.find(r#"=~\"^a|b$\""#).unwrap() + 1;
    assert_eq!(
        replacement["deletedRegion"],
        serde_json::json!({"startLine": 2, "startColumn": start, "endLine": 2, "endColumn": start + 11})
    );
}

/// Whether people may change a dashboard stands in other places of the two forms.
#[test]
fn dashboards_are_closed_where_they_say_that_they_are_open() {
    let test = CliTest::new();
    test.write("obsctl.toml", "[policy.dashboards]\neditable = false\n");
    test.write(
        "d/a.json",
        "{\"title\": \"A\", \"uid\": \"a\", \"schemaVersion\": 39,\n \"editable\": true,\n \"panels\": []}\n",
    );
    test.write(
        "d/b.yaml",
        "apiVersion: dashboard.grafana.app/v2beta1\nkind: Dashboard\nmetadata: {name: b}\n\
         spec:\n  title: B\n  editable: true\n  elements: {}\n  layout: {kind: GridLayout, spec: {items: []}}\n",
    );
    test.write(
        "d/c.json",
        "{\"title\": \"C\", \"uid\": \"c\", \"schemaVersion\": 39, \"panels\": []}\n",
    );
    test.write(
        "d/library.json",
        "{\"uid\": \"l\", \"name\": \"L\", \"kind\": 1, \"model\": {\"type\": \"text\"}}\n",
    );
    let args = [
        "check",
        "d",
        "--only",
        "dashboard-policy",
        "--fix",
        "--write",
    ];
    assert_snapshot!(test.run(&args), @r#"
    exit status: 1
    ----- stdout -----
    warning[dashboard-policy]: dashboard `c` can be changed in Grafana
     --> d/c.json:1:1
      |
    1 | {"title": "C", "uid": "c", "schemaVersion": 39, "panels": []}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = in: dashboard `c`
      = help: see `policy.dashboards.editable` in `obsctl.toml`
      = help: add `"editable": false`

    1 warning
    4 files: 4 dashboards with 1 panel
    2 fixes written to 2 files
    "#);
    assert!(test.read("d/a.json").contains("\n \"editable\": false,\n"));
    assert!(test.read("d/b.yaml").contains("\n  editable: false\n"));
}
