//! Prometheus tells an Alertmanager, and that routes as it is described.

use crate::live::client::Client;
use crate::live::{Job, Peer, Run, alerts, prometheus, unasked};
use crate::verify::{Group, Outcome, Step, alerting, targets};

pub(crate) fn jobs<'a>(run: &'a Run<'a>) -> Vec<Job<'a>> {
    vec![
        Box::new(move || step(run, Peer::Prometheus, "connection", connection)),
        Box::new(move || step(run, Peer::Alertmanager, "routing", routing)),
    ]
}

fn step(
    run: &Run<'_>,
    peer: Peer,
    name: &str,
    outcome: fn(&Run<'_>, &Client) -> Outcome,
) -> Vec<Step> {
    let outcome = match run.client(peer) {
        None => return vec![],
        Some(Err(outcome)) => outcome,
        Some(Ok(client)) => outcome(run, client),
    };
    vec![Group::Alerting.step(name, outcome)]
}

fn connection(run: &Run<'_>, client: &Client) -> Outcome {
    match prometheus::alertmanagers(client) {
        Ok(urls) if urls.as_ref().is_none_or(Vec::is_empty) && run.only_stores(client) => {
            targets::only_stores()
        }
        Ok(None) => Outcome::not_run("it does not say which Alertmanagers it tells of alerts"),
        Ok(Some(urls)) if urls.is_empty() => Outcome::failed(
            "Prometheus knows no Alertmanager: alerts fire, and nobody is told",
            "deploy the generated configuration of Prometheus",
        ),
        Ok(Some(urls)) => Outcome::seen(urls.join(", ")),
        Err(trouble) => unasked(&trouble),
    }
}

fn routing(run: &Run<'_>, client: &Client) -> Outcome {
    match alerts::configuration(client) {
        Ok(running) => alerting::judge(run.project, &running),
        Err(trouble) => unasked(&trouble),
    }
}
