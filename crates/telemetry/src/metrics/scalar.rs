//! Counters and gauges: one number a series.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::exemplar::{Exemplar, Place};
use super::number::Number;

/// One series of a counter, resolved: a cheap clone for a hot path.
#[derive(Clone, Debug, Default)]
pub struct CounterHandle(Arc<Count>);

/// Whole steps, by far the most, are one atomic add; only fractions pay for a floating-point sum.
#[derive(Debug, Default)]
struct Count {
    whole: AtomicU64,
    fraction: Number,
    exemplar: Place,
}

impl CounterHandle {
    /// Counts one. The first step after each scrape that is within a sampled trace makes it the counter's exemplar.
    #[inline]
    pub fn inc(&self) {
        self.inc_by(1);
    }

    /// Counts `n`.
    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        reason = "an exemplar's value is floating point"
    )]
    pub fn inc_by(&self, n: u64) {
        self.0.whole.fetch_add(n, Ordering::Relaxed);
        self.0.exemplar.offer(n as f64);
    }

    /// Adds an amount that need not be whole, such as seconds. A counter only grows: what is negative or not a
    /// finite number is left out.
    pub fn add(&self, amount: f64) {
        if amount.is_finite() && amount > 0.0 {
            self.0.fraction.add(amount);
            self.0.exemplar.offer(amount);
        }
    }

    /// What was counted so far.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "the exposition's numbers are floating point; exact up to 2^53"
    )]
    pub fn get(&self) -> f64 {
        self.0.whole.load(Ordering::Relaxed) as f64 + self.0.fraction.get()
    }

    pub(super) fn take_exemplar(&self) -> Option<Exemplar> {
        self.0.exemplar.take_stock()
    }
}

/// One series of a gauge, resolved: a cheap clone for a hot path.
#[derive(Clone, Debug, Default)]
pub struct GaugeHandle(Arc<Number>);

impl GaugeHandle {
    /// Sets the level.
    pub fn set(&self, value: f64) {
        self.0.set(value);
    }

    /// Raises the level by one.
    pub fn inc(&self) {
        self.0.add(1.0);
    }

    /// Lowers the level by one.
    pub fn dec(&self) {
        self.0.add(-1.0);
    }

    /// Raises the level, or lowers it by a negative amount.
    pub fn add(&self, amount: f64) {
        self.0.add(amount);
    }

    /// The level now.
    #[must_use]
    pub fn get(&self) -> f64 {
        self.0.get()
    }
}
