//! What a storage makes of histograms that are written into it.

use std::fmt;

use super::{Buckets, CounterResetHint, FloatHistogram};

/// A count that no observations can have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NegativeCount {
    /// What is counted, as the notation calls it.
    pub item: &'static str,
    /// The count.
    pub count: f64,
}

impl fmt::Display for NegativeCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { item, count } = self;
        write!(
            f,
            "`{item}` has the negative count {count}: only results of queries may"
        )
    }
}

impl std::error::Error for NegativeCount {}

impl FloatHistogram {
    /// Whether a storage takes the histogram: results of calculations may have negative counts, samples
    /// not.
    ///
    /// # Errors
    /// Names a count that is negative.
    pub fn check_counts(&self) -> Result<(), NegativeCount> {
        let totals = [("z_bucket", self.zero_count), ("count", self.count)];
        let positive = self.positive.counts().map(|count| ("buckets", count));
        let negative = self.negative.counts().map(|count| ("n_buckets", count));
        let mut counts = totals.into_iter().chain(positive).chain(negative);
        match counts.find(|(_, count)| *count < 0.0) {
            Some((item, count)) => Err(NegativeCount { item, count }),
            None => Ok(()),
        }
    }

    /// The hint with which Prometheus reads the histogram from its storage, if `previous` is the histogram
    /// before it in the series (nothing, if that is a float or a stale marker).
    ///
    /// The hint that was written only matters if it tells of a gauge or a reset. It never comes back as a
    /// reset: a counter that was reset begins a new chunk, and of what comes first in a chunk Prometheus
    /// knows nothing (<https://github.com/prometheus/prometheus/issues/15346>). That chunks also end when
    /// they are full is not considered.
    #[must_use]
    pub fn stored_hint(&self, previous: Option<&Self>) -> CounterResetHint {
        use CounterResetHint::{Gauge, NotReset, Reset, Unknown};
        match (self.hint, previous) {
            (Gauge, _) => Gauge,
            (Reset, _) | (_, None) => Unknown,
            (_, Some(previous)) if previous.hint == Gauge || !self.continues(previous) => Unknown,
            _ => NotReset,
        }
    }

    /// Whether this is a counter that goes on from `previous` with the same layout.
    fn continues(&self, previous: &Self) -> bool {
        self.layout == previous.layout
            && self.zero_threshold == previous.zero_threshold
            && !(self.count < previous.count || self.zero_count < previous.zero_count)
            && !has_fewer(&self.positive, &previous.positive)
            && !has_fewer(&self.negative, &previous.negative)
    }
}

/// Whether a bucket has fewer observations in `now` than in `then`, or is populated in `then` only.
fn has_fewer(now: &Buckets, then: &Buckets) -> bool {
    let mut now = now.as_slice().iter().peekable();
    then.as_slice().iter().any(|then| {
        while now.next_if(|now| now.index < then.index).is_some() {}
        match now.next_if(|now| now.index == then.index) {
            Some(now) => now.count < then.count,
            None => then.count != 0.0,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(text: &str) -> FloatHistogram {
        text.parse().unwrap()
    }

    #[test]
    fn samples_have_no_negative_counts() {
        let fine = histogram("{{count:1 sum:-5 z_bucket:1 buckets:[0]}}");
        assert_eq!(fine.check_counts(), Ok(()));
        for (text, item, count) in [
            ("{{count:-1}}", "count", -1.0),
            ("{{count:1 z_bucket:-2}}", "z_bucket", -2.0),
            ("{{count:1 buckets:[1 -3]}}", "buckets", -3.0),
            ("{{count:1 n_buckets:[-4]}}", "n_buckets", -4.0),
        ] {
            let error = histogram(text).check_counts();
            assert_eq!(error, Err(NegativeCount { item, count }), "{text}");
        }
    }

    #[test]
    fn a_storage_knows_hints_of_what_continues_only() {
        use CounterResetHint::{Gauge, NotReset, Unknown};
        let before = histogram("{{count:3 z_bucket:1 z_bucket_w:0.1 buckets:[1 1]}}");
        for (text, hint) in [
            (
                "{{count:4 z_bucket:1 z_bucket_w:0.1 buckets:[1 2]}}",
                NotReset,
            ),
            (
                "{{count:4 z_bucket:1 z_bucket_w:0.1 buckets:[1 2] counter_reset_hint:reset}}",
                Unknown,
            ),
            (
                "{{count:4 z_bucket:1 z_bucket_w:0.1 buckets:[1 2] counter_reset_hint:gauge}}",
                Gauge,
            ),
            (
                "{{count:2 z_bucket:1 z_bucket_w:0.1 buckets:[1 2]}}",
                Unknown,
            ),
            (
                "{{count:4 z_bucket:0 z_bucket_w:0.1 buckets:[1 2]}}",
                Unknown,
            ),
            (
                "{{count:4 z_bucket:1 z_bucket_w:0.2 buckets:[1 2]}}",
                Unknown,
            ),
            ("{{count:4 z_bucket:3 z_bucket_w:0.1 buckets:[1]}}", Unknown),
            (
                "{{count:4 z_bucket:1 z_bucket_w:0.1 buckets:[2 0]}}",
                Unknown,
            ),
            (
                "{{schema:1 count:4 z_bucket:1 z_bucket_w:0.1 buckets:[1 2]}}",
                Unknown,
            ),
            (
                "{{schema:-53 count:4 custom_values:[1] buckets:[1 2]}}",
                Unknown,
            ),
        ] {
            assert_eq!(histogram(text).stored_hint(Some(&before)), hint, "{text}");
        }
        assert_eq!(before.stored_hint(None), Unknown);
        let gauge = FloatHistogram {
            hint: Gauge,
            ..before.clone()
        };
        assert_eq!(before.stored_hint(Some(&gauge)), Unknown);
    }
}
