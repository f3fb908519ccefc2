use obsctl_model::prelude::*;
use opentelemetry::trace::TraceId;

use super::*;
use crate::metrics::Registry;

labels! { pub bounded Route, at_most 4, like "/"; }

metrics! {
    family "Written", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests served.
    pub counter Requests("written_requests_total") { route: Route }
    /// Files open.
    pub gauge Open("written_open_files") {}
    /// Time to serve.
    pub histogram Took("written_took_seconds", Seconds, [0.5, 1.0]) { route: Route }
    /// Bytes sent.
    pub native_histogram Sent("written_sent_bytes", Bytes) {}
    /// Both forms.
    pub dual_histogram Both("written_both_seconds", Seconds, [1.0]) {}
    /// Time waited.
    pub summary Waited("written_waited_seconds", Seconds, [0.5]) {}
}

/// The messages that are written, read again.
fn read(registry: &Registry) -> Vec<MetricFamily> {
    let bytes = registry.protobuf();
    let mut rest = bytes.as_slice();
    let mut families = vec![];
    while !rest.is_empty() {
        let family = MetricFamily::decode_length_delimited(&mut rest).expect("a message");
        families.push(family);
    }
    families
}

fn only(families: &[MetricFamily], name: &str) -> (MetricFamily, super::Metric) {
    let family = families.iter().find(|family| family.name() == name);
    let family = family.unwrap_or_else(|| panic!("no `{name}` in {families:?}"));
    let [metric] = &family.metric[..] else {
        panic!("one series expected: {family:?}");
    };
    (family.clone(), metric.clone())
}

#[test]
fn every_kind_is_written_as_what_it_is() {
    let registry = Registry::new();
    let route = || Route::from("/a \"b\"");
    registry.counter(&Requests { route: route() }).inc_by(3);
    registry.gauge(&Open {}).set(-1.5);
    let took = registry.histogram(&Took { route: route() });
    took.observe(0.5);
    took.observe_with_trace(7.0, TraceId::from(0xabc));
    registry.summary(&Waited {}).observe(0.0);
    let families = read(&registry);

    let (family, metric) = only(&families, "written_requests_total");
    assert_eq!(
        (family.kind(), family.help()),
        (MetricType::Counter, "Requests served.")
    );
    assert_eq!(metric.label, [label("route", "/a \"b\"")]);
    assert_eq!(metric.counter.and_then(|it| it.value), Some(3.0));

    let (family, metric) = only(&families, "written_open_files");
    assert_eq!((family.kind(), family.unit), (MetricType::Gauge, None));
    assert_eq!(metric.gauge.and_then(|it| it.value), Some(-1.5));

    let (family, metric) = only(&families, "written_took_seconds");
    assert_eq!(
        (family.kind(), family.unit()),
        (MetricType::Histogram, "seconds")
    );
    let took = metric.histogram.expect("a histogram");
    assert_eq!((took.sample_count(), took.sample_sum()), (2, 7.5));
    let buckets: Vec<_> = (took.bucket.iter())
        .map(|it| {
            (
                it.upper_bound(),
                it.cumulative_count(),
                it.exemplar.is_some(),
            )
        })
        .collect();
    // The last is there for its exemplar only.
    let expected = [(0.5, 1, false), (1.0, 1, false), (f64::INFINITY, 2, true)];
    assert_eq!(buckets, expected);
    assert_eq!(
        (took.schema, took.zero_threshold),
        (None, None),
        "not native"
    );

    let (family, metric) = only(&families, "written_waited_seconds");
    assert_eq!(family.kind(), MetricType::Summary);
    let waited = metric.summary.expect("a summary");
    assert_eq!(
        (waited.sample_count(), waited.quantile[0].value()),
        (1, 0.0)
    );
}

#[test]
fn native_histograms_are_written_where_values_fell() {
    let registry = Registry::new();
    let sent = registry.histogram(&Sent {});
    for value in [1.0, 1.0, 1.05, 4.0, -2.0, 0.0] {
        sent.observe(value);
    }
    sent.observe_with_trace(4.0, TraceId::from(0xabc));
    registry.histogram(&Both {}).observe(1.0);
    let families = read(&registry);

    let (_, metric) = only(&families, "written_sent_bytes");
    let sent = metric.histogram.expect("a histogram");
    assert_eq!(
        (sent.schema(), sent.zero_count(), sent.sample_count()),
        (3, 1, 7)
    );
    assert_eq!(sent.zero_threshold(), 2_f64.powi(-128));
    let spans = |spans: &[BucketSpan]| -> Vec<_> {
        (spans.iter())
            .map(|it| (it.offset(), it.length()))
            .collect()
    };
    assert_eq!(spans(&sent.positive_span), [(0, 2), (14, 1)]);
    assert_eq!(sent.positive_delta, [2, -1, 1]);
    assert_eq!(spans(&sent.negative_span), [(8, 1)]);
    assert_eq!(sent.negative_delta, [1]);
    assert_eq!(sent.bucket, []);
    let [exemplar] = &sent.exemplars[..] else {
        panic!("one exemplar expected: {sent:?}");
    };
    assert_eq!(exemplar.label[0].value(), TraceId::from(0xabc).to_string());
    assert!(exemplar.timestamp.is_some());

    let (_, metric) = only(&families, "written_both_seconds");
    let both = metric.histogram.expect("a histogram");
    assert_eq!((both.bucket.len(), both.positive_delta), (1, vec![1]));
}

#[test]
fn buckets_are_written_as_runs_and_differences() {
    let buckets = Sparse::from([(-3, 2), (-2, 5), (4, 5), (5, 1)]);
    let (spans, deltas) = sparse(&buckets);
    let spans: Vec<_> = spans
        .iter()
        .map(|span| (span.offset(), span.length()))
        .collect();
    assert_eq!(spans, [(-3, 2), (5, 2)]);
    assert_eq!(deltas, [2, 3, 0, -4]);
    assert_eq!(sparse(&Sparse::new()), (vec![], vec![]));
}
