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
    insta::assert_snapshot!(folder().run(&["test", "--coverage", "errors.test.yml"]), @r#"
    exit status: 0
    ----- stdout -----
    rules.yml
         4  code:requests:rate5m: 2 of 3
            - no series has a `code` of `4..`: requests_total{code=~"4..|5.."}
         6  Errors: 3 of 4
            - the right side never takes a series of the left side away: code:requests:rate5m > 1 unless on () maintenance
         8  Down: no test sees it
    coverage 45.4%: 5 of 11 things that 3 rules can do
    errors.test.yml: 1 test passed
    1 test passed, 0 failed
    "#);
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
    let little = run("50");
    assert!(little.starts_with("exit status: 1\n"), "{little}");
    for line in [
        "more/others.yml\n     1  a:b:sum: no test sees it\n",
        "coverage 41.6%: 5 of 12 things that 4 rules can do\n",
        "the tests cover 41.6% of what the rules can do: --min-coverage asks for 50%",
    ] {
        assert!(little.contains(line), "{little}");
    }
    assert!(run("41.6").starts_with("exit status: 0"));
    insta::assert_snapshot!(run("101"), @"
    exit status: 2
    ----- stderr -----
    error: invalid value '101' for '--min-coverage <PERCENT>': a percentage is a number from 0 to 100

    For more information, try '--help'.
    ");
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
