//! The telemetry of the reference system, as its observability document lists it.

use std::collections::BTreeMap;

use obsctl_model::{Domain, Exposer, MetricDef, MetricKind, Presence};
use obsctl_stack::stack;

const ANY: &[&str] = &[];

/// Name, type, labels and the label values that the document lists.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static [&'static str])],
);

const METRICS: &[Row] = &[
    (
        "api_requests_total",
        "counter",
        &[
            ("method", ANY),
            ("path", ANY),
            ("status_code", ANY),
            ("tenant_id", ANY),
        ],
    ),
    (
        "api_request_duration_seconds",
        "histogram",
        &[("method", ANY), ("path", ANY), ("status_code", ANY)],
    ),
    (
        "api_auth_failures_total",
        "counter",
        &[("reason", &["invalid_token", "expired", "missing"])],
    ),
    (
        "api_permission_denied_total",
        "counter",
        &[("permission", ANY), ("role", ANY)],
    ),
    ("api_active_connections", "gauge", &[("tenant_id", ANY)]),
    (
        "worker_jobs_total",
        "counter",
        &[("job_type", ANY), ("status", &["completed", "failed"])],
    ),
    (
        "worker_job_duration_seconds",
        "histogram",
        &[("job_type", ANY)],
    ),
    ("worker_job_retries_total", "counter", &[("job_type", ANY)]),
    (
        "worker_rows_processed_total",
        "counter",
        &[("job_type", ANY), ("operation", &["created", "updated"])],
    ),
    ("worker_queue_depth", "gauge", &[("queue_name", ANY)]),
    ("worker_active_tasks", "gauge", &[("worker_id", ANY)]),
    (
        "mcp_tool_invocations_total",
        "counter",
        &[
            ("tool_name", ANY),
            ("status", &["success", "error", "denied"]),
        ],
    ),
    (
        "mcp_tool_duration_seconds",
        "histogram",
        &[("tool_name", ANY)],
    ),
    ("mcp_tool_rows_returned", "histogram", &[("tool_name", ANY)]),
    (
        "mcp_tool_rate_limited_total",
        "counter",
        &[("tool_name", ANY), ("tenant_id", ANY)],
    ),
    (
        "external_api_requests_total",
        "counter",
        &[("provider", ANY), ("endpoint", ANY), ("status_code", ANY)],
    ),
    (
        "external_api_duration_seconds",
        "histogram",
        &[("provider", ANY), ("endpoint", ANY)],
    ),
    (
        "external_api_rate_limited_total",
        "counter",
        &[("provider", ANY)],
    ),
    ("tenants_active_total", "gauge", &[("plan", ANY)]),
    ("connections_active_total", "gauge", &[("provider", ANY)]),
    (
        "sync_freshness_seconds",
        "gauge",
        &[("tenant_id", ANY), ("provider", ANY), ("object_type", ANY)],
    ),
    (
        "entitlement_denials_total",
        "counter",
        &[("plan", ANY), ("feature", ANY)],
    ),
    (
        "audit_events_total",
        "counter",
        &[("category", ANY), ("action", ANY)],
    ),
];

fn metrics() -> BTreeMap<String, MetricDef> {
    stack()
        .metrics
        .into_iter()
        .flat_map(|family| family.metrics)
        .map(|metric| (metric.name.to_string(), metric))
        .collect()
}

#[test]
fn the_services_expose_these_metrics_and_no_others() {
    let metrics = metrics();
    let ours: Vec<_> = metrics
        .values()
        .filter(|metric| matches!(metric.exposed_by, Exposer::Service(_)))
        .collect();
    assert_eq!(METRICS.len(), 23);
    assert_eq!(ours.len(), METRICS.len());
    for (name, kind, labels) in METRICS {
        let metric = &metrics[*name];
        assert_eq!(metric.kind.word(), *kind, "{name}");
        let declared: Vec<_> = metric.labels.iter().map(|l| l.name.as_str()).collect();
        let listed: Vec<_> = labels.iter().map(|(label, _)| *label).collect();
        assert_eq!(declared, listed, "{name}");
        for (label, values) in labels.iter().filter(|(_, values)| !values.is_empty()) {
            let domain = &metric.label(label).unwrap().domain;
            let listed = values.iter().map(|value| (*value).to_owned()).collect();
            assert_eq!(*domain, Domain::Values(listed), "{name} {label}");
        }
    }
}

#[test]
fn latency_has_the_documented_buckets() {
    let MetricKind::Histogram { buckets, native } = &metrics()["api_request_duration_seconds"].kind
    else {
        panic!("not a histogram");
    };
    assert_eq!(buckets, &[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]);
    assert!(!native);
}

