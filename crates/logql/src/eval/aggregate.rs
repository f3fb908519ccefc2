//! Aggregation of the series of a step.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use obsctl_promql::eval::Labels;

use super::plan::Aggregation;
use super::value::Sample;
use crate::ast::AggregateOp;

pub(super) fn aggregate(node: &Aggregation, samples: Vec<Sample>) -> Vec<Sample> {
    let mut groups: BTreeMap<Labels, Vec<Sample>> = BTreeMap::new();
    for sample in samples {
        groups
            .entry(node.group(&sample.labels))
            .or_default()
            .push(sample);
    }
    let groups = groups.into_iter();
    if node.op.keeps_series() {
        return groups.flat_map(|(_, samples)| node.pick(samples)).collect();
    }
    let sums = groups.map(|(labels, samples)| {
        let value = fold(node.op, &samples);
        Sample { labels, value }
    });
    sums.collect()
}

impl Aggregation {
    fn group(&self, labels: &Labels) -> Labels {
        let listed = |name: &str| self.labels.iter().any(|label| label == name);
        if self.without {
            labels.filter(|name| !listed(name) && name != "__name__")
        } else {
            labels.filter(listed)
        }
    }

    /// The series of a group in their order: as many as are asked for. What is no number comes last.
    fn pick(&self, mut samples: Vec<Sample>) -> Vec<Sample> {
        let descending = matches!(
            self.op,
            AggregateOp::Topk | AggregateOp::ApproxTopk | AggregateOp::SortDesc
        );
        samples.sort_by(|a, b| {
            let order = a.value.partial_cmp(&b.value).unwrap_or(Ordering::Equal);
            let order = if descending { order.reverse() } else { order };
            a.value.is_nan().cmp(&b.value.is_nan()).then(order)
        });
        if self.op.takes_parameter() {
            samples.truncate(self.count);
        }
        samples
    }
}

/// The value of a group of at least one series.
fn fold(op: AggregateOp, samples: &[Sample]) -> f64 {
    let values = || samples.iter().map(|sample| sample.value);
    match op {
        AggregateOp::Sum => values()
            .reduce(|sum, value| sum + value)
            .unwrap_or_default(),
        AggregateOp::Count => count(samples),
        AggregateOp::Max => {
            let most = |most: f64, it| if most < it || most.is_nan() { it } else { most };
            values().reduce(most).unwrap_or_default()
        }
        AggregateOp::Min => {
            let least = |least: f64, it| {
                if least > it || least.is_nan() {
                    it
                } else {
                    least
                }
            };
            values().reduce(least).unwrap_or_default()
        }
        AggregateOp::Avg => moments(values()).0,
        AggregateOp::Stdvar => moments(values()).1 / count(samples),
        AggregateOp::Stddev => (moments(values()).1 / count(samples)).sqrt(),
        AggregateOp::Topk
        | AggregateOp::Bottomk
        | AggregateOp::ApproxTopk
        | AggregateOp::Sort
        | AggregateOp::SortDesc => f64::NAN,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "there are fewer series than 2^52"
)]
fn count(samples: &[Sample]) -> f64 {
    samples.len() as f64
}

/// The mean and the sum of squared differences from it, by Welford's algorithm, which begins with the
/// first value.
fn moments(mut values: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut mean = values.next().unwrap_or_default();
    let (mut squares, mut count) = (0.0, 1.0);
    for value in values {
        count += 1.0;
        let delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
    }
    (mean, squares)
}
