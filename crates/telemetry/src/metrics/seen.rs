//! What this thread has recorded before, found again by type and label values: no lock, no allocation, no memory shared
//! with other threads but the series itself.

use std::any::TypeId;
use std::cell::RefCell;
use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::HashTable;
use obsctl_model::Metric;
use rustc_hash::FxBuildHasher;

use super::family::Series;

/// With more series than this a thread starts to remember anew.
const MOST: usize = 10_000;

thread_local! {
    static SEEN: RefCell<HashTable<Seen>> = const { RefCell::new(HashTable::new()) };
}

/// A label set, and where it is recorded.
struct Seen {
    hash: u64,
    registry: u64,
    metric: TypeId,
    values: Box<[Box<str>]>,
    series: Series,
}

/// A label set that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    hash: u64,
    registry: u64,
    metric: TypeId,
    values: &'a [&'a str],
}

impl<'a> Wanted<'a> {
    #[inline]
    pub(super) fn new<M: Metric>(registry: u64, values: &'a [&'a str]) -> Self {
        let metric = TypeId::of::<M>();
        let mut hasher = FxBuildHasher.build_hasher();
        metric.hash(&mut hasher);
        for value in values {
            hasher.write(value.as_bytes());
        }
        Self {
            hash: hasher.finish(),
            registry,
            metric,
            values,
        }
    }

    #[inline]
    fn is(&self, seen: &Seen) -> bool {
        seen.metric == self.metric
            && seen.registry == self.registry
            && seen.values.len() == self.values.len()
            && (seen.values.iter().zip(self.values)).all(|(seen, wanted)| **seen == **wanted)
    }

    /// Records with the series, if this thread knows it.
    #[inline]
    pub(super) fn record<R>(&self, record: impl FnOnce(&Series) -> R) -> Option<R> {
        // A thread that ends, or that records while it records, looks the series up as if for the first time.
        SEEN.try_with(|seen| {
            let seen = seen.try_borrow().ok()?;
            let known = seen.find(self.hash, |seen| self.is(seen))?;
            Some(record(&known.series))
        })
        .ok()
        .flatten()
    }

    /// From now on this thread knows the series.
    pub(super) fn remember(&self, series: Series) {
        let seen = Seen {
            hash: self.hash,
            registry: self.registry,
            metric: self.metric,
            values: self.values.iter().map(|value| (*value).into()).collect(),
            series,
        };
        // As above: it is remembered next time.
        let _ = SEEN.try_with(|all| {
            if let Ok(mut all) = all.try_borrow_mut() {
                if all.len() >= MOST {
                    all.clear();
                }
                all.insert_unique(seen.hash, seen, |seen| seen.hash);
            }
        });
    }
}
