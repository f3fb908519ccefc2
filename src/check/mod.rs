//! Checks: one file each in [`rules`], one list in `rules/mod.rs`.

mod baseline;
mod demand;
mod docs;
mod example;
mod input;
mod metrics;
mod pattern;
mod report;
mod rewrite;
mod routing;
mod rule_test;
pub mod rules;
mod run;
mod size;
mod suppression;
mod template;
#[cfg(test)]
mod testing;
mod value;
mod witness;

use obsctl_model::Stack;

use crate::diagnostic::{Diagnostic, Severity};
use crate::parallel;
use crate::policy::{Baseline, Policy};
use crate::project::Project;

pub use baseline::compare;
pub use docs::{index, page};
pub use input::{Input, Named, Operation, Query};
pub use metrics::Metrics;
pub use pattern::Patterns;
pub use run::Run;
pub use template::Templates;
pub use witness::{milliseconds, tried, wanted};

/// A check: its documentation, its code, and two examples that are also its test.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name, in kebab case: it names the defect and reads after "allow".
    pub name: &'static str,
    /// The severity of its findings.
    pub severity: Severity,
    /// Its page in Markdown: one sentence, then why it matters and how to fix it. A block of `toml` in it is the
    /// configuration under which the examples are checked, one of `json` the baseline.
    pub docs: &'static str,
    /// Finds.
    pub run: Run,
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

impl Check {
    /// Everything that is found in one of its examples, under the configuration and the baseline of its page.
    #[must_use]
    pub fn rehearse(&self, example: Stack, today: Option<&str>) -> Vec<Diagnostic> {
        let policy = self.block("toml").map(|text| {
            let read = Policy::parse(text, &names());
            let read = read.expect("the configuration on a check's page can be used");
            read.written_in("obsctl.toml", text)
        });
        let policy = policy.unwrap_or_default();
        let baseline = self.block("json").map(Baseline::parse);
        let baseline = baseline.map_or_else(Baseline::default, |read| {
            read.expect("the baseline on a check's page can be read")
        });
        let mut project = Project::link(example);
        if !policy.check.rules.is_empty() {
            project = example::of_files(project);
        }
        let found = run(&project, &policy, today);
        compare(found, &baseline, "baseline.jsonl", &policy, |_| true).new
    }

    /// The first block of code of that language on its page.
    fn block(&self, language: &str) -> Option<&'static str> {
        let (_, rest) = self.docs.split_once(&format!("\n```{language}\n"))?;
        Some(rest.split_once("\n```")?.0)
    }
}

/// The names of all checks, those that ask running engines included.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let offline = rules::ALL.iter().map(|check| check.name);
    offline.chain(ONLINE.iter().copied()).collect()
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

    /// How many there are.
    fn len(&self) -> usize {
        self.found.len()
    }

    /// Adds findings.
    pub fn extend(&mut self, found: impl IntoIterator<Item = Diagnostic>) {
        self.found.extend(found);
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

/// Runs the checks that `policy` wants, leaves out what definitions accept, and gives findings the levels that
/// `policy` says. The result is sorted.
///
/// `today` (`YYYY-MM-DD`) says which accepted findings have expired; without it none have.
#[must_use]
pub fn run(project: &Project, policy: &Policy, today: Option<&str>) -> Vec<Diagnostic> {
    let mut input = Input::new(project, policy);
    let wanted: Vec<_> = rules::ALL
        .iter()
        .copied()
        .filter(|check| policy.runs(check.name))
        .collect();
    let found = run::all(&input, &wanted).into_iter();
    let found = found.chain(project.unread().iter().cloned());
    let accepted = std::mem::take(&mut input.accepted);
    let told = || report::told(found, &accepted, policy, today);
    parallel::both(move || drop(input), told).1
}
