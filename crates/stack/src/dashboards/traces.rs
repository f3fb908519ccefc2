//! Traces: who calls whom, what is slow, what failed, and one trace in full.

use obsctl_model::prelude::*;
use obsctl_model::query::{Buckets, Selector, Series, Vector};

use super::parts;
use crate::metrics::exporters::tempo::{
    ServiceGraphFailures, ServiceGraphRequests, SpanCalls, SpanLatency, SpanStatus,
};
use crate::{limits, uids};

const TEAMS: &str = ".+";

/// The dashboard.
#[must_use]
pub fn dashboard() -> Dashboard {
    parts::dashboard(
        uids::TRACES,
        "Traces",
        uids::folders::EXPLORE,
        TEAMS,
        "api|worker|mcp",
    )
    .description("Who calls whom, rate, errors and duration of every span, slow and failed traces, and one trace in full.")
    .tags(["traces", "red"])
    .no_refresh()
    .link(parts::to_overview())
    .link(parts::to_logs())
    .variable(
        variable::query("service", label_values(SpanCalls::service))
            .label("Service")
            .description("Services that make spans")
            .multi()
            .include_all(),
    )
    .variable(spans())
    .variable(parts::tenants())
    .variable(
        variable::custom("slower", ["100ms", "250ms", "500ms", "1s", "2s", "5s", "30s"])
            .label("Slower than")
            .description("Traces that took longer are slow; 2s is the limit of the alert on latency")
            .default("500ms"),
    )
    .variable(
        variable::textbox("trace_id")
            .label("Trace id")
            .description("A trace id from a log line or an error report"),
    )
    .row("Right now", headline())
    .row("Service map", map())
    .row("Rate, errors, duration", red())
    .row("Spans", span_table())
    .row("Slow and failed traces", lists())
    .collapsed_row("One trace", one())
    .row("Alerts", parts::alerts(TEAMS).width(24))
}

fn spans() -> Variable {
    let of = SpanCalls::with(SpanCalls::service.chosen("service"));
    variable::query("span", label_values(SpanCalls::span_name).of(of))
        .label("Span")
        .description("Names of the chosen services' spans")
        .multi()
        .include_all()
}

fn chosen() -> Selector<SpanCalls, Series::Cumulative> {
    SpanCalls::with(SpanCalls::service.chosen("service")).with(SpanCalls::span_name.chosen("span"))
}

fn calls() -> Vector<SpanCalls> {
    chosen().rate(interval())
}

fn failures() -> Vector<SpanCalls> {
    chosen()
        .with(SpanCalls::status_code.is(SpanStatus::Error))
        .rate(interval())
}

fn latencies() -> Selector<SpanLatency, Series::Distribution> {
    SpanLatency::with(SpanLatency::service.chosen("service"))
        .with(SpanLatency::span_name.chosen("span"))
}

fn durations() -> Buckets<SpanLatency> {
    latencies().rate(interval())
}

fn headline() -> impl Panels {
    (
        stat("Spans")
            .description("Spans per second of the chosen services. Nothing at all means tracing is broken, not that all is quiet.")
            .query(calls().sum())
            .color(Color::Blue)
            .width(6),
        stat("Error ratio")
            .description("Spans with an error over all. Red is the API's limit on failed requests.")
            .query(failures().sum().share_of(calls().sum()))
            .threshold(limits::API_ERRORS_WARNING, Color::Orange)
            .threshold(limits::API_ERRORS_CRITICAL, Color::Red)
            .decimals(2)
            .width(6),
        stat("p95 duration")
            .description("19 of 20 spans are faster. Choose a service and a span to make it mean something.")
            .query(durations().sum().quantile(0.95))
            .threshold(limits::API_LATENCY / 2.0, Color::Orange)
            .threshold(limits::API_LATENCY, Color::Red)
            .width(6),
        stat("Failing calls between services")
            .description("Calls from one service to another that fail, per second. The table beside the map says which.")
            .query(
                ServiceGraphFailures::with(ServiceGraphFailures::client.chosen("service"))
                    .rate(interval())
                    .sum()
                    .or_zero(),
            )
            .threshold(0.1, Color::Orange)
            .width(6),
    )
}

fn map() -> impl Panels {
    let by = (ServiceGraphRequests::client, ServiceGraphRequests::server);
    let all = ServiceGraphRequests::with(ServiceGraphRequests::client.chosen("service"))
        .rate(range())
        .sum_by(by);
    let failed = ServiceGraphFailures::with(ServiceGraphFailures::client.chosen("service"))
        .rate(range())
        .sum_by((ServiceGraphFailures::client, ServiceGraphFailures::server));
    (
        node_graph("Service map")
            .description("Who calls whom; red rings are errors. A service without lines is not traced, or not called.")
            .query(service_map())
            .width(16)
            .height(12),
        table("Calls between services")
            .description("Calls per second and the failed part, by client and server, over the time shown.")
            .column("Calls", all.clone(), Unit::PerSecond)
            .column("Errors", (failed.or(all.clone() * 0.0)) / all, Unit::Ratio)
            .field(by_name("Errors").cell(Cell::ColoredText).thresholds([
                (limits::API_ERRORS_WARNING, Color::Orange),
                (limits::API_ERRORS_CRITICAL, Color::Red),
            ]))
            .highest_first("Calls")
            .width(8)
            .height(12),
    )
}

