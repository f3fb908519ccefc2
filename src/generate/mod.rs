//! Targets: one file each in [`targets`], one list in `targets/mod.rs`. A target is a pure function from a
//! project to files; [`crate::cli`] compares and writes them.

pub mod alloy;
mod artifact;
mod environment;
pub mod header;
pub mod images;
pub mod links;
pub mod log_tests;
pub mod markdown;
pub mod rule_file;
pub mod rule_tests;
pub mod secret;
pub mod targets;
pub mod yaml;

use crate::project::Project;

pub use artifact::{Artifact, ArtifactSet};
pub use environment::Environment;

pub use crate::project::{Component, OTLP_PORTS};

/// The folders that are wholly generated.
pub const FOLDERS: [&str; 7] = [
    "alerts",
    "compose",
    "dashboards",
    "docs/checks",
    "docs/reference",
    "docs/runbooks",
    "provisioning",
];

/// Whether a path is one that a target may write: below one of [`FOLDERS`], without detours.
#[must_use]
pub fn in_generated_folder(path: &str) -> bool {
    let in_folder = FOLDERS.iter().any(|folder| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    });
    let detours = |part| matches!(part, "" | "." | "..");
    in_folder && !path.contains('\\') && !path.split('/').any(detours)
}

/// Something that is generated.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The product and the thing: `prometheus-rules`.
    pub name: &'static str,
    /// One sentence, for help and docs.
    pub summary: &'static str,
    /// Makes the files. Nothing can fail here: what is wrong was found by checks.
    pub generate: fn(&Project, Environment) -> Vec<Artifact>,
}

/// Runs all targets.
#[must_use]
pub fn run(project: &Project, environment: Environment) -> ArtifactSet {
    ArtifactSet::new(
        targets::ALL
            .iter()
            .flat_map(|target| (target.generate)(project, environment)),
    )
}
