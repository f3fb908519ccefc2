//! Alloy, the collector: what it read and what it could not hand on.

use obsctl_model::prelude::*;

use super::labels::ComponentId;
use crate::teams;

labels! {
    /// Hosts of Loki.
    pub bounded LokiHost, at_most 4, like "loki:3100";

    /// Loki's tenant; empty where there is one only.
    pub bounded WriteTenant, at_most 4, like "";

    /// Why an entry was dropped.
    pub enum DropReason {
        Ingester = "ingester_error",
        RateLimited = "rate_limited",
        StreamLimited = "stream_limited",
        LineTooLong = "line_too_long",
        QueueFull = "queue_is_full",
    }

    /// Health of a component.
    pub enum Health { Healthy = "healthy", Unhealthy = "unhealthy", Unknown = "unknown", Exited = "exited" }
}

metrics! {
    family "Alloy", owner teams::OBSERVABILITY, exposed_by Exposer::Exporter("alloy".into());

    /// Whether the configuration was loaded.
    pub gauge ConfigLoaded("alloy_config_last_load_successful", Boolean) {}

    /// Components by health.
    pub gauge Components("alloy_component_controller_running_components") { health_type: Health }

    /// Log lines sent to Loki.
    pub counter EntriesSent("loki_write_sent_entries_total") {
        host: LokiHost,
        tenant: WriteTenant,
        component_id: ComponentId,
    }

    /// Log lines dropped because Loki did not take them after all retries.
    pub counter EntriesDropped("loki_write_dropped_entries_total") {
        host: LokiHost,
        tenant: WriteTenant,
        reason: DropReason,
        component_id: ComponentId,
    }

    /// Spans taken in.
    pub counter SpansAccepted("otelcol_receiver_accepted_spans_total") { component_id: ComponentId }

    /// Spans that could not be taken in.
    pub counter SpansRefused("otelcol_receiver_refused_spans_total") { component_id: ComponentId }

    /// Spans handed to Tempo.
    pub counter SpansSent("otelcol_exporter_sent_spans_total") { component_id: ComponentId }

    /// Spans that could not be handed to Tempo.
    pub counter SpansFailed("otelcol_exporter_send_failed_spans_total") { component_id: ComponentId }
}
