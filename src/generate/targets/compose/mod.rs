//! `compose/`: the compose file, its variables, and a page about them.

mod parts;
mod readme;
pub mod schema;
mod services;
pub mod settings;
mod workloads;

use std::collections::BTreeMap;

use obsctl_model::Setting;

use crate::generate::{Artifact, Environment, Target, header, secret, yaml};
use crate::project::{Component, OTLP_PORTS, Project};

use schema::{ComposeFile, Config, Mount, Volume};

/// Where the compose file is written.
pub const PATH: &str = "compose/compose.yaml";

/// Where its variables can be set.
pub const VARIABLES: &str = "compose/.env";

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
                Artifact::new("compose/.env.example", settings::example(project)),
                Artifact::new("compose/.gitignore", format!("{}{IGNORED}", header::HASH)),
                Artifact::new("compose/README.md", readme::text(project, &file)),
                Artifact::new(PATH, yaml::document(&file)),
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
    let mut services = workloads::all(project);
    services.extend(services::all(project));
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
            let content = settings::secret_reference(name);
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

/// A port that the machine reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The container.
    pub container: String,
    /// What is there.
    pub title: String,
    /// What is spoken there.
    pub scheme: &'static str,
    /// The port in the container.
    pub inside: u16,
    /// The variable that says the machine's port.
    pub setting: Setting,
}

/// All ports that the machine reaches, by container.
#[must_use]
pub fn published(project: &Project) -> Vec<Published> {
    let port = |container: &str, title: &str, inside, setting| Published {
        container: container.to_owned(),
        title: title.to_owned(),
        scheme: "http",
        inside,
        setting,
    };
    let engine =
        |engine: Component, title, setting| port(engine.name(), title, engine.port(), setting);
    let alloy = Component::Alloy.name();
    let grpc = port(
        alloy,
        "OTLP over gRPC",
        OTLP_PORTS.0,
        settings::otlp_grpc_port(),
    );
    let http = port(
        alloy,
        "OTLP over HTTP",
        OTLP_PORTS.1,
        settings::otlp_http_port(),
    );
    let mut all = vec![
        engine(
            Component::Alertmanager,
            "Alertmanager",
            settings::alertmanager_port(),
        ),
        engine(Component::Alloy, "Alloy", settings::alloy_port()),
        Published {
            scheme: "grpc",
            ..grpc
        },
        http,
        engine(Component::Grafana, "Grafana", settings::grafana_port()),
        engine(Component::Loki, "Loki", settings::loki_port()),
        engine(
            Component::Prometheus,
            "Prometheus",
            settings::prometheus_port(),
        ),
        engine(Component::Tempo, "Tempo", settings::tempo_port()),
    ];
    for workload in &project.stack().workloads {
        for inside in &workload.ports {
            if let Some(setting) = &inside.published {
                let (name, title) = (workload.name.as_str(), &workload.description);
                all.push(port(name, title, inside.number, setting.clone()));
            }
        }
    }
    all.sort_by(|a, b| a.container.cmp(&b.container));
    all
}

/// How many containers of each name there are.
#[must_use]
pub fn containers(project: &Project) -> BTreeMap<String, u32> {
    let engines = Component::ALL
        .into_iter()
        .map(|one| (one.name().to_owned(), 1));
    let workloads = &project.stack().workloads;
    let workloads = workloads
        .iter()
        .map(|one| (one.name.to_string(), one.replicas));
    workloads.chain(engines).collect()
}

#[cfg(test)]
mod tests;
