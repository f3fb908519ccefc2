//! Unit tests of rules: `obsctl test` and Debian's promtool say the same of the same files.

mod cases;
mod coverage;
mod lines;
mod messages;
mod newer;
mod random;
mod routes;

use std::collections::BTreeMap;

use obsctl::generate::targets::alertmanager_config;

use crate::common::{CliTest, files, repository};

/// What promtool says of each test of a file, by the names of those that fail.
fn promtool_fails(folder: &CliTest, path: &str) -> Vec<String> {
    let output = folder
        .command_of("promtool", &["test", "rules", path])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), !text.contains("FAILED"), "{text}");
    text.lines()
        .map(|line| line.trim_start().to_owned())
        .collect()
}

/// Which tests fail of a file that has one test only.
fn promtool_passes(folder: &CliTest, path: &str) -> bool {
    promtool_fails(folder, path).is_empty()
}

/// What obsctl says of a file: whether each test passed, by name.
fn verdicts(folder: &CliTest, path: &str) -> BTreeMap<String, bool> {
    let output = folder
        .command(&["test", "--format", "json", path])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let tests = report["files"][0]["tests"].as_array().unwrap();
    assert!(report["files"][0]["run"].as_bool().unwrap(), "{report:#}");
    let passed = report["summary"]["failed"] == 0;
    assert_eq!(output.status.code(), Some(i32::from(!passed)), "{report:#}");
    let verdict = |test: &serde_json::Value| {
        (
            test["name"].as_str().unwrap().to_owned(),
            test["passed"].as_bool().unwrap(),
        )
    };
    tests.iter().map(verdict).collect()
}

#[test]
fn generated_tests_pass() {
    let folder = CliTest::new();
    let mut tests = 0;
    for (path, text) in files(&repository().join("alerts")) {
        if path.contains("tests/") {
            // Each test of a generated file has a name.
            let names = text
                .lines()
                .filter(|line| line.trim_start().starts_with("- name: "));
            tests += names.count();
        }
        folder.write(&format!("alerts/{path}"), &text);
    }
    let config = std::fs::read_to_string(repository().join(alertmanager_config::PATH)).unwrap();
    folder.write(alertmanager_config::PATH, &config);
    let output = folder.command(&["test"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let all = format!("\n{tests} tests passed, 0 failed\n");
    assert!(
        output.status.success() && text.ends_with(&all),
        "{tests}: {text}"
    );
}
