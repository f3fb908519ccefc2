//! Native histograms: buckets that each are wider than the one before by the same factor, kept where values fell.

use std::collections::BTreeMap;

/// Two to the power of 1/8: buckets some 9 % wide, until there are too many.
const FINEST: i32 = 3;
/// The coarsest buckets the format knows. All values there are need fewer than [`MOST_BUCKETS`] of them.
const COARSEST: i32 = -4;
/// More buckets than this are joined, two and two.
const MOST_BUCKETS: usize = 160;

/// What is not farther from zero counts as zero: 2^-128, the default of Prometheus' own libraries.
pub(super) const ZERO_THRESHOLD: f64 = f64::from_bits((1023 - 128) << 52);

/// Upper bounds of the finest buckets between 1 and 2: powers of two to k/8.
const BOUNDS: [f64; 8] = [
    1.0,
    1.090_507_732_665_257_7,
    1.189_207_115_002_721,
    1.296_839_554_651_009_6,
    std::f64::consts::SQRT_2,
    1.542_210_825_407_940_7,
    1.681_792_830_507_429,
    1.834_008_086_409_342_4,
];

/// How often values fell where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Native {
    /// A bucket's upper bound is 2^(index / 2^schema), its lower bound that of the bucket before.
    pub(super) schema: i32,
    pub(super) zero: u64,
    pub(super) positive: Sparse,
    pub(super) negative: Sparse,
}

/// Counts of buckets by their index.
pub(super) type Sparse = BTreeMap<i32, u64>;

impl Default for Native {
    fn default() -> Self {
        Self {
            schema: FINEST,
            zero: 0,
            positive: Sparse::new(),
            negative: Sparse::new(),
        }
    }
}

impl Native {
    /// Counts a value that is a number.
    pub(super) fn observe(&mut self, value: f64) {
        if value.abs() <= ZERO_THRESHOLD {
            self.zero += 1;
            return;
        }
        let index = coarser(finest_index(value.abs()), FINEST - self.schema);
        let side = if value > 0.0 {
            &mut self.positive
        } else {
            &mut self.negative
        };
        *side.entry(index).or_default() += 1;
        while self.positive.len() + self.negative.len() > MOST_BUCKETS && self.schema > COARSEST {
            self.halve_resolution();
        }
    }

    fn halve_resolution(&mut self) {
        self.schema -= 1;
        for side in [&mut self.positive, &mut self.negative] {
            for (index, count) in std::mem::take(side) {
                *side.entry(coarser(index, 1)).or_default() += count;
            }
        }
    }
}

/// The bucket that a bucket is part of when resolution is halved so many times.
fn coarser(index: i32, times: i32) -> i32 {
    (index + (1 << times) - 1) >> times
}

/// The finest bucket of a magnitude above [`ZERO_THRESHOLD`].
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "eleven bits of exponent, and a position of at most eight"
)]
fn finest_index(magnitude: f64) -> i32 {
    if magnitude.is_infinite() {
        // One bucket beyond all others.
        return finest_index(f64::MAX) + 1;
    }
    let bits = magnitude.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1023;
    let fraction = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    let position = BOUNDS.partition_point(|bound| *bound < fraction);
    (exponent << FINEST) + position as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upper_bound(index: i32, schema: i32) -> f64 {
        (f64::from(index) * f64::from(-schema).exp2()).exp2()
    }

    #[test]
    fn bounds_are_powers_of_two() {
        for (k, bound) in (0_i32..).zip(BOUNDS) {
            let exact = upper_bound(k, FINEST);
            assert!((bound - exact).abs() <= f64::EPSILON, "{bound} {exact}");
        }
    }

    #[test]
    fn a_value_is_in_the_bucket_that_ends_at_or_after_it() {
        for schema in COARSEST..=FINEST {
            let mut value = 1e-30;
            while value < 1e30 {
                let index = coarser(finest_index(value), FINEST - schema);
                assert!(
                    value <= upper_bound(index, schema) * (1.0 + 1e-12),
                    "{value}"
                );
                assert!(
                    value > upper_bound(index - 1, schema) * (1.0 - 1e-12),
                    "{value}"
                );
                value *= 1.37;
            }
        }
        // A bound belongs to the bucket it ends.
        for (value, index) in [(1.0, 0), (2.0, 8), (4.0, 16), (0.5, -8), (BOUNDS[3], 3)] {
            assert_eq!(finest_index(value), index);
        }
        assert_eq!(finest_index(1.000_001), 1);
        assert_eq!(coarser(finest_index(f64::MAX), 7), 64);
        assert_eq!(coarser(finest_index(f64::INFINITY), 7), 65);
    }

    #[test]
    fn buckets_stay_few_and_no_value_is_lost() {
        let mut native = Native::default();
        let mut value = 1e-300;
        let mut count = 0;
        while value < 1e300 {
            native.observe(value);
            native.observe(-value);
            count += 2;
            value *= 1.01;
        }
        for special in [
            0.0,
            -0.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MAX,
            5e-324,
        ] {
            native.observe(special);
            count += 1;
        }
        assert!(native.positive.len() + native.negative.len() <= MOST_BUCKETS);
        assert_eq!(native.schema, COARSEST);
        let all = native.positive.values().chain(native.negative.values());
        assert_eq!(all.sum::<u64>() + native.zero, count);
    }

    #[test]
    fn what_was_joined_is_where_it_would_have_been_counted_at_once() {
        let values: Vec<f64> = (1..400).map(|n| 1.1_f64.powi(n)).collect();
        let mut joined = Native::default();
        for value in &values {
            joined.observe(*value);
        }
        let mut at_once = Native {
            schema: joined.schema,
            ..Native::default()
        };
        for value in &values {
            at_once.observe(*value);
        }
        assert!(joined.schema < FINEST);
        assert_eq!(joined, at_once);
    }
}
