//! `provisioning/README.md` for engines that run as processes of one machine: how each is started.

use crate::generate::markdown::{Markdown, code};
use crate::generate::{Artifact, Component, Environment, Target, targets};
use crate::project::{Project, Speed};

/// How engines are started on one machine.
pub static HOST_COMMANDS: Target = Target {
    name: "host-commands",
    summary: "How the engines are started as processes of one machine; only with `--env host`",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    if environment == Environment::Compose {
        return vec![];
    }
    let mut page = Markdown::page("The engines on one machine");
    page.paragraph(
        "Start each in the folder that holds this one: paths in the configuration are relative to it. Everything listens on loopback; data is \
         in `data/`, secrets are read from `secrets/`, and Alloy collects the lines of `data/logs/<service>.log`.",
    );
    for component in Component::ALL {
        if let Some((program, arguments)) = command_at(component, project.speed()) {
            page.heading(2, &code(component.name()));
            page.fence(
                "sh",
                &format!("{program} \\\n  {}", arguments.join(" \\\n  ")),
            );
        }
    }
    page.heading(2, &code(Component::Grafana.name()));
    page.paragraph("From the folder of its own installation, with `DIR` for this folder's parent:");
    page.fence("sh", "cd \"$DIR\" && GF_PATHS_PROVISIONING=provisioning/grafana GF_PATHS_DATA=data/grafana \\\n  grafana server --homepath /usr/share/grafana");
    vec![Artifact::new("provisioning/README.md", page.finish())]
}

/// The program and its arguments at a speed: see [`command`].
#[must_use]
pub fn command_at(component: Component, speed: Speed) -> Option<(&'static str, Vec<String>)> {
    let (program, mut arguments) = command(component)?;
    if component == Component::Prometheus {
        arguments.extend(targets::prometheus_config::pace(speed));
    }
    Some((program, arguments))
}

/// The program and its arguments; none for Grafana, which is configured by its environment.
#[must_use]
pub fn command(component: Component) -> Option<(&'static str, Vec<String>)> {
    let listen = format!("{}:{}", Environment::Host.listen(), component.port());
    let data = format!("data/{}", component.name());
    Some(match component {
        Component::Alertmanager => (
            "alertmanager",
            vec![
                format!("--config.file={}", targets::alertmanager_config::PATH),
                format!("--storage.path={data}"),
                "--cluster.listen-address=".to_owned(),
                format!("--web.listen-address={listen}"),
            ],
        ),
        Component::Alloy => (
            "alloy",
            vec![
                "run".to_owned(),
                targets::alloy_config::PATH.to_owned(),
                format!("--storage.path={data}"),
                format!("--server.http.listen-addr={listen}"),
                "--disable-reporting".to_owned(),
            ],
        ),
        Component::Grafana => return None,
        Component::Loki => (
            "loki",
            vec![format!("-config.file={}", targets::loki_config::PATH)],
        ),
        Component::NodeExporter => (
            "node_exporter",
            vec![format!("--web.listen-address={listen}")],
        ),
        Component::Prometheus => (
            "prometheus",
            vec![
                format!("--config.file={}", targets::prometheus_config::PATH),
                format!("--storage.tsdb.path={data}"),
                "--web.enable-remote-write-receiver".to_owned(),
                "--web.enable-lifecycle".to_owned(),
                "--enable-feature=exemplar-storage".to_owned(),
                format!("--web.listen-address={listen}"),
            ],
        ),
        Component::Tempo => (
            "tempo",
            vec![format!("-config.file={}", targets::tempo_config::PATH)],
        ),
    })
}
