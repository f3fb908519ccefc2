//! Log lines, by the questions engineers ask: how much, what is slow, what failed for whom, what belongs together.

use obsctl_model::prelude::*;

use super::parts;
use crate::logs::LevelName;
use crate::{limits, uids};

const TEAMS: &str = ".+";

/// The dashboard.
#[must_use]
pub fn dashboard() -> Dashboard {
    parts::dashboard(
        uids::LOGS,
        "Logs explorer",
        uids::folders::EXPLORE,
        TEAMS,
        "api|worker|mcp",
    )
    .description("Slow requests, errors of a tenant or user, volume by endpoint, and one correlation id across services.")
    .tags(["logs"])
    .no_refresh()
    .link(parts::to_overview())
    .link(DashboardLink::to_uid("Tenant", uids::TENANT).tooltip("The same tenant in numbers"))
    .link(parts::to_traces())
    .variable(services())
    .variable(levels())
    .variable(parts::tenants())
    .variable(
        variable::textbox("user")
            .label("User")
            .description("A user id, or its beginning; empty for all"),
    )
    .variable(parts::paths())
    .variable(slow())
    .variable(
        variable::textbox("correlation_id")
            .label("Correlation id")
            .description("What a customer or another service reports: the X-Correlation-ID of a request"),
    )
    .variable(
        variable::textbox("search")
            .label("Search")
            .description("A regular expression anywhere in the line, upper or lower case"),
    )
    .row("Right now", headline())
    .row("Volume", volume())
    .row("Volume by endpoint", endpoints())
    .row("Slow requests", slow_requests())
    .row("Errors of a tenant or user", errors())
    .row("One correlation id across services", story())
    .row("All lines and alerts", everything())
}

fn services() -> Variable {
    variable::query("service", log_label_values("service_name"))
        .label("Service")
        .description("Services and engines")
        .multi()
        .all_value(".+")
}

fn levels() -> Variable {
    use LevelName::{Critical, Debug, Error, Info, Warning};
    let levels = [Debug, Info, Warning, Error, Critical];
    variable::custom(
        "level",
        levels.map(|level| obsctl_model::LabelValue::text(&level).into_owned()),
    )
    .label("Level")
    .description("How bad it is")
    .multi()
    .include_all()
}

fn slow() -> Variable {
    let limit = |milliseconds: f64| format!("{milliseconds}");
    variable::custom(
        "slow",
        ["100", "250", "500", "1000"]
            .map(str::to_owned)
            .into_iter()
            .chain([limit(limits::API_LATENCY * 1000.0), "5000".to_owned()]),
    )
    .label("Slow from (ms)")
    .description("Requests that took longer are slow; 2000 is the limit of the alert")
    .default("1000")
}

fn headline() -> impl Panels {
    (
        stat("Lines")
            .description("Lines of the chosen services and levels in the time shown. Ten times the usual fills the disk.")
            .query(logql(
                r#"sum(count_over_time({service_name=~"$service"} |~ "(?i)$search" | json | level=~"$level" | tenant_id=~"$tenant" [$__range]))"#,
            ))
            .unit(Unit::None)
            .color(Color::Blue)
            .number_only()
            .width(6),
        stat("Errors")
            .description("Lines of level error and critical in the time shown. Compare with the hour before.")
            .query(logql(
                r#"sum(count_over_time({service_name=~"$service"} |~ "(?i)$search" | json | level=~"error|critical" | tenant_id=~"$tenant" | user_id=~"${user}.*" [$__range]))"#,
            ))
            .unit(Unit::None)
            .no_value("0")
            .threshold(1.0, Color::Orange)
            .threshold(100.0, Color::Red)
            .number_only()
            .width(6),
        stat("Warnings")
            .description("Lines of level warning in the time shown: refusals, retries, limits. Many become errors.")
            .query(logql(
                r#"sum(count_over_time({service_name=~"$service"} |~ "(?i)$search" | json | level="warning" | tenant_id=~"$tenant" | user_id=~"${user}.*" [$__range]))"#,
            ))
            .unit(Unit::None)
            .no_value("0")
            .threshold(100.0, Color::Orange)
            .number_only()
            .width(6),
        stat("Slow requests")
            .description("Requests slower than chosen above, in the time shown. The rows below show which and whose.")
            .query(logql(
                r#"sum(count_over_time({service_name="api"} | json | event="request_handled" | duration_ms>$slow | path=~"$path" | tenant_id=~"$tenant" | user_id=~"${user}.*" [$__range]))"#,
            ))
            .unit(Unit::None)
            .no_value("0")
            .threshold(1.0, Color::Orange)
            .number_only()
            .width(6),
    )
}

fn volume() -> impl Panels {
    (
        timeseries("Lines by level")
            .description("Lines by level. Worry when red or orange grow faster than the rest.")
            .query(logql(
                r#"sum by (level) (count_over_time({service_name=~"$service"} |~ "(?i)$search" | json | level=~"$level" | tenant_id=~"$tenant" [$__auto]))"#,
            ))
            .legend("{{level}}")
            .unit(Unit::None)
            .bars()
            .stacked()
            .field(by_name("critical").color(Color::Purple))
            .field(by_name("error").color(Color::Red))
            .field(by_name("warning").color(Color::Orange))
            .field(by_name("info").color(Color::Green))
            .field(by_name("debug").color(Color::Blue)),
        timeseries("Lines by service")
            .description("Lines by service. A service that falls silent has stopped, or its collector has.")
            .query(logql(
                r#"sum by (service_name) (count_over_time({service_name=~"$service"} |~ "(?i)$search" [$__auto]))"#,
            ))
            .legend("{{service_name}}")
            .unit(Unit::None)
            .bars()
            .stacked()
            .data_link(Link::explore(
                "Lines of this service",
                Explore::logs(logql(
                    r#"{service_name="${__field.labels.service_name}"} |~ "(?i)$search""#,
                )),
            )),
    )
}

