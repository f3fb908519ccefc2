//! The operators `</` and `>/`, which cut observations off a histogram.

use super::FloatHistogram;
use super::bucket::{Bucket, Spread};

/// Which observations remain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trim {
    /// Those below the value: `</`.
    Below,
    /// Those above the value: `>/`.
    Above,
}

/// How many observations of a bucket remain, and what each of them is taken for.
#[derive(Clone, Copy)]
struct Kept {
    count: f64,
    value: f64,
}

impl FloatHistogram {
    /// Keeps the observations on one side of `at`. A bucket that holds `at` is divided as
    /// [`Self::quantile`] interpolates; of one that reaches to infinity nothing remains where that cannot
    /// be known. Count and sum are estimated anew if anything was cut off.
    pub fn trim(&mut self, keep: Trim, at: f64) {
        let mut total = Kept {
            count: 0.0,
            value: 0.0,
        };
        let mut populated = [false, false];
        let mut cut = false;
        let layout = self.layout.clone();
        let spread = if self.has_custom_bounds() {
            Spread::Linear
        } else {
            Spread::Exponential
        };
        let sides = [(&mut self.positive, 1.0), (&mut self.negative, -1.0)];
        for ((side, sign), populated) in sides.into_iter().zip(&mut populated) {
            for count in side.iter_mut().filter(|bucket| bucket.count != 0.0) {
                *populated = true;
                let bucket = if sign > 0.0 {
                    layout.positive(count.index, count.count)
                } else {
                    layout.negative(count.index, count.count)
                };
                let Some(kept) = keep.of(&bucket, at, sign, spread) else {
                    count.count = 0.0;
                    cut = true;
                    continue;
                };
                total.count += kept.count;
                total.value += kept.value * kept.count;
                if count.count != kept.count {
                    count.count = kept.count;
                    cut = true;
                }
            }
        }
        if self.zero_count > 0.0 {
            let mut zero = self.zero_bucket();
            match populated {
                [true, false] => zero.lower = 0.0,
                [false, true] => zero.upper = 0.0,
                _ => {}
            }
            let kept = keep.of_zero(&zero, at);
            cut |= kept.count != self.zero_count;
            self.zero_count = kept.count;
            total.value += kept.value * kept.count;
            total.count += kept.count;
        }
        if cut {
            self.count = total.count;
            self.sum = total.value;
            self.compact(0);
        }
    }
}

impl Trim {
    /// What remains of a bucket above (`sign` 1) or below zero (`sign` -1); nothing if all of it is cut
    /// off.
    fn of(self, bucket: &Bucket, at: f64, sign: f64, spread: Spread) -> Option<Kept> {
        let (whole, part) = match self {
            Self::Below => (bucket.upper <= at, bucket.lower < at),
            Self::Above => (bucket.lower >= at, bucket.upper > at),
        };
        if whole {
            let value = middle(bucket.lower, bucket.upper, sign, spread);
            return Some(Kept {
                count: bucket.count,
                value,
            });
        }
        if !part {
            return None;
        }
        if bucket.lower == f64::NEG_INFINITY {
            return Some(self.of_lowest(bucket, at));
        }
        if bucket.upper == f64::INFINITY {
            return Some(self.of_highest(bucket, at));
        }
        let below = bucket.count * bucket.fraction_below(at, spread);
        Some(match self {
            Self::Below => Kept {
                count: below,
                value: middle(bucket.lower, at, sign, spread),
            },
            Self::Above => Kept {
                count: bucket.count - below,
                value: middle(at, bucket.upper, sign, spread),
            },
        })
    }

    /// What remains of a bucket that begins at -Inf and holds `at`. Where it ends above zero, it is taken to
    /// begin at zero; that happens with custom bounds only.
    fn of_lowest(self, bucket: &Bucket, at: f64) -> Kept {
        let Bucket { upper, count, .. } = *bucket;
        let nothing = Kept {
            count: 0.0,
            value: if upper.is_infinite() { 0.0 } else { upper },
        };
        match self {
            Self::Below if at > 0.0 && upper > 0.0 && upper.is_finite() => Kept {
                count: count * at / upper,
                value: at / 2.0,
            },
            Self::Below if upper <= 0.0 => Kept { count, value: at },
            Self::Above if at >= 0.0 && upper.is_finite() => Kept {
                count: count * (1.0 - at / upper),
                value: (at + upper) / 2.0,
            },
            Self::Below | Self::Above => nothing,
        }
    }

