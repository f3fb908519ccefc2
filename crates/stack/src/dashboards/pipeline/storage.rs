//! What keeps and shows telemetry: Loki, Tempo, Grafana.

use obsctl_model::prelude::*;
use obsctl_model::query::{Any, Vector};

use crate::limits;
use crate::metrics::exporters::{grafana, loki, tempo};

pub fn loki() -> impl Panels {
    (
        timeseries("Lines and bytes received")
            .description("Lines (left) and bytes (right) per second. Bytes that grow without lines are longer lines: stack traces, payloads.")
            .query(loki::LinesReceived::rate(interval()).sum())
            .legend("lines")
            .query(loki::BytesReceived::rate(interval()).sum())
            .legend("bytes")
            .field(by_query("B").unit(Unit::BytesPerSecond).right_axis())
            .width(8),
        timeseries("Lines refused")
            .description("Lines Loki did not take, by reason. `rate_limited` and `stream_limit` are limits to raise, or labels to remove.")
            .query(loki::LinesDiscarded::rate(interval()).sum_by(loki::LinesDiscarded::reason))
            .legend("{{reason}}")
            .stacked()
            .color(Color::Red)
            .width(8),
        timeseries("Streams in memory")
            .description("Streams with recent lines. Growth without end is an index label with unbounded values.")
            .query(loki::MemoryStreams::select().sum())
            .legend("streams")
            .width(8),
        timeseries("Request duration")
            .description("95 % of requests are faster, the ten slowest routes. Slow pushes back up into the collector.")
            .query(
                loki::LokiRequests::rate(interval())
                    .sum_by(loki::LokiRequests::route)
                    .quantile(0.95)
                    .topk(10),
            )
            .legend("{{route}}")
            .width(12),
        timeseries("Failed requests")
            .description("Requests answered with 5xx over all, by route. Above the line the alert fires: lines are not stored, or cannot be read.")
            .query(failed_loki())
            .legend("{{route}}")
            .threshold(limits::ENGINE_ERRORS, Color::Red)
            .min(0.0)
            .width(12),
    )
}

pub fn tempo() -> impl Panels {
    (
        timeseries("Spans and bytes received")
            .description("Spans (left) and bytes (right) per second. Nothing at all: services do not trace, or the collector does not hand on.")
            .query(tempo::SpansReceived::rate(interval()).sum())
            .legend("spans")
            .query(tempo::BytesReceived::rate(interval()).sum())
            .legend("bytes")
            .field(by_query("B").unit(Unit::BytesPerSecond).right_axis())
            .width(6),
        timeseries("Spans refused")
            .description("Spans Tempo did not take, by reason. `trace_too_large` is one endless trace, `rate_limited` too many.")
            .query(tempo::SpansDiscarded::rate(interval()).sum_by(tempo::SpansDiscarded::reason))
            .legend("{{reason}}")
            .stacked()
            .color(Color::Red)
            .width(6),
        timeseries("Request duration")
            .description("95 % of requests are faster, the ten slowest routes. Slow searches are long time ranges or large blocks.")
            .query(
                tempo::TempoRequests::rate(interval())
                    .sum_by(tempo::TempoRequests::route)
                    .quantile(0.95)
                    .topk(10),
            )
            .legend("{{route}}")
            .width(6),
        timeseries("Failed requests")
            .description("Requests answered with 5xx over all, by route. Above the line the alert fires: traces are not stored, or cannot be read.")
            .query(failed_tempo())
            .legend("{{route}}")
            .threshold(limits::ENGINE_ERRORS, Color::Red)
            .min(0.0)
            .width(6),
    )
}

pub fn grafana() -> impl Panels {
    (
        timeseries("Requests by status")
            .description("Requests to Grafana per second by status. 5xx: its database or a datasource.")
            .query(
                grafana::GrafanaRequests::observations()
                    .rate(interval())
                    .sum_by(grafana::GrafanaRequests::status_code),
            )
            .legend("{{status_code}}")
            .stacked()
            .field(by_regex("5..").color(Color::Red))
            .field(by_regex("4..").color(Color::Orange))
            .field(by_regex("2..").color(Color::Green))
            .width(8),
        timeseries("Request duration")
            .description("95 % of requests are faster, the ten slowest handlers. Query handlers are as slow as the engine behind them.")
            .query(
                grafana::GrafanaRequests::rate(interval())
                    .sum_by(grafana::GrafanaRequests::handler)
                    .quantile(0.95)
                    .topk(10),
            )
            .legend("{{handler}}")
            .width(8),
        timeseries("Requests to datasources")
            .description("Queries per second by datasource and answer. Anything but 200 is panels without data.")
            .query(
                grafana::DatasourceRequests::rate(interval()).sum_by((
                    grafana::DatasourceRequests::datasource,
                    grafana::DatasourceRequests::code,
                )),
            )
            .legend("{{datasource}} {{code}}")
            .stacked()
            .width(8),
    )
}

fn failed_loki() -> Vector<Any> {
    let all = || loki::LokiRequests::observations();
    let failed = all().with(loki::LokiRequests::status_code.matches("5.."));
    failed
        .rate(interval())
        .sum_by(loki::LokiRequests::route)
        .share_of(all().rate(interval()).sum_by(loki::LokiRequests::route))
}

fn failed_tempo() -> Vector<Any> {
    let all = || tempo::TempoRequests::observations();
    let failed = all().with(tempo::TempoRequests::status_code.matches("5.."));
    failed
        .rate(interval())
        .sum_by(tempo::TempoRequests::route)
        .share_of(all().rate(interval()).sum_by(tempo::TempoRequests::route))
}
