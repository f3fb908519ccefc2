//! Whether a counter was reset between two histograms.

use super::bounds::exponential;
use super::buckets::{Buckets, Count};
use super::{CounterResetHint, FloatHistogram, Layout};

impl FloatHistogram {
    /// Whether the counter was reset after `previous`: as the hint says if it is sure, otherwise because
    /// there are fewer observations, in all or in a bucket, or because the layout has changed in a way in
    /// which it changes upon resets only.
    ///
    /// Without a reset the resolution only gets lower and the zero bucket only wider; `previous` is
    /// compared as it would be in this resolution and with this zero bucket.
    #[must_use]
    pub fn detect_reset(&self, previous: &Self) -> bool {
        match self.hint {
            CounterResetHint::Reset => return true,
            CounterResetHint::NotReset => return false,
            // A gauge is taken for a counter where it is used as one.
            CounterResetHint::Unknown | CounterResetHint::Gauge => {}
        }
        if self.count < previous.count {
            return true;
        }
        match (&self.layout, &previous.layout) {
            (Layout::Custom(bounds), Layout::Custom(before)) if bounds == before => {
                lower(self.positive.as_slice(), previous.positive.as_slice())
            }
            (Layout::Custom(bounds), Layout::Custom(before)) => {
                self.lower_at_common_bounds(bounds, previous, before)
            }
            (Layout::Exponential(schema), Layout::Exponential(before)) => {
                schema > before || self.lower_exponential(*schema, previous, *before)
            }
            _ => true,
        }
    }

    fn lower_exponential(&self, schema: i32, previous: &Self, before: i32) -> bool {
        let threshold = self.zero_threshold;
        if threshold < previous.zero_threshold {
            return true;
        }
        let (zero_before, widened) = previous.widened_zero(threshold);
        if widened != threshold || self.zero_count < zero_before {
            return true;
        }
        let in_zero =
            |bucket: &&Count| threshold != 0.0 && exponential(bucket.index, schema) <= threshold;
        let outside = |buckets: &Buckets| {
            let counts = buckets.as_slice().iter().skip_while(in_zero);
            counts.copied().collect::<Vec<_>>()
        };
        let sides = [
            (&self.positive, &previous.positive),
            (&self.negative, &previous.negative),
        ];
        sides.iter().any(|(now, then)| {
            let then = then.reduced(before, schema);
            lower(&outside(now), &outside(&then))
        })
    }

    /// Whether fewer observations are between any two neighbours of the bounds that both have.
    fn lower_at_common_bounds(&self, bounds: &[f64], previous: &Self, before: &[f64]) -> bool {
        let common = super::custom::common_bounds(bounds, before);
        let mut now = self.positive_buckets().peekable();
        let mut then = previous.positive_buckets().peekable();
        common.iter().chain([&f64::INFINITY]).any(|bound| {
            let mut sums = [0.0, 0.0];
            while let Some(bucket) = now.next_if(|bucket| bucket.upper <= *bound) {
                sums[0] += bucket.count;
            }
            while let Some(bucket) = then.next_if(|bucket| bucket.upper <= *bound) {
                sums[1] += bucket.count;
            }
            sums[0] < sums[1]
        })
    }
}

/// Whether a bucket has fewer observations in `now` than in `then`, or is populated in `then` only.
///
/// Of the buckets above all those of `now` only the first one matters, as in Prometheus.
fn lower(now: &[Count], then: &[Count]) -> bool {
    let mut now = now.iter().peekable();
    for then in then {
        while now.next_if(|now| now.index < then.index).is_some() {}
        let lower = match now.peek() {
            None => return then.count != 0.0,
            Some(now) if now.index == then.index => now.count < then.count,
            Some(_) => then.count != 0.0,
        };
        if lower {
            return true;
        }
    }
    false
}
