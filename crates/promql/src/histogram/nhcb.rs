//! Classic histograms converted to native ones with custom bounds.

use std::fmt;

use super::{Buckets, FloatHistogram, Layout};

/// Why the series of a classic histogram make no native one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConversionError {
    /// A bound is not a number.
    NanBound,
    /// Fewer observations than none are up to this bound.
    NegativeBucket {
        /// The bound.
        upper: f64,
        /// The count.
        count: f64,
    },
    /// The series of all observations counts fewer than none.
    NegativeCount(f64),
    /// Fewer observations are up to a bound than up to a lower one.
    NotCumulative {
        /// The count up to the lower bound.
        lower: f64,
        /// The count up to the higher bound.
        upper: f64,
    },
    /// The number of all observations is not that up to the highest bound.
    CountMismatch {
        /// The number of all.
        count: f64,
        /// The number up to the highest bound.
        highest: f64,
    },
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NanBound => f.write_str("`le` is NaN"),
            Self::NegativeBucket { upper, count } => {
                write!(
                    f,
                    "the bucket `le=\"{upper}\"` counts {count} observations: less than none"
                )
            }
            Self::NegativeCount(count) => {
                write!(f, "`_count` is {count}: less than none")
            }
            Self::NotCumulative { lower, upper } => write!(
                f,
                "a bucket counts {upper} observations, the bucket below it {lower}: buckets are cumulative"
            ),
            Self::CountMismatch { count, highest } => write!(
                f,
                "`_count` is {count}, but the highest bucket counts {highest} observations"
            ),
        }
    }
}

impl std::error::Error for ConversionError {}

/// The series of a classic histogram at one time: give it their values in any order, then [convert] it.
///
/// [convert]: Self::convert
#[derive(Clone, Debug, Default)]
pub struct ClassicSeries {
    /// By ascending bound.
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: f64,
}

impl ClassicSeries {
    /// The value of `_bucket` with the bound `upper`. A bound that was there before is ignored.
    ///
    /// # Errors
    /// If the bound is NaN, or the count negative or not in order with the counts of its neighbours.
    pub fn bucket(&mut self, upper: f64, count: f64) -> Result<(), ConversionError> {
        if upper.is_nan() {
            return Err(ConversionError::NanBound);
        }
        if count < 0.0 {
            return Err(ConversionError::NegativeBucket { upper, count });
        }
        let at = self.buckets.partition_point(|(bound, _)| *bound < upper);
        let (below, above) = self.buckets.split_at(at);
        if above.first().is_some_and(|(bound, _)| *bound == upper) {
            return Ok(());
        }
        let neighbours = [
            below.last().map(|(_, below)| (*below, count)),
            above.first().map(|(_, above)| (count, *above)),
        ];
        if let Some((lower, upper)) = neighbours
            .into_iter()
            .flatten()
            .find(|(lower, upper)| upper < lower)
        {
            return Err(ConversionError::NotCumulative { lower, upper });
        }
        self.buckets.insert(at, (upper, count));
        Ok(())
    }

    /// The value of `_count`.
    ///
    /// # Errors
    /// If it is negative.
    pub fn count(&mut self, count: f64) -> Result<(), ConversionError> {
        if count < 0.0 {
            return Err(ConversionError::NegativeCount(count));
        }
        self.count = Some(count);
        Ok(())
    }

    /// The value of `_sum`.
    pub fn sum(&mut self, sum: f64) {
        self.sum = sum;
    }