    /// What remains of a bucket that ends at +Inf and holds `at`.
    fn of_highest(self, bucket: &Bucket, at: f64) -> Kept {
        match self {
            Self::Above => Kept {
                count: bucket.count,
                value: at,
            },
            Self::Below => Kept {
                count: 0.0,
                value: 0.0,
            },
        }
    }

    fn of_zero(self, zero: &Bucket, at: f64) -> Kept {
        let Bucket {
            lower,
            upper,
            count,
            ..
        } = *zero;
        let all = Kept {
            count,
            value: (lower + upper) / 2.0,
        };
        let none = Kept {
            count: 0.0,
            value: 0.0,
        };
        match self {
            Self::Below if at <= lower => none,
            Self::Below if at >= upper => all,
            Self::Below => Kept {
                count: count * ((at - lower) / (upper - lower)),
                value: (lower + at) / 2.0,
            },
            Self::Above if at <= lower => all,
            Self::Above if at >= upper => none,
            Self::Above => Kept {
                count: count * ((upper - at) / (upper - lower)),
                value: (at + upper) / 2.0,
            },
        }
    }
}

/// What the observations between two bounds are taken for.
fn middle(lower: f64, upper: f64, sign: f64, spread: Spread) -> f64 {
    match (lower.is_infinite(), upper.is_infinite(), spread) {
        (true, true, _) => 0.0,
        (true, false, _) if upper > 0.0 => upper / 2.0,
        (true, false, _) => upper,
        (false, true, _) => lower,
        (false, false, Spread::Linear) => (lower + upper) / 2.0,
        (false, false, Spread::Exponential) => sign * (lower * upper).abs().sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(text: &str) -> FloatHistogram {
        text.parse().unwrap()
    }

    fn trimmed(text: &str, keep: Trim, at: f64) -> String {
        let mut histogram = histogram(text);
        histogram.trim(keep, at);
        histogram.notation().to_string()
    }

    #[test]
    fn a_bucket_is_divided_where_it_is_cut() {
        let text = "{{count:8 sum:100 offset:1 buckets:[4 4]}}";
        let mut below = histogram(text);
        below.trim(Trim::Below, 8f64.sqrt());
        assert_eq!(below.positive.counts().collect::<Vec<_>>(), [4.0, 2.0]);
        assert_eq!(below.count, 6.0);
        let expected = 2f64.sqrt() * 4.0 + (2.0 * 8f64.sqrt()).sqrt() * 2.0;
        assert_eq!(below.sum, expected);
        assert_eq!(trimmed(text, Trim::Below, 1.0), "{{}}");
        assert_eq!(trimmed(text, Trim::Above, 4.0), "{{}}");
    }

    #[test]
    fn nothing_changes_where_nothing_is_cut() {
        let text = "{{count:9 sum:100 offset:1 buckets:[4 4]}}";
        assert_eq!(trimmed(text, Trim::Below, 4.0), text);
        assert_eq!(trimmed(text, Trim::Above, 1.0), text);
    }

    #[test]
    fn the_zero_bucket_is_on_the_side_of_the_others() {
        let text = "{{count:4 sum:9 z_bucket:4 z_bucket_w:2}}";
        assert_eq!(
            trimmed(text, Trim::Above, 0.0),
            "{{count:2 sum:2 z_bucket:2 z_bucket_w:2}}"
        );
        let text = "{{count:5 sum:9 z_bucket:4 z_bucket_w:2 offset:2 buckets:[1]}}";
        assert_eq!(
            trimmed(text, Trim::Below, 1.0),
            "{{count:2 sum:1 z_bucket:2 z_bucket_w:2}}"
        );
    }

    #[test]
    fn of_a_bucket_without_an_end_only_what_is_sure_remains() {
        let text = "{{schema:-53 count:7 sum:9 custom_values:[2 4] buckets:[4 2 1]}}";
        assert_eq!(
            trimmed(text, Trim::Below, 1.0),
            "{{schema:-53 count:2 sum:1 custom_values:[2 4] buckets:[2]}}"
        );
        assert_eq!(
            trimmed(text, Trim::Above, 5.0),
            "{{schema:-53 count:1 sum:5 custom_values:[2 4] offset:2 buckets:[1]}}"
        );
        assert_eq!(
            trimmed(text, Trim::Below, 5.0),
            "{{schema:-53 count:6 sum:10 custom_values:[2 4] buckets:[4 2]}}"
        );
    }
}
