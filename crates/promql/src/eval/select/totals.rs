//! Histograms of which only count and sum are asked for.

use std::sync::Arc;

use crate::eval::FloatHistogram;
use crate::eval::storage::HistogramColumn;
use crate::eval::value::is_stale;
use crate::histogram::{CounterResetHint, Layout};

/// The histograms without their buckets. Resets, which would no longer be found, are told by the hints of
/// all but the first histogram from the time `first` on, before which nothing is read.
pub(super) fn of(histograms: &HistogramColumn, first: i64) -> HistogramColumn {
    let mut totals = HistogramColumn::default();
    let mut before: Option<&FloatHistogram> = None;
    for (at, histogram) in histograms.values.iter().enumerate() {
        let time = histograms.times[at];
        let hint = match before {
            Some(before) if histogram.hint == CounterResetHint::Unknown => {
                if histogram.detect_reset(before) {
                    CounterResetHint::Reset
                } else {
                    CounterResetHint::NotReset
                }
            }
            _ => histogram.hint,
        };
        let total = FloatHistogram {
            hint,
            count: histogram.count,
            sum: histogram.sum,
            ..FloatHistogram::empty(match histogram.layout {
                Layout::Exponential(schema) => Layout::Exponential(schema),
                Layout::Custom(_) => Layout::Custom(Arc::new([])),
            })
        };
        let start = histograms.starts.get(at).copied().unwrap_or_default();
        totals.push(time, start, Arc::new(total));
        if time >= first && !is_stale(histogram.sum) {
            before = Some(histogram);
        }
    }
    totals
}
