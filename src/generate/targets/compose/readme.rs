//! The pages of the folder: how to start it, what can be set, what one should know before.

use std::collections::BTreeSet;

use obsctl_model::Channel;

use super::schema::{ComposeFile, Mount};
use super::variables;
use crate::generate::markdown::{Markdown, code, codes};
use crate::generate::{Component, Environment, secret};
use crate::project::Project;

/// The page.
pub fn text(project: &Project, file: &ComposeFile) -> String {
    let mut page = Markdown::page(&format!("The `{}` stack in containers", file.name));
    page.paragraph(
        "Grafana, Prometheus, Alertmanager, Loki, Tempo, Alloy and the node exporter, configured by the folders beside this one.",
    );
    page.fence(
        "sh",
        "docker compose -f compose/compose.yaml up --detach --wait",
    );
    page.paragraph(&format!(
        "Then open [Grafana]({}). There is no login for reading.",
        Environment::Compose.browser_url(Component::Grafana),
    ));
    page.heading(2, "Containers");
    page.table(
        &["Container", "Image", "Ports on 127.0.0.1", "Memory"],
        file.services.iter().map(|(name, service)| {
            let ports: Vec<_> = service
                .ports
                .iter()
                .filter_map(|port| port.split_once(":-")?.1.split_once('}'))
                .map(|(port, _)| port.to_owned())
                .collect();
            vec![
                code(name),
                code(&service.image),
                ports.join(", "),
                service.mem_limit.clone(),
            ]
        }),
    );
    page.paragraph(&format!(
        "Data is in the named volumes {}; `docker compose down --volumes` throws it away. Services of your own join the network \
         `{}_default` under the host names of their scrape jobs: {}. Until they do, their targets are down.",
        volumes(file),
        file.name,
        hosts(project),
    ));
    let webhooks = webhooks(project);
    if !webhooks.is_empty() {
        page.paragraph(&format!(
            "Receivers send to {}: until something in the network listens there, those notifications fail.",
            codes(webhooks)
        ));
    }
    page.heading(2, "What can be set");
    page.paragraph("Copy `.env.example` to `.env` and change what you need.");
    page.table(
        &["Variable", "Default", "What it is"],
        variables::ALL.iter().map(|variable| {
            vec![
                code(variable.name),
                code(variable.default),
                variable.meaning.to_owned(),
            ]
        }),
    );
    secrets_section(&mut page, project);
    page.heading(2, "What to know before");
    page.list([
        "Every port is on loopback only, because nothing here but Grafana's administration asks for a login.",
        "Alloy reads container logs through Docker's socket. Whoever can use the socket is as good as root on the machine.",
        "The node exporter sees the machine's files read-only under `/host`. On Docker Desktop that machine is Docker's own virtual one.",
        "A folder that is missing is an error that names it: run `obsctl generate` first.",
    ]);
    page.finish()
}

fn volumes(file: &ComposeFile) -> String {
    let names: Vec<_> = file
        .services
        .values()
        .flat_map(|service| &service.volumes)
        .filter_map(|mount| match mount {
            Mount::Volume { source, .. } => Some(code(source)),
            Mount::Bind { .. } => None,
        })
        .collect();
    names.join(", ")
}

/// `host:port` of the team's own services.
fn hosts(project: &Project) -> String {
    let own = |host: &str| {
        Component::ALL
            .iter()
            .any(|component| component.name() == host)
    };
    let hosts: Vec<_> = project
        .stack()
        .scrape_jobs
        .iter()
        .filter(|job| !own(&job.host))
        .map(|job| code(&format!("{}:{}", job.host, job.port)))
        .collect();
    if hosts.is_empty() {
        "none".to_owned()
    } else {
        hosts.join(", ")
    }
}

/// The webhooks that lead to hosts of the network itself.
fn webhooks(project: &Project) -> BTreeSet<&str> {
    let receivers = project
        .stack()
        .routing
        .iter()
        .flat_map(|routing| &routing.receivers);
    receivers
        .flat_map(|receiver| &receiver.channels)
        .filter_map(|channel| match channel {
            Channel::Webhook { url } => Some(url.as_str()),
            _ => None,
        })
        .filter(|url| Environment::Host.resolve_url(url) != **url)
        .collect()
}

fn secrets_section(page: &mut Markdown, project: &Project) {
    let (files, variables) = secret::names(project);
    if files.is_empty() && variables.is_empty() {
        return;
    }
    page.heading(2, "Secrets");
    page.paragraph(
        "Alertmanager reads a secret when it sends. One that is not there fails that notification and nothing else, so that the stack \
         starts without any of them.",
    );
    let from_file =
        |name: &String| format!("the file `compose/secrets/{name}`, readable for everyone");
    page.table(
        &["Secret", "Where it comes from"],
        files
            .iter()
            .map(|name| vec![code(name), from_file(name)])
            .chain(
                variables
                    .iter()
                    .map(|name| vec![code(name), "the environment, or `.env`".to_owned()]),
            ),
    );
}

/// `compose/secrets/README.md`, which also makes the folder be there: it is mounted as a whole.
pub fn secrets(files: &BTreeSet<String>) -> String {
    let mut page = Markdown::page("Secrets of receivers");
    page.paragraph(
        "Alertmanager looks here when it sends. Put each secret in a file of its name, without a line break at the end; Git ignores them.",
    );
    page.list(files.iter().map(|name| code(name)));
    page.finish()
}
