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

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(text: &str) -> FloatHistogram {
        text.parse().unwrap()
    }

    #[test]
    fn moments_take_observations_for_the_middles_of_their_buckets() {
        let one = histogram("{{schema:0 count:2 sum:4 offset:2 buckets:[2]}}");
        let middle = 8f64.sqrt();
        assert_eq!(one.mean(), 2.0);
        assert_eq!(one.variance(), (middle - 2.0) * (middle - 2.0));
        assert_eq!(one.deviation(), one.variance().sqrt());

        let around_zero = histogram(
            "{{count:3 sum:0 z_bucket:1 z_bucket_w:0.5 offset:1 buckets:[1] n_offset:1 n_buckets:[1]}}",
        );
        let expected = 2.0 * (2f64.sqrt() * 2f64.sqrt()) / 3.0;
        assert_eq!(around_zero.variance(), expected);

        let custom = histogram("{{schema:-53 count:2 sum:4 custom_values:[1 3] buckets:[0 2]}}");
        assert_eq!(custom.variance(), 0.0);
        assert!(histogram("{{}}").mean().is_nan());
        assert!(histogram("{{}}").deviation().is_nan());
    }
}
