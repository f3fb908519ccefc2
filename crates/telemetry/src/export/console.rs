//! Spans and log records for a reader at the terminal.

use std::fmt::Write;

use opentelemetry::logs::AnyValue;
use opentelemetry::trace::{SpanId, Status};
use opentelemetry_sdk::logs::SdkLogRecord;
use opentelemetry_sdk::trace::SpanData;

/// One line: time taken, name, ids, status, attributes.
pub(super) fn span(span: &SpanData) -> String {
    let taken = span
        .end_time
        .duration_since(span.start_time)
        .unwrap_or_default();
    let mut line = format!(
        "span {} {:.1}ms trace_id={} span_id={}",
        span.name,
        taken.as_secs_f64() * 1e3,
        span.span_context.trace_id(),
        span.span_context.span_id()
    );
    let mut append = |key: &str, value: &str| {
        write!(line, " {key}={value}").expect("text grows in memory");
    };
    if span.parent_span_id != SpanId::INVALID {
        append("parent_id", &span.parent_span_id.to_string());
    }
    if let Status::Error { description } = &span.status {
        append("error", &format!("{description:?}"));
    }
    for attribute in &span.attributes {
        // Quoted, so that a value with a line break stays on its line.
        append(
            attribute.key.as_str(),
            &format!("{:?}", attribute.value.as_str()),
        );
    }
    line
}

/// One line: severity, event, attributes.
pub(super) fn record(record: &SdkLogRecord) -> String {
    let severity = record.severity_text().unwrap_or("info");
    let mut line = format!("log {severity}");
    // Values are quoted, so that one with a line break stays on its line.
    if let Some(AnyValue::String(event)) = record.body() {
        write!(line, " {:?}", event.as_str()).expect("text grows in memory");
    }
    for (key, value) in record.attributes_iter() {
        let value = match value {
            AnyValue::String(text) => format!("{:?}", text.as_str()),
            AnyValue::Int(value) => value.to_string(),
            AnyValue::Double(value) => value.to_string(),
            AnyValue::Boolean(value) => value.to_string(),
            nested => format!("{nested:?}"),
        };
        write!(line, " {key}={value}").expect("text grows in memory");
    }
    line
}
