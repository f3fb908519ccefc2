//! Where output goes: report on stdout, all else on stderr, colours only for terminals, broken pipes no error.

use std::io::Read;
use std::process::Stdio;

use crate::common::{CliTest, repository};

#[test]
fn schema_is_a_json_schema_that_accepts_the_reference_stack() {
    let output = CliTest::new().command(&["schema"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let stack = serde_json::to_value(obsctl_stack::stack()).unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(&stack)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = CliTest::new().run(&["completions", shell]);
        assert!(script.starts_with("exit status: 0"), "{shell}");
        assert!(script.contains("generate"), "{shell}");
    }
}

#[test]
fn json_is_json_and_nothing_else() {
    let mut command = CliTest::new().command(&["check", "--format", "json"]);
    let output = command.current_dir(repository()).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["findings"].is_array());
}

#[test]
fn no_colours_without_a_terminal() {
    let test = CliTest::new();
    for args in [&["--help"][..], &["check"], &["nonsense"]] {
        assert!(!test.run(args).contains('\x1b'), "{args:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let test = CliTest::new();
    let mut command = test.command(&["schema"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut complaint = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaint)
        .unwrap();
    assert_eq!(complaint, "");
    assert!(child.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_could_not_run() {
    let test = CliTest::new();
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = test.command(&["schema"]).stdout(full).output().unwrap();
    insta::assert_snapshot!(test.shown(&output), @"
    exit status: 2
    ----- stderr -----
    error: failed to print
      cause: No space left on device (os error 28)
    ");
}
