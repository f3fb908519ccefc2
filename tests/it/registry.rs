//! The list of checks is complete, and every check keeps what its page promises.

use std::collections::BTreeSet;

use obsctl::check::{Check, rules};
use obsctl::diagnostic::Severity;

use crate::common::repository;

/// The day on which examples are checked: after the dates in them.
const TODAY: Option<&str> = Some("2026-01-01");

#[test]
fn every_file_is_listed_under_its_own_name() {
    let files: BTreeSet<_> = std::fs::read_dir(repository().join("src/check/rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|stem| stem != "mod")
        .map(|stem| stem.replace('_', "-"))
        .collect();
    let listed: Vec<_> = rules::ALL.iter().map(|check| check.name).collect();
    assert!(listed.is_sorted(), "{listed:?}");
    assert_eq!(listed, files.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_page_says_why_and_how() {
    for check in rules::ALL {
        let (name, docs) = (check.name, check.docs);
        for heading in ["\n## Why it matters\n", "\n## How to fix it\n"] {
            assert!(docs.contains(heading), "{name}: {heading:?} is missing");
        }
        assert!(
            !docs.starts_with(['#', '\n']),
            "{name}: begins with a sentence"
        );
        let summary = check.summary();
        assert!(summary.ends_with('.'), "{name}: {summary}");
    }
}

#[test]
fn examples_fire_and_mended_examples_are_silent() {
    for check in rules::ALL {
        let (own, others) = found(check, (check.fires)());
        assert!(!own.is_empty(), "{}: its example is not found", check.name);
        assert_eq!(
            others, [""; 0],
            "{}: other errors in its example",
            check.name
        );
        let (own, others) = found(check, (check.silent)());
        assert_eq!(own, [""; 0], "{}: found in its mended example", check.name);
        assert_eq!(
            others, [""; 0],
            "{}: errors in its mended example",
            check.name
        );
    }
}

/// What a check finds in a stack, and the errors that others find.
fn found(check: &Check, stack: obsctl::model::Stack) -> (Vec<String>, Vec<String>) {
    let (own, others): (Vec<_>, Vec<_>) = check
        .rehearse(stack, TODAY)
        .into_iter()
        .partition(|finding| finding.check == check.name);
    let shown =
        |finding: obsctl::diagnostic::Diagnostic| format!("{}: {}", finding.check, finding.message);
    (
        own.into_iter().map(shown).collect(),
        others
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(shown)
            .collect(),
    )
}