    /// The native histogram. Without a `_count` the highest bucket counts all observations, without a
    /// bucket up to +Inf `_count` does.
    ///
    /// # Errors
    /// If `_count` is not what the bucket up to +Inf counts.
    pub fn convert(&self) -> Result<FloatHistogram, ConversionError> {
        let mut buckets = self.buckets.clone();
        let highest = buckets.last().map_or(0.0, |(_, count)| *count);
        let count = self.count.unwrap_or(highest);
        if buckets
            .last()
            .is_none_or(|(bound, _)| *bound != f64::INFINITY)
        {
            buckets.push((f64::INFINITY, count));
        }
        let highest = buckets.last().map_or(count, |(_, count)| *count);
        if count != highest {
            return Err(ConversionError::CountMismatch { count, highest });
        }
        // Prometheus stores whole numbers in another form, which tolerates empty buckets.
        let whole = |count: f64| count.fract() == 0.0 && count < 2f64.powi(63);
        let max_gap = if buckets.iter().all(|(_, count)| whole(*count)) {
            2
        } else {
            0
        };
        let mut below = 0.0;
        let counts = buckets.iter().map(|(_, count)| {
            let within = count - below;
            below = *count;
            within
        });
        let mut positive = Buckets::dense(0, counts);
        positive.compact(max_gap);
        let bounds = &buckets[..buckets.len() - 1];
        Ok(FloatHistogram {
            count,
            sum: self.sum,
            positive,
            ..FloatHistogram::empty(Layout::Custom(
                bounds.iter().map(|(bound, _)| *bound).collect(),
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(buckets: &[(f64, f64)], count: Option<f64>) -> Result<String, ConversionError> {
        let mut series = ClassicSeries::default();
        for (upper, count) in buckets {
            series.bucket(*upper, *count)?;
        }
        if let Some(count) = count {
            series.count(count)?;
        }
        series.sum(7.5);
        Ok(series.convert()?.notation().to_string())
    }

    #[test]
    fn cumulative_counts_become_counts_between_bounds() {
        const INF: f64 = f64::INFINITY;
        let expected = "{{schema:-53 count:6 sum:7.5 custom_values:[1 2] buckets:[1 3 2]}}";
        for (buckets, count) in [
            ([(2.0, 4.0), (INF, 6.0), (1.0, 1.0)].as_slice(), Some(6.0)),
            (&[(1.0, 1.0), (2.0, 4.0), (INF, 6.0)], None),
            (&[(1.0, 1.0), (1.0, 3.0), (2.0, 4.0)], Some(6.0)),
        ] {
            assert_eq!(converted(buckets, count).as_deref(), Ok(expected));
        }
        assert_eq!(
            converted(&[], Some(3.0)).as_deref(),
            Ok("{{schema:-53 count:3 sum:7.5 custom_values:[] buckets:[3]}}")
        );
    }

    #[test]
    fn empty_buckets_are_kept_between_whole_numbers_only() {
        let convert = |factor: f64| {
            let mut series = ClassicSeries::default();
            for (upper, count) in [(1.0, 2.0), (2.0, 2.0), (3.0, 4.0)] {
                series.bucket(upper, count * factor).unwrap();
            }
            series.convert().unwrap().positive.len()
        };
        assert_eq!(convert(1.0), 3);
        assert_eq!(convert(0.25), 2);
    }

    #[test]
    fn what_is_no_histogram_is_refused() {
        let error = |buckets: &[(f64, f64)], count| converted(buckets, count).unwrap_err();
        assert_eq!(error(&[(f64::NAN, 1.0)], None), ConversionError::NanBound);
        assert_eq!(
            error(&[(1.0, -1.0)], None),
            ConversionError::NegativeBucket {
                upper: 1.0,
                count: -1.0
            }
        );
        assert_eq!(error(&[], Some(-1.0)), ConversionError::NegativeCount(-1.0));
        for buckets in [[(1.0, 2.0), (2.0, 1.0)], [(2.0, 1.0), (1.0, 2.0)]] {
            let expected = ConversionError::NotCumulative {
                lower: 2.0,
                upper: 1.0,
            };
            assert_eq!(error(&buckets, None), expected);
        }
        assert_eq!(
            error(&[(f64::INFINITY, 2.0)], Some(3.0)),
            ConversionError::CountMismatch {
                count: 3.0,
                highest: 2.0
            }
        );
    }
}
