//! Histograms with different custom bounds, brought to the bounds that they share.

use std::sync::Arc;

use super::buckets::Buckets;
use super::kahan::{Kahan, Number};
use super::{Histogram, Layout};

/// The bounds that are in both, which are ascending.
pub(super) fn common_bounds(left: &[f64], right: &[f64]) -> Arc<[f64]> {
    let mut right = right.iter().copied().peekable();
    let common = left.iter().copied().filter(|bound| {
        while right.next_if(|other| other < bound).is_some() {}
        right.next_if_eq(bound).is_some()
    });
    common.collect()
}

/// A sum of histograms in buckets with fewer bounds than they have.
pub(super) struct Merged<'a> {
    bounds: &'a [f64],
    counts: Vec<Kahan>,
}

impl<'a> Merged<'a> {
    pub(super) fn new(bounds: &'a [f64]) -> Self {
        Self {
            bounds,
            counts: vec![Kahan::default(); bounds.len() + 1],
        }
    }

    pub(super) fn add<N: Number>(&mut self, histogram: &Histogram<N>) {
        let Layout::Custom(from) = &histogram.layout else {
            return;
        };
        for bucket in histogram.positive.as_slice() {
            let bound = usize::try_from(bucket.index).ok();
            let upper = bound.and_then(|at| from.get(at).copied());
            let place = upper.map_or(self.bounds.len(), |upper| {
                self.bounds.partition_point(|bound| *bound < upper)
            });
            self.counts[place].add(bucket.count.value());
            if bucket.count.lost() != 0.0 {
                self.counts[place].add(bucket.count.lost());
            }
        }
    }

    pub(super) fn into_buckets<N: Number>(self) -> Buckets<N> {
        let mut buckets = Buckets::default();
        for (index, count) in (0..).zip(self.counts) {
            if !count.is_zero() {
                buckets.push(index, N::from(count));
            }
        }
        buckets
    }
}
