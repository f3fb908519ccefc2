//! Asks running engines what [`crate::verify`] wants to know. The only part of the tool that opens connections.

mod address;
mod alerts;
mod answer;
mod client;
mod clock;
mod demo;
mod gate;
mod grafana;
mod loki;
mod prometheus;
mod questions;
mod steps;
mod stop;
mod tempo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::time::Duration;

use obsctl_model::dashboard::DatasourceKind;

use crate::parallel;
use crate::project::Project;
use crate::verify::{Group, Outcome, Report, Step};
use client::Client;

pub use address::{Address, Peer};
pub use answer::Trouble;
pub use demo::{Demo, Scenario};
pub use questions::{Asking, Loki, Prometheus, status, tags};
pub use stop::Stop;

/// So many steps are under way at once; each server limits its own besides.
const THREADS: usize = 12;

/// What is asked, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is asked, and where it is.
    pub addresses: BTreeMap<Peer, Address>,
    /// The scenarios to set off.
    pub scenarios: Vec<String>,
    /// Only steps whose ids begin with one of these; all without them.
    pub only: Vec<String>,
    /// No steps whose ids begin with one of these.
    pub skip: Vec<String>,
    /// How long one request may take.
    pub request_limit: Duration,
    /// How long a scenario's alerts may take to arrive, and then to end; as long as their rules need without it.
    pub timeout: Option<Duration>,
    /// How it is ended early.
    pub stop: Stop,
}

/// What is going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Something a person should know even afterwards.
    Said(String),
    /// What is done now, until the next is said.
    Doing(String),
}

/// Who is told what is going on.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Sync);

/// One verification.
struct Run<'a> {
    project: &'a Project,
    settings: &'a Settings,
    clients: BTreeMap<Peer, Client>,
    ready: BTreeSet<Peer>,
    tell: Tell<'a>,
    /// When it began: queries end here.
    now: u64,
    /// [`Run::only_stores`], once it was asked.
    only_stores: OnceLock<bool>,
}

/// A part of a verification.
type Job<'a> = Box<dyn Fn() -> Vec<Step> + Sync + 'a>;

/// The text of one page: what a service exposes.
///
/// # Errors
/// When it cannot be had; what is said names the address and the reason.
pub fn page(address: &Address, limit: Duration) -> Result<String, String> {
    let client = Client::new(Peer::Page, address.clone(), limit);
    client.text("").map_err(|trouble| trouble.to_string())
}

/// What a service exposes, asked at once and again until `whole` has passed, with the time of each answer in
/// milliseconds since 1970.
///
/// # Errors
/// When an answer cannot be had; what is said names the address and the reason.
pub fn scrapes(
    address: &Address,
    limit: Duration,
    every: Duration,
    whole: Duration,
) -> Result<Vec<(i64, String)>, String> {
    let client = Client::new(Peer::Page, address.clone(), limit);
    let deadline = clock::Deadline::after(whole);
    let mut found = vec![];
    loop {
        let time = clock::now_millis();
        found.push((
            time,
            client.text("").map_err(|trouble| trouble.to_string())?,
        ));
        match deadline.left() {
            Some(left) if left >= every => clock::pause(every),
            _ => return Ok(found),
        }
    }
}

