//! Mean, variance and standard deviation.

use super::FloatHistogram;
use super::kahan::{Kahan, Number};

impl FloatHistogram {
    /// The mean of the observations, as `histogram_avg` gives it.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum / self.count
    }

    /// The estimated variance of the observations, as `histogram_stdvar` gives it: each one is taken for
    /// the geometric mean of its bucket's bounds, for zero in the zero bucket, for the arithmetic mean
    /// between custom bounds.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        let mut variance = Kahan::default();
        for bucket in self.buckets().filter(|bucket| bucket.count != 0.0) {
            let value = if self.has_custom_bounds() {
                (bucket.upper + bucket.lower) / 2.0
            } else if bucket.touches_zero() {
                0.0
            } else {
                (bucket.upper * bucket.lower).sqrt().copysign(bucket.upper)
            };
            let delta = value - mean;
            variance.add(bucket.count * delta * delta);
        }
        (variance.sum + variance.lost) / self.count
    }

    /// The estimated standard deviation of the observations, as `histogram_stddev` gives it.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        self.variance().sqrt()
    }
}
