//! A catalog by itself: what is exposed, logged and traced, without rules and dashboards.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{LogCatalog, MetricFamily, SpanCatalog, Stack};

/// A catalog written as text: of an exporter, of another team, or read from a running service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TelemetryCatalog {
    /// Metrics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricFamily>,
    /// Log events, fields and stream labels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub logs: LogCatalog,
    /// Spans and their attributes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub spans: SpanCatalog,
}

impl TelemetryCatalog {
    /// Adds what another one declares.
    pub fn append(&mut self, other: Self) {
        let Self {
            metrics,
            logs,
            spans,
        } = other;
        self.metrics.extend(metrics);
        let LogCatalog {
            stream_labels,
            standard_fields,
            contexts,
            events,
            redactions,
        } = logs;
        self.logs.stream_labels.extend(stream_labels);
        self.logs.standard_fields.extend(standard_fields);
        self.logs.contexts.extend(contexts);
        self.logs.events.extend(events);
        self.logs.redactions.extend(redactions);
        let SpanCatalog { resource, spans } = spans;
        self.spans.resource.extend(resource);
        self.spans.spans.extend(spans);
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl From<&Stack> for TelemetryCatalog {
    fn from(stack: &Stack) -> Self {
        Self {
            metrics: stack.metrics.clone(),
            logs: stack.logs.clone(),
            spans: stack.spans.clone(),
        }
    }
}
