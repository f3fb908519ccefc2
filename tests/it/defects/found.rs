//! What is found in the reference stack, as it is and with each defect.

use std::collections::BTreeSet;

use obsctl::check::{rules, run};
use obsctl::diagnostic::render::{Style, human};
use obsctl::diagnostic::{Diagnostic, Severity};
use obsctl::model::prelude::Stack;
use obsctl::model::{SloWindow, mins};
use obsctl::policy::{ON_DEMAND, Policy};
use obsctl::project::Project;

use super::DEFECTS;

/// A day before every date in the reference stack.
const TODAY: Option<&str> = Some("2026-01-01");

fn findings(stack: Stack) -> Vec<Diagnostic> {
    run(&Project::link(stack), &Policy::default(), TODAY)
}

#[test]
fn the_reference_stack_has_no_findings() {
    let found = findings(obsctl_stack::stack());
    let shown = human(&found, &|_| None, Style::default());
    assert!(found.is_empty(), "{shown}");
}

#[test]
fn slos_of_the_calendar_have_no_findings() {
    for window in [SloWindow::Month, SloWindow::Quarter] {
        let mut stack = obsctl_stack::stack();
        for slo in &mut stack.slos {
            slo.window = window;
            slo.absent_for = Some(mins(15));
        }
        let found = findings(stack);
        let shown = human(&found, &|_| None, Style::default());
        assert!(found.is_empty(), "{shown}");
    }
}

#[test]
fn every_check_finds_its_defect_and_nothing_else_is_an_error() {
    let before: BTreeSet<_> = findings(obsctl_stack::stack()).iter().map(key).collect();
    for (check, seed) in DEFECTS {
        let mut stack = obsctl_stack::stack();
        if !check.ends_with("-rule-test") {
            // A rule that is changed fails its tests, as it should.
            stack.tests.clear();
        }
        seed(&mut stack);
        let mut found = findings(stack);
        found.retain(|finding| !before.contains(&key(finding)));
        let shown = human(&found, &|_| None, Style::default());
        assert!(
            found.iter().any(|finding| finding.check == *check),
            "{check} is not found:\n{shown}"
        );
        let others =
            |finding: &Diagnostic| finding.severity == Severity::Error && finding.check != *check;
        assert!(!found.iter().any(others), "{check}: other errors:\n{shown}");
    }
}

fn key(finding: &Diagnostic) -> (&'static str, String, String) {
    (
        finding.check,
        finding.subject.clone(),
        finding.message.clone(),
    )
}

#[test]
fn every_check_has_a_defect() {
    let seeded: Vec<_> = DEFECTS.iter().map(|(check, _)| *check).collect();
    // The reference stack has neither a policy nor a baseline, and nobody says which external labels its server has:
    // `cli::policy` shows what these find.
    let said = [
        "external-label-overridden",
        "unknown-external-label",
        "unused-baseline",
        "unused-path",
    ];
    let asked =
        |name: &&str| name.ends_with("-policy") || said.contains(name) || ON_DEMAND.contains(name);
    let names = rules::ALL.iter().map(|check| check.name);
    let listed: Vec<_> = names.filter(|name| !asked(name)).collect();
    assert_eq!(seeded, listed);
}
