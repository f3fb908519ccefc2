//! The reference stack: a multi-tenant API with workers, third-party integrations and MCP tools, described once.
//!
//! Read it to see how definitions look, copy from it, or fork it.

pub mod alerts;
pub mod dashboards;
pub mod labels;
pub mod limits;
pub mod logs;
pub mod metrics;
pub mod recordings;
pub mod routing;
pub mod runbooks;
pub mod scrape;
pub mod services;
pub mod slos;
pub mod spans;
pub mod teams;
pub mod uids;
pub mod workloads;

use obsctl_model::{Slug, Stack};

/// Everything, in one value.
#[must_use]
pub fn stack() -> Stack {
    Stack::new(Slug::from_static("reference"))
        .services(services::services())
        .metrics(metrics::families())
        .logs(logs::catalog())
        .spans(spans::catalog())
        .rule_group(recordings::group())
        .rule_groups(alerts::groups())
        .tests(recordings::tests())
        .tests(alerts::tests())
        .slos(slos::all())
        .runbooks(runbooks::all())
        .routing(routing::routing())
        .scrape_jobs(scrape::jobs())
        .workloads(workloads::all())
        .dashboards(dashboards::all())
}
