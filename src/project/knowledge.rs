//! What is known about the world beside the definitions: checks say nothing about what nobody knows.

use std::collections::BTreeSet;

/// What is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// Whether the catalog has every metric there is: what is not in it does not exist.
    pub metrics: bool,
    /// Labels that every scraped series can have beside its own and those of scrape jobs; `None` where any label can
    /// be added.
    pub target_labels: Option<Vec<String>>,
    /// Series that exist, and whose labels nobody could tell.
    pub opaque: BTreeSet<String>,
    /// Whether the stack's intervals of scraping and evaluation are the real ones.
    pub intervals: bool,
    /// Whether the catalog is the team's own to change, and all that uses it is here.
    pub ours: bool,
}

impl Knowledge {
    /// Of a stack that says everything itself.
    pub const STACK: Self = Self {
        metrics: true,
        target_labels: Some(vec![]),
        opaque: BTreeSet::new(),
        intervals: true,
        ours: true,
    };

    /// Of files alone.
    pub const FILES: Self = Self {
        metrics: false,
        target_labels: None,
        opaque: BTreeSet::new(),
        intervals: false,
        ours: false,
    };
}
