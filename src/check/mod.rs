//! Checks: one file each in [`rules`], one list in `rules/mod.rs`.

use crate::diagnostic::{Diagnostic, Severity};
use crate::project::Project;
use obsctl_model::Stack;

pub mod rules;

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
    pub run: fn(&Project, &mut Findings),
    /// The smallest stack with the defect.
    pub fires: fn() -> Stack,
    /// The same stack, mended.
    pub silent: fn() -> Stack,
}

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
}

/// Runs all checks. The result is sorted.
#[must_use]
pub fn run(project: &Project) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for check in rules::ALL {
        let mut findings = Findings::default();
        (check.run)(project, &mut findings);
        all.extend(findings.found.into_iter().map(|diagnostic| Diagnostic {
            check: check.name,
            severity: check.severity,
            ..diagnostic
        }));
    }
    all.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    all
}
