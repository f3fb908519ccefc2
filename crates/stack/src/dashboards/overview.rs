//! Everything at a glance: what a person on call opens first.

use obsctl_model::prelude::*;
use obsctl_model::query::{Buckets, Vector};

use super::parts::{self, failed};
use crate::labels::JobStatus;
use crate::metrics::api::{
    ApiActiveConnections, ApiAuthFailures, ApiLatency, ApiPermissionDenied, ApiRequests,
};
use crate::metrics::business::{
    AuditEvents, ConnectionsActive, EntitlementDenials, SyncFreshness, TenantsActive,
};
use crate::metrics::worker::{WorkerJobs, WorkerQueueDepth};
use crate::{limits, uids};

const TEAMS: &str = ".+";

/// The dashboard.
#[must_use]
pub fn dashboard() -> Dashboard {
    parts::dashboard(
        uids::OVERVIEW,
        "Overview",
        uids::folders::PRODUCT,
        TEAMS,
        "api|worker|mcp",
    )
    .description(
        "Is the product well, and if not, where? Requests, latency, jobs and customers at a glance.",
    )
    .tags(["red", "api", "worker"])
    .link(DashboardLink::to_uid("Tenant", uids::TENANT).tooltip("One customer"))
    .link(DashboardLink::to_uid("Worker", uids::WORKER).tooltip("Jobs and queues"))
    .link(parts::to_logs())
    .link(parts::to_traces())
    .variable(parts::paths())
    .row("Right now", headline())
    .row("Promises", promises())
    .row("Traffic and errors", traffic())
    .row("Latency", latency())
    .row("Endpoints", endpoints())
    .row("Jobs and queues", jobs())
    .row("Customers", customers())
    .row("Who is refused", refusals())
    .row("Alerts and errors", related())
}

fn requests() -> Vector<ApiRequests> {
    ApiRequests::with(ApiRequests::path.chosen("path")).rate(interval())
}

fn failures() -> Vector<ApiRequests> {
    ApiRequests::with(ApiRequests::path.chosen("path"))
        .with(failed(ApiRequests::status_code))
        .rate(interval())
}

fn durations() -> Buckets<ApiLatency> {
    ApiLatency::with(ApiLatency::path.chosen("path")).rate(interval())
}

fn headline() -> impl Panels {
    (
        stat("Requests")
            .description("Requests served per second. Worry when it drops to nothing or doubles without a reason.")
            .query(requests().sum())
            .color(Color::Blue)
            .width(4),
        stat("Error ratio")
            .description("Requests answered with 5xx over all. Orange is worth a look, red calls somebody.")
            .query(failures().sum().share_of(requests().sum()))
            .threshold(limits::API_ERRORS_WARNING, Color::Orange)
            .threshold(limits::API_ERRORS_CRITICAL, Color::Red)
            .decimals(2)
            .data_link(logs_of_failures("", "Failed requests"))
            .width(4),
        stat("p95 latency")
            .description("19 of 20 requests are faster. The alert on latency has the same limit, per endpoint.")
            .query(durations().sum().quantile(0.95))
            .threshold(limits::API_LATENCY / 2.0, Color::Orange)
            .threshold(limits::API_LATENCY, Color::Red)
            .width(4),
        stat("Longest queue")
            .description("Tasks waiting in the longest queue. Red is where the backlog alert fires.")
            .query(WorkerQueueDepth::select().max())
            .threshold(limits::QUEUE_BACKLOG / 2.0, Color::Orange)
            .threshold(limits::QUEUE_BACKLOG, Color::Red)
            .data_link(Link::dashboard_uid("Workers", uids::WORKER))
            .width(4),
        stat("Oldest data")
            .description("The longest time since a tenant's data was synced. Late data shows before customers ask.")
            .query(SyncFreshness::select().max())
            .threshold(limits::FRESHNESS_WARNING, Color::Orange)
            .threshold(limits::FRESHNESS_CRITICAL, Color::Red)
            .data_link(Link::dashboard_uid("External APIs", uids::EXTERNAL_APIS))
            .width(4),
        stat("Firing alerts")
            .description("Alerts that fire now, of all teams. Anything but 0 has a line in the list at the end.")
            .query(parts::firing(TEAMS))
            .threshold(1.0, Color::Red)
            .width(4),
    )
}

