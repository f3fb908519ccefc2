//! Keeps label values in their declared domain: a value outside of it would be a series nobody planned for.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use obsctl_model::{Domain, LabelDef};
use regex_automata::meta::Regex;

/// What every value outside the domain is recorded as.
pub(super) const OTHER: &str = "other";

/// Watches over one label of one metric.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) label: String,
    domain: Domain,
    pattern: Option<Regex>,
    folded: AtomicU64,
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It has its place already, or needs none.
    Known,
    /// It is the next of those the budget allows.
    New,
    /// It becomes [`OTHER`].
    Folded,
}

impl Guard {
    pub(super) fn new(label: &LabelDef) -> Self {
        let pattern = match &label.domain {
            // An expression that does not compile is the catalog check's finding; the limit still holds.
            Domain::Pattern { regex, .. } => Regex::new(&format!("^(?:{regex})$")).ok(),
            _ => None,
        };
        Self {
            label: label.name.to_string(),
            domain: label.domain.clone(),
            pattern,
            folded: AtomicU64::new(0),
        }
    }

    /// The values, where they are listed.
    pub(super) fn values(&self) -> Option<&[String]> {
        match &self.domain {
            Domain::Values(values) => Some(values),
            _ => None,
        }
    }

    /// Judges a value, given those that were let in before.
    pub(super) fn judge(&self, value: &str, admitted: &BTreeSet<String>) -> Verdict {
        if let Domain::Values(values) = &self.domain {
            return if values.iter().any(|known| known == value) {
                Verdict::Known
            } else {
                Verdict::Folded
            };
        }
        if admitted.contains(value) {
            return Verdict::Known;
        }
        let matches = self
            .pattern
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(value));
        let room = admitted.len() < usize::try_from(self.domain.size()).unwrap_or(usize::MAX);
        if matches && room {
            Verdict::New
        } else {
            Verdict::Folded
        }
    }

    pub(super) fn count_folded(&self) {
        self.folded.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn folded(&self) -> u64 {
        self.folded.load(Ordering::Relaxed)
    }
}
