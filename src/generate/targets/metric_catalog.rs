//! `docs/reference/catalog.yml`: what is exposed, logged and traced, for programs. `obsctl diff` reads it of an older
//! revision, and `obsctl check` of another team.

use obsctl_model::TelemetryCatalog;

use crate::generate::{Artifact, Environment, Target, yaml};
use crate::project::Project;

/// Its path.
pub const PATH: &str = "docs/reference/catalog.yml";

/// The catalog as a file.
pub static METRIC_CATALOG: Target = Target {
    name: "metric-catalog",
    summary: "The catalog of metrics, log events and spans for programs: `obsctl check --metrics` and `obsctl diff` read it",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let mut catalog = TelemetryCatalog::from(project.stack());
    if environment == Environment::Host || catalog == TelemetryCatalog::default() {
        return vec![];
    }
    let logs = &mut catalog.logs;
    logs.events
        .sort_by(|a, b| (&a.name, &a.service).cmp(&(&b.name, &b.service)));
    // What is accepted here says nothing to others.
    for metric in catalog.metrics.iter_mut().flat_map(|one| &mut one.metrics) {
        metric.allow.clear();
    }
    for event in &mut logs.events {
        event.allow.clear();
    }
    for span in &mut catalog.spans.spans {
        span.allow.clear();
    }
    // Straight to YAML, variants would become tags (`!histogram`), which few readers know.
    let plain = serde_json::to_value(&catalog).expect("the vocabulary has a JSON form");
    vec![Artifact::new(PATH, yaml::document(&plain))]
}