#[test]
fn gauges_with_a_counters_name_say_why() {
    for name in ["tenants_active_total", "connections_active_total"] {
        let metric = &metrics()[name];
        assert_eq!(metric.allow[0].check, "metric-naming");
        assert!(!metric.allow[0].reason.is_empty());
    }
}

#[test]
fn series_have_names_of_their_own() {
    let mut seen = BTreeMap::new();
    for metric in metrics().into_values() {
        for series in metric.series_names() {
            let other = seen.insert(series.clone(), metric.name.to_string());
            assert_eq!(other, None, "{series}");
        }
    }
}

#[test]
fn every_metric_is_collected_by_a_job() {
    let stack = stack();
    let jobs: Vec<_> = stack.scrape_jobs.iter().map(|job| &job.exposes).collect();
    for metric in metrics().into_values() {
        // Every process exposes these, and every service that links the telemetry library: whatever else they expose.
        if obsctl_model::library::exposes(&metric.exposed_by) {
            continue;
        }
        assert!(jobs.contains(&&metric.exposed_by), "{}", metric.name);
    }
}

#[test]
fn log_lines_have_the_documented_fields() {
    let logs = stack().logs;
    let required: Vec<_> = logs
        .standard_fields
        .iter()
        .filter(|field| field.presence == Presence::Required)
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(
        required,
        [
            "timestamp",
            "level",
            "event",
            "service",
            "run_id",
            "schema_version",
            "correlation_id",
            "logger"
        ]
    );
    let presence = |name| &logs.field(name).unwrap().presence;
    assert!(matches!(presence("tenant_id"), Presence::RequiredExcept(_)));
    assert_eq!(*presence("user_id"), Presence::Optional);

    let contexts: Vec<(&str, Vec<&str>)> = logs
        .contexts
        .iter()
        .map(|context| {
            let fields = context.fields.iter().map(|field| field.name.as_str());
            (context.name.as_str(), fields.collect())
        })
        .collect();
    assert_eq!(
        contexts,
        [
            (
                "API request",
                vec!["user_id", "method", "path", "status_code", "duration_ms"]
            ),
            (
                "Worker task",
                vec!["job_id", "job_type", "connection_id", "celery_task_id"]
            ),
            (
                "MCP tool call",
                vec!["tool_name", "execution_time_ms", "rows_returned"]
            ),
            ("Auth event", vec!["user_id", "email", "action"]),
            ("Error", vec!["error", "error_type", "exc_info"]),
        ]
    );
    assert_eq!(logs.redactions.len(), 5);
}

#[test]
fn events_are_named_once_and_use_known_contexts() {
    let stack = stack();
    let services: Vec<_> = stack.services.iter().map(|service| &service.name).collect();
    let mut names = BTreeMap::new();
    for event in &stack.logs.events {
        assert_eq!(names.insert(&event.name, ()), None, "{}", event.name);
        assert!(services.contains(&&event.service), "{}", event.name);
        for context in &event.contexts {
            assert!(
                stack
                    .logs
                    .contexts
                    .iter()
                    .any(|known| known.name == *context),
                "{}: {context}",
                event.name
            );
        }
    }
    for documented in [
        "connection_created",
        "sync_job_started",
        "sync_job_completed",
        "sync_job_failed",
        "worker_task_started",
        "worker_task_completed",
    ] {
        assert!(names.contains_key(&documented.to_owned()), "{documented}");
    }
}

#[test]
fn no_field_is_one_that_must_not_be_logged() {
    let logs = stack().logs;
    for field in logs.fields() {
        for redaction in &logs.redactions {
            for word in &redaction.fields {
                assert!(!field.name.contains(word.as_str()), "{}", field.name);
            }
        }
    }
}

#[test]
fn every_instrumentation_point_has_its_priority() {
    let spans = stack().spans;
    let priority = |instrumentation: &str| {
        let span = spans
            .spans
            .iter()
            .find(|span| span.instrumentation == instrumentation);
        format!("{:?}", span.expect(instrumentation).priority)
    };
    for (instrumentation, expected) in [
        ("axum", "P0"),
        ("sqlx", "P0"),
        ("Queue", "P1"),
        ("Cache", "P2"),
        ("MCP", "P1"),
        ("reqwest", "P1"),
    ] {
        assert_eq!(priority(instrumentation), expected, "{instrumentation}");
    }
    let resource: Vec<_> = spans.resource.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(
        resource,
        ["service.name", "service.version", "deployment.environment"]
    );
}
