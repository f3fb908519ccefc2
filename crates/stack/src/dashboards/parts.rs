//! What the dashboards share: their frame, variables, links and the panels at their end.

use obsctl_model::prelude::*;
use obsctl_model::query::Any;
use obsctl_model::query::{Matcher, Vector};

use crate::labels::StatusCode;
use crate::metrics::api::{ApiLatency, ApiRequests};
use crate::metrics::exporters::process::ProcessStart;
use crate::metrics::external::{ExternalApiLatency, ExternalApiRequests};
use crate::metrics::mcp::McpToolDuration;
use crate::metrics::worker::{WorkerJobDuration, WorkerQueueDepth};
use crate::{limits, uids};

/// The tag all dashboards of the stack carry: their common menu is made from it.
pub const TAG: &str = "obsctl";

/// A dashboard with its place, its way to the others, and the events drawn over its panels: alerts of these
/// teams (a regular expression) and starts of these scrape jobs.
#[track_caller]
pub fn dashboard(uid: Uid, title: &str, folder: &str, teams: &str, jobs: &str) -> Dashboard {
    Dashboard::with_uid(uid, title)
        .folder(folder)
        .tag(TAG)
        .link(DashboardLink::tagged("Dashboards", TAG).tooltip("All dashboards of the stack"))
        .link(DashboardLink::tagged("SLOs", "slo").tooltip("Objectives and their error budgets"))
        .link(
            DashboardLink::tagged("Runbooks", "runbook").tooltip("What to do when an alert fires"),
        )
        .annotation(alerts_fired(teams))
        .annotation(started(jobs))
}

/// Whether a regular expression is but one name.
fn is_one(regex: &str) -> bool {
    regex.chars().all(|c| c.is_alphanumeric() || c == '-')
}

/// Alerts of these teams that fire, but for heartbeats, which always do.
fn fire(teams: &str) -> Promql {
    let is = if is_one(teams) { "=" } else { "=~" };
    promql(&format!(
        r#"ALERTS{{alertstate="firing", severity!="info", team{is}"{teams}"}}"#
    ))
}

fn alerts_fired(teams: &str) -> Annotation {
    Annotation::new("Alerts", fire(teams))
        .title("{{alertname}}")
        .text("{{severity}}, team {{team}}")
        .tag("severity")
        .color(Color::Red)
        .step(mins(1))
}

/// The window is two steps wide: a start between two samples is never missed.
fn started(jobs: &str) -> Annotation {
    let of_jobs = if is_one(jobs) {
        TargetLabel::JOB.is(jobs)
    } else {
        TargetLabel::JOB.matches(jobs)
    };
    let starts = ProcessStart::with(of_jobs).changes(mins(2));
    Annotation::new("Deployments and restarts", starts.gt(0.0))
        .title("{{job}} started")
        .text("{{instance}}")
        .tag("job")
        .color(Color::Purple)
        .step(mins(1))
}

/// The way back to the front page.
pub fn to_overview() -> DashboardLink {
    DashboardLink::to_uid("Overview", uids::OVERVIEW).tooltip("Everything at a glance")
}

/// The way to the log lines of a dashboard's services.
pub fn to_logs() -> DashboardLink {
    DashboardLink::to_uid("Logs", uids::LOGS).tooltip("Log lines at the same time")
}

/// The way to the traces of a dashboard's services.
pub fn to_traces() -> DashboardLink {
    DashboardLink::to_uid("Traces", uids::TRACES).tooltip("Traces at the same time")
}

/// One tenant; dashboards share the name, so that links between them keep it.
pub fn tenant() -> Variable {
    variable::query("tenant", label_values(ApiRequests::tenant_id))
        .label("Tenant")
        .description("The customer whose share of the telemetry is shown")
}

/// Some tenants, or all.
pub fn tenants() -> Variable {
    tenant().multi().include_all()
}

/// Endpoints of the API.
pub fn paths() -> Variable {
    variable::query("path", label_values(ApiLatency::path))
        .label("Endpoint")
        .description("Route templates of the API")
        .multi()
        .include_all()
}

/// Systems that tenants connect.
pub fn providers() -> Variable {
    variable::query("provider", label_values(ExternalApiRequests::provider))
        .label("Provider")
        .description("Systems that tenants connect")
        .multi()
        .include_all()
}

/// Endpoints of the chosen providers.
pub fn endpoints() -> Variable {
    let of =
        ExternalApiLatency::observations().with(ExternalApiLatency::provider.chosen("provider"));
    variable::query(
        "endpoint",
        label_values(ExternalApiLatency::endpoint).of(of),
    )
    .label("Endpoint")
    .description("Endpoint templates of the chosen providers")
    .multi()
    .include_all()
}

/// Kinds of jobs.
pub fn job_types() -> Variable {
    variable::query("job_type", label_values(WorkerJobDuration::job_type))
        .label("Job type")
        .description("Kinds of jobs the workers run")
        .multi()
        .include_all()
}

/// Queues of the broker.
pub fn queues() -> Variable {
    variable::query("queue", label_values(WorkerQueueDepth::queue_name))
        .label("Queue")
        .description("Queues of the broker")
        .multi()
        .include_all()
}

/// Tools of the MCP server.
pub fn tools() -> Variable {
    variable::query("tool", label_values(McpToolDuration::tool_name))
        .label("Tool")
        .description("Tools the MCP server offers")
        .multi()
        .include_all()
}

/// A failed request: the server's fault, not the client's.
pub fn failed<M: Metric>(status_code: obsctl_model::Label<M, StatusCode>) -> Matcher<M> {
    status_code.matches("5..")
}

/// How many alerts of these teams fire; none is 0.
pub fn firing(teams: &str) -> Vector<Any> {
    fire(teams).count().or_zero()
}

/// Colours of an age of data: late, then stale, where the alerts say so.
pub const FRESHNESS: [(f64, Color); 2] = [
    (limits::FRESHNESS_WARNING, Color::Orange),
    (limits::FRESHNESS_CRITICAL, Color::Red),
];

/// The alerts of these teams that fire or are about to.
#[track_caller]
pub fn alerts(teams: &str) -> Panel<obsctl_model::dashboard::panel::AlertList> {
    alert_list("Alerts")
        .description(
            "Alerts that fire or are pending, with a link to their rule; each leads to its runbook. Empty is good.",
        )
        .matching(format!(r#"{{severity!="info", team=~"{teams}"}}"#))
        .width(8)
        .height(10)
}
