//! The pages of the folder: how to start it, what can be set, what one should know before.

use std::collections::BTreeSet;

use obsctl_model::Channel;

use super::schema::ComposeFile;
use super::{containers, published, settings};
use crate::generate::markdown::{Markdown, code, codes};
use crate::generate::{Component, Environment, secret};
use crate::project::Project;

/// The page.
pub fn text(project: &Project, file: &ComposeFile) -> String {
    let mut page = Markdown::page(&format!("The `{}` stack in containers", file.name));
    page.paragraph(
        "Grafana, Prometheus, Alertmanager, Loki, Tempo, Alloy and the node exporter, configured by the folders beside this one.",
    );
    page.fence("sh", "obsctl up");
    page.paragraph(&format!(
        "It does what `docker compose -f compose/compose.yaml up --detach --build --wait` does, says beforehand what is in the way, and \
         at the end where everything is. Then open [Grafana]({}). There is no login for reading. `obsctl down` ends it.",
        Environment::Compose.browser_url(Component::Grafana),
    ));
    page.heading(2, "Containers");
    containers_table(&mut page, project, file);
    page.paragraph(&format!(
        "All together may use {} MiB. Data is in the named volumes {}; `obsctl down --volumes` throws it away.",
        memory(project),
        codes(file.volumes.keys()),
    ));
    let missing = missing_hosts(project);
    if !missing.is_empty() {
        page.paragraph(&format!(
            "Services of your own join the network `{}_default` under the host names of their scrape jobs: {}. Until they do, their \
             targets are down.",
            file.name,
            codes(missing),
        ));
    }
    let webhooks = missing_webhooks(project);
    if !webhooks.is_empty() {
        page.paragraph(&format!(
            "Receivers send to {}: until something in the network listens there, those notifications fail.",
            codes(webhooks)
        ));
    }
    page.heading(2, "What can be set");
    page.paragraph(
        "Copy `.env.example` to `.env` and change what you need; variables of the environment go before it.",
    );
    page.table(
        &["Variable", "Default", "What it is"],
        settings::all(project)
            .into_iter()
            .map(|setting| vec![code(&setting.name), code(&setting.default), setting.meaning]),
    );
    secrets_section(&mut page, project);
    page.heading(2, "What to know before");
    page.list([
        "Docker Engine 25 and its Compose plugin 2.23.1 are the oldest that start it.",
        "Every port is on loopback only, because nothing here but Grafana's administration asks for a login.",
        "Alloy reads container logs through Docker's socket. Whoever can use the socket is as good as root on the machine.",
        "The node exporter sees the machine's files read-only under `/host`. On Docker Desktop that machine is Docker's own virtual one.",
        "A folder that is missing is an error that names it: run `obsctl generate` first.",
    ]);
    page.finish()
}

fn containers_table(page: &mut Markdown, project: &Project, file: &ComposeFile) {
    let published = published(project);
    page.table(
        &["Container", "Image", "Ports on 127.0.0.1", "Memory in MiB"],
        file.services.iter().map(|(name, service)| {
            let ports: Vec<_> = published
                .iter()
                .filter(|port| port.container == *name)
                .map(|port| port.setting.default.clone())
                .collect();
            vec![
                code(name),
                code(&by_default(&service.image)),
                ports.join(", "),
                by_default(service.mem_limit.trim_end_matches('m')),
            ]
        }),
    );
}

/// A text of the compose file where nothing is set.
fn by_default(text: &str) -> String {
    let parts = text.split_once("${").and_then(|(before, rest)| {
        let (variable, after) = rest.split_once('}')?;
        let (_, default) = variable.split_once(":-")?;
        Some((before, default, after))
    });
    match parts {
        Some((before, default, after)) => format!("{before}{default}{after}"),
        None => text.to_owned(),
    }
}

/// The memory of all containers by default, in MiB.
pub fn memory(project: &Project) -> u32 {
    let engines = Component::ALL.map(settings::engine_memory).into_iter();
    let workloads = project.stack().workloads.iter();
    let workloads = workloads.map(|one| one.memory.saturating_mul(one.replicas));
    workloads.chain(engines).fold(0, u32::saturating_add)
}

/// `host:port` of what is scraped and runs in no container of the stack.
fn missing_hosts(project: &Project) -> Vec<String> {
    let containers = containers(project);
    let jobs = project.stack().scrape_jobs.iter();
    jobs.filter(|job| !containers.contains_key(&job.host))
        .map(|job| format!("{}:{}", job.host, job.port))
        .collect()
}

/// The webhooks that lead to hosts of the network itself, of which no container is one.
fn missing_webhooks(project: &Project) -> BTreeSet<&str> {
    let containers = containers(project);
    let listens = |url: &str| {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = host.split([':', '/', '?']).next().unwrap_or(host);
        containers.contains_key(host)
    };
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
        .filter(|url| Environment::Host.resolve_url(url) != **url && !listens(url))
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
