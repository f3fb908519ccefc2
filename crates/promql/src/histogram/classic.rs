//! Quantiles and fractions of classic histograms: series that count the observations up to a bound.

/// How many observations are at most `upper`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CumulativeBucket {
    /// The value of the label `le`. It is not NaN.
    pub upper: f64,
    /// The observations up to it.
    pub count: f64,
}

/// Where counts fell although they count all that the bucket below counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forced {
    /// The lowest bound whose count was raised.
    pub lowest: f64,
    /// The highest bound whose count was raised.
    pub highest: f64,
    /// By how much a count was raised at most.
    pub difference: f64,
}

/// A quantile of a classic histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassicQuantile {
    /// The estimate.
    pub value: f64,
    /// Which counts had to be raised for it. Prometheus annotates that.
    pub forced: Option<Forced>,
}

impl From<f64> for ClassicQuantile {
    fn from(value: f64) -> Self {
        Self {
            value,
            forced: None,
        }
    }
}

/// Counts that differ by less, relatively, are the same but for rounding.
const TOLERANCE: f64 = 1e-12;

/// The estimated `q`-quantile, as `histogram_quantile` gives it: interpolated on a linear scale; the second
/// highest bound if it is above; and if the lowest bucket begins above zero, it begins at zero.
///
/// -Inf for a `q` below 0, +Inf for one above 1. NaN without observations, with less than two buckets, or
/// without one up to +Inf.
#[must_use]
pub fn quantile(q: f64, buckets: Vec<CumulativeBucket>) -> ClassicQuantile {
    if q.is_nan() {
        return f64::NAN.into();
    }
    if q < 0.0 {
        return f64::NEG_INFINITY.into();
    }
    if q > 1.0 {
        return f64::INFINITY.into();
    }
    let Some(mut buckets) = ordered(buckets) else {
        return f64::NAN.into();
    };
    let forced = make_monotonic(&mut buckets);
    ClassicQuantile {
        value: interpolate(q, &buckets),
        forced,
    }
}

fn interpolate(q: f64, buckets: &[CumulativeBucket]) -> f64 {
    let [lower @ .., before_last, last] = buckets else {
        return f64::NAN;
    };
    if last.count == 0.0 {
        return f64::NAN;
    }
    let mut rank = q * last.count;
    let finite = &buckets[..=lower.len()];
    let Some(at) = finite.iter().position(|bucket| bucket.count >= rank) else {
        return before_last.upper;
    };
    let bucket = finite[at];
    let mut count = bucket.count;
    let mut start = 0.0;
    if let Some(below) = at.checked_sub(1).map(|below| finite[below]) {
        start = below.upper;
        count -= below.count;
        rank -= below.count;
    } else if bucket.upper <= 0.0 {
        return bucket.upper;
    }
    start + (bucket.upper - start) * (rank / count)
}

/// The estimated fraction of the observations between two values, as `histogram_fraction` gives it.
///
/// NaN without observations, without a bucket up to +Inf, or if a bound is not a number.
#[must_use]
pub fn fraction(lower: f64, upper: f64, buckets: Vec<CumulativeBucket>) -> f64 {
    let Some(buckets) = ordered(buckets) else {
        return f64::NAN;
    };
    let count = buckets.last().map_or(0.0, |last| last.count);
    if count == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    let rank = |value| match rank_of(value, &buckets) {
        Some(rank) if rank > count => count,
        rank => rank.unwrap_or(count),
    };
    (rank(upper) - rank(lower)) / count
}

/// How many observations are below `value`; nothing if it is not below the highest bound.
fn rank_of(value: f64, buckets: &[CumulativeBucket]) -> Option<f64> {
    let lowest_is_positive = buckets.first().is_some_and(|bucket| bucket.upper > 0.0);
    let mut start = if lowest_is_positive {
        0.0
    } else {
        f64::NEG_INFINITY
    };
    let mut below = 0.0;
    for bucket in buckets {
        if start >= value {
            return Some(below);
        }
        if bucket.upper > value {
            if start == f64::NEG_INFINITY {
                return Some(bucket.count);
            }
            let within = bucket.count - below;
            return Some(below + within * (value - start) / (bucket.upper - start));
        }
        start = bucket.upper;
        below = bucket.count;
    }
    None
}

/// The buckets by ascending bound, those with equal bounds added up; nothing unless the last one reaches to
/// +Inf.
fn ordered(mut buckets: Vec<CumulativeBucket>) -> Option<Vec<CumulativeBucket>> {
    buckets.sort_by(|left, right| {
        let order = left.upper.partial_cmp(&right.upper);
        order.unwrap_or(std::cmp::Ordering::Equal)
    });
    if buckets.last()?.upper != f64::INFINITY {
        return None;
    }
    buckets.dedup_by(|next, kept| {
        let equal = next.upper == kept.upper;
        if equal {
            kept.count += next.count;
        }
        equal
    });
    Some(buckets)
}

