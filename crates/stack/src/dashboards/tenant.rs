//! One customer: what support and a person on call open when a tenant calls.
//!
//! Metrics carry the tenant only where that is affordable. Latency and jobs of one tenant come from log lines.

use obsctl_model::prelude::*;
use obsctl_model::query::Vector;

use super::parts::{self, failed};
use crate::metrics::api::{ApiActiveConnections, ApiRequests};
use crate::metrics::business::SyncFreshness;
use crate::metrics::mcp::McpToolRateLimited;
use crate::{limits, uids};

const TEAMS: &str = "platform|integrations|security";

/// The dashboard.
#[must_use]
pub fn dashboard() -> Dashboard {
    parts::dashboard(
        uids::TENANT,
        "Tenant",
        uids::folders::PRODUCT,
        TEAMS,
        "api|worker|mcp",
    )
    .description("One customer: requests, connections, jobs, freshness of data, and what was done in their name.")
    .tags(["tenant", "red"])
    .last(hours(6))
    .refresh(mins(1))
    .link(parts::to_overview())
    .link(parts::to_logs())
    .link(parts::to_traces())
    .variable(parts::tenant())
    .variable(providers())
    .row("Right now", headline())
    .row("Requests", requests_row())
    .row("Connections and freshness", connections())
    .row("Jobs", jobs())
    .row("Tools", tools())
    .row("Audit trail and alerts", audit())
    .row("Errors", errors())
}

fn providers() -> Variable {
    let of = SyncFreshness::with(SyncFreshness::tenant_id.chosen("tenant"));
    variable::query("provider", label_values(SyncFreshness::provider).of(of))
        .label("Provider")
        .description("Systems this tenant has connected")
        .multi()
        .include_all()
}

fn requests() -> Vector<ApiRequests> {
    ApiRequests::with(ApiRequests::tenant_id.chosen("tenant")).rate(interval())
}

fn failures() -> Vector<ApiRequests> {
    ApiRequests::with(ApiRequests::tenant_id.chosen("tenant"))
        .with(failed(ApiRequests::status_code))
        .rate(interval())
}

/// Seconds since the last sync of the tenant's chosen providers.
fn freshness() -> obsctl_model::query::Selector<SyncFreshness, obsctl_model::query::Series::Level> {
    SyncFreshness::with(SyncFreshness::tenant_id.chosen("tenant"))
        .with(SyncFreshness::provider.chosen("provider"))
}

fn headline() -> impl Panels {
    (
        stat("Requests")
            .description("Requests of this tenant per second. Nothing at all in working hours is worth a question.")
            .query(requests().sum())
            .color(Color::Blue)
            .width(4),
        stat("Error ratio")
            .description("Requests answered with 5xx over all of this tenant. Compare with the overview before assuming it is only them.")
            .query(failures().sum().share_of(requests().sum()))
            .threshold(limits::API_ERRORS_WARNING, Color::Orange)
            .threshold(limits::API_ERRORS_CRITICAL, Color::Red)
            .decimals(2)
            .width(4),
        stat("p95 latency")
            .description("19 of 20 requests of this tenant are faster; computed from log lines. Red is the API's limit.")
            .query(logql(
                r#"quantile_over_time(0.95, {service_name="api"} |= "$tenant" | json | tenant_id="$tenant" | event="request_handled" | unwrap duration_ms | __error__="" [$__range]) by (tenant_id)"#,
            ))
            .unit(Unit::Milliseconds)
            .threshold(limits::API_LATENCY * 500.0, Color::Orange)
            .threshold(limits::API_LATENCY * 1000.0, Color::Red)
            .number_only()
            .width(4),
        stat("Oldest data")
            .description("The longest time since one of this tenant's connections was synced. Red is stale.")
            .query(freshness().max())
            .threshold(limits::FRESHNESS_WARNING, Color::Orange)
            .threshold(limits::FRESHNESS_CRITICAL, Color::Red)
            .width(4),
        stat("Failed jobs")
            .description("Sync jobs of this tenant that failed in the time shown. Look at the lines below for the reason.")
            .query(logql(
                r#"sum(count_over_time({service_name="worker"} |= "sync_job_failed" |= "$tenant" | json | tenant_id="$tenant" | event="sync_job_failed" [$__range]))"#,
            ))
            .unit(Unit::None)
            .no_value("0")
            .threshold(1.0, Color::Orange)
            .threshold(10.0, Color::Red)
            .number_only()
            .width(4),
        stat("Open streams")
            .description("WebSocket and SSE connections of this tenant. Growth without end is a client that never hangs up.")
            .query(ApiActiveConnections::with(ApiActiveConnections::tenant_id.chosen("tenant")).sum())
            .color(Color::Blue)
            .width(4),
    )
}

