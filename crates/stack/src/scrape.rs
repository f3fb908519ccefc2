//! Where Prometheus collects metrics.

use obsctl_model::{Exposer, ScrapeJob};

use crate::services;

/// The services, then the engines. A job is named after what it scrapes.
#[must_use]
pub fn jobs() -> Vec<ScrapeJob> {
    let service =
        |name: &str, port| ScrapeJob::new(name, Exposer::Service(name.to_owned()), name, port);
    let engine =
        |name: &str, port| ScrapeJob::new(name, Exposer::Exporter(name.to_owned()), name, port);
    vec![
        service(services::API, 8000),
        service(services::WORKER, 8001),
        service(services::MCP, 8002),
        engine("prometheus", 9090),
        engine("alertmanager", 9093),
        engine("loki", 3100),
        engine("tempo", 3200),
        engine("alloy", 12345),
        engine("grafana", 3000),
        ScrapeJob::new(
            "node",
            Exposer::Exporter("node".to_owned()),
            "node-exporter",
            9100,
        ),
    ]
}
