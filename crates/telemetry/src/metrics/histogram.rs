//! Histograms: classic buckets, native ones, or both.
#![expect(clippy::disallowed_methods, reason = "a timer measures")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use opentelemetry::trace::TraceId;

use super::exemplar::{Exemplar, Place};
use super::native::Native;
use super::number::Number;

/// One series of a histogram, resolved: a cheap clone for a hot path.
#[derive(Clone, Debug)]
pub struct HistogramHandle(Arc<Distribution>);

#[derive(Debug)]
struct Distribution {
    /// Upper bounds, ascending, without `+Inf`.
    bounds: Box<[f64]>,
    /// One more than the bounds: the last is `+Inf`. Not cumulative.
    buckets: Box<[Bucket]>,
    sum: Number,
    /// Held while a value is counted in both forms, so that a scrape sees it in both or in none.
    native: Option<Mutex<Native>>,
}

#[derive(Debug, Default)]
struct Bucket {
    count: AtomicU64,
    exemplar: Place,
}

/// What a scrape sees of a histogram.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// Upper bound, values at or below it, exemplar; the last bound is infinite.
    pub(super) buckets: Vec<(f64, u64, Option<Exemplar>)>,
    pub(super) sum: f64,
    pub(super) native: Option<Native>,
}

impl Snapshot {
    /// How many values there are.
    pub(super) fn count(&self) -> u64 {
        self.buckets.last().map_or(0, |(_, total, _)| *total)
    }
}

impl HistogramHandle {
    pub(super) fn new(bounds: &[f64], native: bool) -> Self {
        Self(Arc::new(Distribution {
            bounds: bounds.into(),
            buckets: (0..=bounds.len()).map(|_| Bucket::default()).collect(),
            sum: Number::default(),
            native: native.then(Mutex::default),
        }))
    }

    /// Records a value, in the metric's unit; the first of a bucket after each scrape that is within a sampled trace
    /// makes it the bucket's exemplar. What is not a number is left out: it would spoil the sum for good.
    pub fn observe(&self, value: f64) {
        if !value.is_nan() {
            self.count(value).exemplar.offer(value);
        }
    }

    /// Records a value and the trace it was measured in, which then stands for the bucket as exemplar.
    pub fn observe_with_trace(&self, value: f64, trace: TraceId) {
        if !value.is_nan() {
            self.count(value).exemplar.set(trace, value);
        }
    }

    /// Starts a timer that records the seconds until it is stopped or dropped.
    pub fn start_timer(&self) -> Timer {
        Timer {
            histogram: Some(self.clone()),
            start: Instant::now(),
        }
    }

    fn count(&self, value: f64) -> &Bucket {
        let native = self.0.native();
        let index = self.0.bounds.partition_point(|bound| *bound < value);
        let bucket = &self.0.buckets[index];
        bucket.count.fetch_add(1, Ordering::Relaxed);
        self.0.sum.add(value);
        if let Some(mut native) = native {
            native.observe(value);
        }
        bucket
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let native = self.0.native();
        let bounds = self.0.bounds.iter().copied().chain([f64::INFINITY]);
        let mut total = 0;
        let buckets = bounds
            .zip(&self.0.buckets)
            .map(|(bound, bucket)| {
                total += bucket.count.load(Ordering::Relaxed);
                (bound, total, bucket.exemplar.take_stock())
            })
            .collect();
        Snapshot {
            buckets,
            sum: self.0.sum.get(),
            native: native.map(|native| native.clone()),
        }
    }
}

impl Distribution {
    fn native(&self) -> Option<MutexGuard<'_, Native>> {
        let native = self.native.as_ref()?;
        Some(native.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Measures the time until it is stopped or dropped, so that early returns are measured too.
#[derive(Debug)]
#[must_use = "a timer that is dropped at once measures nothing"]
pub struct Timer {
    histogram: Option<HistogramHandle>,
    start: Instant,
}

impl Timer {
    /// Records the time so far.
    pub fn stop(self) {
        drop(self);
    }

    /// Records the time so far, with the trace it was spent in.
    pub fn stop_with_trace(mut self, trace: TraceId) {
        if let Some(histogram) = self.histogram.take() {
            histogram.observe_with_trace(self.seconds(), trace);
        }
    }

    /// Records nothing.
    pub fn discard(mut self) {
        self.histogram = None;
    }

    fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(histogram) = self.histogram.take() {
            histogram.observe(self.seconds());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_scrape_sees_a_value_in_both_forms_or_in_none() {
        let histogram = HistogramHandle::new(&[0.5, 2.0], true);
        thread::scope(|scope| {
            for start in 0..3_u32 {
                let histogram = &histogram;
                scope.spawn(move || {
                    for n in 0..5_000 {
                        histogram.observe(f64::from(n % 7) - f64::from(start));
                    }
                });
            }
            let mut seen = 0;
            while seen < 15_000 {
                let snapshot = histogram.snapshot();
                let native = snapshot.native.as_ref().expect("both forms");
                let sides = native.positive.values().chain(native.negative.values());
                assert_eq!(sides.sum::<u64>() + native.zero, snapshot.count());
                assert!(snapshot.count() >= seen);
                seen = snapshot.count();
            }
        });
    }
}
