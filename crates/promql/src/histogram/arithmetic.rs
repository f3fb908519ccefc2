//! Histograms added, subtracted and scaled.

use std::fmt;

use super::bounds::exponential;
use super::kahan::Number;
use super::{CounterResetHint, FloatHistogram, Histogram, Layout, custom};

/// What happened on the way to a sum or difference of histograms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Combined {
    /// One was after a counter reset and the other was not: the hint of the result is unknown.
    pub hints_collide: bool,
    /// The custom bounds differ: the result has those that are in both.
    pub bounds_reconciled: bool,
}

/// One histogram has exponential bounds, the other one custom bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncompatibleSchemas;

impl fmt::Display for IncompatibleSchemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a histogram with exponential buckets and one with custom buckets cannot be combined",
        )
    }
}

impl std::error::Error for IncompatibleSchemas {}

impl FloatHistogram {
    /// Adds `other`. Where the two differ, the result has the lower resolution, the wider zero bucket, the
    /// custom bounds that both have. Empty buckets may remain: see [`Self::compact`].
    ///
    /// # Errors
    /// When one has exponential and the other custom bounds; nothing changes then.
    pub fn add(&mut self, other: &Self) -> Result<Combined, IncompatibleSchemas> {
        self.absorb(other)
    }

    /// Subtracts `other`, as [`Self::add`] adds it. The result of the operator `-` is a gauge: that is the
    /// caller's to set.
    ///
    /// # Errors
    /// When one has exponential and the other custom bounds; nothing changes then.
    pub fn sub(&mut self, other: &Self) -> Result<Combined, IncompatibleSchemas> {
        let mut negated = other.clone();
        negated.scale(|number| -number);
        self.absorb(&negated)
    }

    /// Multiplies every count and the sum. A negative factor makes a gauge.
    pub fn mul(&mut self, factor: f64) {
        self.scale(|number| number * factor);
        self.no_counter_below_zero(factor);
    }

    /// Divides every count and the sum. A negative divisor makes a gauge; zero removes all buckets but
    /// the zero bucket.
    pub fn div(&mut self, divisor: f64) {
        self.scale(|number| number / divisor);
        if divisor == 0.0 {
            self.positive = super::Buckets::default();
            self.negative = super::Buckets::default();
        }
        self.no_counter_below_zero(divisor);
    }

    fn no_counter_below_zero(&mut self, factor: f64) {
        if factor < 0.0 {
            self.hint = CounterResetHint::Gauge;
        }
    }
}

impl<N: Number> Histogram<N> {
    pub(super) fn absorb(&mut self, other: &Self) -> Result<Combined, IncompatibleSchemas> {
        if self.has_custom_bounds() != other.has_custom_bounds() {
            return Err(IncompatibleSchemas);
        }
        let hints_collide = self.combine_hints(other.hint);
        let bounds_reconciled = match (&self.layout, &other.layout) {
            (Layout::Custom(bounds), Layout::Custom(others)) if bounds != others => {
                let bounds = custom::common_bounds(bounds, others);
                let mut sum = custom::Merged::new(&bounds);
                sum.add(self);
                sum.add(other);
                self.positive = sum.into_buckets();
                self.layout = Layout::Custom(bounds);
                true
            }
            (Layout::Custom(_), _) => {
                self.positive.absorb(other.positive.as_slice());
                false
            }
            (Layout::Exponential(_), _) => {
                self.absorb_exponential(other);
                false
            }
        };
        self.count.absorb(other.count);
        self.sum.absorb(other.sum);
        Ok(Combined {
            hints_collide,
            bounds_reconciled,
        })
    }

    fn absorb_exponential(&mut self, other: &Self) {
        let zero = self.reconcile_zero(other);
        self.zero_count.absorb(zero);
        let schema = self.schema().min(other.schema());
        self.reduce_resolution(schema);
        let reduced;
        let mut other = other;
        if other.schema() > schema {
            let mut lower = other.clone();
            lower.reduce_resolution(schema);
            reduced = lower;
            other = &reduced;
        }
        // What is in the zero bucket has been added.
        let threshold = self.zero_threshold;
        let outside =
            |bucket: &&super::buckets::Count<N>| exponential(bucket.index, schema) <= threshold;
        let sides = [
            (&mut self.positive, &other.positive),
            (&mut self.negative, &other.negative),
        ];
        for (side, other) in sides {
            side.absorb(other.as_slice().iter().skip_while(outside));
        }
    }

    /// Takes over what `other` knows about counter resets; tells whether the two contradict.
    fn combine_hints(&mut self, other: CounterResetHint) -> bool {
        use CounterResetHint::{Gauge, Unknown};
        let collide = self.hint != other
            && ![self.hint, other]
                .iter()
                .any(|hint| matches!(hint, Gauge | Unknown));
        self.hint = match (self.hint, other) {
            (left, right) if left == right => left,
            (Gauge, _) | (_, Gauge) => Gauge,
            _ => Unknown,
        };
        collide
    }
}
