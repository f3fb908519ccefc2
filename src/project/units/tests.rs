//! Units through every construct of the language.

use obsctl_model::RuleGroup;
use obsctl_model::prelude::*;

use crate::project::Project;

metrics! {
    family "API", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests.
    pub counter Requests("http_requests_total") {}
    /// Jobs.
    pub counter Jobs("jobs_total") {}
    /// Bytes sent.
    pub counter Sent("sent_bytes_total", Bytes) {}
    /// Processor time.
    pub counter Cpu("cpu_seconds_total", Seconds) {}
    /// Latency.
    pub histogram Latency("latency_seconds", Seconds, [0.1, 1.0]) {}
    /// Sizes.
    pub native_histogram Size("size_bytes", Bytes) {}
    /// Memory.
    pub gauge Memory("memory_bytes", Bytes) {}
    /// Last success.
    pub gauge Success("success_timestamp_seconds", Timestamp) {}
    /// Length of a queue.
    pub gauge Queue("queue_length") {}
}

fn project() -> Project {
    let rule = |name, query| RecordingRule::new(MetricName::from_static(name), promql(query));
    let group = RuleGroup::new("g")
        .record(rule(
            "a:errors:ratio",
            "sum(rate(jobs_total[5m])) / sum(rate(jobs_total[5m]))",
        ))
        .record(rule("b:errors:ratio", "a:errors:ratio"))
        .record(rule("c:said", "100 * b:errors:ratio").unit(Unit::None))
        .record(rule("d:itself", "d:itself + 1"));
    let stack = Stack::new(Slug::from_static("test"));
    Project::link(stack.metric_family(family()).rule_group(group))
}

#[test]
fn every_construct() {
    use Unit::{
        Boolean, Bytes, BytesPerSecond, None as Plain, PerSecond, Ratio, RequestsPerSecond,
        Seconds, Timestamp,
    };
    let project = project();
    for (query, unit) in [
        ("queue_length", Some(Plain)),
        ("rate(jobs_total[5m])", Some(PerSecond)),
        (
            "sum(rate(http_requests_total[5m]))",
            Some(RequestsPerSecond),
        ),
        ("increase(jobs_total[1h])", Some(Plain)),
        ("irate(sent_bytes_total[5m])", Some(BytesPerSecond)),
        ("deriv(memory_bytes[5m])", Some(BytesPerSecond)),
        ("rate(cpu_seconds_total[5m])", Some(Ratio)),
        (
            "histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))",
            Some(Seconds),
        ),
        (
            "histogram_quantile(0.9, sum(rate(size_bytes[5m])))",
            Some(Bytes),
        ),
        ("histogram_avg(rate(size_bytes[5m]))", Some(Bytes)),
        ("histogram_sum(rate(size_bytes[5m]))", Some(BytesPerSecond)),
        ("histogram_count(rate(size_bytes[5m]))", Some(PerSecond)),
        (
            "histogram_fraction(0, 1, rate(size_bytes[5m]))",
            Some(Ratio),
        ),
        (
            "rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m])",
            Some(Seconds),
        ),
        ("rate(latency_seconds_count[5m])", Some(PerSecond)),
        (
            "sum(rate(jobs_total[5m])) / sum(rate(jobs_total[5m]))",
            Some(Ratio),
        ),
        ("1 - queue_length / queue_length", Some(Ratio)),
        ("100 * (queue_length / queue_length)", None),
        ("memory_bytes / 1024", None),
        ("memory_bytes * 1", Some(Bytes)),
        ("memory_bytes * 0", Some(Bytes)),
        ("queue_length * 2", Some(Plain)),
        ("memory_bytes * (queue_length / queue_length)", Some(Bytes)),
        ("memory_bytes / cpu_seconds_total", Some(BytesPerSecond)),
        ("memory_bytes / rate(sent_bytes_total[5m])", None),
        ("time() - success_timestamp_seconds", Some(Seconds)),
        ("delta(success_timestamp_seconds[5m])", Some(Seconds)),
        ("max(success_timestamp_seconds)", Some(Timestamp)),
        ("count(memory_bytes)", Some(Plain)),
        ("up", Some(Boolean)),
        ("sum(up)", Some(Plain)),
        ("avg(up)", Some(Ratio)),
        ("avg_over_time(up[1h])", Some(Ratio)),
        ("memory_bytes > 5", Some(Bytes)),
        ("5 < memory_bytes", Some(Bytes)),
        ("memory_bytes > bool 5", Some(Boolean)),
        ("memory_bytes and up", Some(Bytes)),
        ("memory_bytes or vector(0)", Some(Bytes)),
        ("memory_bytes or queue_length", None),
        ("memory_bytes + success_timestamp_seconds", None),
        ("sqrt(memory_bytes)", None),
        ("max_over_time(memory_bytes[1h])", Some(Bytes)),
        ("quantile_over_time(0.9, memory_bytes[1h])", Some(Bytes)),
        ("max_over_time(rate(jobs_total[5m])[1h:])", Some(PerSecond)),
        (
            "label_replace(memory_bytes, \"a\", \"b\", \"\", \"\")",
            Some(Bytes),
        ),
        ("absent(up)", Some(Boolean)),
        ("b:errors:ratio", Some(Ratio)),
        ("c:said", Some(Plain)),
        ("d:itself", None),
        ("unknown_metric", None),
        ("latency_seconds_bucket", Some(Plain)),
        ("42", None),
    ] {
        assert_eq!(project.unit_of(&promql(query)), unit, "{query}");
    }
}

#[test]
fn quantities_that_cannot_be_added_or_compared_clash() {
    let project = project();
    for (query, clashes) in [
        ("memory_bytes + success_timestamp_seconds", 1),
        ("memory_bytes > scalar(success_timestamp_seconds)", 1),
        ("rate(jobs_total[5m]) + rate(http_requests_total[5m])", 0),
        ("memory_bytes > 5e9", 0),
        ("memory_bytes > queue_length", 0),
        ("success_timestamp_seconds + 60", 0),
        ("memory_bytes / success_timestamp_seconds", 0),
    ] {
        assert_eq!(project.measure(&promql(query)).1.len(), clashes, "{query}");
    }
}
