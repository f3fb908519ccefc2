//! For people: a line for each file, and each failure with what was expected beside what is there.

use std::fmt::Write as _;

use super::{FileResult, Summary, TestResult, difference, headline, place, sides};
use crate::diagnostic::render::{self, Source, Style};

/// The report, with ANSI colours.
#[must_use]
pub fn human(files: &[FileResult], source: Source<'_>) -> String {
    let mut report = String::new();
    for file in files {
        let _ = writeln!(report, "{}: {}", file.path, verdict(file));
        if !file.problems.is_empty() {
            let style = Style {
                color: true,
                ..Style::default()
            };
            let _ = writeln!(report, "{}", render::human(&file.problems, source, style));
        }
        for test in file.tests.iter().filter(|test| !test.passed()) {
            failed(&mut report, file.path, test);
        }
    }
    let Summary {
        passed,
        failed,
        broken,
    } = Summary::of(files);
    let _ = write!(
        report,
        "{} passed, {failed} failed",
        counted(passed, "test")
    );
    if broken > 0 {
        let _ = write!(report, ", {} not run", counted(broken, "file"));
    }
    report.push('\n');
    report
}

fn verdict(file: &FileResult) -> String {
    let (passed, all) = (file.passed(), file.tests.len());
    if file.is_broken() {
        "\x1b[1;31mnot run\x1b[0m".to_owned()
    } else if all == 0 {
        "no tests".to_owned()
    } else if passed == all {
        format!("\x1b[32m{} passed\x1b[0m", counted(passed, "test"))
    } else {
        let failed = all - passed;
        format!(
            "{} passed, \x1b[1;31m{failed} failed\x1b[0m",
            counted(passed, "test")
        )
    }
}

fn failed(report: &mut String, path: &str, test: &TestResult) {
    for failure in &test.failures {
        let line = place(failure).line;
        let _ = writeln!(
            report,
            "  \x1b[1m{path}:{line}\x1b[0m: test `{}`\n    {}",
            test.name,
            headline(failure)
        );
        let Some((expected, got)) = sides(failure) else {
            continue;
        };
        let _ = writeln!(
            report,
            "    \x1b[31m- expected\x1b[0m  \x1b[32m+ got\x1b[0m"
        );
        for (sign, line) in difference(&expected, &got) {
            let _ = match sign {
                '-' => writeln!(report, "      \x1b[31m- {line}\x1b[0m"),
                '+' => writeln!(report, "      \x1b[32m+ {line}\x1b[0m"),
                _ => writeln!(report, "        {line}"),
            };
        }
    }
}

pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
