//! Histograms: classic buckets, each with the last trace that fell into it.
#![expect(
    clippy::disallowed_methods,
    reason = "a timer measures, and an exemplar says when"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use opentelemetry::trace::TraceId;

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
}

#[derive(Debug, Default)]
struct Bucket {
    count: AtomicU64,
    exemplar: Mutex<Option<Exemplar>>,
}

/// A trace that stands for the values of a bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exemplar {
    pub(super) trace: TraceId,
    pub(super) value: f64,
    pub(super) at: SystemTime,
}

/// What a scrape sees of a histogram.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// Upper bound, values at or below it, exemplar; the last bound is infinite.
    pub(super) buckets: Vec<(f64, u64, Option<Exemplar>)>,
    pub(super) sum: f64,
}

impl HistogramHandle {
    pub(super) fn new(bounds: &[f64]) -> Self {
        Self(Arc::new(Distribution {
            bounds: bounds.into(),
            buckets: (0..=bounds.len()).map(|_| Bucket::default()).collect(),
            sum: Number::default(),
        }))
    }

    /// Records a value, in the metric's unit. What is not a number is left out: it would spoil the sum for good.
    pub fn observe(&self, value: f64) {
        if !value.is_nan() {
            self.count(value);
        }
    }

    /// Records a value and the trace it was measured in, which then stands for the bucket as exemplar.
    pub fn observe_with_trace(&self, value: f64, trace: TraceId) {
        if value.is_nan() {
            return;
        }
        let bucket = self.count(value);
        if trace == TraceId::INVALID {
            return;
        }
        // Another thread is leaving its own exemplar here: one of the two is enough.
        if let Ok(mut exemplar) = bucket.exemplar.try_lock() {
            *exemplar = Some(Exemplar {
                trace,
                value,
                at: SystemTime::now(),
            });
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
        let index = self.0.bounds.partition_point(|bound| *bound < value);
        let bucket = &self.0.buckets[index];
        bucket.count.fetch_add(1, Ordering::Relaxed);
        self.0.sum.add(value);
        bucket
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let bounds = self.0.bounds.iter().copied().chain([f64::INFINITY]);
        let mut total = 0;
        let buckets = bounds
            .zip(&self.0.buckets)
            .map(|(bound, bucket)| {
                total += bucket.count.load(Ordering::Relaxed);
                let exemplar = *bucket
                    .exemplar
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                (bound, total, exemplar)
            })
            .collect();
        Snapshot {
            buckets,
            sum: self.0.sum.get(),
        }
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
    pub fn stop(mut self) {
        self.record(TraceId::INVALID);
    }

    /// Records the time so far, with the trace it was spent in.
    pub fn stop_with_trace(mut self, trace: TraceId) {
        self.record(trace);
    }

    /// Records nothing.
    pub fn discard(mut self) {
        self.histogram = None;
    }

    fn record(&mut self, trace: TraceId) {
        if let Some(histogram) = self.histogram.take() {
            histogram.observe_with_trace(self.start.elapsed().as_secs_f64(), trace);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.record(TraceId::INVALID);
    }
}
