//! Where exponential buckets end.

use super::table::BOUNDS;
use super::{Layout, MAX_SCHEMA};
use crate::elementary::scale;

/// The upper bound of the bucket `index` of exponential `schema`: about 2^(index · 2^-schema).
///
/// The bucket that would end at 2^1024 ends at the largest float instead, so that the next one holds just
/// +Inf.
pub(super) fn exponential(index: i32, schema: i32) -> f64 {
    let index = i64::from(index);
    let (fraction, exponent) = if schema < 0 {
        (0.5, (index << -schema) + 1)
    } else {
        let place = index & ((1 << schema) - 1);
        let step = 1 << (MAX_SCHEMA - schema);
        let fraction = usize::try_from(place).map_or(0.5, |place| BOUNDS[place * step]);
        (fraction, (index >> schema) + 1)
    };
    if fraction == 0.5 && exponent == 1025 {
        return f64::MAX;
    }
    scale(fraction, exponent)
}

impl Layout {
    /// The upper bound of the bucket `index` above zero.
    pub(super) fn bound(&self, index: i32) -> f64 {
        match self {
            Self::Exponential(schema) => exponential(index, *schema),
            Self::Custom(_) if index < 0 => f64::NEG_INFINITY,
            Self::Custom(bounds) => {
                let bound = usize::try_from(index).ok().and_then(|at| bounds.get(at));
                bound.copied().unwrap_or(f64::INFINITY)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_powers_of_the_base() {
        assert_eq!(exponential(0, 0), 1.0);
        assert_eq!(exponential(3, 0), 8.0);
        assert_eq!(exponential(-2, -4), 2f64.powi(-32));
        assert_eq!(exponential(4, 2), 2.0);
        for schema in 0..=MAX_SCHEMA {
            for index in [-700, -3, 1, 2, 5, 77, 900] {
                let about = (f64::from(index) / f64::from(1 << schema)).exp2();
                let off = (exponential(index, schema) / about - 1.0).abs();
                assert!(off < 1e-12, "{schema} {index}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_floats_are_the_ends_of_the_buckets() {
        assert_eq!(exponential(1024, 0), f64::MAX);
        assert_eq!(exponential(1025, 0), f64::INFINITY);
        assert_eq!(exponential(64, -4), f64::MAX);
        assert_eq!(exponential(65, -4), f64::INFINITY);
        assert_eq!(exponential(-1074, 0), f64::from_bits(1));
        assert_eq!(exponential(-1023, 0), f64::MIN_POSITIVE / 2.0);
        assert_eq!(exponential(-1100, 0), 0.0);
    }

    #[test]
    fn custom_bounds_end_at_infinity() {
        let layout = Layout::Custom([1.0, 5.0].into());
        let bounds: Vec<f64> = (-1..4).map(|index| layout.bound(index)).collect();
        assert_eq!(
            bounds,
            [f64::NEG_INFINITY, 1.0, 5.0, f64::INFINITY, f64::INFINITY]
        );
    }
}
