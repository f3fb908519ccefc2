//! `docs/reference/slos.yml`: what is promised, for programs. `obsctl diff` reads it of an older revision.

use serde_json::json;

use crate::generate::{Artifact, Environment, Target, yaml};
use crate::project::Project;

/// The SLOs as a file.
pub static SLO_LIST: Target = Target {
    name: "slo-list",
    summary: "The SLOs for programs: `obsctl diff` reads it",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let mut slos = project.stack().slos.clone();
    if environment == Environment::Host || slos.is_empty() {
        return vec![];
    }
    // What is accepted here says nothing to others.
    for slo in &mut slos {
        slo.allow.clear();
    }
    let plain = json!({ "slos": slos });
    vec![Artifact::new(
        "docs/reference/slos.yml",
        yaml::document(&plain),
    )]
}
