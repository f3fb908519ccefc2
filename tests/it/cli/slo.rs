//! `obsctl slo`: what sets alerts off and when.

use serde_json::Value;

use crate::common::CliTest;

#[test]
fn every_time_of_the_reference_stack_is_confirmed() {
    let test = CliTest::new();
    let report = test.run(&["slo", "--confirm"]);
    assert!(report.starts_with("exit status: 0\n"), "{report}");
    assert!(!report.contains("differs"), "{report}");
    assert_eq!(report.matches(" confirmed\n").count(), 32, "{report}");
}

#[test]
fn one_slo_for_programs() {
    let report = CliTest::new().run(&["slo", "api-availability", "--confirm", "--format", "json"]);
    let (_, json) = report.split_once("----- stdout -----\n").expect("a report");
    let document: Value = serde_json::from_str(json).expect("JSON");
    let slos = document["slos"].as_array().expect("a list");
    assert_eq!(slos.len(), 1);
    assert_eq!(slos[0]["name"], "api-availability");
    assert_eq!(slos[0]["budget"]["ratio"], 0.001);
    let first = &slos[0]["conditions"][0];
    assert_eq!(first["error_ratio_above"], 0.0144);
    assert_eq!(first["cases"][0]["fires_after_seconds"], 52.0);
    assert_eq!(first["cases"][0]["confirmed"], true);
}

#[test]
fn an_unknown_one_is_named() {
    let report = CliTest::new().run(&["slo", "api-availabilty"]);
    assert!(report.starts_with("exit status: 2\n"), "{report}");
    assert!(
        report.contains("did you mean `api-availability`?"),
        "{report}"
    );
}