/// Asks everything, and judges what is heard.
pub fn verify(project: &Project, settings: &Settings, tell: Tell<'_>) -> Report {
    let clients = settings
        .addresses
        .iter()
        .map(|(peer, address)| {
            let client = Client::new(*peer, address.clone(), settings.request_limit);
            (*peer, client)
        })
        .collect();
    let mut run = Run {
        project,
        settings,
        clients,
        ready: BTreeSet::new(),
        tell,
        now: clock::now(),
        only_stores: OnceLock::new(),
    };
    let mut steps = steps::ready::all(&mut run);
    let run = &run;
    run.doing("rules, targets and dashboards");
    let mut jobs: Vec<Job<'_>> = vec![];
    for (group, add) in steps::GROUPS {
        if run.wants(*group) {
            jobs.extend(add(run));
        }
    }
    steps.extend(
        parallel::map_in(THREADS, &jobs, |job| job())
            .into_iter()
            .flatten(),
    );
    if run.wants(Group::Queries) {
        steps.extend(steps::queries::all(run));
    }
    if run.wants(Group::Correlation) {
        run.doing("from a metric to its trace and logs");
        steps.extend(steps::correlation::all(run));
    }
    if run.wants(Group::Scenarios) && !settings.scenarios.is_empty() {
        steps.extend(steps::scenarios::all(run));
    }
    steps.retain(|step| run.wants_step(step));
    Report::new(steps)
}

impl Run<'_> {
    fn doing(&self, what: impl Into<String>) {
        (self.tell)(Progress::Doing(what.into()));
    }

    fn say(&self, what: impl Into<String>) {
        (self.tell)(Progress::Said(what.into()));
    }

    /// Whether any step of a group is wanted. All begin with whether their engines are ready.
    fn wants(&self, group: Group) -> bool {
        let word = group.word();
        let Settings { only, skip, .. } = self.settings;
        let chosen = |part: &String| part.starts_with(word) || word.starts_with(part.as_str());
        (only.is_empty() || only.iter().any(chosen))
            && !skip.iter().any(|part| part.trim_end_matches('/') == word)
    }

    fn wants_step(&self, step: &Step) -> bool {
        let begins = |part: &String| step.id.starts_with(part.as_str());
        let Settings { only, skip, .. } = self.settings;
        (only.is_empty() || only.iter().any(begins)) && !skip.iter().any(begins)
    }

    /// The server, if it is asked; what is said where it is and does not answer.
    fn client(&self, peer: Peer) -> Option<Result<&Client, Outcome>> {
        let client = self.clients.get(&peer)?;
        Some(if self.ready.contains(&peer) {
            Ok(client)
        } else {
            Err(Outcome::not_run(format!("{} is not ready", peer.name())))
        })
    }

    /// Whether what answers for Prometheus has neither targets nor rules: a store that others feed. Not where it does
    /// not say so.
    fn only_stores(&self, prometheus: &Client) -> bool {
        *self.only_stores.get_or_init(|| {
            prometheus::targets(prometheus)
                .is_ok_and(|found| found.is_none_or(|found| found.is_empty()))
                && prometheus::rules(prometheus, "").is_ok_and(|found| found.is_empty())
        })
    }

    /// The server, if it is asked and answers.
    fn ready(&self, peer: Peer) -> Option<&Client> {
        self.client(peer)?.ok()
    }

    /// What answers queries of this kind by its own API: the engine, or Grafana on its behalf.
    fn engine(&self, kind: DatasourceKind, uid: &str) -> Option<Result<Client, Outcome>> {
        let peer = peer(kind);
        match (self.client(peer), self.client(Peer::Grafana)) {
            (Some(Ok(client)), _) => Some(Ok(client.clone())),
            (_, Some(Ok(grafana))) => {
                let path = format!("/api/datasources/proxy/uid/{uid}");
                Some(Ok(grafana.behind(peer, &path)))
            }
            (Some(Err(outcome)), _) | (None, Some(Err(outcome))) => Some(Err(outcome)),
            (None, None) => None,
        }
    }
}

/// The engine behind a datasource.
fn peer(kind: DatasourceKind) -> Peer {
    match kind {
        DatasourceKind::Prometheus => Peer::Prometheus,
        DatasourceKind::Loki => Peer::Loki,
        DatasourceKind::Tempo => Peer::Tempo,
        DatasourceKind::Alertmanager => Peer::Alertmanager,
    }
}

/// What a step becomes whose server could not be asked.
fn unasked(trouble: &Trouble) -> Outcome {
    Outcome::not_run(trouble.to_string())
}
