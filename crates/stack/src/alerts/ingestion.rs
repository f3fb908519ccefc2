//! The way of logs and traces: out of the services, Alloy, Loki, Tempo.

use obsctl_model::prelude::*;

use crate::metrics::exporters::{alloy, loki, telemetry, tempo};
use crate::{limits, runbooks, teams, uids};

/// The group.
#[must_use]
pub fn group() -> RuleGroup {
    RuleGroup::new("ingestion")
        .alert(telemetry_loses_data())
        .alert(telemetry_loses_lines())
        .alert(alloy_drops_logs())
        .alert(alloy_fails_spans())
        .alert(alloy_unhealthy())
        .alert(alloy_config())
        .alert(loki_discards())
        .alert(loki_requests())
        .alert(tempo_discards())
        .alert(tempo_requests())
        .alert(traces_stopped())
}

fn telemetry_loses_data() -> Alert {
    Alert::new("TelemetryLosesData")
        .when(
            telemetry::SpansDropped::increase(mins(15))
                .sum_by((TargetLabel::JOB, telemetry::SpansDropped::reason))
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("{{ $labels.job }} lost {{ $value | humanize }} spans in 15 minutes: {{ $labels.reason }}")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("The service itself goes on; its traces have holes or are missing.")
        .label("service", "{{ $labels.job }}")
        .dashboard(uids::PIPELINE)
}

fn telemetry_loses_lines() -> Alert {
    Alert::new("TelemetryLosesLines")
        .when(
            telemetry::LogLinesDropped::increase(mins(15))
                .sum_by((TargetLabel::JOB, telemetry::LogLinesDropped::reason))
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("{{ $labels.job }} lost {{ $value | humanize }} log lines in 15 minutes: {{ $labels.reason }}")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("The service itself goes on; what it did is not all in its log.")
        .label("service", "{{ $labels.job }}")
        .dashboard(uids::PIPELINE)
}

fn alloy_drops_logs() -> Alert {
    Alert::new("AlloyDropsLogs")
        .when(
            alloy::EntriesDropped::increase(mins(15))
                .sum_by(alloy::EntriesDropped::reason)
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary(
            "Alloy dropped {{ $value | humanize }} log lines in 15 minutes: {{ $labels.reason }}",
        )
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("Loki did not take them after all retries. They are lost.")
        .label("service", "alloy")
        .dashboard(uids::PIPELINE)
}

fn alloy_fails_spans() -> Alert {
    Alert::new("AlloyFailsSpans")
        .when(
            alloy::SpansFailed::increase(mins(15))
                .sum_by(alloy::SpansFailed::component_id)
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("{{ $labels.component_id }} could not hand on {{ $value | humanize }} spans in 15 minutes")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("Traces have holes or are missing.")
        .label("service", "alloy")
        .dashboard(uids::PIPELINE)
}

fn alloy_unhealthy() -> Alert {
    Alert::new("AlloyUnhealthy")
        .when(
            alloy::Components::with(alloy::Components::health_type.is(alloy::Health::Unhealthy))
                .sum_by(TargetLabel::INSTANCE)
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("{{ $value | humanize }} components of Alloy {{ $labels.instance }} are unwell")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("A part of the telemetry is not collected.")
        .label("service", "alloy")
        .dashboard(uids::PIPELINE)
}

fn alloy_config() -> Alert {
    Alert::new("AlloyConfigNotLoaded")
        .when(alloy::ConfigLoaded::select().equals(0.0))
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("Alloy {{ $labels.instance }} refused its configuration")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("It goes on with the one before: what was added is not collected.")
        .label("service", "alloy")
        .dashboard(uids::PIPELINE)
}

fn loki_discards() -> Alert {
    Alert::new("LokiDiscardsLines")
        .when(
            loki::LinesDiscarded::increase(mins(15))
                .sum_by(loki::LinesDiscarded::reason)
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("Loki refused {{ $value | humanize }} lines in 15 minutes: {{ $labels.reason }}")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("They cannot be searched, and rules on logs do not see them.")
        .label("service", "loki")
        .dashboard(uids::PIPELINE)
}

fn loki_requests() -> Alert {
    let requests = || loki::LokiRequests::observations();
    Alert::new("LokiRequestErrors")
        .when(
            (requests()
                .with(loki::LokiRequests::status_code.matches("5.."))
                .rate(mins(5))
                .sum_by(loki::LokiRequests::route)
                / requests().rate(mins(5)).sum_by(loki::LokiRequests::route))
            .gt(limits::ENGINE_ERRORS),
        )
        .lasting(mins(15))
        .severity(Severity::Critical)
        .owner(teams::OBSERVABILITY)
        .summary("{{ $value | humanizePercentage }} of Loki's requests to {{ $labels.route }} fail")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("Logs are not stored, or cannot be read.")
        .label("service", "loki")
        .dashboard(uids::PIPELINE)
}

fn tempo_discards() -> Alert {
    Alert::new("TempoDiscardsSpans")
        .when(
            tempo::SpansDiscarded::increase(mins(15))
                .sum_by(tempo::SpansDiscarded::reason)
                .gt(0.0),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("Tempo refused {{ $value | humanize }} spans in 15 minutes: {{ $labels.reason }}")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("Traces have holes or are missing.")
        .label("service", "tempo")
        .dashboard(uids::PIPELINE)
}

fn tempo_requests() -> Alert {
    let requests = || tempo::TempoRequests::observations();
    Alert::new("TempoRequestErrors")
        .when(
            (requests()
                .with(tempo::TempoRequests::status_code.matches("5.."))
                .rate(mins(5))
                .sum_by(tempo::TempoRequests::route)
                / requests().rate(mins(5)).sum_by(tempo::TempoRequests::route))
            .gt(limits::ENGINE_ERRORS),
        )
        .lasting(mins(15))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary(
            "{{ $value | humanizePercentage }} of Tempo's requests to {{ $labels.route }} fail",
        )
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("Traces are not stored, or cannot be read.")
        .label("service", "tempo")
        .dashboard(uids::PIPELINE)
}

fn traces_stopped() -> Alert {
    Alert::new("TracesStopped")
        .when(
            alloy::SpansAccepted::rate(mins(10))
                .sum()
                .gt(0.0)
                .unless(tempo::SpansReceived::rate(mins(10)).sum().gt(0.0)),
        )
        .lasting(mins(5))
        .severity(Severity::Warning)
        .owner(teams::OBSERVABILITY)
        .summary("Alloy takes {{ $value | humanize }} spans per second, Tempo receives none")
        .runbook(runbooks::pipeline_ingestion::ID)
        .description("New traces cannot be found.")
        .label("service", "tempo")
        .dashboard(uids::PIPELINE)
}
