//! Tools called over MCP: rate, errors, duration, size of answers.

use obsctl_model::prelude::*;
use obsctl_model::query::{Buckets, Vector};

use super::parts;
use crate::labels::ToolStatus;
use crate::metrics::mcp::{
    McpToolDuration, McpToolInvocations, McpToolRateLimited, McpToolRowsReturned,
};
use crate::{limits, services, teams, uids};

/// The dashboard.
#[must_use]
pub fn dashboard() -> Dashboard {
    parts::dashboard(
        uids::MCP_TOOLS,
        "MCP tools",
        uids::folders::SERVICES,
        teams::ASSISTANT,
        services::MCP,
    )
    .description("Do tools answer, how fast, how much, and who is refused?")
    .tags(["red", "mcp"])
    .link(parts::to_overview())
    .link(parts::to_logs())
    .link(parts::to_traces())
    .variable(parts::tools())
    .variable(parts::tenants())
    .row("Right now", headline())
    .row("Calls and errors", calls_row())
    .row("Duration", duration())
    .row("Answers and limits", answers())
    .row("Tools", tools())
    .row("Alerts and failures", related())
}

fn calls() -> Vector<McpToolInvocations> {
    McpToolInvocations::with(McpToolInvocations::tool_name.chosen("tool")).rate(interval())
}

fn calls_that(status: ToolStatus) -> Vector<McpToolInvocations> {
    McpToolInvocations::with(McpToolInvocations::tool_name.chosen("tool"))
        .with(McpToolInvocations::status.is(status))
        .rate(interval())
}

fn durations() -> Buckets<McpToolDuration> {
    McpToolDuration::with(McpToolDuration::tool_name.chosen("tool")).rate(interval())
}

fn limited() -> Vector<McpToolRateLimited> {
    McpToolRateLimited::with(McpToolRateLimited::tool_name.chosen("tool"))
        .with(McpToolRateLimited::tenant_id.chosen("tenant"))
        .rate(interval())
}

fn headline() -> impl Panels {
    (
        stat("Calls")
            .description("Tool calls per second. A sudden multiple of the usual is an agent in a loop.")
            .query(calls().sum())
            .color(Color::Blue)
            .width(4),
        stat("Error ratio")
            .description("Calls that ended in an error over all. Red is where the alert on tool errors fires.")
            .query(calls_that(ToolStatus::Error).sum().share_of(calls().sum()))
            .threshold(limits::TOOL_ERRORS / 2.0, Color::Orange)
            .threshold(limits::TOOL_ERRORS, Color::Red)
            .decimals(1)
            .data_link(Link::explore("Failed calls", Explore::logs(failures())))
            .width(4),
        stat("Denied ratio")
            .description("Calls that governance refused over all. A jump after a release is a wrong rule, else somebody tries doors.")
            .query(calls_that(ToolStatus::Denied).sum().share_of(calls().sum()))
            .threshold(0.1, Color::Orange)
            .decimals(1)
            .width(4),
        stat("p95 duration")
            .description("19 of 20 calls are faster. Models wait for tools: above ten seconds users notice.")
            .query(durations().sum().quantile(0.95))
            .threshold(5.0, Color::Orange)
            .threshold(10.0, Color::Red)
            .width(4),
        stat("Over the limit")
            .description("Calls per second that tenants made too often. Steady values mean a limit is too low or a client too eager.")
            .query(limited().sum().or_zero())
            .threshold(1.0, Color::Orange)
            .width(4),
        stat("p95 rows returned")
            .description("19 of 20 answers have fewer rows. Large answers fill the model's context and cost money.")
            .query(rows().quantile(0.95))
            .threshold(500.0, Color::Orange)
            .decimals(0)
            .width(4),
    )
}

fn rows() -> Buckets<McpToolRowsReturned> {
    McpToolRowsReturned::with(McpToolRowsReturned::tool_name.chosen("tool"))
        .rate(interval())
        .sum()
}

fn calls_row() -> impl Panels {
    (
        timeseries("Calls by tool")
            .description("Calls per second, the ten busiest tools. One that takes over is usually an agent in a loop.")
            .query(calls().sum_by(McpToolInvocations::tool_name).topk(10))
            .legend("{{tool_name}}")
            .stacked()
            .data_link(logs_of_tool())
            .width(8),
        timeseries("Calls by outcome")
            .description("Calls per second by how they ended. Worry when red grows, ask when orange does.")
            .query(calls().sum_by(McpToolInvocations::status))
            .legend("{{status}}")
            .stacked()
            .field(by_name("success").color(Color::Green))
            .field(by_name("error").color(Color::Red))
            .field(by_name("denied").color(Color::Orange))
            .width(8),
        timeseries("Error ratio by tool")
            .description("Calls that ended in an error over all, by tool. Above the line the alert on tool errors fires.")
            .query(
                calls_that(ToolStatus::Error)
                    .sum_by(McpToolInvocations::tool_name)
                    .share_of(calls().sum_by(McpToolInvocations::tool_name)),
            )
            .legend("{{tool_name}}")
            .threshold(limits::TOOL_ERRORS, Color::Red)
            .min(0.0)
            .data_link(logs_of_tool())
            .data_link(failed_traces())
            .width(8),
    )
}

