//! What is written between the braces, and the histogram that it makes.

use super::{NotationError, Read};
use crate::histogram::{
    Buckets, CUSTOM_SCHEMA, CounterResetHint, FloatHistogram, Layout, MAX_SCHEMA, MIN_SCHEMA,
};

/// No float is in a bucket further from zero than this index, whatever the schema.
const INDEX_LIMIT: i64 = 1 << 20;

pub(super) const KEYS: [&str; 11] = [
    "schema",
    "count",
    "sum",
    "z_bucket",
    "z_bucket_w",
    "custom_values",
    "counter_reset_hint",
    "offset",
    "buckets",
    "n_offset",
    "n_buckets",
];

/// A value and where it is written, in bytes.
#[derive(Clone, Copy, Default)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

/// The items of a histogram that are written.
#[derive(Default)]
pub(super) struct Items {
    pub(super) schema: Option<i64>,
    pub(super) count: Option<f64>,
    pub(super) sum: Option<f64>,
    pub(super) zero_count: Option<f64>,
    pub(super) zero_threshold: Option<f64>,
    pub(super) custom_values: Option<Placed<Vec<f64>>>,
    pub(super) hint: Option<CounterResetHint>,
    pub(super) offset: Option<Placed<i64>>,
    pub(super) buckets: Option<Vec<f64>>,
    pub(super) negative_offset: Option<Placed<i64>>,
    pub(super) negative_buckets: Option<Vec<f64>>,
}

fn error<T>(at: usize, message: impl Into<String>, help: &'static str) -> Read<T> {
    Err(NotationError {
        at,
        message: message.into(),
        help,
    })
}

impl Items {
    /// The histogram, which is written from byte `start` on.
    pub(super) fn histogram(mut self, start: usize) -> Read<FloatHistogram> {
        let histogram = FloatHistogram {
            hint: self.hint.unwrap_or_default(),
            layout: self.layout(start)?,
            zero_threshold: self.zero_threshold.unwrap_or(0.0),
            zero_count: self.zero_count.unwrap_or(0.0),
            count: self.count.unwrap_or(0.0),
            sum: self.sum.unwrap_or(0.0),
            positive: buckets(self.buckets, self.offset)?,
            negative: buckets(self.negative_buckets, self.negative_offset)?,
        };
        if histogram.zero_threshold.is_nan() || histogram.zero_threshold < 0.0 {
            return error(
                start,
                "z_bucket_w is negative or NaN",
                "write how far from zero the zero bucket reaches",
            );
        }
        if let Layout::Custom(bounds) = &histogram.layout {
            check_custom(&histogram, bounds, start)?;
        }
        Ok(histogram)
    }

    fn layout(&mut self, start: usize) -> Read<Layout> {
        let schema = self.schema.unwrap_or(0);
        if schema == i64::from(CUSTOM_SCHEMA) {
            let bounds = self.custom_values.take().unwrap_or_default();
            let ascending = bounds.value.windows(2).all(|pair| pair[0] < pair[1]);
            if !ascending || !bounds.value.iter().all(|bound| bound.is_finite()) {
                return error(
                    bounds.at,
                    "custom_values are not ascending and finite",
                    "sort them, and leave out +Inf: the last bucket reaches there anyway",
                );
            }
            return Ok(Layout::Custom(bounds.value.into()));
        }
        if let Some(bounds) = &self.custom_values {
            return error(
                bounds.at,
                "custom_values without custom buckets",
                "add `schema:-53`",
            );
        }
        match i32::try_from(schema) {
            Ok(schema @ MIN_SCHEMA..=MAX_SCHEMA) => Ok(Layout::Exponential(schema)),
            _ => error(
                start,
                format!("there is no schema {schema}"),
                "exponential schemas are -4 to 8; -53 is for custom buckets",
            ),
        }
    }
}

/// Custom buckets have nothing beside them, and there are not more than their bounds make.
fn check_custom(histogram: &FloatHistogram, bounds: &[f64], start: usize) -> Read<()> {
    let zero = histogram.zero_count != 0.0 || histogram.zero_threshold != 0.0;
    if zero || !histogram.negative.is_empty() {
        return error(
            start,
            "a zero bucket or negative buckets beside custom ones",
            "custom buckets cover all values: remove z_bucket, z_bucket_w and n_buckets",
        );
    }
    let has_bounds = |index: i32| usize::try_from(index).is_ok_and(|at| at <= bounds.len());
    let buckets = histogram.positive.as_slice();
    if !buckets.iter().all(|bucket| has_bounds(bucket.index)) {
        return error(
            start,
            format!("buckets beyond the {} custom bounds", bounds.len()),
            "there is one bucket more than custom_values; `offset` is not negative",
        );
    }
    Ok(())
}

fn buckets(counts: Option<Vec<f64>>, offset: Option<Placed<i64>>) -> Read<Buckets> {
    let counts = counts.unwrap_or_default();
    let offset = offset.unwrap_or_default();
    let length = i64::try_from(counts.len()).unwrap_or(i64::MAX);
    let end = offset.value.saturating_add(length);
    match i32::try_from(offset.value) {
        Ok(first) if offset.value >= -INDEX_LIMIT && end <= INDEX_LIMIT => {
            Ok(Buckets::dense(first, counts))
        }
        _ => error(
            offset.at,
            "buckets that no float is in",
            "their indexes are from -1048576 to 1048576, which is far more than schema 8 needs",
        ),
    }
}
