//! Quantiles and fractions of native histograms.

use super::FloatHistogram;
use super::bucket::{Bucket, Spread};
use super::logarithm::{exp2, log2};

/// What observations that are not a number, which are in no bucket, do to a quantile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NanEffect {
    /// The quantile is among them, so that it is not a number.
    Result,
    /// They count as the highest observations, so that the quantile is higher than without them.
    Skew,
}

/// A quantile of a native histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The estimate.
    pub value: f64,
    /// Whether observations that are not a number have a part in it, which Prometheus annotates.
    pub nan: Option<NanEffect>,
}

/// A fraction of the observations of a native histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fraction {
    /// The estimate.
    pub value: f64,
    /// Whether there are observations that are not a number, which are in no range. Prometheus annotates
    /// that.
    pub nan: bool,
}

impl From<f64> for Quantile {
    fn from(value: f64) -> Self {
        Self { value, nan: None }
    }
}

impl FloatHistogram {
    /// The estimated `q`-quantile of the observations, as `histogram_quantile` gives it: interpolated on a
    /// logarithmic scale in exponential buckets, on a linear one in the zero bucket and between custom
    /// bounds. The zero bucket reaches to zero only if all others are on one side of it.
    ///
    /// -Inf for a `q` below 0, +Inf for one above 1, NaN without observations.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Quantile {
        if q < 0.0 {
            return f64::NEG_INFINITY.into();
        }
        if q > 1.0 {
            return f64::INFINITY.into();
        }
        if self.count == 0.0 || q.is_nan() {
            return f64::NAN.into();
        }
        // Only buckets are known in ascending order: what is not a number is in none of them.
        if self.sum.is_nan() || q < 0.5 {
            self.quantile_at(q * self.count, self.buckets(), true)
        } else {
            self.quantile_at((1.0 - q) * self.count, self.buckets().rev(), false)
        }
    }

    fn quantile_at(
        &self,
        rank: f64,
        mut buckets: impl Iterator<Item = Bucket>,
        ascending: bool,
    ) -> Quantile {
        let mut count = 0.0;
        let mut bucket = Bucket::default();
        for next in buckets.by_ref() {
            bucket = next;
            count += bucket.count;
            if bucket.count != 0.0 && count >= rank {
                break;
            }
        }
        if self.has_custom_bounds() {
            if bucket.lower == f64::NEG_INFINITY {
                if bucket.upper <= 0.0 {
                    return bucket.upper.into();
                }
                bucket.lower = 0.0;
            } else if bucket.upper == f64::INFINITY {
                return bucket.lower.into();
            }
        } else if bucket.lower < 0.0 && bucket.upper > 0.0 {
            self.keep_on_one_side(&mut bucket);
        }
        // Rounding may make the buckets hold more than there is.
        count = if count > self.count {
            self.count
        } else {
            count
        };
        if count < rank {
            return if self.sum.is_nan() {
                Quantile {
                    value: f64::NAN,
                    nan: Some(NanEffect::Result),
                }
            } else {
                bucket.upper.into()
            };
        }
        let rank = if ascending {
            rank - (count - bucket.count)
        } else {
            count - rank
        };
        let mut nan = false;
        if self.sum.is_nan() {
            // Looking for what is in no bucket, Prometheus 3.14 forgets which bucket it was in.
            for next in buckets {
                bucket = next;
                count += bucket.count;
            }
            nan = count < self.count;
        }
        Quantile {
            value: self.interpolate(&bucket, rank / bucket.count),
            nan: nan.then_some(NanEffect::Skew),
        }
    }

    fn interpolate(&self, bucket: &Bucket, fraction: f64) -> f64 {
        if self.has_custom_bounds() || bucket.touches_zero() {
            return bucket.lower + (bucket.upper - bucket.lower) * fraction;
        }
        let lower = log2(bucket.lower.abs());
        let upper = log2(bucket.upper.abs());
        if bucket.lower > 0.0 {
            exp2(lower + (upper - lower) * fraction)
        } else {
            -exp2(upper + (lower - upper) * (1.0 - fraction))
        }
    }

    /// Ends the zero bucket at zero where there are no buckets beyond.
    fn keep_on_one_side(&self, bucket: &mut Bucket) {
        match (self.negative.is_empty(), self.positive.is_empty()) {
            (true, false) => bucket.lower = 0.0,
            (false, true) => bucket.upper = 0.0,
            _ => {}
        }
    }

    /// The estimated fraction of the observations between `lower` and `upper`, as `histogram_fraction`
    /// gives it: interpolated as [`Self::quantile`] is.
    ///
    /// NaN without observations or if a bound is not a number.
    #[must_use]
    pub fn fraction(&self, lower: f64, upper: f64) -> Fraction {
        if self.count == 0.0 || lower.is_nan() || upper.is_nan() {
            return Fraction {
                value: f64::NAN,
                nan: false,
            };
        }
        if lower >= upper {
            return Fraction {
                value: 0.0,
                nan: false,
            };
        }
        let (mut count, mut rank) = (0.0, 0.0);
        let (mut lower_rank, mut upper_rank) = (None, None);
        let mut buckets = self.buckets();
        for mut bucket in buckets.by_ref() {
            count += bucket.count;
            let zero = bucket.touches_zero();
            if zero {
                self.keep_on_one_side(&mut bucket);
            }
            let spread = if zero || self.has_custom_bounds() {
                Spread::Linear
            } else {
                Spread::Exponential
            };
            let rank_of = |value: f64| {
                if bucket.lower >= value {
                    Some(rank)
                } else if bucket.upper <= value {
                    None
                } else if spread == Spread::Linear && bucket.lower == f64::NEG_INFINITY {
                    // Nothing can be interpolated from infinitely far away.
                    Some(bucket.count)
                } else {
                    Some(rank + bucket.count * bucket.fraction_below(value, spread))
                }
            };
            lower_rank = lower_rank.or_else(|| rank_of(lower));
            upper_rank = upper_rank.or_else(|| rank_of(upper));
            if lower_rank.is_some() && upper_rank.is_some() {
                break;
            }
            rank += bucket.count;
        }
        let mut nan = false;
        if self.sum.is_nan() {
            count = buckets.fold(count, |count, bucket| count + bucket.count);
            nan = count < self.count;
        } else {
            count = self.count;
        }
        let within = |rank: Option<f64>| rank.filter(|rank| !(*rank > count)).unwrap_or(count);
        Fraction {
            value: (within(upper_rank) - within(lower_rank)) / self.count,
            nan,
        }
    }
}