fn duration() -> impl Panels {
    (
        timeseries("Duration")
            .description("Half, 95 % and 99 % of calls are faster. Dots are traces: open one to see what a slow call waited for.")
            .percentiles(durations().sum())
            .width(8),
        timeseries("p95 duration by tool")
            .description("The ten slowest tools. A tool that slows down alone points at the query behind it.")
            .query(durations().sum_by(McpToolDuration::tool_name).quantile(0.95).topk(10))
            .legend("{{tool_name}}")
            .data_link(logs_of_tool())
            .width(8),
        heatmap("Duration distribution")
            .description("How many calls took how long. A band at the top is calls that run into their time limit.")
            .query(
                McpToolDuration::with(McpToolDuration::tool_name.chosen("tool"))
                    .increase(interval())
                    .sum()
                    .heatmap(),
            )
            .width(8),
    )
}

fn answers() -> impl Panels {
    (
        heatmap("Rows returned")
            .description("How many answers had how many rows. Dense cells at the top: answers that should be narrower.")
            .query(
                McpToolRowsReturned::with(McpToolRowsReturned::tool_name.chosen("tool"))
                    .increase(interval())
                    .sum()
                    .heatmap(),
            )
            .width(8),
        timeseries("Calls over the limit by tool")
            .description("Rate limit hits per second by tool. One tool alone: its limit; all: one tenant or agent.")
            .query(limited().sum_by(McpToolRateLimited::tool_name))
            .legend("{{tool_name}}")
            .stacked()
            .width(8),
        table("Tenants over the limit")
            .description("The ten tenants with the most rate limit hits in the time shown. Talk to the first before raising the limit.")
            .column(
                "Hits",
                McpToolRateLimited::with(McpToolRateLimited::tool_name.chosen("tool"))
                    .with(McpToolRateLimited::tenant_id.chosen("tenant"))
                    .increase(range())
                    .sum_by(McpToolRateLimited::tenant_id)
                    .topk(10),
                Unit::None,
            )
            .field(by_name("Hits").decimals(0))
            .field(by_name("tenant_id").link(
                Link::dashboard_uid("Tenant", uids::TENANT)
                    .set("tenant", "${__data.fields.tenant_id}"),
            ))
            .highest_first("Hits")
            .width(8),
    )
}

fn tools() -> impl Panels {
    let all = McpToolInvocations::with(McpToolInvocations::tool_name.chosen("tool")).rate(range());
    let share = |status: ToolStatus| {
        McpToolInvocations::with(McpToolInvocations::tool_name.chosen("tool"))
            .with(McpToolInvocations::status.is(status))
            .rate(range())
            .sum_by(McpToolInvocations::tool_name)
            .share_of(all.clone().sum_by(McpToolInvocations::tool_name))
    };
    let took = McpToolDuration::with(McpToolDuration::tool_name.chosen("tool"))
        .rate(range())
        .sum_by(McpToolDuration::tool_name);
    let returned = McpToolRowsReturned::with(McpToolRowsReturned::tool_name.chosen("tool"))
        .rate(range())
        .sum_by(McpToolRowsReturned::tool_name);
    table("Tools")
        .description(
            "Every tool over the time shown, the busiest first. Click a tool for its log lines.",
        )
        .column(
            "Calls",
            all.clone().sum_by(McpToolInvocations::tool_name),
            Unit::PerSecond,
        )
        .column("Errors", share(ToolStatus::Error), Unit::Ratio)
        .column("Denied", share(ToolStatus::Denied), Unit::Ratio)
        .column("p50", took.clone().quantile(0.5), Unit::Seconds)
        .column("p95", took.quantile(0.95), Unit::Seconds)
        .column("p95 rows", returned.quantile(0.95), Unit::None)
        .field(by_name("Errors").cell(Cell::ColoredText).thresholds([
            (limits::TOOL_ERRORS / 2.0, Color::Orange),
            (limits::TOOL_ERRORS, Color::Red),
        ]))
        .field(by_name("tool_name").link(Link::explore(
            "Log lines",
            Explore::logs(logql(
                r#"{service_name="mcp"} | json | tool_name="${__data.fields.tool_name}""#,
            )),
        )))
        .highest_first("Calls")
        .filterable()
        .width(24)
        .height(8)
}

fn related() -> impl Panels {
    (
        parts::alerts(teams::ASSISTANT),
        logs("Failed, denied and limited calls")
            .description("Lines of calls that did not succeed. Open one for its error and the way to its trace.")
            .query(logql(
                r#"{service_name="mcp"} | json | event=~"tool_failed|tool_denied|tool_rate_limited" | tool_name=~"$tool" | tenant_id=~"$tenant""#,
            ))
            .limit(200)
            .width(16),
    )
}

fn failures() -> LogQl {
    logql(
        r#"{service_name="mcp"} | json | event="tool_failed" | tool_name=~"$tool" | tenant_id=~"$tenant""#,
    )
}

fn logs_of_tool() -> Link {
    Link::explore(
        "Log lines of this tool",
        Explore::logs(logql(
            r#"{service_name="mcp"} | json | tool_name="${__field.labels.tool_name}""#,
        )),
    )
}

fn failed_traces() -> Link {
    Link::explore(
        "Failed traces of this tool",
        Explore::traces(traceql(
            r#"{ resource.service.name = "mcp" && span.tool_name = "${__field.labels.tool_name}" && status = error }"#,
        )),
    )
}
