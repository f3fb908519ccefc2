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
mod routing;
mod rules;
mod settings;
#[cfg(test)]
mod tests;
mod touches;

use std::collections::BTreeMap;

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
            let (with, without) = if has {
                (before, after)
            } else {
                (after, before)
            };
            notes.push(format!(
                "metrics, log events and spans are not compared: {} has a catalog and {} has none",
                with.name, without.name
            ));
        }
    }
    rules::compare(&before.project, &after.project, &mut found);
    dashboards::compare(&before.project, &after.project, &mut found);
    let mut changes = touches::resolve(found, after);
    follow(&mut changes);
    changes.sort_by(|a, b| (a.class, &a.subject).cmp(&(b.class, &b.subject)));
    Report {
        before: before.name.clone(),
        after: after.name.clone(),
        changes,
        notes,
    }
}

/// A query that only follows a series to its new name asks what it asked before.
fn follow(changes: &mut [Change]) {
    let mut renamed = BTreeMap::new();
    for change in changes.iter() {
        let series = matches!(change.subject.kind, Kind::Metric | Kind::RecordingRule);
        for detail in change.details.iter().filter(|_| series) {
            if let What::Renamed { from } = &detail.what {
                for suffix in ["", "_bucket", "_sum", "_count"] {
                    let to = format!("{}{suffix}", change.subject.name);
                    renamed.insert(format!("{from}{suffix}"), to);
                }
            }
        }
    }
    if renamed.is_empty() {
        return;
    }
    let follows =
        |edit: &Edit| edit.piece == Piece::Metric && renamed.get(&edit.from) == Some(&edit.to);
    for change in changes {
        for detail in &mut change.details {
            if let What::Query { edits, .. } = &detail.what
                && !edits.is_empty()
                && edits.iter().all(follows)
            {
                detail.class = Class::Cosmetic;
            }
        }
        let classes = change.details.iter().map(|detail| detail.class);
        change.class = classes.min().unwrap_or(change.class);
        if change.class == Class::Cosmetic {
            change.touches.clear();
        }
    }
}