fn requests_row() -> impl Panels {
    (
        timeseries("Request volume")
            .description("Requests per second by endpoint, the ten busiest. One that never rests may be a loop at the client.")
            .query(requests().sum_by(ApiRequests::path).topk(10))
            .legend("{{path}}")
            .stacked()
            .data_link(logs_of_path())
            .width(8),
        timeseries("Requests by status")
            .description("Requests per second by status code. Many 401 or 403: credentials; many 5xx: our fault.")
            .query(requests().sum_by(ApiRequests::status_code))
            .legend("{{status_code}}")
            .stacked()
            .field(by_regex("5..").color(Color::Red))
            .field(by_regex("4..").color(Color::Orange))
            .field(by_regex("2..").color(Color::Green))
            .width(8),
        timeseries("Latency")
            .description("Median and 95th percentile of this tenant's requests, from log lines. The line is the API's limit.")
            .query(logql(
                r#"quantile_over_time(0.5, {service_name="api"} |= "$tenant" | json | tenant_id="$tenant" | event="request_handled" | unwrap duration_ms | __error__="" [$__auto]) by (tenant_id)"#,
            ))
            .legend("p50")
            .query(logql(
                r#"quantile_over_time(0.95, {service_name="api"} |= "$tenant" | json | tenant_id="$tenant" | event="request_handled" | unwrap duration_ms | __error__="" [$__auto]) by (tenant_id)"#,
            ))
            .legend("p95")
            .unit(Unit::Milliseconds)
            .threshold(limits::API_LATENCY * 1000.0, Color::Red)
            .data_link(slow_traces())
            .width(8),
    )
}

fn connections() -> impl Panels {
    let age = freshness().max_by(SyncFreshness::provider);
    (
        state_timeline("Connection health")
            .description("Whether each provider's data comes in: fresh, late, or stale where the alert fires. Red needs the provider's credentials or limits checked.")
            .query(
                age.clone().gt_bool(limits::FRESHNESS_WARNING)
                    + age.gt_bool(limits::FRESHNESS_CRITICAL),
            )
            .legend("{{provider}}")
            .unit(Unit::None)
            .show(0, "fresh", Color::Green)
            .show(1, "late", Color::Orange)
            .show(2, "stale", Color::Red)
            .data_link(logs_of_provider()),
        timeseries("Sync freshness per provider")
            .description("Seconds since the last successful sync. A line that only climbs is a sync that does not run.")
            .query(freshness().max_by((SyncFreshness::provider, SyncFreshness::object_type)))
            .legend("{{provider}} {{object_type}}")
            .threshold(limits::FRESHNESS_WARNING, Color::Orange)
            .threshold(limits::FRESHNESS_CRITICAL, Color::Red)
            .data_link(logs_of_provider()),
        logs("Trouble with connections")
            .description("Failed tests, refused calls, rate limits and decryption errors of this tenant. A `401` needs the tenant to reconnect.")
            .query(logql(
                r#"{service_name=~"api|worker"} |= "$tenant" | json | tenant_id="$tenant" | event=~"connection_test_failed|external_request_failed|external_rate_limit_hit|decryption_failed" | provider=~"$provider|""#,
            ))
            .limit(100)
            .height(8),
    )
}

