//! Growth of native histograms.

use std::sync::Arc;

use super::{begun_inside, extrapolation, started_anew, starts_overlap};
use crate::Span;
use crate::eval::functions::range::{Over, Window};
use crate::eval::functions::seconds;
use crate::eval::select::Histograms;
use crate::eval::select::smooth::{edge_samples, histogram_between};
use crate::eval::{Annotation, FloatHistogram};
use crate::histogram::CounterResetHint;

/// A histogram that is calculated with; what is to be said of that is said.
pub(in crate::eval) struct Sum<'a> {
    pub histogram: FloatHistogram,
    pub over: &'a Over<'a>,
    pub span: Span,
}

impl Sum<'_> {
    /// Whether the other one could be added.
    fn add(&mut self, other: &FloatHistogram) -> bool {
        let added = self.histogram.add(other);
        self.combined(added, "addition")
    }

    /// Whether the other one could be subtracted.
    fn sub(&mut self, other: &FloatHistogram) -> bool {
        let subtracted = self.histogram.sub(other);
        self.combined(subtracted, "subtraction")
    }

    fn combined(
        &self,
        combined: Result<crate::histogram::Combined, crate::histogram::IncompatibleSchemas>,
        operation: &str,
    ) -> bool {
        match combined {
            // Colliding hints do not matter: resets are looked for here.
            Ok(combined) => {
                if combined.bounds_reconciled {
                    self.over
                        .note(Annotation::mismatched_custom_buckets(operation, self.span));
                }
                true
            }
            Err(_) => {
                note_mixed_bounds(self.over);
                false
            }
        }
    }
}

fn note_mixed_bounds(over: &Over<'_>) {
    over.note(Annotation::mixed_exponential_custom(
        over.metric(),
        over.span,
    ));
}

fn is_gauge(histogram: &FloatHistogram) -> bool {
    histogram.hint == CounterResetHint::Gauge
}

/// Growth within the range, extrapolated to its edges.
pub(super) fn extrapolated(
    over: &Over<'_>,
    window: &Window<'_>,
    counter: bool,
    per_second: bool,
) -> Option<FloatHistogram> {
    let histograms = window.histograms;
    let first = histograms.values.first()?;
    let growth = if histograms.len() > 1 {
        Some(growth(over, histograms, counter)?)
    } else {
        None
    };
    let begun = begun_inside(window, histograms.times, histograms.starts, counter);
    let to_zero = growth
        .as_ref()
        .filter(|growth| counter && begun.is_none() && growth.count > 0.0 && first.count >= 0.0);
    let to_zero = to_zero.map(|growth| first.count / growth.count);
    let mut growth = match (growth, begun) {
        (None, Some(_)) => FloatHistogram::clone(first),
        (None, None) => return None,
        (Some(growth), None) => growth,
        (Some(growth), Some(_)) => {
            let mut sum = Sum {
                histogram: growth,
                over,
                span: over.span,
            };
            if !sum.add(first) {
                return None;
            }
            sum.histogram
        }
    };
    let count = histograms.len();
    let times = (begun, histograms.times[0], histograms.times[count - 1]);
    let factor = extrapolation(window, times, count, to_zero)?;
    growth.mul(if per_second {
        factor / seconds(over.range)
    } else {
        factor
    });
    Some(growth)
}

/// The difference of last and first, and what was counted before each reset.
fn growth(over: &Over<'_>, histograms: Histograms<'_>, counter: bool) -> Option<FloatHistogram> {
    let values = histograms.values;
    let (first, last) = (&values[0], &values[values.len() - 1]);
    let inner = &values[1..values.len() - 1];
    if counter && (is_gauge(first) || is_gauge(last) || inner.iter().any(|it| is_gauge(it))) {
        over.note(Annotation::not_a_counter_histogram(
            over.metric(),
            over.span,
        ));
    }
    // After a reset right behind it the first one does not matter, nor do its bounds.
    let mut before = first.clone();
    if counter && (anew(histograms, 1) || values[1].detect_reset(first)) {
        before = Arc::new(FloatHistogram::empty(values[1].layout.clone()));
    }
    let custom = before.has_custom_bounds();
    let counted = if counter { inner } else { &[] };
    if last.has_custom_bounds() != custom
        || counted.iter().any(|it| it.has_custom_bounds() != custom)
    {
        note_mixed_bounds(over);
        return None;
    }
    let schemas = counted
        .iter()
        .chain([&before, last])
        .map(|histogram| histogram.schema());
    let mut sum = Sum {
        histogram: FloatHistogram::clone(last),
        over,
        span: over.span,
    };
    sum.histogram
        .reduce_resolution(schemas.min().unwrap_or_default());
    if !sum.sub(&before) {
        return None;
    }
    if counter {
        let mut overlaps = false;
        for at in 1..values.len() {
            let start = histograms.start(at);
            overlaps |= starts_overlap((histograms.start(at - 1), histograms.times[at - 1]), start);
            let reset = anew(histograms, at) || values[at].detect_reset(&before);
            if reset && !sum.add(&before) {
                return None;
            }
            before = values[at].clone();
        }
        if overlaps {
            over.note(Annotation::start_time_overlap(over.metric(), over.span));
        }
    } else if !is_gauge(first) || !is_gauge(last) {
        over.note(Annotation::not_a_gauge_histogram(over.metric(), over.span));
    }
    sum.histogram.hint = CounterResetHint::Gauge;
    sum.histogram.compact(0);
    Some(sum.histogram)
}

