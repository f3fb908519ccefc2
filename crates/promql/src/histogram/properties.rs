//! What holds for every histogram.

use proptest::prelude::*;

use super::{Buckets, CounterResetHint, FloatHistogram, HistogramSum, Layout};

fn buckets() -> impl Strategy<Value = Buckets> {
    let counts = prop::collection::vec(0_u32..50, 0..8);
    (-20..20, counts)
        .prop_map(|(offset, counts)| Buckets::dense(offset, counts.into_iter().map(f64::from)))
}

/// Histograms of whole observations, whose count is that of their buckets.
fn exponential() -> impl Strategy<Value = FloatHistogram> {
    // Bounds of buckets in every schema: inside of one, Prometheus counts observations twice where it lowers
    // the resolution.
    let widths = prop::sample::select(vec![0.0, 2f64.powi(-16), 1.0]);
    let zero = (0_u32..20, widths);
    let hint = prop::sample::select(CounterResetHint::ALL.to_vec());
    (-4..=8, zero, buckets(), buckets(), hint, -1e6..1e6).prop_map(
        |(schema, (zero_count, zero_threshold), positive, negative, hint, sum)| {
            let mut histogram = FloatHistogram {
                hint,
                zero_count: f64::from(zero_count),
                sum,
                positive,
                negative,
                ..FloatHistogram::empty(Layout::Exponential(schema))
            };
            histogram.count = observations(&histogram);
            // No populated bucket is to lie in the zero bucket.
            histogram.widen_zero(zero_threshold);
            histogram
        },
    )
}

fn custom() -> impl Strategy<Value = FloatHistogram> {
    let bounds = prop::collection::btree_set(-20..20_i32, 0..8);
    let counts = prop::collection::vec(0_u32..50, 9);
    (bounds, counts).prop_map(|(bounds, counts)| {
        let counts = counts.into_iter().take(bounds.len() + 1).map(f64::from);
        let layout = Layout::Custom(bounds.into_iter().map(f64::from).collect());
        let mut histogram = FloatHistogram {
            positive: Buckets::dense(0, counts),
            ..FloatHistogram::empty(layout)
        };
        histogram.count = observations(&histogram);
        histogram
    })
}

fn observations(histogram: &FloatHistogram) -> f64 {
    let sides = histogram
        .positive
        .counts()
        .chain(histogram.negative.counts());
    sides.sum::<f64>() + histogram.zero_count
}

fn pairs() -> impl Strategy<Value = (FloatHistogram, FloatHistogram)> {
    prop_oneof![(exponential(), exponential()), (custom(), custom())]
}

fn any() -> impl Strategy<Value = FloatHistogram> {
    prop_oneof![exponential(), custom()]
}

fn compacted(mut histogram: FloatHistogram) -> FloatHistogram {
    histogram.compact(0);
    histogram
}

proptest! {
    #[test]
    fn adding_is_commutative_and_loses_nothing((left, right) in pairs()) {
        let mut sum = left.clone();
        let combined = sum.add(&right).unwrap();
        let mut other = right.clone();
        prop_assert_eq!(other.add(&left).unwrap(), combined);
        prop_assert_eq!(sum.hint, other.hint);
        prop_assert_eq!(observations(&sum), sum.count);
        prop_assert_eq!(compacted(sum), compacted(other));
    }

    #[test]
    fn subtracting_undoes_adding((left, right) in pairs()) {
        let mut sum = left.clone();
        sum.add(&right).unwrap();
        let mut back = sum.clone();
        back.sub(&right).unwrap();
        prop_assert_eq!(back.count, left.count);
        let mut nothing = sum.clone();
        nothing.sub(&sum).unwrap();
        let nothing = compacted(nothing);
        prop_assert_eq!((nothing.count, nothing.sum), (0.0, 0.0));
        prop_assert!(nothing.positive.is_empty() && nothing.negative.is_empty());
    }

    #[test]
    fn sums_of_whole_numbers_need_no_compensation((left, right) in pairs()) {
        let mut plain = left.clone();
        plain.add(&right).unwrap();
        let mut sum = HistogramSum::new(&left);
        sum.add(&right).unwrap();
        let sum = sum.finish().histogram;
        prop_assert_eq!(compacted(sum).positive, compacted(plain).positive);
    }

    #[test]
    fn lower_resolutions_keep_all_observations(histogram in exponential(), schema in -4..=8) {
        let mut reduced = histogram.clone();
        reduced.reduce_resolution(schema);
        prop_assert_eq!(reduced.schema(), schema.min(histogram.schema()));
        prop_assert_eq!(observations(&reduced), observations(&histogram));
        prop_assert!(reduced.positive.len() <= histogram.positive.len());
    }

    #[test]
    fn quantiles_are_monotonic_and_within_the_buckets(histogram in any(), left in 0.0..=1.0, right in 0.0..=1.0) {
        prop_assume!(histogram.count > 0.0);
        let (low, high) = (f64::min(left, right), f64::max(left, right));
        let (low, high) = (histogram.quantile(low).value, histogram.quantile(high).value);
        let slack = 1e-9 * low.abs().max(high.abs());
        prop_assert!(low <= high + slack, "{} {}", low, high);
        let lowest = histogram.buckets().map(|b| b.lower).fold(f64::INFINITY, f64::min);
        prop_assert!(low >= lowest - slack, "{} {}", low, lowest);
    }

    #[test]
    fn fractions_add_up(histogram in any(), at in -50.0..50.0) {
        prop_assume!(histogram.count > 0.0);
        let below = histogram.fraction(f64::NEG_INFINITY, at).value;
        let above = histogram.fraction(at, f64::INFINITY).value;
        prop_assert!((below + above - 1.0).abs() < 1e-9, "{} {}", below, above);
    }

    #[test]
    fn what_is_printed_reads_back(histogram in any()) {
        let text = histogram.notation().to_string();
        let read: FloatHistogram = text.parse().unwrap();
        prop_assert_eq!(compacted(read.clone()), compacted(histogram.clone()), "{}", &text);
        prop_assert_eq!(read.hint, histogram.hint);
        prop_assert_eq!(read.notation().to_string(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[{}a-z_:x+ -]{0,4}([{]{2})?[a-z_:0-9. \\[\\]-]{0,30}([}]{2})?.{0,4}") {
        let _ = super::Sequence::read(&text);
    }

    #[test]
    fn a_counter_that_grows_is_not_reset(before in exponential(), growth in exponential()) {
        let before = FloatHistogram { hint: CounterResetHint::Unknown, ..before };
        let mut after = before.clone();
        let growth = FloatHistogram { hint: CounterResetHint::Unknown, ..growth };
        after.add(&growth).unwrap();
        prop_assert!(!after.detect_reset(&before));
    }

    #[test]
    fn trimming_divides_the_observations(histogram in custom(), at in -30.0..30.0) {
        let mut below = histogram.clone();
        below.trim(super::Trim::Below, at);
        let mut above = histogram.clone();
        above.trim(super::Trim::Above, at);
        prop_assert!(below.count + above.count <= histogram.count + 1e-9);
        prop_assert!(below.count >= 0.0 && above.count >= 0.0);
    }
}