fn jobs() -> impl Panels {
    (
        timeseries("Jobs completed and failed")
            .description("Sync jobs of this tenant by outcome, from log lines. Red bars that repeat at every schedule do not heal by themselves.")
            .query(logql(
                r#"sum by (event) (count_over_time({service_name="worker"} |= "$tenant" | json | tenant_id="$tenant" | event=~"sync_job_completed|sync_job_failed" [$__auto]))"#,
            ))
            .legend("{{event}}")
            .unit(Unit::None)
            .bars()
            .stacked()
            .field(by_name("sync_job_failed").color(Color::Red))
            .field(by_name("sync_job_completed").color(Color::Green))
            .data_link(Link::explore(
                "Log lines of these jobs",
                Explore::logs(logql(
                    r#"{service_name="worker"} |= "$tenant" | json | tenant_id="$tenant" | event="${__field.labels.event}""#,
                )),
            ))
            .width(8),
        timeseries("Job success ratio")
            .description("Completed sync jobs over all of this tenant, by type. Below the line more fail than the alert allows.")
            .query(logql(
                r#"sum by (job_type) (count_over_time({service_name="worker"} |= "$tenant" | json | tenant_id="$tenant" | event="sync_job_completed" [$__auto])) / sum by (job_type) (count_over_time({service_name="worker"} |= "$tenant" | json | tenant_id="$tenant" | event=~"sync_job_completed|sync_job_failed" [$__auto]))"#,
            ))
            .legend("{{job_type}}")
            .unit(Unit::Ratio)
            .base_color(Color::Red)
            .threshold(1.0 - limits::JOB_FAILURES, Color::Green)
            .min(0.0)
            .max(1.0)
            .width(8),
        timeseries("Rows processed")
            .description("Rows read and written for this tenant, by job type. Jobs that complete without rows deserve a look.")
            .query(logql(
                r#"sum by (job_type) (sum_over_time({service_name="worker"} |= "$tenant" | json | tenant_id="$tenant" | event="sync_job_completed" | unwrap rows_processed | __error__="" [$__auto]))"#,
            ))
            .legend("{{job_type}}")
            .unit(Unit::None)
            .bars()
            .stacked()
            .width(8),
    )
}

fn tools() -> impl Panels {
    (
        timeseries("Tool calls")
            .description("Calls of MCP tools for this tenant by outcome, from log lines. Denied calls are entitlements or governance.")
            .query(logql(
                r#"sum by (event) (count_over_time({service_name="mcp"} |= "$tenant" | json | tenant_id="$tenant" | event=~"tool_.+" [$__auto]))"#,
            ))
            .legend("{{event}}")
            .unit(Unit::None)
            .bars()
            .stacked()
            .field(by_name("tool_failed").color(Color::Red))
            .field(by_name("tool_denied").color(Color::Orange))
            .field(by_name("tool_called").color(Color::Green)),
        timeseries("Tool calls over the limit")
            .description("Calls this tenant made too often, per second and tool. A steady line is a client that does not back off.")
            .query(
                McpToolRateLimited::with(McpToolRateLimited::tenant_id.chosen("tenant"))
                    .rate(interval())
                    .sum_by(McpToolRateLimited::tool_name),
            )
            .legend("{{tool_name}}")
            .data_link(
                Link::dashboard_uid("This tool", uids::MCP_TOOLS)
                    .set("tool", "${__field.labels.tool_name}"),
            ),
    )
}

fn audit() -> impl Panels {
    (
        logs("Recent audit events")
            .description("What was done in this tenant's name, newest first. Look for actions nobody remembers.")
            .query(logql(
                r#"{service_name=~"api|worker|mcp"} |= "audit_event" |= "$tenant" | json | tenant_id="$tenant" | event="audit_event" | line_format "{{.category}} {{.action}} user={{.user_id}}""#,
            ))
            .limit(100)
            .width(16),
        parts::alerts(TEAMS),
    )
}

fn errors() -> impl Panels {
    logs("Errors")
        .description("Lines of level error and critical about this tenant, from all services. Open one for the way to its trace.")
        .query(logql(
            r#"{service_name=~"api|worker|mcp"} |= "$tenant" | json | tenant_id="$tenant" | level=~"error|critical""#,
        ))
        .limit(200)
}

fn logs_of_path() -> Link {
    Link::explore(
        "Log lines of this endpoint",
        Explore::logs(logql(
            r#"{service_name="api"} |= "$tenant" | json | tenant_id="$tenant" | path="${__field.labels.path}""#,
        )),
    )
}

fn logs_of_provider() -> Link {
    Link::explore(
        "Log lines of this provider",
        Explore::logs(logql(
            r#"{service_name="worker"} |= "$tenant" | json | tenant_id="$tenant" | provider="${__field.labels.provider}""#,
        )),
    )
}

fn slow_traces() -> Link {
    Link::explore(
        "Slow traces of this tenant",
        Explore::traces(traceql(
            r#"{ resource.service.name = "api" && span.tenant_id = "$tenant" && duration > 1s }"#,
        )),
    )
}
