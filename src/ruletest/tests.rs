//! How results look, of a file with a failure and of one that could not be read.

use insta::assert_snapshot;
use obsctl_model::Origin;
use obsctl_rules::Place;
use obsctl_rules::unit::{self, What};

use super::{Failure, FileResult, Summary, TestResult};
use crate::diagnostic::Diagnostic;

fn results() -> Vec<FileResult> {
    let place = |line| Place { line, column: 1 };
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    let failure = Failure::Rules(unit::Failure {
        place: place(9),
        what: What::Answer {
            query: "sum(\n  up)".to_owned(),
            time: 300_000,
            expected: lines(&["{} 1", "{a=\"b\"} 2"]),
            got: lines(&["{} 1", "{a=\"<b>\"} 2"]),
        },
    });
    let test = |name: &str, line, failures| TestResult {
        name: name.to_owned(),
        place: place(line),
        failures,
    };
    let origin = Origin::at("b.yml", 3, 2);
    vec![
        FileResult {
            path: "a.yml",
            problems: vec![],
            tests: vec![test("good", 2, vec![]), test("bad", 5, vec![failure])],
        },
        FileResult {
            path: "b.yml",
            problems: vec![Diagnostic::new("file `b.yml`", origin, "not YAML: a tab")],
            tests: vec![],
        },
    ]
}

#[test]
fn a_file_that_cannot_be_read_is_counted_by_itself() {
    let counted = Summary {
        passed: 1,
        failed: 1,
        broken: 1,
    };
    assert_eq!(Summary::of(&results()), counted);
}

#[test]
fn build_servers_get_a_suite_for_each_file() {
    assert_snapshot!(super::junit(&results()), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="obsctl test" tests="3" failures="1" errors="1">
      <testsuite name="a.yml" tests="2" failures="1" errors="0">
        <testcase classname="a.yml" name="good" file="a.yml" line="2"/>
        <testcase classname="a.yml" name="bad" file="a.yml" line="5">
          <failure type="failure" message="`sum( up)` gives something else after 5m">a.yml:9
    `sum( up)` gives something else after 5m
      {} 1
    - {a="b"} 2
    + {a="&lt;b&gt;"} 2</failure>
        </testcase>
      </testsuite>
      <testsuite name="b.yml" tests="1" failures="0" errors="1">
        <testcase classname="b.yml" name="the file can be read">
          <error type="unreadable" message="b.yml:3: not YAML: a tab">b.yml:3: not YAML: a tab</error>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn programs_get_both_sides() {
    let report: serde_json::Value = serde_json::from_str(&super::json(&results(), None)).unwrap();
    let failure = &report["files"][0]["tests"][1]["failures"][0];
    assert_eq!(failure["line"], 9);
    assert_eq!(failure["got"][1], "{a=\"<b>\"} 2");
    assert_eq!(report["files"][1]["run"], false);
    assert_eq!(report["files"][1]["problems"][0]["line"], 3);
    assert_eq!(report["summary"]["files_not_run"], 1);
}
