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

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(text: &str) -> FloatHistogram {
        text.parse().unwrap()
    }

    fn reset(now: &str, before: &str) -> bool {
        histogram(now).detect_reset(&histogram(before))
    }

    #[test]
    fn fewer_observations_tell_of_a_reset() {
        let before = "{{count:6 z_bucket:1 z_bucket_w:0.01 buckets:[2 1] n_buckets:[1 1]}}";
        assert!(!reset(before, before));
        for now in [
            "{{count:5 z_bucket:1 z_bucket_w:0.01 buckets:[2 1] n_buckets:[1 1]}}",
            "{{count:7 z_bucket:0 z_bucket_w:0.01 buckets:[2 1] n_buckets:[1 1]}}",
            "{{count:7 z_bucket:1 z_bucket_w:0.01 buckets:[1 4] n_buckets:[1 1]}}",
            "{{count:7 z_bucket:1 z_bucket_w:0.01 buckets:[5] n_buckets:[1 1]}}",
            "{{count:7 z_bucket:1 z_bucket_w:0.01 buckets:[5 1]}}",
        ] {
            assert!(reset(now, before), "{now}");
        }
    }

    #[test]
    fn a_sure_hint_saves_looking() {
        assert!(reset("{{count:9 counter_reset_hint:reset}}", "{{count:1}}"));
        assert!(!reset(
            "{{count:0 counter_reset_hint:not_reset}}",
            "{{count:1}}"
        ));
        assert!(reset("{{count:0 counter_reset_hint:gauge}}", "{{count:1}}"));
    }

    #[test]
    fn layouts_change_one_way_only() {
        assert!(reset("{{schema:1 count:1}}", "{{schema:0 count:1}}"));
        assert!(!reset(
            "{{schema:0 count:1 buckets:[1]}}",
            "{{schema:1 count:1 buckets:[1]}}"
        ));
        assert!(reset("{{count:1}}", "{{count:1 z_bucket_w:0.1}}"));
        let custom = "{{schema:-53 count:1 custom_values:[1]}}";
        assert!(reset(custom, "{{count:1}}"));
        assert!(reset("{{count:1}}", custom));
    }

    #[test]
    fn a_wider_zero_bucket_takes_whole_buckets() {
        let before = "{{count:3 z_bucket:1 z_bucket_w:0.25 offset:-1 buckets:[1 1]}}";
        assert!(!reset(
            "{{count:3 z_bucket:2 z_bucket_w:0.5 buckets:[1]}}",
            before
        ));
        assert!(reset(
            "{{count:3 z_bucket:1 z_bucket_w:0.5 buckets:[2]}}",
            before
        ));
        // 0.4 is inside of a populated bucket.
        assert!(reset(
            "{{count:3 z_bucket:2 z_bucket_w:0.4 buckets:[1]}}",
            before
        ));
    }

    #[test]
    fn custom_bounds_are_compared_where_both_have_them() {
        let before = "{{schema:-53 count:6 custom_values:[1 2 3] buckets:[1 1 2 2]}}";
        for (now, expected) in [
            (
                "{{schema:-53 count:6 custom_values:[1 2 3] buckets:[1 1 2 2]}}",
                false,
            ),
            (
                "{{schema:-53 count:6 custom_values:[1 2 3] buckets:[2 0 2 2]}}",
                true,
            ),
            (
                "{{schema:-53 count:6 custom_values:[2 3] buckets:[2 2 2]}}",
                false,
            ),
            (
                "{{schema:-53 count:6 custom_values:[2] buckets:[2 4]}}",
                false,
            ),
            (
                "{{schema:-53 count:6 custom_values:[2] buckets:[1 5]}}",
                true,
            ),
            (
                "{{schema:-53 count:6 custom_values:[2 7] buckets:[4 2]}}",
                true,
            ),
        ] {
            assert_eq!(reset(now, before), expected, "{now}");
        }
    }

    #[test]
    fn above_the_last_bucket_only_the_first_one_missing_matters() {
        // As Prometheus 3.14 does.
        assert!(reset(
            "{{count:1 buckets:[1]}}",
            "{{count:1 offset:1 buckets:[1 0]}}"
        ));
        assert!(!reset(
            "{{count:1 buckets:[1]}}",
            "{{count:1 offset:1 buckets:[0 1]}}"
        ));
    }
}