fn promises() -> impl Panels {
    (
        bar_gauge("Error budget left")
            .description("What may still fail in the objective's window, the worst group of each. Red: the promise is broken, stop what is risky.")
            .query(promql(
                "min by (sloth_slo) (slo:period_error_budget_remaining:ratio)",
            ))
            .legend("{{sloth_slo}}")
            .min(0.0)
            .max(1.0)
            .base_color(Color::Red)
            .threshold(0.0, Color::Orange)
            .threshold(0.25, Color::Green)
            .data_link(one_objective())
            .width(12)
            .height(7),
        timeseries("Burn rate")
            .description("How fast budgets are used: at 1 a budget lasts exactly its window, at 14.4 one of 30 days is gone in two.")
            .query(promql("max by (sloth_slo) (slo:current_burn_rate:ratio)"))
            .legend("{{sloth_slo}}")
            .unit(Unit::None)
            .threshold(1.0, Color::Orange)
            .threshold(14.4, Color::Red)
            .min(0.0)
            .data_link(one_objective())
            .width(12)
            .height(7),
    )
}

fn traffic() -> impl Panels {
    (
        timeseries("Request rate")
            .description("Requests per second by status code. Worry when 5xx grow, or when all of it drops at once.")
            .query(requests().sum_by(ApiRequests::status_code))
            .legend("{{status_code}}")
            .stacked()
            .field(by_regex("5..").color(Color::Red))
            .field(by_regex("4..").color(Color::Orange))
            .field(by_regex("2..").color(Color::Green))
            .data_link(Link::explore(
                "Requests with this status",
                Explore::logs(logql(
                    r#"{service_name="api"} | json | status_code="${__field.labels.status_code}""#,
                )),
            )),
        timeseries("Error rate")
            .description("Requests answered with 5xx over all, by endpoint. The lines are the limits of the alerts.")
            .query(
                failures()
                    .sum_by(ApiRequests::path)
                    .share_of(requests().sum_by(ApiRequests::path)),
            )
            .legend("{{path}}")
            .threshold(limits::API_ERRORS_WARNING, Color::Orange)
            .threshold(limits::API_ERRORS_CRITICAL, Color::Red)
            .min(0.0)
            .data_link(logs_of_failures(
                r#" | path="${__field.labels.path}""#,
                "Failed requests of this endpoint",
            )),
        timeseries("Traffic by endpoint")
            .description("The ten busiest endpoints, in requests per second. Worry when one takes over from the others.")
            .query(requests().sum_by(ApiRequests::path).topk(10))
            .legend("{{path}}")
            .data_link(logs_of_path()),
        timeseries("Traffic by method")
            .description("Requests per second by HTTP method. Writes that stop while reads go on point at the database.")
            .query(requests().sum_by(ApiRequests::method))
            .legend("{{method}}")
            .stacked(),
    )
}

fn latency() -> impl Panels {
    (
        timeseries("P50/P95/P99 latency")
            .description("Half, 95 % and 99 % of requests are faster. Dots are traces: p99 far from p50 means a few are slow.")
            .percentiles(durations().sum())
            .threshold(limits::API_LATENCY, Color::Red),
        heatmap("Latency distribution")
            .description("How many requests took how long. A second band above the first is a second population of requests.")
            .query(
                ApiLatency::with(ApiLatency::path.chosen("path"))
                    .increase(interval())
                    .sum()
                    .heatmap(),
            ),
        timeseries("p95 latency by endpoint")
            .description("The ten slowest endpoints. One above the line for five minutes raises the latency alert.")
            .query(durations().sum_by(ApiLatency::path).quantile(0.95).topk(10))
            .legend("{{path}}")
            .threshold(limits::API_LATENCY, Color::Red)
            .data_link(logs_of_path())
            .data_link(traces_of_path("${__field.labels.path}"))
            .width(24),
    )
}

