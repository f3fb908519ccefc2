//! The formats of `check`, over whole stacks.

use obsctl::Stack;
use obsctl::model::prelude::*;
use serde_json::Value;

use crate::common::{CliTest, shop};

/// The shop with an error in a query and a warning.
fn wrong() -> Stack {
    let alert = Alert::new("More")
        .when(promql("rate(shop_chekouts_total[5m]) > 1"))
        .severity(Severity::Warning)
        .owner("storefront")
        .summary("More")
        .runbook(Slug::from_static("checkouts-fail"));
    shop()
        .rule_group(RuleGroup::new("more").alert(alert))
        .runbook(
            Runbook::new(Slug::from_static("lonely"), "Lonely", "never").resolve_always("Nothing."),
        )
}

pub(super) fn report(format: &str) -> String {
    let report = CliTest::new().run_over(wrong(), &["check", "--format", format]);
    let (status, report) = report.split_once("----- stdout -----\n").unwrap();
    assert_eq!(status, "exit status: 1\n");
    report.to_owned()
}

#[test]
fn every_format_has_every_finding() {
    for format in [
        "human",
        "json",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "checkstyle",
    ] {
        let report = report(format);
        for check in ["unknown-metric", "runbook-without-alert"] {
            assert!(report.contains(check), "{format}: {report}");
        }
        assert!(
            report.contains("tests/it/cli/reports.rs"),
            "{format}: {report}"
        );
    }
}

#[test]
fn sarif_has_what_code_scanning_needs() {
    let log: Value = serde_json::from_str(&report("sarif")).unwrap();
    assert_eq!(
        log["$schema"],
        "https://json.schemastore.org/sarif-2.1.0.json"
    );
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let text = |value: &Value, pointer: &str| -> String {
        let found = value.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("{pointer} of {value:#}"))
            .to_owned()
    };
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let asked = obsctl::policy::ON_DEMAND.len();
    assert_eq!(rules.len(), obsctl::check::rules::ALL.len() - asked);
    for rule in rules {
        for (pointer, longest) in [
            ("/id", 255),
            ("/name", 255),
            ("/shortDescription/text", 1024),
            ("/fullDescription/text", 1024),
            ("/help/text", usize::MAX),
            ("/help/markdown", usize::MAX),
            ("/helpUri", usize::MAX),
        ] {
            let text = text(rule, pointer);
            assert!(
                !text.is_empty() && text.chars().count() <= longest,
                "{text}"
            );
        }
        let level = text(rule, "/defaultConfiguration/level");
        assert!(
            ["note", "warning", "error"].contains(&level.as_str()),
            "{level}"
        );
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!text(result, "/message/text").is_empty());
        assert!(!text(result, "/partialFingerprints/primaryLocationLineHash").is_empty());
        let place = "/locations/0/physicalLocation";
        assert_eq!(
            text(result, &format!("{place}/artifactLocation/uri")),
            "tests/it/cli/reports.rs"
        );
        let region = result.pointer(&format!("{place}/region")).unwrap();
        let number = |name: &str| region[name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("endLine") == number("startLine"));
        assert!(number("endColumn") > number("startColumn"), "{region}");
    }
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let moved = || {
        let mut stack = wrong();
        for group in &mut stack.rule_groups {
            group.origin = obsctl::model::Origin::at("tests/it/cli/reports.rs", 9000, 1);
        }
        for runbook in &mut stack.runbooks {
            runbook.origin = obsctl::model::Origin::at("tests/it/cli/reports.rs", 9000, 1);
        }
        stack
    };
    let of = |stack: Stack| {
        let report = CliTest::new().run_over(stack, &["check", "--format", "json"]);
        let (_, report) = report.split_once("----- stdout -----\n").unwrap();
        let report: Value = serde_json::from_str(report).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        let mut prints: Vec<_> = findings
            .iter()
            .map(|finding| finding["fingerprint"].as_str().unwrap().to_owned())
            .collect();
        prints.sort();
        prints
    };
    assert_eq!(of(wrong()), of(moved()));
}

#[test]
fn what_is_accepted_is_in_no_report() {
    let accepted = || {
        let mut stack = wrong();
        for runbook in &mut stack.runbooks {
            if runbook.id.as_str() == "lonely" {
                let allow = Allow::new("runbook-without-alert", "later");
                runbook.allow.push(allow);
            }
        }
        stack
    };
    let report = CliTest::new().run_over(accepted(), &["check", "--format", "sarif"]);
    let (_, report) = report.split_once("----- stdout -----\n").unwrap();
    let log: Value = serde_json::from_str(report).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{results:#?}");
    assert_eq!(results[0]["ruleId"], "unknown-metric");
}

#[test]
fn build_servers_see_what_passed() {
    let report = report("junit");
    // What is off unless asked for has neither passed nor failed.
    let policy = obsctl::policy::Policy::default();
    let all = obsctl::check::rules::ALL.iter();
    let checks = all.filter(|check| policy.runs(check.name)).count();
    assert!(
        report.contains(&format!("tests=\"{checks}\" failures=\"2\"")),
        "{report}"
    );
    assert!(
        report.contains("<testcase classname=\"syntax\" name=\""),
        "{report}"
    );
}
