//! Going through a project with all checks at once.

use obsctl_model::dashboard::Dashboard;

use super::{Check, Findings, Input, Query};
use crate::diagnostic::Diagnostic;
use crate::parallel;

/// How a check goes through a project. One that looks at one thing at a time leaves it to us to go through all of them: all
/// such checks then look at a thing while it is still in the processor's cache, which takes half of the time.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Looks at the text of each PromQL expression that could be read, wherever it stands: what is found in it is found
    /// in all that are equal, but for those of which less is said ([`Query::is_minor`]).
    PerText(for<'a> fn(&Input<'a>, &Query<'a>, &mut Findings)),
    /// Looks at each PromQL expression that could be read by itself, where it stands.
    PerQuery(for<'a> fn(&Input<'a>, &Query<'a>, &mut Findings)),
    /// Looks at each dashboard by itself.
    PerDashboard(for<'a> fn(&Input<'a>, &'a Dashboard, &mut Findings)),
    /// Looks at everything.
    Once(fn(&Input<'_>, &mut Findings)),
}

/// A part of the work, for one thread.
#[derive(Clone, Copy, Debug)]
enum Task<'t, 'a> {
    Check(&'static Check),
    Texts(&'t [Vec<usize>]),
    Dashboards(&'a [Dashboard]),
}

/// So many texts of expressions are looked at together.
const TEXTS: usize = 16;
/// The same of dashboards, which are larger.
const DASHBOARDS: usize = 4;

/// What the checks find, each in the order of the project.
pub(super) fn all(input: &Input<'_>, wanted: &[&'static Check]) -> Vec<Diagnostic> {
    let is_alone = |check: &&&'static Check| matches!(check.run, Run::Once(_));
    let alone = wanted.iter().filter(is_alone);
    let texts = input.texts.chunks(TEXTS);
    let dashboards = input.project.dashboards().chunks(DASHBOARDS);
    let tasks: Vec<_> = alone
        .map(|check| Task::Check(check))
        .chain(dashboards.map(Task::Dashboards))
        .chain(texts.map(Task::Texts))
        .collect();
    let found = parallel::map(&tasks, |task| task.run(input, wanted));
    let mut all = Vec::with_capacity(found.iter().map(Vec::len).sum());
    found.into_iter().for_each(|found| all.extend(found));
    all
}

impl<'a> Task<'_, 'a> {
    fn run(self, input: &Input<'a>, wanted: &[&'static Check]) -> Vec<Diagnostic> {
        let wanted = match &self {
            Self::Check(check) => std::slice::from_ref(check),
            _ => wanted,
        };
        let found = wanted.iter().flat_map(|check| self.findings(input, check));
        found
            .filter(|one| input.project.knows().looks_at(one.origin()))
            .collect()
    }

    /// What one check finds in it.
    fn findings(
        self,
        input: &Input<'a>,
        check: &'static Check,
    ) -> impl Iterator<Item = Diagnostic> + use<> {
        let mut findings = Findings::default();
        match (self, check.run) {
            (Self::Check(_), Run::Once(run)) => run(input, &mut findings),
            (Self::Texts(texts), Run::PerText(run)) => {
                let look = |query: &_, findings: &mut _| run(input, query, findings);
                input.per_text(texts, &mut findings, look);
            }
            (Self::Texts(texts), Run::PerQuery(run)) => {
                for index in texts.iter().flatten() {
                    run(input, &input.queries[*index], &mut findings);
                }
            }
            (Self::Dashboards(dashboards), Run::PerDashboard(run)) => {
                for dashboard in dashboards {
                    run(input, dashboard, &mut findings);
                }
            }
            _ => {}
        }
        findings.of(check)
    }
}
