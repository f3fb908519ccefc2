//! `compose/`: the compose file, its variables, and a page about them.

mod readme;
pub mod schema;
mod services;
mod variables;

use std::collections::BTreeMap;

use crate::generate::{Artifact, Environment, Target, header, secret, yaml};
use crate::project::Project;

use schema::{ComposeFile, Config, Mount, Volume};

/// The compose file.
pub static COMPOSE: Target = Target {
    name: "compose",
    summary: "The compose file that runs Grafana and its engines, and the variables it reads",
    generate,
};

/// What people put beside the compose file never gets into the repository.
const IGNORED: &str = "/.env\n/secrets/*\n!/secrets/README.md\n";

/// Only for containers: on one machine the engines are started as they are.
fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    match environment {
        Environment::Host => vec![],
        Environment::Compose => {
            let file = file(project);
            let mut artifacts = vec![
                Artifact::new("compose/.env.example", variables::example(project)),
                Artifact::new("compose/.gitignore", format!("{}{IGNORED}", header::HASH)),
                Artifact::new("compose/README.md", readme::text(project, &file)),
                Artifact::new("compose/compose.yaml", yaml::document(&file)),
            ];
            let (files, _) = secret::names(project);
            if !files.is_empty() {
                artifacts.push(Artifact::new(
                    "compose/secrets/README.md",
                    readme::secrets(&files),
                ));
            }
            artifacts
        }
    }
}

fn file(project: &Project) -> ComposeFile {
    let services = services::all(project);
    let volumes = services
        .values()
        .flat_map(|service| &service.volumes)
        .filter_map(|mount| match mount {
            Mount::Volume { source, .. } => Some((source.clone(), Volume::default())),
            Mount::Bind { .. } => None,
        })
        .collect();
    let (_, secrets) = secret::names(project);
    let configs: BTreeMap<_, _> = secrets
        .iter()
        .map(|name| {
            let content = variables::secret_reference(name);
            (services::config_name(name), Config { content })
        })
        .collect();
    ComposeFile {
        name: project.stack().name.to_string(),
        services,
        configs,
        volumes,
    }
}

#[cfg(test)]
mod tests;
