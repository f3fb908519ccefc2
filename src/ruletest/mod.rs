//! What became of unit tests of rules, and how that looks: for people, as JSON, as JUnit's XML.

mod coverage;
mod human;
mod json;
mod junit;
#[cfg(test)]
mod tests;

use obsctl_promql::duration::Millis;
use obsctl_rules::unit::{self, Test, What};
use obsctl_rules::{Place, RuleSet};

use crate::diagnostic::{Diagnostic, Severity, nearest};
use crate::routing;

pub use coverage::Coverage;
pub use human::human;
pub use json::json;
pub use junit::junit;

/// A file of tests.
#[derive(Clone, Debug)]
pub struct FileResult {
    /// Its path.
    pub path: &'static str,
    /// Why its tests were not run, and what looks wrong although they were.
    pub problems: Vec<Diagnostic>,
    /// Its tests, in order.
    pub tests: Vec<TestResult>,
}

/// A test that was run.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// Its name, or its number where it has none.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What is not as it has to be.
    pub failures: Vec<Failure>,
}

/// Something that is not as it has to be.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Of rules or queries.
    Rules(unit::Failure),
    /// Of where an alert goes.
    Route(routing::Failure),
}

impl TestResult {
    /// Whether all is as it has to be.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// How many tests there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Files that could not be run.
    pub broken: usize,
}

impl FileResult {
    /// Whether its tests could not be run.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }

    /// How many of its tests passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|test| test.passed()).count()
    }
}

impl Summary {
    /// Of all files.
    #[must_use]
    pub fn of(files: &[FileResult]) -> Self {
        let passed = files.iter().map(FileResult::passed).sum();
        let all: usize = files.iter().map(|file| file.tests.len()).sum();
        Self {
            passed,
            failed: all - passed,
            broken: files.iter().filter(|file| file.is_broken()).count(),
        }
    }
}

/// The name of a test: its own, or its number in the file (from 0, as promtool counts).
#[must_use]
pub fn name(test: &Test, number: usize) -> String {
    match test.name.as_str() {
        "" => format!("unnamed#{number}"),
        name => name.to_owned(),
    }
}

/// What a test says that is hardly meant, though promtool takes it.
#[must_use]
pub fn doubts(path: &'static str, test: &Test, name: &str, rules: &RuleSet) -> Vec<Diagnostic> {
    let mut doubts = vec![];
    let mut doubt = |place: Place, message: String, help: String| {
        let origin = obsctl_model::Origin::at(path, place.line, place.column);
        let doubt = Diagnostic::new(format!("test `{name}`"), origin, message);
        doubts.push(
            Diagnostic {
                check: "test",
                severity: Severity::Warning,
                ..doubt
            }
            .help(help),
        );
    };
    for case in test
        .alerts
        .iter()
        .filter(|case| !rules.has_alert(&case.alert))
    {
        let help = match nearest(&case.alert, rules.alerts()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name an alert of the files under `rule_files`".to_owned(),
        };
        let message = format!("no rule is the alert `{}`: it can never fire", case.alert);
        doubt(case.place, message, help);
    }
    let mut seen = std::collections::BTreeSet::new();
    for series in &test.input {
        if !seen.insert(&series.labels) {
            doubt(
                test.place,
                format!(
                    "the input series `{}` stands there twice: only the last counts",
                    series.labels
                ),
                "write it once, or give the two different labels".to_owned(),
            );
        }
    }
    for case in &test.queries {
        let nan = case
            .expected
            .iter()
            .any(|it| it.value.float().is_some_and(f64::is_nan));
        if nan {
            let message = format!(
                "`{}` is expected to be NaN, which equals nothing",
                case.text
            );
            doubt(
                case.place,
                message,
                "compare `expr != expr` with nothing".to_owned(),
            );
        }
    }
    doubts
}

/// What is wrong, in one line; the values stand beside it ([`differences`]).
#[must_use]
pub fn headline(failure: &Failure) -> String {
    let failure = match failure {
        Failure::Rules(failure) => failure,
        Failure::Route(failure) => {
            return format!("the alert `{}` is routed in another way", failure.alert);
        }
    };
    match &failure.what {
        What::Alerts {
            alert,
            time,
            expected,
            got,
        } => {
            let at = Millis(*time);
            match (expected.len(), got.len()) {
                (0, _) => format!("alert `{alert}` fires after {at} and should not"),
                (_, 0) => format!("alert `{alert}` does not fire after {at} and should"),
                (a, b) if a == b => {
                    format!("alert `{alert}` fires after {at} with other labels or annotations")
                }
                (a, b) => {
                    format!("alert `{alert}` fires {b} times after {at} and should {a} times")
                }
            }
        }
        What::Answer { query, time, .. } => {
            format!(
                "`{}` gives something else after {}",
                one_line(query),
                Millis(*time)
            )
        }
        What::Query {
            query,
            time,
            message,
        } => {
            format!(
                "`{}` cannot be evaluated after {}: {message}",
                one_line(query),
                Millis(*time)
            )
        }
        What::Rule(it) => {
            format!(
                "rule `{}` of group `{}` cannot be evaluated after {}: {} ({}:{})",
                it.rule,
                it.group,
                Millis(it.time),
                it.message,
                it.file,
                it.line
            )
        }
    }
}

fn one_line(query: &str) -> String {
    query.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the expectation stands.
fn place(failure: &Failure) -> Place {
    match failure {
        Failure::Rules(failure) => failure.place,
        Failure::Route(failure) => failure.place,
    }
}

/// What was expected and what is there, in lines; none where nothing was compared.
fn sides(failure: &Failure) -> Option<(Vec<String>, Vec<String>)> {
    let failure = match failure {
        Failure::Rules(failure) => failure,
        Failure::Route(failure) => return Some((failure.expected.clone(), failure.got.clone())),
    };
    match &failure.what {
        What::Alerts { expected, got, .. } => {
            let lines = |alerts: &[Vec<String>]| {
                let alerts = alerts.iter().flat_map(|lines| {
                    let lines = lines.iter().enumerate();
                    lines.map(|(at, line)| format!("{} {line}", if at == 0 { "-" } else { " " }))
                });
                alerts.collect()
            };
            Some((lines(expected), lines(got)))
        }
        What::Answer { expected, got, .. } => Some((expected.clone(), got.clone())),
        What::Query { .. } | What::Rule(_) => None,
    }
}

/// What was expected beside what is there, in lines: `-` before what is missing, `+` before what should not be
/// there; none where nothing was compared.
#[must_use]
pub fn differences(failure: &Failure) -> Option<Vec<String>> {
    let (expected, got) = sides(failure)?;
    let lines = difference(&expected, &got).into_iter();
    Some(lines.map(|(sign, line)| format!("{sign} {line}")).collect())
}

/// Expected and given lines beside each other: what both have once, `-` before what is missing, `+` before
/// what should not be there.
fn difference(expected: &[String], got: &[String]) -> Vec<(char, String)> {
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    let got: Vec<_> = got.iter().map(String::as_str).collect();
    let diff = similar::TextDiff::from_slices(&expected, &got);
    let changes = diff.iter_all_changes().map(|change| {
        let sign = match change.tag() {
            similar::ChangeTag::Equal => ' ',
            similar::ChangeTag::Delete => '-',
            similar::ChangeTag::Insert => '+',
        };
        (sign, change.value().to_owned())
    });
    changes.collect()
}
