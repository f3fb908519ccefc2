//! Buckets with their bounds.

use super::{FloatHistogram, Layout};
use crate::elementary::log2;

/// A range of values and how many observations are in it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Where it begins.
    pub lower: f64,
    /// Where it ends.
    pub upper: f64,
    /// Whether `lower` is in it.
    pub lower_inclusive: bool,
    /// Whether `upper` is in it.
    pub upper_inclusive: bool,
    /// The observations in it.
    pub count: f64,
}

/// How observations are taken to be spread over a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spread {
    /// Evenly.
    Linear,
    /// Evenly on a logarithmic scale.
    Exponential,
}

impl Bucket {
    /// Whether zero is in it or at its bounds.
    pub(super) fn touches_zero(&self) -> bool {
        self.lower <= 0.0 && self.upper >= 0.0
    }

    /// Which part of the observations is at or below `value`, which is between finite bounds.
    pub(super) fn fraction_below(&self, value: f64, spread: Spread) -> f64 {
        if spread == Spread::Linear {
            return (value - self.lower) / (self.upper - self.lower);
        }
        let lower = log2(self.lower.abs());
        let upper = log2(self.upper.abs());
        let value_log = log2(value.abs());
        if value > 0.0 {
            (value_log - lower) / (upper - lower)
        } else {
            1.0 - (value_log - upper) / (lower - upper)
        }
    }
}

impl FloatHistogram {
    /// All buckets that are written down, the zero bucket if it is populated, by ascending bounds. Where
    /// one overlaps the zero bucket it begins, or ends, at the zero threshold.
    pub fn buckets(&self) -> impl DoubleEndedIterator<Item = Bucket> {
        let zero = (self.zero_count > 0.0 && !self.has_custom_bounds()).then(|| self.zero_bucket());
        let clamped = |mut bucket: Bucket| {
            if bucket.upper < 0.0 && bucket.upper > -self.zero_threshold {
                bucket.upper = -self.zero_threshold;
            } else if bucket.lower > 0.0 && bucket.lower < self.zero_threshold {
                bucket.lower = self.zero_threshold;
            }
            bucket
        };
        self.negative_buckets()
            .rev()
            .map(clamped)
            .chain(zero)
            .chain(self.positive_buckets().map(clamped))
    }

    pub(super) fn zero_bucket(&self) -> Bucket {
        Bucket {
            lower: -self.zero_threshold,
            upper: self.zero_threshold,
            lower_inclusive: true,
            upper_inclusive: true,
            count: self.zero_count,
        }
    }

    /// The buckets above zero from the lowest one up, as the layout has them.
    pub(super) fn positive_buckets(&self) -> impl DoubleEndedIterator<Item = Bucket> {
        let buckets = self.positive.as_slice().iter();
        buckets.map(|bucket| self.layout.positive(bucket.index, bucket.count))
    }

    /// The buckets below zero from the highest one down, as the layout has them.
    pub(super) fn negative_buckets(&self) -> impl DoubleEndedIterator<Item = Bucket> {
        let buckets = self.negative.as_slice().iter();
        buckets.map(|bucket| self.layout.negative(bucket.index, bucket.count))
    }
}

impl Layout {
    pub(super) fn positive(&self, index: i32, count: f64) -> Bucket {
        let (lower, upper) = (self.bound(index - 1), self.bound(index));
        let custom = matches!(self, Self::Custom(_));
        Bucket {
            lower,
            upper,
            lower_inclusive: if custom { index == 0 } else { lower < 0.0 },
            upper_inclusive: custom || upper > 0.0,
            count,
        }
    }

    pub(super) fn negative(&self, index: i32, count: f64) -> Bucket {
        let (lower, upper) = (-self.bound(index), -self.bound(index - 1));
        Bucket {
            lower,
            upper,
            lower_inclusive: lower < 0.0,
            upper_inclusive: upper > 0.0,
            count,
        }
    }
}
