//! What the library counts about itself: lines written and lost, events left out, events that are not declared.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// More names than this are counted together, as `other`.
const MOST_NAMES: usize = 100;

/// Counts since the start of the process.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) written: Count,
    pub(crate) lost: Count,
    pub(crate) sampled_out: ByName,
    pub(crate) invalid: ByName,
}

impl Counters {
    /// Lines that were written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.get()
    }

    /// Lines that could not be written.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }

    /// Lines that sampling left out, by event.
    #[must_use]
    pub fn sampled_out(&self) -> BTreeMap<String, u64> {
        self.sampled_out.get()
    }

    /// Domain events that are not as the catalog declares them, by event.
    #[must_use]
    pub fn invalid(&self) -> BTreeMap<String, u64> {
        self.invalid.get()
    }
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Numbers that only grow, by name; how many names there are is limited.
#[derive(Debug, Default)]
pub(crate) struct ByName(Mutex<BTreeMap<String, u64>>);

impl ByName {
    /// Counts one; answers whether it is the first of that name.
    pub(crate) fn add(&self, name: &str) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(name) {
            *count += 1;
            return false;
        }
        let name = if counts.len() < MOST_NAMES {
            name
        } else {
            "other"
        };
        let count = counts.entry(name.to_owned()).or_default();
        *count += 1;
        *count == 1
    }

    fn get(&self) -> BTreeMap<String, u64> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_limited() {
        let counts = ByName::default();
        assert!(counts.add("a"));
        assert!(!counts.add("a"));
        for name in 0..200 {
            counts.add(&name.to_string());
        }
        assert_eq!(counts.get().len(), MOST_NAMES + 1);
        assert_eq!(counts.get()["a"], 2);
        assert_eq!(counts.get().values().sum::<u64>(), 202);
    }
}