/// Whether start timestamps say that the counter began anew before the sample.
fn anew(histograms: Histograms<'_>, at: usize) -> bool {
    started_anew(
        (histograms.start(at - 1), histograms.times[at - 1]),
        (histograms.start(at), histograms.times[at]),
    )
}

/// Growth between the last two samples.
pub(super) fn instant(
    over: &Over<'_>,
    from: &FloatHistogram,
    to: &FloatHistogram,
    counter: bool,
    anew: bool,
    elapsed: i64,
) -> Option<FloatHistogram> {
    if counter && (is_gauge(from) || is_gauge(to)) {
        over.note(Annotation::not_a_counter_histogram(
            over.metric(),
            over.span,
        ));
    }
    if !counter && (!is_gauge(from) || !is_gauge(to)) {
        over.note(Annotation::not_a_gauge_histogram(over.metric(), over.span));
    }
    let mut sum = Sum {
        histogram: to.clone(),
        over,
        span: over.span,
    };
    let reset = counter && (anew || to.detect_reset(from));
    if !reset && !sum.sub(from) {
        return None;
    }
    sum.histogram.hint = CounterResetHint::Gauge;
    sum.histogram.compact(0);
    if counter {
        sum.histogram.div(seconds(elapsed));
    }
    Some(sum.histogram)
}

/// Growth of an `anchored` or `smoothed` range: between histograms at its very edges.
pub(super) fn between_edges(
    over: &Over<'_>,
    window: &Window<'_>,
    smoothed: bool,
    counter: bool,
    per_second: bool,
) -> Option<FloatHistogram> {
    let Histograms { times, values, .. } = window.histograms;
    let (first, last) = edge_samples(times, window.start, window.end, smoothed)?;
    let seen = &values[first..=last];
    if seen
        .iter()
        .any(|it| it.has_custom_bounds() != seen[0].has_custom_bounds())
    {
        note_mixed_bounds(over);
        return None;
    }
    if counter && seen.iter().any(|it| is_gauge(it)) {
        over.note(Annotation::not_a_counter_histogram(
            over.metric(),
            over.span,
        ));
    }
    let between = |before: usize, after: usize, time: i64| {
        let (from, to) = (
            (times[before], &*values[before]),
            (times[after], &*values[after]),
        );
        let evaluator = over.evaluator;
        histogram_between(evaluator, over.span, over.metric(), from, to, time, counter)
    };
    let left = if smoothed && times[first] < window.start {
        between(first, first + 1, window.start)?
    } else {
        FloatHistogram::clone(&values[first])
    };
    let right = if smoothed && last > 0 && times[last] > window.end {
        between(last - 1, last, window.end)?
    } else {
        FloatHistogram::clone(&values[last])
    };
    if !counter && (!is_gauge(&left) || !is_gauge(&right)) {
        over.note(Annotation::not_a_gauge_histogram(over.metric(), over.span));
    }
    let mut sum = Sum {
        histogram: right.clone(),
        over,
        span: over.span,
    };
    if !sum.sub(&left) {
        return None;
    }
    if counter {
        // What lies before a reset right behind the left edge is in the left histogram already.
        let spanned = smoothed
            && times[first] < window.start
            && values[first + 1].detect_reset(&values[first]);
        let (mut before, from) = if spanned {
            (&*values[first + 1], first + 2)
        } else {
            (&left, first + 1)
        };
        // The right histogram stands for the last sample.
        if from <= last {
            let mut correction: Option<Sum<'_>> = None;
            let inner = values[from..last].iter().map(|it| &**it);
            for histogram in inner.chain([&right]) {
                if histogram.detect_reset(before) {
                    match &mut correction {
                        Some(correction) => {
                            if !correction.add(before) {
                                return None;
                            }
                        }
                        None => {
                            correction = Some(Sum {
                                histogram: before.clone(),
                                over,
                                span: over.span,
                            });
                        }
                    }
                }
                before = histogram;
            }
            if let Some(correction) = correction
                && !sum.add(&correction.histogram)
            {
                return None;
            }
        }
    }
    if per_second {
        sum.histogram.div(seconds(over.range));
    }
    sum.histogram.hint = CounterResetHint::Gauge;
    sum.histogram.compact(0);
    Some(sum.histogram)
}
