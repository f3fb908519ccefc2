//! `docs/reference/slos.yml`: what is promised, for programs. `obsctl diff` reads it of an older revision.

use obsctl_model::Slo;
use serde_json::json;

use crate::generate::{Artifact, Environment, Target, yaml};
use crate::project::Project;

/// Its path.
pub const PATH: &str = "docs/reference/slos.yml";

/// The SLOs as a file.
pub static SLO_LIST: Target = Target {
    name: "slo-list",
    summary: "The SLOs for programs: `obsctl diff` reads it",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    let slos = &project.stack().slos;
    if environment == Environment::Host || slos.is_empty() {
        return vec![];
    }
    vec![Artifact::new(PATH, document(slos.clone()))]
}

/// SLOs as such a file.
#[must_use]
pub fn document(mut slos: Vec<Slo>) -> String {
    // What is accepted here says nothing to others.
    for slo in &mut slos {
        slo.allow.clear();
    }
    yaml::document(&json!({ "slos": slos }))
}
