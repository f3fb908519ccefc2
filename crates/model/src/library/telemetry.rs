//! What the telemetry library says of itself.

use crate::{labels, prelude::*};

labels! {
    /// Names of the metrics a service records.
    pub bounded RecordedMetric, at_most 1000, like "api_requests_total";
    /// Names of their labels.
    pub bounded RecordedLabel, at_most 200, like "path";
    /// Why a span was not sent.
    pub enum DropReason { QueueFull = "queue_full", ExportFailed = "export_failed", Shutdown = "shutdown" }
}

metrics! {
    family "Telemetry", owner "platform", exposed_by Exposer::Exporter("telemetry".into());

    /// Label values outside their declared domain, recorded as `other`.
    pub counter LabelValuesFolded("telemetry_label_values_folded_total") {
        metric: RecordedMetric,
        label: RecordedLabel,
    }

    /// Spans that a collector took.
    pub counter SpansExported("telemetry_spans_exported_total") {}

    /// Spans that were not sent: the queue was full, the collector absent or too slow, or the service at its end.
    pub counter SpansDropped("telemetry_spans_dropped_total") { reason: DropReason }
}
