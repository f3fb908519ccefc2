//! What the examples of the checks are made of: a small stack of one service.

use obsctl_model::dashboard::written::WrittenPanel;
use obsctl_model::prelude::*;
use obsctl_model::query::promql;
use obsctl_model::{Channel, LabelMatch, Receiver, Routing, RuleQuery, ScrapeJob, Service};

use crate::project::{Knowledge, Project};

labels! {
    /// HTTP methods the API serves.
    pub enum HttpMethod { Get = "GET", Post = "POST", Delete = "DELETE" }
    /// Status codes.
    pub pattern StatusCode = "[1-5][0-9][0-9]", at_most 60, like "200";
    /// Route templates.
    pub bounded Route, at_most 40, like "/api/v1/connections";
    /// Customers.
    pub unbounded TenantId, budget 500, like "acme";
}

metrics! {
    family "API", owner "platform", exposed_by Exposer::Service("api".into());

    /// HTTP requests served.
    pub counter ApiRequests("api_requests_total") {
        method: HttpMethod, path: Route, status_code: StatusCode, tenant_id: TenantId,
    }
    /// Time to serve a request.
    pub histogram ApiLatency("api_request_duration_seconds", Seconds, [0.1, 0.5, 1.0, 5.0]) { path: Route }
    /// Open connections.
    pub gauge Connections("connections", None) { path: Route }
    /// Memory in use.
    pub gauge Memory("memory_used_bytes", Bytes) {}
    /// When the last synchronisation ended.
    pub gauge LastSync("sync_last_success_timestamp_seconds", Timestamp) { tenant_id: TenantId }
}

/// A stack with the example metrics, where they are scraped, and a runbook.
pub(super) fn stack() -> Stack {
    Stack::new(Slug::from_static("example"))
        .service(Service::new("api", "platform", "Serves the API."))
        .metric_family(family())
        .scrape_job(ScrapeJob::new(
            "api",
            Exposer::Service("api".to_owned()),
            "api",
            8000,
        ))
}

/// The stack with one alert on `query`, and its runbook.
#[track_caller]
pub(super) fn alert(query: impl Into<RuleQuery>) -> Stack {
    with_alert(high_latency(query))
}

/// An alert on `query` that leads to the example runbook.
#[track_caller]
pub(super) fn high_latency(query: impl Into<RuleQuery>) -> Alert {
    Alert::new("HighLatency")
        .when(query)
        .severity(Severity::Warning)
        .owner("platform")
        .summary("the API is slow")
        .runbook(Slug::from_static("high-latency"))
}

/// The stack with this alert and the example runbook.
pub(super) fn with_alert(alert: Alert) -> Stack {
    stack()
        .rule_group(RuleGroup::new("api").alert(alert))
        .runbook(runbook())
}

/// A stack with an alert by path that says this.
pub(super) fn saying(summary: &str) -> Stack {
    with_alert(Alert {
        summary: summary.to_owned(),
        ..high_latency(promql("connections > 100"))
    })
}

/// The runbook of the example alert.
pub(super) fn runbook() -> Runbook {
    Runbook::new(
        Slug::from_static("high-latency"),
        "High latency",
        "p95 over 1 second",
    )
}

/// The stack with one recording rule.
#[cfg(test)]
#[track_caller]
pub(super) fn record(query: impl Into<RuleQuery>) -> Stack {
    let name = MetricName::from_static("job:api_requests:rate5m");
    stack().rule_group(RuleGroup {
        rules: vec![obsctl_model::Rule::Record(RecordingRule::new(name, query))],
        ..RuleGroup::new("api")
    })
}

/// A receiver that somebody reads.
pub(super) fn told(name: &str) -> Receiver {
    Receiver::new(name).channel(Channel::Webhook {
        url: "http://localhost/".to_owned(),
    })
}

/// An alert of the team `platform` that goes to a receiver where the matcher matches, and else to `ops`.
pub(super) fn routed(matcher: LabelMatch, receiver: Receiver) -> Stack {
    let route = obsctl_model::Route::to(receiver.name.clone()).when(matcher);
    let routing = Routing {
        root: obsctl_model::Route::to("ops").child(route),
        receivers: vec![told("ops"), receiver],
        inhibitions: vec![],
        mute_times: vec![],
    };
    alert(promql("sum(connections) > 100")).routing(routing)
}

/// A stack that promises so many percent of what an indicator counts.
pub(super) fn slo(name: &'static str, percent: f64, indicator: Indicator) -> Stack {
    let slo = Slo::new(Slug::from_static(name), "api", percent, indicator)
        .description("requests are answered in time")
        .owner("platform")
        .runbook(Slug::from_static("high-latency"));
    stack().slo(slo).runbook(runbook())
}

/// The stack with one dashboard of these panels.
#[track_caller]
pub(super) fn panels(panels: impl Panels) -> Stack {
    stack().dashboard(dashboard().row("Traffic", panels))
}

/// The stack with one dashboard that was read from a file, which says this of its panels.
#[track_caller]
pub(super) fn written<const N: usize>(panels: [(&str, WrittenPanel); N]) -> Stack {
    let panels = panels.map(|(title, written)| {
        let mut panel = timeseries(title).query(promql("sum(connections)")).any();
        panel.written = written.into();
        panel
    });
    stack().dashboard(dashboard().top(panels))
}

/// An empty dashboard.
#[track_caller]
pub(super) fn dashboard() -> Dashboard {
    Dashboard::new("api", "API")
}

/// The same stack as if all its dashboards had been read from files, and all files looked at.
pub(super) fn of_files(project: Project) -> Project {
    let dashboards = project.dashboards().iter();
    let files = dashboards.filter_map(|one| Some(one.origin.location()?.0));
    let knowledge = Knowledge {
        files: Some(files.chain(["obsctl.toml"]).collect()),
        folders: [String::new()].into(),
        ..project.knows().clone()
    };
    project.knowing(knowledge)
}
