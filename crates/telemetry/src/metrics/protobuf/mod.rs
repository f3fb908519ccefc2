//! Writes samples as protocol buffers: the form that native histograms need.

mod messages;

use std::time::UNIX_EPOCH;

use obsctl_model::{MetricDef, MetricKind};
use prost::Message;

use crate::metrics::exemplar::Exemplar;
use crate::metrics::exposition::{Exposed, Sample, State};
use crate::metrics::histogram::Snapshot;
use crate::metrics::native::{Native, Sparse, ZERO_THRESHOLD};
use crate::metrics::summary::Quantiles;
use crate::metrics::text::unit_of;
use messages::{
    Bucket, BucketSpan, Counter, Exemplar as ExemplarMessage, Gauge, Histogram, LabelPair, Metric,
    MetricFamily, MetricType, Quantile, Summary, Timestamp,
};

/// All samples, each metric with its length before it.
pub(super) fn write(exposed: &[Exposed]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for metric in exposed {
        bytes.extend(family(metric).encode_length_delimited_to_vec());
    }
    bytes
}

fn family(metric: &Exposed) -> MetricFamily {
    let definition = &*metric.definition;
    let kind = match definition.kind {
        MetricKind::Counter => MetricType::Counter,
        MetricKind::Gauge | MetricKind::Unknown => MetricType::Gauge,
        MetricKind::Histogram { .. } => MetricType::Histogram,
        MetricKind::Summary { .. } => MetricType::Summary,
    };
    MetricFamily {
        name: Some(definition.name.to_string()),
        help: Some(definition.help.clone()),
        kind: Some(kind.into()),
        metric: (metric.samples.iter())
            .map(|sample| message(definition, sample))
            .collect(),
        unit: unit_of(definition, definition.name.as_str()).map(str::to_owned),
    }
}

fn message(definition: &MetricDef, sample: &Sample) -> Metric {
    let mut metric = Metric {
        label: (sample.labels(definition))
            .map(|(name, value)| label(name, value))
            .collect(),
        ..Metric::default()
    };
    match &sample.state {
        State::Counter(value, at) => {
            metric.counter = Some(Counter {
                value: Some(*value),
                exemplar: at.map(exemplar),
            });
        }
        State::Gauge(value) => {
            metric.gauge = Some(Gauge {
                value: Some(*value),
            });
        }
        State::Histogram(snapshot) => metric.histogram = Some(histogram(snapshot)),
        State::Summary(quantiles) => metric.summary = Some(summary(quantiles)),
    }
    metric
}

fn histogram(snapshot: &Snapshot) -> Histogram {
    let bucket = |(bound, total, at): &(f64, u64, Option<Exemplar>)| Bucket {
        cumulative_count: Some(*total),
        upper_bound: Some(*bound),
        exemplar: at.map(exemplar),
    };
    let classic = Histogram {
        sample_count: Some(snapshot.count()),
        sample_sum: Some(snapshot.sum),
        ..Histogram::default()
    };
    // The last bucket is the count, and written only where there is more to say.
    let listed = |(bound, _, at): &&(f64, u64, Option<Exemplar>)| bound.is_finite() || at.is_some();
    let buckets = snapshot.buckets.iter().filter(listed).map(bucket);
    let Some(native) = &snapshot.native else {
        return Histogram {
            bucket: buckets.collect(),
            ..classic
        };
    };
    let only_native = snapshot.buckets.len() == 1;
    let (positive_span, positive_delta) = sparse(&native.positive);
    let (negative_span, negative_delta) = sparse(&native.negative);
    let Native { schema, zero, .. } = native;
    Histogram {
        exemplars: (snapshot.buckets.iter())
            .filter_map(|(_, _, at)| at.map(exemplar))
            .collect(),
        bucket: if only_native {
            vec![]
        } else {
            buckets.collect()
        },
        schema: Some(*schema),
        zero_threshold: Some(ZERO_THRESHOLD),
        zero_count: Some(*zero),
        positive_span,
        positive_delta,
        negative_span,
        negative_delta,
        ..classic
    }
}

/// Runs of buckets, and how each count differs from the one before.
fn sparse(buckets: &Sparse) -> (Vec<BucketSpan>, Vec<i64>) {
    let (mut spans, mut deltas) = (Vec::<BucketSpan>::new(), vec![]);
    let (mut next, mut before) = (0, 0);
    for (index, count) in buckets {
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        match spans.last_mut() {
            Some(span) if next == *index => span.length = span.length.map(|length| length + 1),
            _ => spans.push(BucketSpan {
                offset: Some(index - next),
                length: Some(1),
            }),
        }
        deltas.push(count - before);
        (next, before) = (index + 1, count);
    }
    (spans, deltas)
}

fn summary(summary: &Quantiles) -> Summary {
    let quantile = |(quantile, value): &(f64, f64)| Quantile {
        quantile: Some(*quantile),
        value: Some(*value),
    };
    Summary {
        sample_count: Some(summary.count),
        sample_sum: Some(summary.sum),
        quantile: summary.values.iter().map(quantile).collect(),
    }
}

fn exemplar(exemplar: Exemplar) -> ExemplarMessage {
    let at = exemplar.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    ExemplarMessage {
        label: vec![label("trace_id", &exemplar.trace.to_string())],
        value: Some(exemplar.value),
        timestamp: Some(Timestamp {
            seconds: i64::try_from(at.as_secs()).unwrap_or(i64::MAX),
            nanos: i32::try_from(at.subsec_nanos()).unwrap_or(i32::MAX),
        }),
    }
}

fn label(name: &str, value: &str) -> LabelPair {
    LabelPair {
        name: Some(name.to_owned()),
        value: Some(value.to_owned()),
    }
}

#[cfg(test)]
mod tests;
