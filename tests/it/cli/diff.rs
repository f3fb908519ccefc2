//! `diff`, over real repositories.

use std::process::Command;

use insta::assert_snapshot;
use obsctl::model::prelude::*;
use serde_json::Value;

use crate::common::{CliTest, shop};

/// A repository in the test's folder, with everything in it committed.
fn committed(test: &CliTest) {
    git(test, &["init", "--quiet", "--initial-branch", "main"]);
    commit(test, "first");
}

fn commit(test: &CliTest, message: &str) {
    git(test, &["add", "--all"]);
    git(test, &["commit", "--quiet", "--message", message]);
}

fn git(test: &CliTest, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(args)
        .current_dir(test.path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

const RULES: &str = "\
groups:
- name: api
  rules:
  - record: job:requests:rate5m
    expr: sum by (job) (rate(requests_total[5m]))
  - alert: Quiet
    expr: job:requests:rate5m < 1
    for: 5m
";

#[test]
fn what_generating_would_change() {
    let test = CliTest::new();
    test.run_over(shop(), &["generate"]);
    committed(&test);
    assert_snapshot!(test.run_over(shop(), &["diff"]), @"
    exit status: 0
    ----- stdout -----
    HEAD → the definitions: no changes
    ");
    let mut stack = shop();
    let metric = &mut stack.metrics[0].metrics[0];
    metric.unit = Unit::Bytes;
    let report = test.run_over(stack, &["diff"]);
    assert!(report.starts_with("exit status: 1"), "{report}");
    assert!(report.contains("unit `none` → `bytes`"), "{report}");
    assert!(report.contains("touches "), "{report}");
}

/// SLOs are read back from the list of them, and the rules that follow are not told again.
#[test]
fn an_objective_is_one_change() {
    let test = CliTest::new();
    test.run_over(obsctl_stack::stack(), &["generate"]);
    committed(&test);
    let mut stack = obsctl_stack::stack();
    let slo = stack
        .slos
        .iter_mut()
        .find(|slo| slo.name.as_str() == "mcp-tools");
    slo.unwrap().objective = obsctl::model::Objective::percent(99.0).unwrap();
    let report = test.run_over(stack, &["diff"]);
    // Whom it touches depends on every dashboard of the reference stack.
    let first: Vec<_> = report.lines().take(6).collect();
    assert_snapshot!(first.join("\n"), @"
    exit status: 1
    ----- stdout -----
    behaviour: SLO `mcp-tools` of service `mcp`
      --> docs/reference/slos.yml:52
      objective `99.5 %` → `99 %`
      changes with it: 2 alerts, 3 recording rules, 2 panels
    ");
    for touched in [
        "panel `Error budget left` of dashboard `Overview`",
        "test `mcp-tools: ",
    ] {
        assert!(report.contains(touched), "{report}");
    }
    assert!(report.ends_with("1 change: 1 behaviour\n"), "{report}");
}

#[test]
fn a_branch_against_where_it_left() {
    let test = CliTest::new();
    test.write("rules/api.yml", RULES);
    test.write("rules/other.txt", "no rules");
    committed(&test);
    git(&test, &["checkout", "--quiet", "-b", "topic"]);
    test.write("rules/api.yml", &RULES.replace("< 1", "< 2"));
    commit(&test, "topic");
    git(&test, &["checkout", "--quiet", "main"]);
    test.write("rules/api.yml", &RULES.replace("5m\n", "9m\n"));
    commit(&test, "main goes on");
    git(&test, &["checkout", "--quiet", "topic"]);
    assert_snapshot!(test.run(&["diff", "--base", "main...", "rules"]), @"
    exit status: 1
    ----- stdout -----
    behaviour: alert `Quiet` of group `api`
      --> rules/api.yml:6
      query: threshold `1` → `2`

    main... → the working tree: 1 change: 1 behaviour
    ");
    let exact = test.run(&["diff", "--base", "main", "./rules/"]);
    assert!(exact.contains("duration `9m` → `5m`"), "{exact}");
    // What is not committed counts too.
    test.write("rules/api.yml", RULES);
    let report = test.run(&["diff", "--base", "HEAD", "rules/api.yml"]);
    assert!(report.contains("threshold `2` → `1`"), "{report}");
}

#[test]
fn files_and_folders() {
    let test = CliTest::new();
    test.write("old/a.yml", RULES);
    test.write(
        "new/b/a.yml",
        &RULES.replace("job:requests", "job:all_requests"),
    );
    test.write("same/a.yml", RULES);
    assert_snapshot!(test.run(&["diff", "old", "new/b"]), @"
    exit status: 1
    ----- stdout -----
    breaking: recording rule `job:all_requests:rate5m` of group `api`
      --> new/b/a.yml:4
      was named `job:requests:rate5m`

    cosmetic: alert `Quiet` of group `api`
      --> new/b/a.yml:6
      query: metric `job:requests:rate5m` → `job:all_requests:rate5m`

    old → new/b: 2 changes: 1 breaking, 1 cosmetic
    ");
    assert_snapshot!(test.run(&["diff", "old/a.yml", "same/a.yml"]), @"
    exit status: 0
    ----- stdout -----
    old/a.yml → same/a.yml: no changes
    ");
}

#[test]
fn which_changes_fail() {
    let test = CliTest::new();
    test.write("old.yml", RULES);
    test.write("new.yml", &RULES.replace("for: 5m", "for: 6m"));
    let status = |args: &[&str]| {
        let args: Vec<_> = ["diff", "old.yml", "new.yml"]
            .iter()
            .chain(args)
            .copied()
            .collect();
        let report = test.run(&args);
        report.lines().next().unwrap().to_owned()
    };
    assert_eq!(status(&[]), "exit status: 1");
    assert_eq!(status(&["--fail-on", "breaking"]), "exit status: 0");
    assert_eq!(status(&["--fail-on", "never"]), "exit status: 0");
    test.write("new.yml", "groups: []");
    assert_eq!(status(&["--fail-on", "breaking"]), "exit status: 1");
    assert_eq!(status(&["--fail-on", "never"]), "exit status: 0");
}

#[test]
fn json_is_one_document() {
    let test = CliTest::new();
    test.write("old.yml", RULES);
    test.write("new.yml", &RULES.replace("< 1", "< 2"));
    let report = test.run(&["diff", "old.yml", "new.yml", "--format", "json"]);
    let (_, json) = report.split_once("----- stdout -----\n").unwrap();
    let json: Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(
        json["changes"][0]["details"][0]["text"],
        "query: threshold `1` → `2`"
    );
    assert_eq!(json["changes"][0]["after"]["file"], "new.yml");
}

#[test]
fn what_cannot_be_compared_says_why() {
    let test = CliTest::new();
    test.write("rules.yml", RULES);
    // The folder may be below a repository of somebody else.
    let outside = |args: &[&str]| {
        let output = test
            .command(args)
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env(
                "GIT_CEILING_DIRECTORIES",
                test.path("..").canonicalize().unwrap(),
            )
            .output()
            .unwrap();
        test.shown(&output)
    };
    assert_snapshot!(outside(&["diff"]), @"
    exit status: 2
    ----- stderr -----
    error: this folder is in no git repository
      help: go to a repository, or compare two folders: `obsctl diff OLD NEW`
    ");
    let without_git = test
        .command(&["diff"])
        .env("PATH", "/nonexistent")
        .output()
        .unwrap();
    assert_snapshot!(test.shown(&without_git), @"
    exit status: 2
    ----- stderr -----
    error: `git` is not on PATH
      help: install git, or compare two folders: `obsctl diff OLD NEW`
    ");
    assert_snapshot!(test.run(&["diff", "rules.yml"]), @"
    exit status: 2
    ----- stderr -----
    error: 1 path given, but two are compared
      help: `obsctl diff OLD NEW` compares two files or folders, `obsctl diff --base REV PATH…` one with its past
    ");
    assert_snapshot!(test.run(&["diff", "rules.yml", "missing"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no `missing`
      help: name two files or two folders: `obsctl diff OLD NEW`
    ");
    git(&test, &["init", "--quiet", "--initial-branch", "main"]);
    assert_snapshot!(outside(&["diff"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no revision `HEAD`
      help: nothing is committed yet: commit first
    ");
    commit(&test, "first");
    assert_snapshot!(outside(&["diff", "--base", "nope"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no revision `nope`
      help: `git fetch origin nope` gets a branch; `git branch --all` and `git tag` list what there is
    ");
    assert_snapshot!(outside(&["diff", "--base=--all"]), @"
    exit status: 2
    ----- stderr -----
    error: `--all` is no revision
      help: name a branch, a tag or a commit
    ");
    assert_snapshot!(outside(&["diff", "--base", "main"]), @"
    exit status: 2
    ----- stderr -----
    error: there is nothing to compare: neither main nor the working tree has rules, dashboards or a catalog
      help: name files or folders: `obsctl diff --base REV rules/ dashboards/`, or `obsctl diff OLD NEW`
    ");
}

#[test]
fn what_cannot_be_read_is_said() {
    let test = CliTest::new();
    test.write("old.yml", RULES);
    test.write("new.yml", &RULES.replace("alert: Quiet", "allert: Quiet"));
    assert_snapshot!(test.run(&["diff", "old.yml", "new.yml"]), @"
    exit status: 1
    ----- stdout -----
    behaviour: alert `Quiet` of group `api` is gone
      --> old.yml:6

    note: 2 places of new.yml could not be read and count as absent; the first in new.yml: a rule has no key `allert`
    old.yml → new.yml: 1 change: 1 behaviour
    ----- stderr -----
    error[unreadable]: a rule has no key `allert`
     --> new.yml:6:5
      |
    6 |   - allert: Quiet
      |     ^^^^^^^^^^^^^
      |
      = in: file `new.yml`
      = help: did you mean `alert`?
      = help: its keys are `alert`, `record`, `expr`, `labels`, `for`, `keep_firing_for`, `annotations`, `update_entries_limit`, `debug`

    error[unreadable]: a rule needs `alert` or `record`
     --> new.yml:6:5
      |
    6 |   - allert: Quiet
      |     ^^^^^^^^^^^^^
      |
      = in: file `new.yml`

    2 errors
    ");
}
