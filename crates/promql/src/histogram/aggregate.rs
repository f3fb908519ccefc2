//! Sums and means of many histograms, as `sum`, `avg` and their `_over_time` functions form them.

use super::kahan::Kahan;
use super::{Combined, CounterResetHint, FloatHistogram, Histogram, IncompatibleSchemas};

/// A sum or mean, and what is to be annotated.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// The result; empty buckets may remain, see [`FloatHistogram::compact`].
    pub histogram: FloatHistogram,
    /// What happened on the way.
    pub combined: Combined,
}

/// What the histograms of an aggregation had in common, and what not.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    reset: bool,
    not_reset: bool,
    bounds_reconciled: bool,
}

impl Seen {
    fn hint(&mut self, hint: CounterResetHint) {
        self.reset |= hint == CounterResetHint::Reset;
        self.not_reset |= hint == CounterResetHint::NotReset;
    }

    fn combined(self) -> Combined {
        Combined {
            hints_collide: self.reset && self.not_reset,
            bounds_reconciled: self.bounds_reconciled,
        }
    }
}

type KahanHistogram = Histogram<Kahan>;

impl KahanHistogram {
    fn add_floats(&mut self, term: &FloatHistogram) -> Result<Combined, IncompatibleSchemas> {
        self.absorb(&term.convert(Kahan::from))
    }

    fn scaled(&self, scale: impl Fn(f64) -> f64) -> Self {
        let mut scaled = self.clone();
        scaled.scale(|number| Kahan {
            sum: scale(number.sum),
            lost: scale(number.lost),
        });
        scaled
    }

    /// The histogram with what rounding lost added back, if it is a sum of several ones: of a single one
    /// not even minus zero changes.
    fn total(&self, several: bool) -> FloatHistogram {
        let mut total = self.convert(|number| number.sum);
        if !several {
            return total;
        }
        // The two have the same layout, so that there is nothing to be incompatible.
        let _ = total.absorb(&self.convert(|number| number.lost));
        total
    }
}

/// A sum of histograms that loses little to rounding.
#[derive(Clone, Debug)]
pub struct HistogramSum {
    sum: KahanHistogram,
    several: bool,
    seen: Seen,
}

impl HistogramSum {
    /// The sum of one histogram.
    #[must_use]
    pub fn new(first: &FloatHistogram) -> Self {
        let mut seen = Seen::default();
        seen.hint(first.hint);
        Self {
            sum: first.convert(Kahan::from),
            several: false,
            seen,
        }
    }

    /// Adds a histogram.
    ///
    /// # Errors
    /// When one has exponential and the other custom bounds: there is no sum then.
    pub fn add(&mut self, term: &FloatHistogram) -> Result<(), IncompatibleSchemas> {
        self.seen.hint(term.hint);
        self.several = true;
        self.seen.bounds_reconciled |= self.sum.add_floats(term)?.bounds_reconciled;
        Ok(())
    }

    /// The sum.
    #[must_use]
    pub fn finish(&self) -> Aggregate {
        Aggregate {
            histogram: self.sum.total(self.several),
            combined: self.seen.combined(),
        }
    }
}

/// A mean of histograms: their sum divided by their number or, once the sum is more than floats can hold,
/// a mean that is brought up to date with each of them.
#[derive(Clone, Debug)]
pub struct HistogramMean {
    /// The sum, or the mean once `incremental`.
    state: KahanHistogram,
    incremental: bool,
    number: f64,
    seen: Seen,
}

impl HistogramMean {
    /// The mean of one histogram.
    #[must_use]
    pub fn new(first: &FloatHistogram) -> Self {
        let HistogramSum { sum, seen, .. } = HistogramSum::new(first);
        Self {
            state: sum,
            incremental: false,
            number: 1.0,
            seen,
        }
    }

    /// Takes a histogram into the mean.
    ///
    /// # Errors
    /// When one has exponential and the other custom bounds: there is no mean then.
    pub fn add(&mut self, term: &FloatHistogram) -> Result<(), IncompatibleSchemas> {
        self.seen.hint(term.hint);
        self.number += 1.0;
        let before = self.number - 1.0;
        if !self.incremental {
            let mut sum = self.state.clone();
            self.seen.bounds_reconciled |= sum.add_floats(term)?.bounds_reconciled;
            if !sum.has_overflow() {
                self.state = sum;
                return Ok(());
            }
            self.incremental = true;
            self.state = self.state.scaled(|sum| sum / before);
        }
        let weight = before / self.number;
        self.state = self.state.scaled(|mean| mean * weight);
        let mut part = term.clone();
        part.div(self.number);
        self.seen.bounds_reconciled |= self.state.add_floats(&part)?.bounds_reconciled;
        Ok(())
    }

