//! Native histograms as the PromQL engine of Prometheus 3.14 calculates with them, and the classic
//! histograms that they replace.
//!
//! A [`FloatHistogram`] counts observations in buckets whose bounds follow from its [`Layout`]. What its
//! methods compute is what Prometheus computes, in the same order, so that results agree to the bit.
//!
//! ```
//! use obsctl_promql::histogram::FloatHistogram;
//!
//! let requests: FloatHistogram = "{{schema:0 count:10 sum:25 buckets:[4 4 2]}}".parse()?;
//! assert_eq!(requests.quantile(0.4).value, 1.0);
//! assert_eq!(requests.mean(), 2.5);
//! assert_eq!(requests.to_string(), "{count:10, sum:25, (0.5,1]:4, (1,2]:4, (2,4]:2}");
//! # Ok::<(), obsctl_promql::histogram::NotationError>(())
//! ```

mod aggregate;
mod arithmetic;
mod bounds;
mod bucket;
mod buckets;
pub mod classic;
mod custom;
mod kahan;
mod nhcb;
mod notation;
mod print;
#[cfg(test)]
mod properties;
mod quantile;
mod reset;
mod statistics;
mod storage;
mod table;
mod trim;
mod zero;

use std::sync::Arc;

pub(crate) use kahan::{Kahan, Number};
pub(crate) use print::Short;

pub use aggregate::{Aggregate, HistogramMean, HistogramSum};
pub use arithmetic::{Combined, IncompatibleSchemas};
pub use bucket::Bucket;
pub use buckets::{Buckets, Count};
pub use nhcb::{ClassicSeries, ConversionError};
pub use notation::{NotationError, Sequence, Written};
pub use print::Notation;
pub use quantile::{Fraction, NanEffect, Quantile};
pub use storage::NegativeCount;
pub use trim::Trim;

/// The schema number of histograms with custom bounds.
pub const CUSTOM_SCHEMA: i32 = -53;
/// The lowest resolution: every bucket bound is 65536 times the previous one.
pub const MIN_SCHEMA: i32 = -4;
/// The highest resolution: a bucket bound is 2^(1/256) times the previous one.
pub const MAX_SCHEMA: i32 = 8;

/// Where the bounds between buckets are.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// Bounds are the powers of 2^(2^-schema); the schema is from [`MIN_SCHEMA`] to [`MAX_SCHEMA`].
    Exponential(i32),
    /// The upper bounds of all buckets but the last one, which ends at +Inf: strictly ascending and finite.
    /// There are neither a zero bucket nor negative buckets.
    Custom(Arc<[f64]>),
}

/// What is known of counter resets between the previous histogram and this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CounterResetHint {
    /// Nothing: comparing the two tells.
    #[default]
    Unknown,
    /// The counter was reset.
    Reset,
    /// The counter was not reset.
    NotReset,
    /// This is no counter.
    Gauge,
}

/// A histogram with counts that may be fractional or negative, because they are results of calculations.
pub type FloatHistogram = Histogram<f64>;

/// A histogram of counts of type `N`: see [`FloatHistogram`].
#[derive(Clone, Debug)]
pub struct Histogram<N> {
    /// Whether the counter was reset before this histogram.
    pub hint: CounterResetHint,
    /// Where the bounds between buckets are.
    pub layout: Layout,
    /// The zero bucket holds what lies between minus this and this, both included.
    pub zero_threshold: f64,
    /// The observations in the zero bucket.
    pub zero_count: N,
    /// The number of observations, NaN ones included (those are in no bucket).
    pub count: N,
    /// The sum of the observations.
    pub sum: N,
    /// The buckets above the zero bucket, or all buckets of a custom layout.
    pub positive: Buckets<N>,
    /// The buckets below the zero bucket, by absolute value.
    pub negative: Buckets<N>,
}

impl Default for FloatHistogram {
    fn default() -> Self {
        Self::empty(Layout::Exponential(0))
    }
}

impl FloatHistogram {
    /// A histogram without observations.
    #[must_use]
    pub fn empty(layout: Layout) -> Self {
        Self {
            hint: CounterResetHint::default(),
            layout,
            zero_threshold: 0.0,
            zero_count: 0.0,
            count: 0.0,
            sum: 0.0,
            positive: Buckets::default(),
            negative: Buckets::default(),
        }
    }

