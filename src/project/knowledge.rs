//! What is known about the world beside the definitions: checks say nothing about what nobody knows.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::Origin;

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
    /// What the server that evaluates the rules adds to all it sends, by `external_labels`; `None` where nobody said.
    pub external_labels: Option<BTreeMap<String, String>>,
    /// Whether the stack's intervals of scraping and evaluation are the real ones.
    pub intervals: bool,
    /// Whether the catalog is the team's own to change, and all that uses it is here.
    pub ours: bool,
    /// The files that are looked at; definitions from elsewhere are only known. `None` where all are looked at.
    pub files: Option<BTreeSet<&'static str>>,
    /// Folders of which all files are looked at, and those that do not exist; the one that obsctl runs in is empty.
    pub folders: BTreeSet<String>,
}

impl Knowledge {
    /// Of a stack that says everything itself.
    pub const STACK: Self = Self {
        metrics: true,
        target_labels: Some(vec![]),
        opaque: BTreeSet::new(),
        external_labels: None,
        intervals: true,
        ours: true,
        files: None,
        folders: BTreeSet::new(),
    };

    /// Of files alone.
    pub const FILES: Self = Self {
        metrics: false,
        target_labels: None,
        opaque: BTreeSet::new(),
        external_labels: None,
        intervals: false,
        ours: false,
        files: None,
        folders: BTreeSet::new(),
    };

    /// Whether what is defined there is looked at, and not only known.
    #[must_use]
    pub fn looks_at(&self, origin: Origin) -> bool {
        let known = self.files.as_ref().zip(origin.location());
        known.is_none_or(|(files, (file, ..))| files.contains(file))
    }

    /// Whether everything in a folder is looked at.
    #[must_use]
    pub fn looks_through(&self, folder: &str) -> bool {
        let within = |outer: &String| {
            let rest = folder.strip_prefix(outer.as_str());
            outer.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.folders.iter().any(within)
    }
}