/// Removes differences that are due to rounding, then every fall of the counts.
fn make_monotonic(buckets: &mut [CumulativeBucket]) -> Option<Forced> {
    let mut forced: Option<Forced> = None;
    let (first, rest) = buckets.split_first_mut()?;
    let mut highest = first.count;
    for bucket in rest {
        let count = bucket.count;
        if count == highest {
            continue;
        }
        if almost_equal(highest, count) {
            bucket.count = highest;
        } else if count < highest {
            bucket.count = highest;
            let so_far = forced.unwrap_or(Forced {
                lowest: bucket.upper,
                highest: bucket.upper,
                difference: 0.0,
            });
            forced = Some(Forced {
                highest: bucket.upper,
                difference: so_far.difference.max(highest - count),
                ..so_far
            });
        } else {
            highest = count;
        }
    }
    forced
}

fn almost_equal(left: f64, right: f64) -> bool {
    if left.is_nan() && right.is_nan() || left == right {
        return true;
    }
    let sum = left.abs() + right.abs();
    let difference = (left - right).abs();
    if left == 0.0 || right == 0.0 || sum < f64::MIN_POSITIVE {
        difference < TOLERANCE * f64::MIN_POSITIVE
    } else {
        difference / sum.min(f64::MAX) < TOLERANCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(text: &str) -> Vec<CumulativeBucket> {
        let buckets = text
            .split(' ')
            .map(|bucket| bucket.split_once(':').unwrap());
        let buckets = buckets.map(|(upper, count)| CumulativeBucket {
            upper: upper.parse().unwrap(),
            count: count.parse().unwrap(),
        });
        buckets.collect()
    }

    #[test]
    fn quantiles_are_interpolated_between_bounds() {
        let text = "4:8 2:4 inf:10 8:8";
        for (q, value) in [
            (0.0, 0.0),
            (0.2, 1.0),
            (0.6, 3.0),
            (0.9, 8.0),
            (1.0, 8.0),
            (-1.0, f64::NEG_INFINITY),
            (2.0, f64::INFINITY),
        ] {
            assert_eq!(quantile(q, buckets(text)), value.into(), "{q}");
        }
        assert_eq!(quantile(0.5, buckets("-3:5 inf:8")).value, -3.0);
        for none in ["1:5", "inf:5", "1:0 inf:0"] {
            assert!(quantile(0.5, buckets(none)).value.is_nan(), "{none}");
        }
        assert!(quantile(f64::NAN, buckets(text)).value.is_nan());
        assert!(quantile(0.5, Vec::new()).value.is_nan());
    }

    #[test]
    fn equal_bounds_are_added_up() {
        let twice = quantile(0.5, buckets("1:1 1:3 2:4 2:4 inf:8"));
        assert_eq!(twice, quantile(0.5, buckets("1:4 2:8 inf:8")));
    }

    #[test]
    fn counts_that_fall_are_raised_and_told_of() {
        let fallen = quantile(0.5, buckets("1:6 2:4 3:5 4:8 inf:8"));
        assert_eq!(
            fallen.value,
            quantile(0.5, buckets("1:6 2:6 3:6 4:8 inf:8")).value
        );
        let forced = Forced {
            lowest: 2.0,
            highest: 3.0,
            difference: 2.0,
        };
        assert_eq!(fallen.forced, Some(forced));
        let rounding = quantile(0.5, buckets("1:1000000 2:999999.9999999 inf:2000000"));
        assert_eq!(rounding.forced, None);
    }

    #[test]
    fn fractions_are_interpolated_between_bounds() {
        let of = |lower, upper| fraction(lower, upper, buckets("2:4 4:8 inf:10"));
        assert_eq!(of(1.0, 3.0), 0.4);
        assert_eq!(of(f64::NEG_INFINITY, 4.0), 0.8);
        assert_eq!(of(4.0, f64::INFINITY), 0.2);
        assert_eq!(of(5.0, 6.0), 0.0);
        assert_eq!(of(3.0, 1.0), 0.0);
        assert!(of(f64::NAN, 1.0).is_nan());
        assert!(fraction(0.0, 1.0, buckets("1:5")).is_nan());
        assert!(fraction(0.0, 1.0, Vec::new()).is_nan());
        assert_eq!(fraction(-9.0, -5.0, buckets("-5:3 inf:4")), 0.0);
    }
}
