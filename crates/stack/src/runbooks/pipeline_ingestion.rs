//! Logs or traces are lost on their way.

use obsctl_model::prelude::*;

use crate::metrics::exporters::{alloy, loki, telemetry, tempo};
use crate::uids;

/// What alerts refer to it by.
pub const ID: Slug = Slug::from_static("pipeline-ingestion");

/// The runbook.
#[must_use]
pub fn runbook() -> Runbook {
    Runbook::new(
        ID,
        "Logs and Traces Ingestion",
        "Alloy drops what it collected, or Loki or Tempo refuse it",
    )
    .symptom("Log lines or spans are missing")
    .symptom("Links from metrics to traces, or from traces to logs, lead nowhere")
    .step(
        "See what the services could not send, and why",
        telemetry::SpansDropped::rate(mins(5))
            .sum_by((TargetLabel::JOB, telemetry::SpansDropped::reason)),
    )
    .then(telemetry::SpansExported::rate(mins(5)).sum_by(TargetLabel::JOB))
    .step(
        "Follow log lines: what Alloy sent and dropped, what Loki took and refused",
        alloy::EntriesSent::rate(mins(5)).sum(),
    )
    .then(alloy::EntriesDropped::rate(mins(5)).sum_by(alloy::EntriesDropped::reason))
    .then(loki::LinesReceived::rate(mins(5)).sum())
    .then(loki::LinesDiscarded::rate(mins(5)).sum_by(loki::LinesDiscarded::reason))
    .step(
        "Follow spans: what Alloy took and sent, what Tempo took and refused",
        alloy::SpansAccepted::rate(mins(5)).sum(),
    )
    .then(alloy::SpansFailed::rate(mins(5)).sum_by(alloy::SpansFailed::component_id))
    .then(tempo::SpansReceived::rate(mins(5)).sum())
    .then(tempo::SpansDiscarded::rate(mins(5)).sum_by(tempo::SpansDiscarded::reason))
    .step(
        "See which requests Loki and Tempo fail",
        loki::LokiRequests::observations()
            .with(loki::LokiRequests::status_code.matches("5.."))
            .rate(mins(5))
            .sum_by(loki::LokiRequests::route),
    )
    .then(
        tempo::TempoRequests::observations()
            .with(tempo::TempoRequests::status_code.matches("5.."))
            .rate(mins(5))
            .sum_by(tempo::TempoRequests::route),
    )
    .step(
        "See which parts of the collector are unwell: its page shows each of them",
        alloy::Components::with(alloy::Components::health_type.is_not(alloy::Health::Healthy)),
    )
    .then(Action::http("GET http://localhost:12345/graph"))
    .then(Action::shell(
        "docker compose logs --tail=100 alloy loki tempo",
    ))
    .resolve(
        "a service's reason is `queue_full`",
        "it makes more spans than it can send: sample, or give the queue more room.",
    )
    .resolve(
        "a service's reason is `export_failed`",
        "the collector is away, too slow, or its address is wrong: see `OTEL_EXPORTER_OTLP_ENDPOINT`.",
    )
    .resolve(
        "the reason is `rate_limited`",
        "raise the limit, or find the service that logs too much.",
    )
    .resolve(
        "the reason is `stream_limited`",
        "a label has too many values: make it a field.",
    )
    .resolve(
        "the disk is full",
        "shorten the retention, then give it more room.",
    )
    .resolve(
        "Loki or Tempo is down",
        "restart it: Alloy keeps trying for a while.",
    )
    .escalate("The observability team, when anything is lost for more than 15 minutes")
    .dashboard(uids::PIPELINE)
}
