//! What the telemetry library says of itself.

use crate::{labels, prelude::*};

labels! {
    /// Names of the metrics a service records.
    pub bounded RecordedMetric, at_most 1000, like "api_requests_total";
    /// Names of their labels.
    pub bounded RecordedLabel, at_most 200, like "path";
    /// Names of log events.
    pub bounded LoggedEvent, at_most 100, like "probe_ok";
    /// Why a log line was not written.
    pub enum LineLoss { QueueFull = "queue_full", SinkFailed = "sink_failed", Shutdown = "shutdown" }
    /// Why a span or a log record was not sent.
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

    /// Log lines that were written.
    pub counter LogLines("telemetry_log_lines_total") {}

    /// Log lines that were not written: the sink was too slow or failed, or the service at its end.
    pub counter LogLinesDropped("telemetry_log_lines_dropped_total") { reason: LineLoss }

    /// Log lines that sampling left out.
    pub counter LogLinesSampledOut("telemetry_log_lines_sampled_out_total") { event: LoggedEvent }

    /// Domain events that are not as the log catalog declares them.
    pub counter LogEventsInvalid("telemetry_log_events_invalid_total") { event: LoggedEvent }

    /// Log records that a collector took.
    pub counter LogRecordsExported("telemetry_log_records_exported_total") {}

    /// Log records that were not sent: the queue was full, the collector absent or too slow, or the service at its end.
    pub counter LogRecordsDropped("telemetry_log_records_dropped_total") { reason: DropReason }
}
