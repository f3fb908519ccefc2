//! Quantiles and fractions of native histograms.

use super::FloatHistogram;
use super::bucket::{Bucket, Spread};
use crate::elementary::{exp2, log2};

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
        let within = |rank| match rank {
            Some(rank) if rank > count => count,
            rank => rank.unwrap_or(count),
        };
        Fraction {
            value: (within(upper_rank) - within(lower_rank)) / self.count,
            nan,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::SQRT_2;

    use super::*;

    fn histogram(text: &str) -> FloatHistogram {
        text.parse().unwrap()
    }

    /// The square root of two as Prometheus' logarithms and powers make it.
    const ROOT: f64 = f64::from_bits(SQRT_2.to_bits() - 1);

    fn quantile(text: &str, q: f64) -> f64 {
        histogram(text).quantile(q).value
    }

    #[test]
    fn exponential_buckets_are_interpolated_on_a_logarithmic_scale() {
        let text = "{{count:4 sum:1 offset:1 buckets:[4]}}";
        assert_eq!(quantile(text, 0.5), ROOT);
        assert_eq!(quantile(text, 0.0), 1.0);
        assert_eq!(quantile(text, 1.0), 2.0);
        let text = "{{count:4 sum:1 n_offset:1 n_buckets:[4]}}";
        assert_eq!(quantile(text, 0.5), -ROOT);
        assert_eq!(quantile(text, 0.0), -2.0);
        assert_eq!(quantile(text, 1.0), -1.0);
    }

    #[test]
    fn the_zero_bucket_is_linear_and_on_the_side_of_the_others() {
        let zero = "{{count:4 sum:1 z_bucket:4 z_bucket_w:2}}";
        assert_eq!(quantile(zero, 0.75), 1.0);
        let above = "{{count:5 sum:1 z_bucket:4 z_bucket_w:2 offset:2 buckets:[1]}}";
        assert_eq!(quantile(above, 0.4), 1.0);
        let below = "{{count:5 sum:1 z_bucket:4 z_bucket_w:2 n_offset:2 n_buckets:[1]}}";
        assert_eq!(quantile(below, 0.6), -1.0);
    }

    #[test]
    fn custom_buckets_are_linear_and_end_at_infinity() {
        let text = "{{schema:-53 count:10 sum:1 custom_values:[2 4] buckets:[4 4 2]}}";
        assert_eq!(quantile(text, 0.2), 1.0);
        assert_eq!(quantile(text, 0.6), 3.0);
        assert_eq!(quantile(text, 0.9), 4.0);
        let text = "{{schema:-53 count:1 sum:-5 custom_values:[-2 4] buckets:[1]}}";
        assert_eq!(quantile(text, 0.9), -2.0);
    }

    #[test]
    fn what_is_no_quantile_has_its_own_value() {
        let text = "{{count:1 sum:1 buckets:[1]}}";
        assert_eq!(quantile(text, -0.1), f64::NEG_INFINITY);
        assert_eq!(quantile(text, 1.1), f64::INFINITY);
        assert!(quantile(text, f64::NAN).is_nan());
        assert!(quantile("{{}}", 0.5).is_nan());
    }

    #[test]
    fn observations_that_are_not_a_number_are_above_all_others() {
        let text = "{{count:4 sum:NaN offset:1 buckets:[2]}}";
        let low = histogram(text).quantile(0.25);
        assert_eq!((low.value, low.nan), (ROOT, Some(NanEffect::Skew)));
        let high = histogram(text).quantile(0.9);
        assert!(high.value.is_nan());
        assert_eq!(high.nan, Some(NanEffect::Result));
        // +Inf and -Inf make the sum NaN too, but they are in buckets.
        let all = histogram("{{count:2 sum:NaN offset:1 buckets:[2]}}");
        assert_eq!(all.quantile(0.5).nan, None);

        let fraction = histogram(text).fraction(f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!((fraction.value, fraction.nan), (0.5, true));
        assert!(!all.fraction(0.0, 1.0).nan);
    }

    #[test]
    fn fractions_are_what_quantiles_are_the_inverse_of() {
        let fraction = |text: &str, lower, upper| histogram(text).fraction(lower, upper).value;
        let text = "{{count:8 sum:1 z_bucket:4 z_bucket_w:0.5 offset:1 buckets:[4]}}";
        assert_eq!(fraction(text, f64::NEG_INFINITY, 2f64.sqrt()), 0.75);
        assert_eq!(fraction(text, 0.25, 2.0), 0.75);
        assert_eq!(fraction(text, 1.0, 100.0), 0.5);
        assert_eq!(fraction(text, 2.0, 1.0), 0.0);
        assert!(fraction(text, f64::NAN, 1.0).is_nan());
        assert!(fraction("{{}}", 0.0, 1.0).is_nan());
        let negative = "{{count:4 sum:1 n_offset:1 n_buckets:[4]}}";
        let below = fraction(negative, f64::NEG_INFINITY, -(2f64.sqrt()));
        assert_eq!(below, 0.499_999_999_999_999_9);
        let custom = "{{schema:-53 count:10 sum:1 custom_values:[2 4] buckets:[4 4 2]}}";
        assert_eq!(fraction(custom, 2.0, 3.0), 0.2);
        assert_eq!(fraction(custom, f64::NEG_INFINITY, 1.0), 0.2);
        // Nothing is known of where observations are in a bucket without an end.
        assert_eq!(fraction(custom, 5.0, f64::INFINITY), 0.2);
        let custom = "{{schema:-53 count:10 sum:1 custom_values:[-5 4] buckets:[4 4 2]}}";
        assert_eq!(fraction(custom, f64::NEG_INFINITY, -7.0), 0.4);
    }

    /// What the library of Prometheus 0.314.0 gives for these, compiled by Go for amd64.
    #[test]
    fn results_are_those_of_prometheus_to_the_bit() {
        const QUANTILES: [f64; 10] = [0.0, 0.03, 0.11, 0.3, 0.49, 0.5, 0.61, 0.77, 0.93, 1.0];
        const RANGES: [(f64, f64); 4] = [
            (f64::NEG_INFINITY, 0.7),
            (-0.9, 0.31),
            (0.001, 1.3),
            (-0.0005, f64::INFINITY),
        ];
        for (text, quantiles, fractions) in [
            (
                "{{schema:3 count:30 sum:17.3 z_bucket:3 z_bucket_w:0.002 offset:-9 buckets:[1 2 0 4 3 5] n_offset:-4 n_buckets:[4 1 7]}}",
                [
                    -0.840_896_415_253_714_4,
                    -0.831_580_925_357_536_1,
                    -0.807_241_040_433_333_3,
                    -0.691_954_940_981_915_9,
                    0.001_599_999_999_999_999_4,
                    0.420_448_207_626_857_2,
                    0.548_808_602_177_181_3,
                    0.613_796_929_259_705_5,
                    0.681_837_569_591_600_7,
                    0.707_106_781_186_547_5,
                ],
                [0.980_569_102_893_655_6, 0.5, 0.525, 0.562_5],
            ),
            (
                "{{schema:8 count:9 sum:17.3 offset:77 buckets:[1 2 0 4 2]}}",
                [
                    1.228_480_536_106_869_8,
                    1.229_378_949_661_874_6,
                    1.231_777_932_587_202,
                    1.234_649_520_395_514_1,
                    1.239_682_525_392_929_8,
                    1.239_758_050_564_787_8,
                    1.240_589_131_197_401_8,
                    1.241_798_970_384_658_6,
                    1.244_163_235_746_345_2,
                    1.245_224_830_175_258,
                ],
                [0.0, 0.0, 1.0, 1.0],
            ),
            (
                "{{schema:-4 count:6 sum:1 z_bucket:1 z_bucket_w:1e-7 offset:-1 buckets:[1 2 1] n_buckets:[1]}}",
                [
                    -1.0,
                    -0.135_841_857_815_757_36,
                    -0.000_662_404_456_761_558_3,
                    5.999_999_999_999_995e-08,
                    1.128_518_973_647_716_8e-05,
                    1.525_878_906_25e-05,
                    0.000_592_868_595_896_019_5,
                    0.121_581_868_426_535_76,
                    621.667_780_810_266,
                    65_536.0,
                ],
                [
                    0.822_613_058_899_380_1,
                    0.796_548_720_289_367_3,
                    0.211_563_335_339_353_12,
                    0.885_773_080_368_103_2,
                ],
            ),
            (
                "{{schema:-53 count:11 sum:1 custom_values:[-3.3 0.7 1.1 9] buckets:[1 2 3 4 1]}}",
                [
                    -3.3,
                    -3.3,
                    -2.88,
                    0.74,
                    1.018_666_666_666_666_6,
                    1.033_333_333_333_333_4,
                    2.502_25,
                    5.978_250_000_000_001,
                    9.0,
                    9.0,
                ],
                [
                    0.272_727_272_727_272_7,
                    0.080_519_480_519_480_52,
                    0.463_491_698_175_242_44,
                    0.909_090_909_090_909_1,
                ],
            ),
        ] {
            assert_eq!(QUANTILES.map(|q| quantile(text, q)), quantiles, "{text}");
            let histogram = histogram(text);
            let found = RANGES.map(|(lower, upper)| histogram.fraction(lower, upper).value);
            assert_eq!(found, fractions, "{text}");
        }
    }

    #[test]
    fn beside_nan_observations_the_last_bucket_is_interpolated() {
        // As Prometheus 3.14 does: 1.0 to 2.0 is where the quantile is.
        assert_eq!(
            quantile("{{count:4 sum:NaN offset:1 buckets:[2 1]}}", 0.25),
            4.0
        );
    }
}