    /// The mean.
    #[must_use]
    pub fn finish(&self) -> Aggregate {
        let several = self.number > 1.0;
        let mean = if self.incremental {
            self.state.total(several)
        } else {
            self.state.scaled(|sum| sum / self.number).total(several)
        };
        Aggregate {
            histogram: mean,
            combined: self.seen.combined(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(text: &str) -> FloatHistogram {
        text.parse().unwrap()
    }

    #[test]
    fn sums_lose_nothing_to_rounding() {
        let term = |count: &str| {
            histogram(&format!(
                "{{{{count:{count} sum:{count} buckets:[{count}]}}}}"
            ))
        };
        let mut sum = HistogramSum::new(&term("1"));
        for count in ["1e100", "1", "-1e100"] {
            sum.add(&term(count)).unwrap();
        }
        let sum = sum.finish().histogram;
        assert_eq!(sum, term("2"));
        let mut plain = term("1");
        for count in ["1e100", "1", "-1e100"] {
            plain.add(&term(count)).unwrap();
        }
        assert_eq!(plain.count, 0.0);
    }

    #[test]
    fn what_was_lost_follows_its_bucket() {
        let mut sum = HistogramSum::new(&histogram("{{schema:1 buckets:[1 0 1]}}"));
        for term in [
            "{{schema:1 offset:2 buckets:[1e100]}}",
            "{{schema:0 z_bucket_w:0.1 offset:1 buckets:[1]}}",
        ] {
            sum.add(&histogram(term)).unwrap();
        }
        sum.add(&histogram("{{schema:0 offset:1 buckets:[-1e100]}}"))
            .unwrap();
        let mut sum = sum.finish().histogram;
        sum.compact(0);
        assert_eq!(
            sum.notation().to_string(),
            "{{z_bucket_w:0.1 buckets:[1 2]}}"
        );
    }

    #[test]
    fn means_survive_sums_that_floats_cannot_hold() {
        let term = histogram("{{count:1e308 sum:1e308 buckets:[1e308]}}");
        let mut mean = HistogramMean::new(&term);
        for _ in 0..4 {
            mean.add(&term).unwrap();
        }
        let mean = mean.finish().histogram;
        assert!((mean.count / 1e308 - 1.0).abs() < 1e-15);
        assert!(!mean.has_overflow());

        let mut mean = HistogramMean::new(&histogram("{{count:1 sum:2 buckets:[1]}}"));
        mean.add(&histogram("{{count:2 sum:4 offset:1 buckets:[2]}}"))
            .unwrap();
        assert_eq!(
            mean.finish().histogram.notation().to_string(),
            "{{count:1.5 sum:3 buckets:[0.5 1]}}"
        );
    }

    #[test]
    fn what_is_to_be_annotated_is_told() {
        let mut sum = HistogramSum::new(&histogram("{{counter_reset_hint:reset}}"));
        sum.add(&histogram("{{}}")).unwrap();
        assert_eq!(sum.finish().combined, Combined::default());
        sum.add(&histogram("{{counter_reset_hint:not_reset}}"))
            .unwrap();
        assert!(sum.finish().combined.hints_collide);
        let custom = |bound: u8| histogram(&format!("{{{{schema:-53 custom_values:[{bound}]}}}}"));
        assert_eq!(sum.add(&custom(1)), Err(IncompatibleSchemas));
        let mut mean = HistogramMean::new(&custom(1));
        mean.add(&custom(2)).unwrap();
        mean.add(&custom(3)).unwrap();
        assert!(mean.finish().combined.bounds_reconciled);
        assert_eq!(mean.add(&histogram("{{}}")), Err(IncompatibleSchemas));
    }

    #[test]
    fn a_sum_of_one_is_that_one_to_the_bit() {
        let mut negated = histogram("{{count:1 buckets:[1 0]}}");
        negated.mul(-1.0);
        assert_eq!(HistogramSum::new(&negated).finish().histogram, negated);
        assert_eq!(HistogramMean::new(&negated).finish().histogram, negated);
    }
}
