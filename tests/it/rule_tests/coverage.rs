//! `obsctl test --coverage`

use serde_json::Value;

use crate::common::CliTest;

const RULES: &str = r#"groups:
- name: api
  rules:
  - record: code:requests:rate5m
    expr: sum by (code) (rate(requests_total{code=~"4..|5.."}[5m]))
  - alert: Errors
    expr: code:requests:rate5m > 1 unless on () maintenance
  - alert: Down
    expr: up == 0 or absent(up)
"#;

const TESTS: &str = r#"rule_files: [rules.yml]
tests:
- name: errors
  input_series:
  - {series: 'requests_total{code="500"}', values: 0+120x20}
  alert_rule_test:
  - {eval_time: 0m, alertname: Errors}
  - eval_time: 10m
    alertname: Errors
    exp_alerts: [{exp_labels: {code: "500"}}]
"#;

const OTHERS: &str = "groups: [{name: other, rules: [{record: a:b:sum, expr: sum(b)}]}]\n";

fn folder() -> CliTest {
    let folder = CliTest::new();
    folder.write("rules.yml", RULES);
    folder.write("errors.test.yml", TESTS);
    folder.write("more/others.yml", OTHERS);
    folder.write("more/notes.yml", "title: no rules\n");
    folder
}

#[test]
fn what_no_test_exercises_is_shown() {
    insta::assert_snapshot!(folder().run(&["test", "--coverage", "errors.test.yml"]), @"");
}

#[test]
fn too_little_fails() {
    let run = |least| {
        let folder = folder();
        folder.run(&[
            "test",
            "errors.test.yml",
            "--rules",
            "more",
            "--min-coverage",
            least,
        ])
    };
    insta::assert_snapshot!(run("50"), @"");
    insta::assert_snapshot!(run("45"), @"");
    insta::assert_snapshot!(run("101"), @"");
}

#[test]
fn json_has_every_item() {
    let output = folder()
        .command(&["test", "--coverage", "--format", "json", "errors.test.yml"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let coverage = &report["coverage"];
    assert_eq!(coverage["items"], 11, "{coverage:#}");
    let rules = coverage["rules"].as_array().unwrap();
    let covered = rules.iter().flat_map(|rule| {
        let items = rule["items"].as_array().unwrap().iter();
        items.filter(|item| item["covered"] == true).map(|item| {
            let kind = item["branch"].as_str().or(item["value"].as_str());
            format!(
                "{}: {} {}",
                rule["rule"].as_str().unwrap(),
                item["kind"].as_str().unwrap(),
                kind.unwrap_or_default()
            )
        })
    });
    let covered: Vec<_> = covered.collect();
    assert_eq!(coverage["covered"], covered.len());
    assert_eq!(
        covered,
        [
            "code:requests:rate5m: gives ",
            "code:requests:rate5m: value 5..",
            "Errors: fires ",
            "Errors: silent ",
            "Errors: branch kept",
        ]
    );
}
