//! Exemplars: traces that stand for what was recorded.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use opentelemetry::trace::TraceId;

use crate::clock;
use crate::export::current_trace;

/// How many recordings after a scrape look whether they are within a trace: enough to find one where few are sampled,
/// and few enough that a hot path does not notice.
const TRIES: u32 = 64;

/// A trace that stands for a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exemplar {
    pub(super) trace: TraceId,
    pub(super) value: f64,
    pub(super) at: SystemTime,
}

/// Keeps one exemplar. The first recording within a sampled trace after a scrape leaves its own; until the next scrape
/// nobody would see another.
#[derive(Debug)]
pub(super) struct Place {
    tries: AtomicU32,
    latest: Mutex<Option<Exemplar>>,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            tries: AtomicU32::new(TRIES),
            latest: Mutex::default(),
        }
    }
}

impl Place {
    /// Offers the current trace, if there is one, as exemplar of a value.
    #[inline]
    pub(super) fn offer(&self, value: f64) {
        let tries = self.tries.load(Ordering::Relaxed);
        if tries > 0 {
            self.try_current(value, tries);
        }
    }

    /// Apart, so that what is inlined into a hot path is one comparison.
    #[cold]
    fn try_current(&self, value: f64, tries: u32) {
        if let Some(trace) = current_trace() {
            self.set(trace, value);
            self.tries.store(0, Ordering::Relaxed);
        } else {
            // Threads that race here try once more or less.
            self.tries.store(tries - 1, Ordering::Relaxed);
        }
    }

    /// Makes a trace the exemplar of a value.
    pub(super) fn set(&self, trace: TraceId, value: f64) {
        if trace == TraceId::INVALID {
            return;
        }
        // Another thread is leaving its own exemplar here: one of the two is enough.
        if let Ok(mut latest) = self.latest.try_lock() {
            *latest = Some(Exemplar {
                trace,
                value,
                at: clock::now(),
            });
        }
    }

    /// The exemplar for a scrape; the next recordings may leave a new one.
    pub(super) fn take_stock(&self) -> Option<Exemplar> {
        self.tries.store(TRIES, Ordering::Relaxed);
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_traces_it_soon_stops_to_look_until_the_next_scrape() {
        let place = Place::default();
        for left in (0..TRIES).rev() {
            place.offer(1.0);
            assert_eq!(place.tries.load(Ordering::Relaxed), left);
        }
        place.offer(1.0);
        assert_eq!(place.tries.load(Ordering::Relaxed), 0);
        assert!(place.take_stock().is_none());
        assert_eq!(place.tries.load(Ordering::Relaxed), TRIES);
    }
}
