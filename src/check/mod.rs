//! Checks: one file each in [`rules`], one list in `rules/mod.rs`.

mod docs;
mod example;
mod input;
mod pattern;
pub mod rules;
mod suppression;
mod template;
#[cfg(test)]
mod testing;

use std::collections::BTreeSet;

use obsctl_model::Stack;

use crate::diagnostic::{Diagnostic, Severity};
use crate::parallel;
use crate::project::Project;

pub use docs::{index, page};
pub use input::{Input, Named, Query};
pub use pattern::Patterns;

/// A check: its documentation, its code, and two examples that are also its test.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name, in kebab case: it names the defect and reads after "allow".
    pub name: &'static str,
    /// The severity of its findings.
    pub severity: Severity,
    /// Its page in Markdown: one sentence, then why it matters and how to fix it.
    pub docs: &'static str,
    /// Finds.
    pub run: fn(&Input<'_>, &mut Findings),
    /// The smallest stack with the defect.
    pub fires: fn() -> Stack,
    /// The same stack, mended.
    pub silent: fn() -> Stack,
}

impl Check {
    /// What it finds: the first paragraph of its documentation, on one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let first = self.docs.split("\n\n").next().unwrap_or_default();
        first.replace('\n', " ")
    }

    /// The check of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        rules::ALL.iter().copied().find(|check| check.name == name)
    }
}

/// The names of checks that ask running engines: definitions can accept their findings, whether or not they are asked now.
pub const ONLINE: &[&str] = &[
    "alert-history",
    "link-broken",
    "metric-differs",
    "metric-not-exposed",
    "query-cost",
    "series-missing",
    "stream-missing",
    "tag-missing",
    "undeclared-metric",
    "value-outside-domain",
];

/// What a check found so far.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Diagnostic>,
}

impl Findings {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// What was found, as findings of `check`.
    fn of(self, check: &Check) -> impl Iterator<Item = Diagnostic> + use<> {
        let (name, severity) = (check.name, check.severity);
        self.found.into_iter().map(move |diagnostic| Diagnostic {
            check: name,
            severity,
            ..diagnostic
        })
    }
}

/// Runs all checks and leaves out what definitions accept. The result is sorted.
///
/// `today` (`YYYY-MM-DD`) says which accepted findings have expired; without it none have.
#[must_use]
pub fn run(project: &Project, today: Option<&str>) -> Vec<Diagnostic> {
    let input = Input::new(project);
    let found = parallel::map(rules::ALL, |check| {
        let mut findings = Findings::default();
        (check.run)(&input, &mut findings);
        findings.of(check)
    });
    let found = found.into_iter().flatten();
    let found = found.chain(project.unread().iter().cloned()).collect();
    let mut kept = suppression::apply(project, found, today);
    // Stable: of equal findings the one in the definition itself stays, not the one in what is made from it.
    kept.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let mut seen = BTreeSet::new();
    kept.retain(|diagnostic| seen.insert(diagnostic.repeat_key()));
    kept
}
