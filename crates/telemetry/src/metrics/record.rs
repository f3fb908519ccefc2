//! How a service writes it: the instruments, as methods of the declared metrics.

use obsctl_model::{Counter, Gauge, Histogram, Summary};
use opentelemetry::trace::TraceId;

use super::histogram::{HistogramHandle, Timer};
use super::registry::Registry;
use super::scalar::{CounterHandle, GaugeHandle};
use super::summary::SummaryHandle;

/// Counting with a declared counter, in the [global registry](Registry::global).
pub trait RecordCounter: Counter {
    /// The series of these labels, resolved once for a hot path.
    fn handle(&self) -> CounterHandle {
        Registry::global().counter(self)
    }

    /// Counts one.
    fn inc(&self) {
        Registry::global().on_counter(self, CounterHandle::inc);
    }

    /// Counts `n`.
    fn inc_by(&self, n: u64) {
        Registry::global().on_counter(self, |it| it.inc_by(n));
    }

    /// Adds an amount that need not be whole; see [`CounterHandle::add`].
    fn add(&self, amount: f64) {
        Registry::global().on_counter(self, |it| it.add(amount));
    }
}

impl<M: Counter> RecordCounter for M {}

/// Setting a declared gauge, in the [global registry](Registry::global).
pub trait RecordGauge: Gauge {
    /// The series of these labels, resolved once for a hot path.
    fn handle(&self) -> GaugeHandle {
        Registry::global().gauge(self)
    }

    /// Sets the level.
    fn set(&self, value: f64) {
        Registry::global().on_gauge(self, |it| it.set(value));
    }

    /// Raises the level by one.
    fn inc(&self) {
        Registry::global().on_gauge(self, GaugeHandle::inc);
    }

    /// Lowers the level by one.
    fn dec(&self) {
        Registry::global().on_gauge(self, GaugeHandle::dec);
    }

    /// Raises the level, or lowers it by a negative amount.
    fn add(&self, amount: f64) {
        Registry::global().on_gauge(self, |it| it.add(amount));
    }
}

impl<M: Gauge> RecordGauge for M {}

/// Observing with a declared histogram, in the [global registry](Registry::global).
pub trait RecordHistogram: Histogram {
    /// The series of these labels, resolved once for a hot path.
    fn handle(&self) -> HistogramHandle {
        Registry::global().histogram(self)
    }

    /// Records a value, in the metric's unit.
    fn observe(&self, value: f64) {
        Registry::global().on_histogram(self, |it| it.observe(value));
    }

    /// Records a value and the trace it was measured in.
    fn observe_with_trace(&self, value: f64, trace: TraceId) {
        Registry::global().on_histogram(self, |it| it.observe_with_trace(value, trace));
    }

    /// Starts a timer that records the seconds until it is stopped or dropped.
    fn start_timer(&self) -> Timer {
        self.handle().start_timer()
    }
}

impl<M: Histogram> RecordHistogram for M {}

/// Observing with a declared summary, in the [global registry](Registry::global).
pub trait RecordSummary: Summary {
    /// The series of these labels, resolved once for a hot path.
    fn handle(&self) -> SummaryHandle {
        Registry::global().summary(self)
    }

    /// Records a value, in the metric's unit.
    fn observe(&self, value: f64) {
        Registry::global().on_summary(self, |it| it.observe(value));
    }
}

impl<M: Summary> RecordSummary for M {}