fn red() -> impl Panels {
    (
        timeseries("Rate by service")
            .description("Spans per second by service. One that falls while its callers do not is overloaded or gone.")
            .query(calls().sum_by(SpanCalls::service))
            .legend("{{service}}")
            .data_link(traces_of_service("Traces of this service", ""))
            .width(8),
        timeseries("Error ratio by service")
            .description("Spans with an error over all, by service. Errors that begin in one service show in its callers too.")
            .query(
                failures()
                    .sum_by(SpanCalls::service)
                    .share_of(calls().sum_by(SpanCalls::service)),
            )
            .legend("{{service}}")
            .threshold(limits::API_ERRORS_WARNING, Color::Orange)
            .threshold(limits::API_ERRORS_CRITICAL, Color::Red)
            .min(0.0)
            .data_link(traces_of_service("Failed traces of this service", " && status = error"))
            .width(8),
        timeseries("p95 duration by service")
            .description("95 % of a service's spans are faster. The deepest service that slows down is the cause.")
            .query(durations().sum_by(SpanLatency::service).quantile(0.95))
            .legend("{{service}}")
            .data_link(traces_of_service("Slow traces of this service", " && duration > $slower"))
            .width(8),
        timeseries("Duration")
            .description("Half, 95 % and 99 % of the chosen spans are faster. Dots are traces: open one.")
            .percentiles(durations().sum()),
        heatmap("Duration distribution")
            .description("How many of the chosen spans took how long. Two bands are two kinds of work: cached or not, small or large.")
            .query(latencies().increase(interval()).sum().heatmap()),
    )
}

fn span_table() -> impl Panels {
    let by = (SpanCalls::service, SpanCalls::span_name);
    let all = chosen().rate(range()).sum_by(by);
    let failed = chosen()
        .with(SpanCalls::status_code.is(SpanStatus::Error))
        .rate(range())
        .sum_by(by);
    let took = latencies()
        .rate(range())
        .sum_by((SpanLatency::service, SpanLatency::span_name));
    table("Spans")
        .description("Every span of the chosen services over the time shown, the busiest first. Click a span for its traces.")
        .column("Rate", all.clone(), Unit::PerSecond)
        .column("Errors", failed.share_of(all), Unit::Ratio)
        .column("p50", took.clone().quantile(0.5), Unit::Seconds)
        .column("p95", took.quantile(0.95), Unit::Seconds)
        .field(by_name("Errors").cell(Cell::ColoredText).thresholds([
            (limits::API_ERRORS_WARNING, Color::Orange),
            (limits::API_ERRORS_CRITICAL, Color::Red),
        ]))
        .field(by_name("span_name").link(Link::explore(
            "Traces with this span",
            Explore::traces(traceql(
                r#"{ resource.service.name = "${__data.fields.service}" && name = "${__data.fields.span_name}" }"#,
            )),
        )))
        .highest_first("Rate")
        .filterable()
        .width(24)
        .height(9)
}

fn lists() -> impl Panels {
    (
        table("Slow traces")
            .description("Traces of the chosen services and spans that took longer than chosen above. Click an id to open one.")
            .query(traceql(
                r#"{ resource.service.name =~ "$service" && name =~ "$span" && traceDuration > $slower }"#,
            ))
            .limit(20),
        table("Failed traces")
            .description("Traces with an error in the chosen services and spans, newest first. Click an id to open one.")
            .query(traceql(
                r#"{ resource.service.name =~ "$service" && name =~ "$span" && status = error }"#,
            ))
            .limit(20),
        table("Traces of the chosen tenants")
            .description("What the chosen tenants did: requests, tasks and tool calls. For support: find the time, open the trace.")
            .query(traceql(
                r#"{ resource.service.name =~ "$service" && span.tenant_id =~ "$tenant" }"#,
            ))
            .limit(20),
        table("Slow statements")
            .description("Database spans of the chosen services that took longer than chosen above. Look at their statement and its plan.")
            .query(traceql(
                r#"{ resource.service.name =~ "$service" && span.db.system =~ "postgresql|sqlite" && duration > $slower } | select(span.db.statement)"#,
            ))
            .limit(20),
    )
}

fn one() -> impl Panels {
    (
        traces("Trace")
            .description("The trace whose id stands above, span by span. The longest span without children is where time went.")
            .query(traceql("$trace_id")),
        logs("Log lines of the trace")
            .description("What the services logged while the trace ran, in order. Errors here explain the red spans above.")
            .query(logql(
                r#"{service_name=~"api|worker|mcp"} |= "$trace_id" | json | trace_id="$trace_id""#,
            ))
            .oldest_first(),
    )
}

fn traces_of_service(title: &str, more: &str) -> Link {
    Link::explore(
        title,
        Explore::traces(traceql(&format!(
            r#"{{ resource.service.name = "${{__field.labels.service}}"{more} }}"#
        ))),
    )
}
