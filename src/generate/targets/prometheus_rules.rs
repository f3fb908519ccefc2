//! `alerts/prometheus/`: the rules Prometheus evaluates.

use obsctl_model::Engine;

use crate::generate::{Artifact, Environment, Target, rule_file};
use crate::project::Project;

/// Prometheus rule files.
pub static PROMETHEUS_RULES: Target = Target {
    name: "prometheus-rules",
    summary: "Prometheus rule files: recording rules and alerts, one file for each group",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    rule_file::files(
        project,
        Engine::Prometheus,
        environment,
        "alerts/prometheus",
    )
}