fn endpoints() -> impl Panels {
    let rate = ApiRequests::with(ApiRequests::path.chosen("path")).rate(range());
    let failed_rate = ApiRequests::with(ApiRequests::path.chosen("path"))
        .with(failed(ApiRequests::status_code))
        .rate(range());
    let latency = ApiLatency::with(ApiLatency::path.chosen("path"))
        .rate(range())
        .sum_by(ApiLatency::path);
    table("Endpoints")
        .description("Every endpoint over the time shown, the busiest first. Click a path for its log lines, its p95 for slow traces.")
        .column("Requests", rate.clone().sum_by(ApiRequests::path), Unit::PerSecond)
        .column(
            "Errors",
            failed_rate
                .sum_by(ApiRequests::path)
                .share_of(rate.sum_by(ApiRequests::path)),
            Unit::Ratio,
        )
        .column("p50", latency.clone().quantile(0.5), Unit::Seconds)
        .column("p95", latency.clone().quantile(0.95), Unit::Seconds)
        .column("p99", latency.quantile(0.99), Unit::Seconds)
        .field(
            by_name("path")
                .link(Link::explore(
                    "Log lines",
                    Explore::logs(logql(
                        r#"{service_name="api"} | json | path="${__data.fields.path}""#,
                    )),
                )),
        )
        .field(by_name("Errors").cell(Cell::ColoredText).thresholds([
            (limits::API_ERRORS_WARNING, Color::Orange),
            (limits::API_ERRORS_CRITICAL, Color::Red),
        ]))
        .field(by_name("p95").cell(Cell::ColoredText).thresholds([
            (limits::API_LATENCY / 2.0, Color::Orange),
            (limits::API_LATENCY, Color::Red),
        ]).link(traces_of_path("${__data.fields.path}")))
        .highest_first("Requests")
        .filterable()
        .width(24)
        .height(10)
}

fn jobs() -> impl Panels {
    let done = WorkerJobs::rate(interval());
    let failed = WorkerJobs::with(WorkerJobs::status.is(JobStatus::Failed)).rate(interval());
    (
        timeseries("Job queue depth")
            .description("Tasks waiting, by queue. Above the line for five minutes the backlog alert fires.")
            .query(WorkerQueueDepth::select().max_by(WorkerQueueDepth::queue_name))
            .legend("{{queue_name}}")
            .threshold(limits::QUEUE_BACKLOG, Color::Red)
            .data_link(
                Link::dashboard_uid("Workers", uids::WORKER)
                    .set("queue", "${__field.labels.queue_name}"),
            )
            .width(8),
        timeseries("Job throughput")
            .description("Jobs finished per second, well or not, by type. Worry when it falls while queues grow.")
            .query(done.clone().sum_by(WorkerJobs::job_type))
            .legend("{{job_type}}")
            .stacked()
            .data_link(
                Link::dashboard_uid("Workers", uids::WORKER)
                    .set("job_type", "${__field.labels.job_type}"),
            )
            .width(8),
        timeseries("Job failure ratio")
            .description("Failed jobs over all, by type. One type failing points at its provider, all at the workers.")
            .query(
                failed
                    .sum_by(WorkerJobs::job_type)
                    .share_of(done.sum_by(WorkerJobs::job_type)),
            )
            .legend("{{job_type}}")
            .threshold(limits::JOB_FAILURES, Color::Red)
            .min(0.0)
            .width(8),
    )
}

