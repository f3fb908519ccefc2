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

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(text: &str) -> FloatHistogram {
        text.parse().unwrap()
    }

    /// The sum or difference, and what happened on the way.
    fn combined(left: &str, sign: char, right: &str) -> (String, Combined) {
        let mut left = histogram(left);
        let right = histogram(right);
        let combined = match sign {
            '+' => left.add(&right),
            _ => left.sub(&right),
        };
        left.compact(0);
        (left.notation().to_string(), combined.unwrap())
    }

    #[test]
    fn counts_sums_and_buckets_add_up() {
        for (left, sign, right, expected) in [
            (
                "{{count:3 sum:4 buckets:[1 2]}}",
                '+',
                "{{count:5 sum:1 offset:-1 buckets:[2 1 1] n_buckets:[1]}}",
                "{{count:8 sum:5 offset:-1 buckets:[2 2 3] n_buckets:[1]}}",
            ),
            (
                "{{count:3 sum:4 buckets:[1 2]}}",
                '-',
                "{{count:5 sum:1 offset:1 buckets:[2 3]}}",
                "{{count:-2 sum:3 buckets:[1 0 -3]}}",
            ),
        ] {
            let (sum, combined) = combined(left, sign, right);
            assert_eq!((sum.as_str(), combined), (expected, Combined::default()));
        }
    }

    #[test]
    fn the_lower_resolution_and_the_wider_zero_bucket_win() {
        let fine = "{{schema:1 count:10 buckets:[1 2 3 4]}}";
        let coarse = "{{schema:0 count:3 buckets:[1 2]}}";
        let expected = "{{count:13 buckets:[2 7 4]}}";
        assert_eq!(combined(fine, '+', coarse).0, expected);
        assert_eq!(combined(coarse, '+', fine).0, expected);

        let narrow = "{{count:7 z_bucket:1 z_bucket_w:0.01 offset:-1 buckets:[1 2 3]}}";
        let wide = "{{count:5 z_bucket:4 z_bucket_w:0.7 offset:1 buckets:[1]}}";
        // 0.7 is in the bucket up to 1, so that the zero bucket takes all of it.
        let expected = "{{count:12 z_bucket:8 z_bucket_w:1 offset:1 buckets:[4]}}";
        assert_eq!(combined(narrow, '+', wide).0, expected);
        assert_eq!(combined(wide, '+', narrow).0, expected);
    }

    #[test]
    fn custom_bounds_that_differ_are_intersected() {
        let left = "{{schema:-53 count:10 custom_values:[1 2 5] buckets:[1 2 3 4]}}";
        let right = "{{schema:-53 count:6 custom_values:[2 3 5] buckets:[1 2 0 3]}}";
        let (sum, happened) = combined(left, '+', right);
        assert_eq!(
            sum,
            "{{schema:-53 count:16 custom_values:[2 5] buckets:[4 5 7]}}"
        );
        assert!(happened.bounds_reconciled);
        let (_, happened) = combined(left, '-', left);
        assert!(!happened.bounds_reconciled);
        let nothing = "{{schema:-53 count:1 custom_values:[7] buckets:[1]}}";
        let (sum, _) = combined(left, '-', nothing);
        assert_eq!(sum, "{{schema:-53 count:9 custom_values:[] buckets:[9]}}");
    }

    #[test]
    fn exponential_and_custom_bounds_do_not_mix() {
        let mut left = histogram("{{count:1 buckets:[1]}}");
        let right = histogram("{{schema:-53 count:1 custom_values:[1] buckets:[1]}}");
        assert_eq!(left.add(&right), Err(IncompatibleSchemas));
        assert_eq!(left.sub(&right), Err(IncompatibleSchemas));
        assert_eq!(left, histogram("{{count:1 buckets:[1]}}"));
    }

    #[test]
    fn hints_are_combined() {
        use CounterResetHint::{Gauge, NotReset, Reset, Unknown};
        for (left, right, hint, collide) in [
            (Reset, Reset, Reset, false),
            (NotReset, NotReset, NotReset, false),
            (Gauge, Reset, Gauge, false),
            (NotReset, Gauge, Gauge, false),
            (Unknown, Gauge, Gauge, false),
            (Unknown, Reset, Unknown, false),
            (NotReset, Unknown, Unknown, false),
            (Reset, NotReset, Unknown, true),
            (NotReset, Reset, Unknown, true),
        ] {
            let of = |hint| FloatHistogram {
                hint,
                ..FloatHistogram::default()
            };
            let mut sum = of(left);
            let combined = sum.add(&of(right)).unwrap();
            assert_eq!((sum.hint, combined.hints_collide), (hint, collide));
        }
    }

    #[test]
    fn factors_scale_everything() {
        let text =
            "{{count:4 sum:6 z_bucket:2 z_bucket_w:0.5 buckets:[2] counter_reset_hint:reset}}";
        let scaled = |scale: fn(&mut FloatHistogram)| {
            let mut scaled = histogram(text);
            scale(&mut scaled);
            scaled.notation().to_string()
        };
        assert_eq!(
            scaled(|histogram| histogram.mul(0.5)),
            "{{count:2 sum:3 z_bucket:1 z_bucket_w:0.5 counter_reset_hint:reset buckets:[1]}}"
        );
        assert_eq!(
            scaled(|histogram| histogram.div(-2.0)),
            "{{count:-2 sum:-3 z_bucket:-1 z_bucket_w:0.5 counter_reset_hint:gauge buckets:[-1]}}"
        );
        assert_eq!(
            scaled(|histogram| histogram.div(0.0)),
            "{{count:+Inf sum:+Inf z_bucket:+Inf z_bucket_w:0.5 counter_reset_hint:reset}}"
        );
    }
}