    /// The memory that Prometheus reckons with for a histogram, in bytes. Its limit of samples counts a
    /// histogram as (size + 8) / 16 samples.
    #[must_use]
    pub fn size(&self) -> usize {
        let bounds = match &self.layout {
            Layout::Exponential(_) => 0,
            Layout::Custom(bounds) => bounds.len(),
        };
        let slots = |buckets: &Buckets| buckets.runs() + buckets.len();
        168 + 8 * (slots(&self.positive) + slots(&self.negative) + bounds)
    }
}

impl<N> Histogram<N> {
    /// The schema number: [`CUSTOM_SCHEMA`], or [`MIN_SCHEMA`] to [`MAX_SCHEMA`].
    #[must_use]
    pub fn schema(&self) -> i32 {
        match self.layout {
            Layout::Exponential(schema) => schema,
            Layout::Custom(_) => CUSTOM_SCHEMA,
        }
    }

    /// Whether the bounds are custom ones rather than exponential ones.
    #[must_use]
    pub fn has_custom_bounds(&self) -> bool {
        matches!(self.layout, Layout::Custom(_))
    }
}

impl<N: Number> Histogram<N> {
    /// Lowers the resolution to `schema` by merging buckets; leaves alone a histogram that has no higher
    /// one, or custom bounds.
    pub fn reduce_resolution(&mut self, schema: i32) {
        let Layout::Exponential(from) = self.layout else {
            return;
        };
        if schema < from {
            self.positive = self.positive.reduced(from, schema);
            self.negative = self.negative.reduced(from, schema);
            self.layout = Layout::Exponential(schema);
        }
    }

    /// Drops empty buckets, but keeps (and adds) those in gaps of at most `max_gap` buckets between two
    /// that are not empty. Arithmetic of PromQL ends with `compact(0)`.
    pub fn compact(&mut self, max_gap: u32) {
        self.positive.compact(max_gap);
        self.negative.compact(max_gap);
    }

    /// Whether a count or the sum is infinite, as sums get that exceed what a float can hold.
    #[must_use]
    pub fn has_overflow(&self) -> bool {
        let sides = [&self.positive, &self.negative].into_iter();
        let counts = sides.flat_map(|side| side.as_slice().iter().map(|bucket| bucket.count));
        [self.zero_count, self.count, self.sum]
            .into_iter()
            .chain(counts)
            .any(|number| number.value().is_infinite())
    }

    /// The same histogram of another number.
    fn convert<M: Number>(&self, convert: impl Fn(N) -> M) -> Histogram<M> {
        Histogram {
            hint: self.hint,
            layout: self.layout.clone(),
            zero_threshold: self.zero_threshold,
            zero_count: convert(self.zero_count),
            count: convert(self.count),
            sum: convert(self.sum),
            positive: self.positive.convert(&convert),
            negative: self.negative.convert(&convert),
        }
    }

    /// Replaces every count and the sum.
    fn scale(&mut self, scale: impl Fn(N) -> N) {
        for total in [&mut self.count, &mut self.sum] {
            *total = scale(*total);
        }
        // There is no zero bucket between custom bounds: it stays 0, even where the factor is no number.
        if matches!(self.layout, Layout::Exponential(_)) {
            self.zero_count = scale(self.zero_count);
        }
        for side in [&mut self.positive, &mut self.negative] {
            side.change(|bucket| scale(bucket.count));
        }
    }
}

/// As the operator `==`: the same layout, buckets (empty ones included) and bits of every number. The
/// counter reset hint does not matter.
impl PartialEq for FloatHistogram {
    fn eq(&self, other: &Self) -> bool {
        let same = |left: f64, right: f64| left.to_bits() == right.to_bits();
        self.layout == other.layout
            && same(self.count, other.count)
            && same(self.sum, other.sum)
            && self.zero_threshold == other.zero_threshold
            && same(self.zero_count, other.zero_count)
            && self.negative.same_bits(&other.negative)
            && self.positive.same_bits(&other.positive)
    }
}
