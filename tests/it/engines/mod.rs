//! What is generated is accepted by the products themselves, and runs in them.
//!
//! Debian has Prometheus and Alertmanager: CI must run those tests. Loki, Tempo, Alloy and Docker are used
//! where they are on `PATH`; where they are not, a notice says what was not proved.

mod accepted;
mod compose;
mod fast;
pub mod host;
mod logs_and_traces;
mod running;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use obsctl::generate::{self, Environment};
use obsctl::model::millis;
use obsctl::model::prelude::*;
use obsctl::project::Project;
use tempfile::TempDir;

/// The reference stack, and rules with everything that could be written wrongly.
fn stack() -> Stack {
    let runbook = Runbook::new(Slug::from_static("awkward"), "Awkward", "Always")
        .step("Look", logql(r#"{job=~"$job"} | path=~"$path""#));
    obsctl_stack::stack().runbook(runbook).rule_group(
        RuleGroup::new("awkward texts")
            .record(
                RecordingRule::new(MetricName::from_static("job:up:sum"), promql("sum by (job) (up)"))
                    .label("note", "a: \"b\" # c"),
            )
            .alert(
                Alert::new("Awkward")
                    .when(promql(
                        r#"job:up:sum{job=~"a\\.b|\"c\"", note!=""} * 100 > 0.001 or vector(0) == 1"#,
                    ))
                    .lasting(millis(1500))
                    .severity(Severity::Info)
                    .owner("yes")
                    .summary("{{ $labels.job | title }}: {{ $value | humanize }} # 'quoted', \"quoted\": {}")
                    .runbook(Slug::from_static("awkward"))
                    .keep_firing(mins(1))
                    .description("- first\n- second: yes\n\n  third\n")
                    .label("flag", "on"),
            )
            .alert(
                Alert::new("AwkwardAlways")
                    .when(promql(r#"label_replace(vector(2.5), "job", "a b/{c}", "", "") > 0"#))
                    .severity(Severity::Critical)
                    .owner("platform")
                    .summary("{{ $labels.job }} is {{ $value }}")
                    .runbook(Slug::from_static("awkward")),
            )
            .alert(
                Alert::new("AwkwardLines")
                    .when(logql(r#"sum(count_over_time({job="a"} |= `"x": "y"` [5m])) > 10"#))
                    .severity(Severity::Info)
                    .owner("no")
                    .summary("lines")
                    .runbook(Slug::from_static("awkward")),
            ),
    )
}

/// The stack's outputs in a folder of their own.
fn generated(environment: Environment) -> TempDir {
    written(stack(), environment)
}

/// A stack's outputs in a folder of their own.
pub fn written(stack: Stack, environment: Environment) -> TempDir {
    outputs(&Project::link(stack), environment)
}

fn outputs(project: &Project, environment: Environment) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in generate::run(project, environment).iter() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Whether a program can be missing.
#[derive(PartialEq)]
pub enum Need {
    /// CI installs it.
    InCi,
    /// It is used where it happens to be.
    Nowhere,
}

/// The first of these programs that is on `PATH`.
pub fn program(names: &[&str], need: &Need) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    });
    if found.is_none() {
        let required = *need == Need::InCi && std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!required, "CI must have `{}` on PATH", names[0]);
        notice(&format!("`{}` is not on PATH", names[0]));
    }
    found
}

/// Written past the test harness, which hides what passing tests print.
pub fn notice(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let _ = writeln!(
        std::io::stderr(),
        "notice: {test} proves nothing here: {reason}"
    );
}

/// Runs a program to its end; gives its standard output.
fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{command:?}\n{out}{err}");
    out
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return vec![];
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
