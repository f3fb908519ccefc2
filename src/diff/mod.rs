//! What changed between two states of rules, dashboards and catalogs, as a person would say it, and what it touches.
//!
//! [`compare`] takes two [`Side`]s and gives a [`Report`]; [`render`] shows it. One file for each kind of thing that is
//! compared. Equal texts are equal: only what differs is parsed.

mod change;
mod dashboards;
mod expression;
mod logs;
mod metrics;
mod pairing;
mod panels;
pub mod render;
mod rules;
mod settings;
#[cfg(test)]
mod tests;
mod touches;

use crate::project::Project;
use crate::read::RuleTest;

pub use change::{Change, Class, Detail, Kind, Subject, Touch, What};
pub use expression::{Edit, Piece};

/// One of the two states.
#[derive(Debug)]
pub struct Side {
    /// What it is called: `main`, `the working tree`.
    pub name: String,
    /// Rules, dashboards and catalogs, linked.
    pub project: Project,
    /// Unit tests of rules.
    pub tests: Vec<RuleTest>,
    /// Whether it says which metrics, log events and spans there are.
    pub has_catalog: bool,
}

/// The difference.
#[derive(Debug)]
pub struct Report {
    /// What the older side is called.
    pub before: String,
    /// What the newer side is called.
    pub after: String,
    /// The changes, the worst first.
    pub changes: Vec<Change>,
    /// What could not be compared, and why.
    pub notes: Vec<String>,
}

impl Report {
    /// How many changes are of a class.
    #[must_use]
    pub fn count(&self, class: Class) -> usize {
        self.changes.iter().filter(|one| one.class == class).count()
    }

    /// The class of the worst change.
    #[must_use]
    pub fn worst(&self) -> Option<Class> {
        self.changes.iter().map(|one| one.class).min()
    }
}

/// Compares two states.
#[must_use]
pub fn compare(before: &Side, after: &Side) -> Report {
    let mut found = touches::Found::default();
    let mut notes = vec![];
    match (before.has_catalog, after.has_catalog) {
        (true, true) => {
            metrics::compare(&before.project, &after.project, &mut found);
            logs::compare(&before.project, &after.project, &mut found);
        }
        (false, false) => {}
        (has, _) => {
            let (with, without) = if has { (before, after) } else { (after, before) };
            notes.push(format!(
                "metrics, log events and spans are not compared: {} has a catalog and {} has none",
                with.name, without.name
            ));
        }
    }
    rules::compare(&before.project, &after.project, &mut found);
    dashboards::compare(&before.project, &after.project, &mut found);
    let mut changes = touches::resolve(found, after);
    changes.sort_by(|a, b| (a.class, &a.subject).cmp(&(b.class, &b.subject)));
    Report {
        before: before.name.clone(),
        after: after.name.clone(),
        changes,
        notes,
    }
}
