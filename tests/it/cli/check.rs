//! What `check` reports, and how wrong definitions keep `generate` from writing.

use insta::assert_snapshot;
use obsctl::Stack;
use obsctl::model::prelude::*;
use serde_json::Value;

use crate::common::{CliTest, shop};

/// The shop, with an alert of this condition.
fn with_alert(condition: &str) -> Stack {
    let condition = promql(condition);
    shop().rule_group(
        RuleGroup::new("more").alert(
            Alert::new("More")
                .when(condition)
                .severity(Severity::Warning)
                .owner("storefront")
                .summary("More")
                .runbook(Slug::from_static("checkouts-fail")),
        ),
    )
}

/// Line numbers of this file are no part of what is tested.
fn without_places(report: &str) -> String {
    let kept = report
        .lines()
        .filter(|line| !line.trim_start().starts_with("-->"));
    let unnumbered = kept.map(|line| match line.split_once(" |") {
        Some((_, rest)) => format!("|{rest}"),
        None => line.to_owned(),
    });
    unnumbered.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_reference_stack_is_clean() {
    let report = CliTest::new().run(&["check"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
}

#[test]
fn the_example_is_clean() {
    assert_snapshot!(CliTest::new().run_over(shop(), &["check"]), @"
    exit status: 0
    ----- stdout -----
    nothing found
    ");
}

#[test]
fn a_name_that_does_not_exist_is_shown_where_it_stands() {
    let stack = with_alert("rate(shop_chekouts_total[5m]) > 1");
    let report = CliTest::new().run_over(stack, &["check"]);
    assert!(report.contains("tests/it/cli/check.rs:"), "{report}");
    assert_snapshot!(without_places(&report), @"
    exit status: 1
    ----- stdout -----
    error[unknown-metric]: metric `shop_chekouts_total` does not exist
    |
    | rate(shop_chekouts_total[5m]) > 1
    |      ^^^^^^^^^^^^^^^^^^^ neither exposed nor recorded
    |
       = in: alert `More` of group `more`
       = help: did you mean `shop_checkouts_total`?

    1 error
    ");
}

#[test]
fn json_names_place_bytes_and_fix() {
    let stack = with_alert("rate(shop_chekouts_total[5m]) > 1");
    let report = CliTest::new().run_over(stack, &["check", "--format", "json"]);
    let (status, json) = report.split_once("----- stdout -----\n").unwrap();
    assert_eq!(status, "exit status: 1\n");
    let report: Value = serde_json::from_str(json).unwrap();
    let finding = &report["findings"][0];
    assert_eq!(finding["check"], "unknown-metric");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["file"], "tests/it/cli/check.rs");
    assert_eq!(finding["text"], "rate(shop_chekouts_total[5m]) > 1");
    assert_eq!(finding["range"], serde_json::json!([5, 24]));
    assert_eq!(report["summary"]["errors"], 1);
}

#[test]
fn errors_keep_generate_from_writing() {
    let test = CliTest::new();
    assert!(
        test.run_over(shop(), &["generate"])
            .starts_with("exit status: 0")
    );
    let before = test.snapshot();
    for wrong in [
        "rate(shop_chekouts_total[5m]) > 1",
        "sum by (outcom) (rate(shop_checkouts_total[5m])) > 1",
        "rate(shop_checkouts_total[5m) > 1",
    ] {
        for args in [&["generate"][..], &["generate", "--check"]] {
            let report = test.run_over(with_alert(wrong), args);
            assert!(
                report.starts_with("exit status: 1\n----- stderr -----\nerror["),
                "{report}"
            );
            assert!(report.contains("nothing was generated"), "{report}");
            assert!(test.snapshot() == before, "files changed: {report}");
        }
    }
}

#[test]
fn two_of_one_name_keep_generate_from_writing() {
    let double = |stack: Stack| {
        let dashboard = stack.dashboards[0].clone();
        stack.dashboard(dashboard)
    };
    let test = CliTest::new();
    let report = test.run_over(double(shop()), &["generate"]);
    assert!(
        report.starts_with("exit status: 1\n----- stderr -----\nerror[duplicate-uid]"),
        "{report}"
    );
    assert_eq!(test.snapshot(), []);
}

#[test]
fn warnings_are_shown_and_do_not_stop() {
    let warned = || {
        shop().runbook(
            Runbook::new(Slug::from_static("lonely"), "Lonely", "never").resolve_always("Nothing."),
        )
    };
    let test = CliTest::new();
    let report = test.run_over(warned(), &["check"]);
    assert!(report.starts_with("exit status: 1"), "{report}");
    assert!(
        report.contains("warning[runbook-without-alert]"),
        "{report}"
    );
    let report = test.run_over(warned(), &["generate"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    assert!(
        report.contains("warning[runbook-without-alert]"),
        "{report}"
    );
    assert!(test.path("provisioning/prometheus/prometheus.yml").exists());
}
