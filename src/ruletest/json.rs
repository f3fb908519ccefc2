//! For programs. The form is stable: fields are only added.

use serde_json::{Value, json};

use super::{Coverage, FileResult, Summary, TestResult, headline, place, sides};
use crate::diagnostic::Diagnostic;

/// The report as JSON, with its line end.
#[must_use]
pub fn json(files: &[FileResult], coverage: Option<&Coverage>) -> String {
    let Summary {
        passed,
        failed,
        broken,
    } = Summary::of(files);
    let mut report = json!({
        "version": 1,
        "files": files.iter().map(file).collect::<Vec<_>>(),
        "summary": { "passed": passed, "failed": failed, "files_not_run": broken },
    });
    if let Some(coverage) = coverage {
        report["coverage"] = coverage.json();
    }
    format!("{report:#}\n")
}

fn file(file: &FileResult) -> Value {
    json!({
        "path": file.path,
        "run": !file.is_broken(),
        "problems": file.problems.iter().map(problem).collect::<Vec<_>>(),
        "tests": file.tests.iter().map(test).collect::<Vec<_>>(),
    })
}

fn problem(problem: &Diagnostic) -> Value {
    let location = problem
        .places
        .first()
        .and_then(|place| place.origin.location());
    json!({
        "severity": problem.severity.word(),
        "message": problem.message,
        "file": location.map(|(file, _, _)| file),
        "line": location.map(|(_, line, _)| line),
        "column": location.map(|(_, _, column)| column),
        "help": problem.help,
    })
}

fn test(test: &TestResult) -> Value {
    let failures = test.failures.iter().map(|failure| {
        let (expected, got) = sides(failure).unzip();
        json!({
            "line": place(failure).line,
            "message": headline(failure),
            "expected": expected,
            "got": got,
        })
    });
    json!({
        "name": test.name,
        "line": test.place.line,
        "passed": test.passed(),
        "failures": failures.collect::<Vec<_>>(),
    })
}
