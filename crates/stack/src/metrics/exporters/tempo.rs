//! Tempo: spans in, and the metrics its generator makes of them and writes to Prometheus.

use obsctl_model::prelude::*;

use super::labels::{DiscardReason, EngineRoute, EngineTenant, Method, Outcome, WebSocket};
use crate::teams;

labels! {
    /// `service.name` of the spans: the stack's services and what they call.
    pub bounded TracedService, at_most 20, like "api";

    /// Names of spans: templates, never raw paths.
    pub bounded SpanName, at_most 150, like "POST /api/v1/connections";

    /// OpenTelemetry's span kinds.
    pub enum SpanKindLabel {
        Unspecified = "SPAN_KIND_UNSPECIFIED",
        Internal = "SPAN_KIND_INTERNAL",
        Server = "SPAN_KIND_SERVER",
        Client = "SPAN_KIND_CLIENT",
        Producer = "SPAN_KIND_PRODUCER",
        Consumer = "SPAN_KIND_CONSUMER",
    }

    /// How a span ended.
    pub enum SpanStatus { Unset = "STATUS_CODE_UNSET", Ok = "STATUS_CODE_OK", Error = "STATUS_CODE_ERROR" }

    /// What connects two services.
    pub bounded ConnectionType, at_most 4, like "messaging_system";
}

metrics! {
    family "Tempo", owner teams::OBSERVABILITY, exposed_by Exposer::Exporter("tempo".into());

    /// Time spent serving HTTP requests.
    pub histogram TempoRequests(
        "tempo_request_duration_seconds", Seconds,
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0]
    ) {
        method: Method,
        route: EngineRoute,
        status_code: Outcome,
        ws: WebSocket,
    }

    /// Spans received.
    pub counter SpansReceived("tempo_distributor_spans_received_total") { tenant: EngineTenant }

    /// Bytes of spans received, after limits.
    pub counter BytesReceived("tempo_distributor_bytes_received_total", Bytes) { tenant: EngineTenant }

    /// Spans refused, by reason.
    pub counter SpansDiscarded("tempo_discarded_spans_total") {
        reason: DiscardReason,
        tenant: EngineTenant,
    }

    /// Spans, counted by service and name.
    pub counter SpanCalls("traces_spanmetrics_calls_total") {
        service: TracedService,
        span_name: SpanName,
        span_kind: SpanKindLabel,
        status_code: SpanStatus,
    }

    /// How long spans took.
    pub histogram SpanLatency(
        "traces_spanmetrics_latency", Seconds,
        [0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384]
    ) {
        service: TracedService,
        span_name: SpanName,
        span_kind: SpanKindLabel,
        status_code: SpanStatus,
    }

    /// Requests from one service to another.
    pub counter ServiceGraphRequests("traces_service_graph_request_total") {
        client: TracedService,
        server: TracedService,
        connection_type: ConnectionType,
    }

    /// Requests from one service to another that failed.
    pub counter ServiceGraphFailures("traces_service_graph_request_failed_total") {
        client: TracedService,
        server: TracedService,
        connection_type: ConnectionType,
    }
}
