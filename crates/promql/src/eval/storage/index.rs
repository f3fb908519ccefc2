//! Which series have which label values.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::eval::labels::Labels;
use crate::eval::matcher::Matcher;

/// For each label and value the series that have it, ascending.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    values: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Vec<u32>>>,
}

impl Index {
    /// Adds a series whose id is larger than all before.
    pub fn add(&mut self, id: u32, labels: &Labels) {
        for label in labels {
            let values = self.values.entry(label.name.clone()).or_default();
            values.entry(label.value.clone()).or_default().push(id);
        }
    }

    /// The series that all matchers accept, ascending.
    pub fn select(&self, matchers: &[Matcher], count: usize) -> Vec<u32> {
        let mut selected: Option<Vec<u32>> = None;
        // Those that want a label narrow; the others only take away.
        let (wanting, removing): (Vec<_>, Vec<_>) =
            matchers.iter().partition(|matcher| !matcher.matches(""));
        for matcher in wanting {
            let found = self.with_value(matcher);
            selected = Some(match selected {
                None => found,
                Some(before) => intersect(&before, &found),
            });
            if selected.as_ref().is_some_and(Vec::is_empty) {
                return Vec::new();
            }
        }
        let mut selected = selected.unwrap_or_else(|| (0..).take(count).collect());
        for matcher in removing {
            let refused = self.refused(matcher);
            if !refused.is_empty() {
                selected.retain(|id| refused.binary_search(id).is_err());
            }
        }
        selected
    }

    /// The series that have the label with a value that matches.
    fn with_value(&self, matcher: &Matcher) -> Vec<u32> {
        let Some(values) = self.values.get(matcher.name.as_str()) else {
            return Vec::new();
        };
        if let Some(value) = matcher.equal_value() {
            return values.get(value).cloned().unwrap_or_default();
        }
        union(
            values
                .iter()
                .filter(|(value, _)| matcher.matches(value))
                .map(|(_, ids)| ids),
        )
    }

    /// The series that have the label with a value that does not match.
    fn refused(&self, matcher: &Matcher) -> Vec<u32> {
        let values = self.values.get(matcher.name.as_str()).into_iter().flatten();
        union(
            values
                .filter(|(value, _)| !matcher.matches(value))
                .map(|(_, ids)| ids),
        )
    }
}

fn union<'a>(lists: impl Iterator<Item = &'a Vec<u32>>) -> Vec<u32> {
    let mut all: Vec<u32> = lists.flatten().copied().collect();
    all.sort_unstable();
    all
}

fn intersect(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let mut rest = long;
    let mut both = Vec::with_capacity(short.len());
    for id in short {
        rest = &rest[rest.partition_point(|other| other < id)..];
        if rest.first() == Some(id) {
            both.push(*id);
        }
    }
    both
}
