//! `alerts/loki/`: the rules Loki's ruler evaluates.

use obsctl_model::Engine;

use crate::generate::{Artifact, Environment, Target, rule_file};
use crate::project::Project;

/// Loki rule files.
pub static LOKI_RULES: Target = Target {
    name: "loki-rules",
    summary: "Loki rule files: alerts that are seen in logs, one file for each group",
    generate,
};

/// Loki reads rules from a folder for each tenant, and its only tenant is `fake` when there is no login.
/// In a container that folder is where the files are mounted; on one machine it is part of their path.
fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let folder = match environment {
        Environment::Compose => "alerts/loki",
        Environment::Host => "alerts/loki/fake",
    };
    rule_file::files(project, Engine::Loki, environment, folder)
}
