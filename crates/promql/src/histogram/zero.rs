//! Zero buckets of different widths.

use super::Histogram;
use super::bounds::exponential;
use super::buckets::Count;
use super::kahan::Number;

/// The bound nearer to zero, by absolute value.
fn lower<N>(bucket: &Count<N>, schema: i32) -> f64 {
    exponential(bucket.index - 1, schema)
}

impl<N: Number> Histogram<N> {
    /// What the zero bucket of an exponential histogram holds when it is at least `threshold` wide, and
    /// how wide it is then: it ends in no populated bucket.
    pub(super) fn widened_zero(&self, mut threshold: f64) -> (N, f64) {
        let mut zero = self.zero_count;
        if threshold == self.zero_threshold {
            return (zero, threshold);
        }
        'again: loop {
            zero.restart(self.zero_count);
            for (side, first) in [(&self.positive, true), (&self.negative, false)] {
                for bucket in side.as_slice() {
                    if lower(bucket, self.schema()) >= threshold {
                        break;
                    }
                    zero.absorb(bucket.count);
                    let upper = exponential(bucket.index, self.schema());
                    if upper <= threshold {
                        continue;
                    }
                    if bucket.count.value() != 0.0 {
                        threshold = upper;
                        if !first {
                            // The positive buckets were counted up to the lower threshold.
                            continue 'again;
                        }
                    }
                    break;
                }
            }
            return (zero, threshold);
        }
    }

    /// Widens the zero bucket to at least `threshold`.
    pub(super) fn widen_zero(&mut self, threshold: f64) {
        (self.zero_count, self.zero_threshold) = self.widened_zero(threshold);
        let (schema, threshold) = (self.schema(), self.zero_threshold);
        for side in [&mut self.positive, &mut self.negative] {
            side.change(|bucket| {
                if lower(bucket, schema) < threshold {
                    N::default()
                } else {
                    bucket.count
                }
            });
        }
        self.compact(0);
    }

    /// Makes the zero buckets of two exponential histograms equally wide. Changes `self`; gives what the
    /// zero bucket of `other` holds then. Its buckets below the threshold are still written down.
    pub(super) fn reconcile_zero(&mut self, other: &Self) -> N {
        let (mut zero, mut threshold) = (other.zero_count, other.zero_threshold);
        loop {
            if threshold < self.zero_threshold {
                (zero, threshold) = other.widened_zero(self.zero_threshold);
            }
            if threshold > self.zero_threshold {
                self.widen_zero(threshold);
            } else {
                // Equal now, or not a number.
                return zero;
            }
        }
    }
}
