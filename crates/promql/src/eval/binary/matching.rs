//! Which series of two sides belong together.

use std::collections::BTreeMap;

use crate::eval::labels::{Labels, METRIC_NAME};
use crate::eval::plan::Match;
use crate::eval::value::Series;

impl Match {
    /// The labels that a series is matched by.
    pub fn signature(&self, labels: &Labels) -> Labels {
        let named = |name: &str| self.labels.iter().any(|label| label == name);
        if self.on {
            labels.filter(named)
        } else {
            labels.filter(|name| name != METRIC_NAME && !named(name))
        }
    }
}

/// The signatures of the series of both sides, numbered.
pub(super) struct Signatures {
    pub left: Vec<usize>,
    pub right: Vec<usize>,
    pub count: usize,
}

impl Signatures {
    pub fn new(matching: &Match, left: &[Series], right: &[Series]) -> Self {
        let mut known = BTreeMap::new();
        let mut number = |series: &Series| {
            let next = known.len();
            *known
                .entry(matching.signature(&series.labels))
                .or_insert(next)
        };
        Self {
            left: left.iter().map(&mut number).collect(),
            right: right.iter().map(&mut number).collect(),
            count: known.len(),
        }
    }
}
