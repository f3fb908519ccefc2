//! What changed between two states of rules, dashboards and catalogs, as a person would say it, and what it touches.
//!
//! [`compare`] takes two [`Side`]s and gives a [`Report`]; [`render`] shows it. One file for each kind of thing that is
//! compared, `both` for how lists of things are. Equal texts are equal: only files that differ are read, and of the
//! others those that may name what changed.

mod both;
mod change;
mod dashboards;
mod follow;
mod logs;
mod metrics;
mod pairing;
mod panels;
mod query;
pub mod render;
mod routes;
mod routing;
mod rules;
mod settings;
mod sides;
mod slos;
#[cfg(test)]
mod tests;
mod touches;

use crate::diagnostic::Diagnostic;
use crate::parallel;
use crate::read::Found;
use sides::{Rest, State};

pub use change::{Change, Class, Detail, Kind, Subject, Touch, What};
pub use query::{Edit, Piece};
pub use sides::{Side, Text};

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
    /// What of the newer side could not be read.
    pub unread: Vec<Diagnostic>,
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
pub fn compare(before: Side, after: Side) -> Report {
    let (before, mut after, mut rest) = sides::read(before, after);
    let mut found = touches::Found::default();
    let mut notes = vec![];
    if is_said(&before, &after, &mut rest, &CATALOGS, &mut notes) {
        let (old, new) = (before.catalog(), after.catalog());
        metrics::compare(&old.metrics, &new.metrics, &mut found);
        logs::compare(&old, &new, &mut found);
    }
    if is_said(&before, &after, &mut rest, &slos::LISTS, &mut notes) {
        slos::compare(&before.found.slos, &after.found.slos, &mut found);
    }
    let routes = routing::Routings::of(&before, &after, &mut rest);
    notes.extend(routes.note().map(str::to_owned));
    rules::compare(
        &before.found.groups,
        &after.found.groups,
        &routes,
        &mut found,
    );
    routes.compare(&before, &after, &mut rest, &mut found);
    dashboards::compare(
        &before.found.dashboards,
        &after.found.dashboards,
        &mut found,
    );
    let mut changes = touches::resolve(found, &after, &mut rest);
    follow::renames(&mut changes);
    changes = follow::pages(changes);
    changes = follow::slos(changes, &before.found.slos, &after.found.slos);
    changes.sort_by(|a, b| (a.class, &a.subject).cmp(&(b.class, &b.subject)));
    // Who is affected may stand in what could not be read.
    after.found.problems.append(&mut rest.found.problems);
    notes.extend([&before, &after].into_iter().filter_map(State::unread));
    let unread = std::mem::take(&mut after.found.problems);
    parallel::free((before.found, after.found, rest));
    Report {
        before: before.name,
        after: after.name,
        changes,
        notes,
        unread,
    }
}

/// A file that says of a whole side which things of a kind there are: what is not in it is not there.
struct List {
    /// What it lists, in words.
    of: &'static str,
    /// What the file is called.
    name: &'static str,
    /// Words that such a file holds, and few others.
    words: &'static [&'static str],
    /// Whether one was found.
    is_in: fn(&Found) -> bool,
}

const CATALOGS: List = List {
    of: "metrics, log events and spans",
    name: "catalog",
    words: &["exposed_by", "standard_fields", "stream_labels"],
    is_in: |found| !found.catalogs.is_empty(),
};

/// Whether lists of two sides can be compared: both have one. Says where only one has.
fn is_said(
    before: &State,
    after: &State,
    rest: &mut Rest,
    list: &List,
    notes: &mut Vec<String>,
) -> bool {
    let is_in = list.is_in;
    let (with, without) = match (is_in(&before.found), is_in(&after.found)) {
        (true, true) => return true,
        (false, false) => return false,
        (true, false) => (before, after),
        (false, true) => (after, before),
    };
    rest.read(list.words);
    let both = is_in(&rest.found);
    if !both {
        notes.push(format!(
            "{} are not compared: {} has a {} and {} has none",
            list.of, with.name, list.name, without.name
        ));
    }
    both
}