fn endpoints() -> impl Panels {
    (
        timeseries("Requests by endpoint")
            .description("Request lines by endpoint, the ten most. One endpoint that takes over floods logs and database alike.")
            .query(logql(
                r#"topk(10, sum by (path) (count_over_time({service_name="api"} | json | event="request_handled" | path=~"$path" | tenant_id=~"$tenant" | user_id=~"${user}.*" [$__auto])))"#,
            ))
            .legend("{{path}}")
            .unit(Unit::None)
            .bars()
            .stacked()
            .data_link(Link::explore(
                "Lines of this endpoint",
                Explore::logs(logql(
                    r#"{service_name="api"} | json | path="${__field.labels.path}" | tenant_id=~"$tenant""#,
                )),
            )),
        table("Endpoints")
            .description("Request lines, failures and p95 of every endpoint in the time shown, for the chosen tenants and user.")
            .column(
                "Lines",
                logql(
                    r#"sum by (path) (count_over_time({service_name="api"} | json | event=~"request_handled|request_failed" | path=~"$path" | tenant_id=~"$tenant" | user_id=~"${user}.*" [$__range]))"#,
                ),
                Unit::None,
            )
            .column(
                "Failed",
                logql(
                    r#"sum by (path) (count_over_time({service_name="api"} | json | status_code>=500 | path=~"$path" | tenant_id=~"$tenant" | user_id=~"${user}.*" [$__range]))"#,
                ),
                Unit::None,
            )
            .column(
                "p95",
                logql(
                    r#"quantile_over_time(0.95, {service_name="api"} | json | event="request_handled" | path=~"$path" | tenant_id=~"$tenant" | user_id=~"${user}.*" | unwrap duration_ms | __error__="" [$__range]) by (path)"#,
                ),
                Unit::Milliseconds,
            )
            .field(by_name("Failed").cell(Cell::ColoredText).thresholds([(1.0, Color::Red)]))
            .field(by_name("p95").cell(Cell::ColoredText).thresholds([
                (limits::API_LATENCY * 500.0, Color::Orange),
                (limits::API_LATENCY * 1000.0, Color::Red),
            ]))
            .highest_first("Lines"),
    )
}

fn slow_requests() -> impl Panels {
    (
        timeseries("Slow requests by endpoint")
            .description("Requests slower than chosen above, by endpoint. All at once: the database; one alone: its query.")
            .query(logql(
                r#"sum by (path) (count_over_time({service_name="api"} | json | event="request_handled" | duration_ms>$slow | path=~"$path" | tenant_id=~"$tenant" | user_id=~"${user}.*" [$__auto]))"#,
            ))
            .legend("{{path}}")
            .unit(Unit::None)
            .bars()
            .stacked()
            .width(8)
            .height(10),
        logs("Slow requests")
            .description("The latest requests slower than chosen above, with what they took. Open one for the way to its trace.")
            .query(logql(
                r#"{service_name="api"} | json | event="request_handled" | duration_ms>$slow | path=~"$path" | tenant_id=~"$tenant" | user_id=~"${user}.*" | line_format "{{.duration_ms}} ms {{.method}} {{.path}} {{.status_code}} tenant={{.tenant_id}} correlation={{.correlation_id}}""#,
            ))
            .limit(200)
            .width(16),
    )
}

fn errors() -> impl Panels {
    (
        table("Errors by type")
            .description("What failed how often in the time shown, for the chosen tenants and user. Start with the first line.")
            .column(
                "Lines",
                logql(
                    r#"sum by (service_name, event, error_type) (count_over_time({service_name=~"$service"} | json | level=~"error|critical" | tenant_id=~"$tenant" | user_id=~"${user}.*" [$__range]))"#,
                ),
                Unit::None,
            )
            .field(by_name("event").link(Link::explore(
                "Lines of this event",
                Explore::logs(logql(
                    r#"{service_name=~"$service"} | json | event="${__data.fields.event}" | tenant_id=~"$tenant""#,
                )),
            )))
            .highest_first("Lines")
            .width(8)
            .height(10),
        logs("Errors")
            .description("Lines of level error and critical of the chosen tenants and user, newest first. Copy a correlation id into the field above.")
            .query(logql(
                r#"{service_name=~"$service"} |~ "(?i)$search" | json | level=~"error|critical" | tenant_id=~"$tenant" | user_id=~"${user}.*""#,
            ))
            .limit(200)
            .width(16),
    )
}

fn story() -> impl Panels {
    logs("One correlation id")
        .description("Everything that belongs to one request, in order: API, then the worker's task, then tools. Put the id into the field above.")
        .query(logql(
            r#"{service_name=~"api|worker|mcp"} |= "$correlation_id" | json | correlation_id="$correlation_id" | line_format "{{.service_name}} {{.level}} {{.event}} {{.error}}""#,
        ))
        .limit(500)
        .oldest_first()
}

fn everything() -> impl Panels {
    (
        parts::alerts(TEAMS),
        logs("All lines")
            .description("Lines that fit every choice above, newest first. Narrow down before scrolling.")
            .query(logql(
                r#"{service_name=~"$service"} |~ "(?i)$search" | json | level=~"$level" | tenant_id=~"$tenant" | user_id=~"${user}.*""#,
            ))
            .limit(500)
            .width(16),
    )
}
