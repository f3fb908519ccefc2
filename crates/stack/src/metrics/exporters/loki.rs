//! Loki: lines in, requests, rules on logs.

use obsctl_model::prelude::*;

use super::labels::{
    DiscardReason, EngineRoute, EngineTenant, Method, Outcome, RuleGroupKey, WebSocket,
};
use crate::teams;

labels! {
    /// The API that lines came by: Loki's own, or OpenTelemetry's.
    pub bounded PushFormat, at_most 4, like "loki";

    /// Whether Loki wrote the lines itself.
    pub enum InternalStream { No = "false", Yes = "true" }

    /// How long the lines are kept.
    pub bounded RetentionHours, at_most 5, like "168";
}

metrics! {
    family "Loki", owner teams::OBSERVABILITY, exposed_by Exposer::Exporter("loki".into());

    /// Time spent serving HTTP requests.
    pub histogram LokiRequests(
        "loki_request_duration_seconds", Seconds,
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0]
    ) {
        method: Method,
        route: EngineRoute,
        status_code: Outcome,
        ws: WebSocket,
    }

    /// Lines received.
    pub counter LinesReceived("loki_distributor_lines_received_total") {
        format: PushFormat,
        is_internal_stream: InternalStream,
        tenant: EngineTenant,
    }

    /// Bytes received, before compression.
    pub counter BytesReceived("loki_distributor_bytes_received_total", Bytes) {
        format: PushFormat,
        is_internal_stream: InternalStream,
        retention_hours: RetentionHours,
        tenant: EngineTenant,
    }

    /// Lines refused, by reason.
    pub counter LinesDiscarded("loki_discarded_samples_total") {
        format: PushFormat,
        reason: DiscardReason,
        retention_hours: RetentionHours,
        tenant: EngineTenant,
    }

    /// Streams in memory.
    pub gauge MemoryStreams("loki_ingester_memory_streams") { tenant: EngineTenant }

    /// Evaluations of rules on logs.
    pub counter RuleEvaluations("loki_prometheus_rule_evaluations_total") {
        user: EngineTenant,
        rule_group: RuleGroupKey,
    }

    /// Evaluations of rules on logs that failed.
    pub counter RuleFailures("loki_prometheus_rule_evaluation_failures_total") {
        user: EngineTenant,
        rule_group: RuleGroupKey,
    }
}