fn customers() -> impl Panels {
    let busiest = ApiRequests::rate(range())
        .sum_by(ApiRequests::tenant_id)
        .topk(10);
    (
        timeseries("Active tenants by plan")
            .description("Tenants that use the product, by plan. A sudden drop is an outage for somebody.")
            .query(TenantsActive::select().max_by(TenantsActive::plan))
            .legend("{{plan}}")
            .stacked()
            .steps()
            .width(8),
        bar_gauge("Active connections by provider")
            .description("Connections that work, by provider. Fewer than yesterday: look for revoked credentials.")
            .query(ConnectionsActive::select().max_by(ConnectionsActive::provider))
            .legend("{{provider}}")
            .color(Color::Blue)
            .data_link(
                Link::dashboard_uid("External APIs", uids::EXTERNAL_APIS)
                    .set("provider", "${__field.labels.provider}"),
            ),
        table("Busiest tenants")
            .description("The ten tenants with the most requests over the time shown. One far above the rest may be a loop.")
            .column(
                "Requests",
                busiest.clone(),
                Unit::PerSecond,
            )
            .column(
                "Open streams",
                ApiActiveConnections::select().sum_by(ApiActiveConnections::tenant_id).and(busiest),
                Unit::None,
            )
            .highest_first("Requests")
            .field(by_name("tenant_id").link(
                Link::dashboard_uid("Tenant", uids::TENANT)
                    .set("tenant", "${__data.fields.tenant_id}"),
            ))
            .width(8),
    )
}

fn refusals() -> impl Panels {
    (
        timeseries("Authentication failures")
            .description("Requests without valid credentials, by reason. Many `invalid_token` may be an attack.")
            .query(ApiAuthFailures::rate(interval()).sum_by(ApiAuthFailures::reason))
            .legend("{{reason}}")
            .stacked()
            .data_link(Link::explore(
                "Failures for this reason",
                Explore::logs(logql(
                    r#"{service_name="api"} | json | event="auth_failed" | reason="${__field.labels.reason}""#,
                )),
            ))
            .width(6),
        timeseries("Permission denials")
            .description("Requests a role does not allow, by role and permission. A jump after a release is a wrong rule.")
            .query(
                ApiPermissionDenied::rate(interval())
                    .sum_by((ApiPermissionDenied::role, ApiPermissionDenied::permission))
                    .topk(10),
            )
            .legend("{{role}} {{permission}}")
            .width(6),
        timeseries("Entitlement denials")
            .description("Requests a plan does not include, by feature and plan. Sales wants to know, and so does support.")
            .query(
                EntitlementDenials::rate(interval())
                    .sum_by((EntitlementDenials::plan, EntitlementDenials::feature))
                    .topk(10),
            )
            .legend("{{feature}} on {{plan}}")
            .width(6),
        timeseries("Audit events")
            .description("Audit events per second by category. Nothing at all while there is traffic means a broken trail.")
            .query(AuditEvents::rate(interval()).sum_by(AuditEvents::category))
            .legend("{{category}}")
            .stacked()
            .width(6),
    )
}

fn related() -> impl Panels {
    (
        parts::alerts(TEAMS),
        logs("Errors of all services")
            .description("The latest lines of level error and critical. Open one for its fields and the way to its trace.")
            .query(logql(
                r#"{service_name=~"api|worker|mcp"} | json | level=~"error|critical""#,
            ))
            .limit(200)
            .width(16),
    )
}

fn one_objective() -> Link {
    Link::dashboard_uid("This objective", uids::SLO_DETAIL)
        .set("slo", "${__field.labels.sloth_slo}")
}

fn logs_of_path() -> Link {
    Link::explore(
        "Log lines of this endpoint",
        Explore::logs(logql(
            r#"{service_name="api"} | json | path="${__field.labels.path}""#,
        )),
    )
}

fn logs_of_failures(more: &str, title: &str) -> Link {
    Link::explore(
        title,
        Explore::logs(logql(&format!(
            r#"{{service_name="api"}} | json | status_code>=500{more}"#
        ))),
    )
}

fn traces_of_path(path: &str) -> Link {
    Link::explore(
        "Slow traces of this endpoint",
        Explore::traces(traceql(&format!(
            r#"{{ resource.service.name = "api" && span.http.route = "{path}" && duration > 1s }}"#
        ))),
    )
}
