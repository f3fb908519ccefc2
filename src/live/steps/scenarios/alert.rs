//! One alert of a scenario: before it, on its way, and after it.

use std::collections::BTreeMap;
use std::time::Duration;

use obsctl_model::Engine;

use super::runbook::runbook;
use super::shown;
use crate::live::alerts::{self, Delivered};
use crate::live::client::Client;
use crate::live::prometheus::Answer;
use crate::live::{Peer, Run, loki, prometheus, unasked};
use crate::verify::scenario::{self, Arrived, Expected};
use crate::verify::{Group, Outcome, Step};

/// An alert of the scenario on its way.
pub(super) struct Awaited<'a> {
    pub(super) name: &'a str,
    pub(super) rules: Vec<Expected>,
    /// What of it was delivered before.
    before: Vec<Delivered>,
    pub(super) fires: bool,
    routed: Option<Outcome>,
    arrived: Option<Delivered>,
}

/// What is there before the scenario begins.
pub(super) fn begin<'a>(run: &Run<'_>, name: &'a str) -> Result<Awaited<'a>, Outcome> {
    let rules = scenario::expected(run.project, name);
    let Some(first) = rules.first() else {
        return Err(Outcome::failed(
            format!("it sets off `{name}`, and the project has no alert of that name"),
            "correct the demo's scenario or the alert's name",
        ));
    };
    match evaluator(run, first.engine) {
        Some(Ok((client, prefix))) => match firing(client, prefix, name) {
            Ok(true) => {
                return Err(Outcome::not_run(format!(
                    "`{name}` fires already: wait until it ended"
                )));
            }
            Ok(false) => {}
            Err(trouble) => return Err(unasked(&trouble)),
        },
        Some(Err(outcome)) => return Err(outcome),
        None => {
            let word = match first.engine {
                Engine::Prometheus => "prometheus",
                Engine::Loki => "loki",
            };
            return Err(Outcome::not_run(format!(
                "`--{word}`, which evaluates `{name}`, is not given"
            )));
        }
    }
    let before = match run.ready(Peer::AlertReceiver).map(alerts::delivered) {
        Some(Ok(before)) => before,
        Some(Err(trouble)) => return Err(unasked(&trouble)),
        None => vec![],
    };
    Ok(Awaited {
        name,
        rules,
        before,
        fires: false,
        routed: None,
        arrived: None,
    })
}

/// The engine that evaluates, and where its API begins.
fn evaluator<'a>(
    run: &'a Run<'_>,
    engine: Engine,
) -> Option<Result<(&'a Client, &'static str), Outcome>> {
    let (peer, prefix) = match engine {
        Engine::Prometheus => (Peer::Prometheus, ""),
        Engine::Loki => (Peer::Loki, loki::RULER),
    };
    Some(run.client(peer)?.map(|client| (client, prefix)))
}

fn firing(client: &Client, prefix: &str, name: &str) -> Answer<bool> {
    let alerts = prometheus::alerts(client, prefix)?;
    Ok(alerts
        .iter()
        .any(|alert| alert.state == "firing" && is_named(&alert.labels, name)))
}

fn is_named(labels: &BTreeMap<String, String>, name: &str) -> bool {
    labels.get("alertname").is_some_and(|found| found == name)
}

/// Looks how far an alert is. A server that does not answer for once is asked again.
pub(super) fn watch(run: &Run<'_>, alert: &mut Awaited<'_>) -> String {
    let engine = alert.rules.first().map(|rule| rule.engine);
    if !alert.fires
        && let Some(Some(Ok((client, prefix)))) = engine.map(|engine| evaluator(run, engine))
        && let Ok(true) = firing(client, prefix, alert.name)
    {
        alert.fires = true;
    }
    if alert.routed != Some(Outcome::passed())
        && let Some(client) = run.ready(Peer::Alertmanager)
        && let Ok(found) = alerts::named(client, alert.name)
    {
        alert.routed = found.iter().map(routed).max_by_key(Outcome::is_passed);
    }
    if alert.arrived.is_none()
        && let Some(client) = run.ready(Peer::AlertReceiver)
        && let Ok(found) = alerts::delivered(client)
    {
        let new = |one: &&Delivered| {
            one.status == "firing"
                && is_named(&one.labels, alert.name)
                && !alert.before.contains(one)
        };
        alert.arrived = found.iter().find(new).cloned();
        // Short alerts can come and go between two looks.
        alert.fires |= alert.arrived.is_some();
    }
    let state = match (&alert.arrived, &alert.routed, alert.fires) {
        (Some(_), ..) => "arrived",
        (_, Some(_), _) => "routed",
        (_, _, true) => "fires",
        _ => "waiting",
    };
    format!("{} {state}", alert.name)
}

fn routed(alert: &alerts::Alert) -> Outcome {
    let status = &alert.status;
    if status.state != "suppressed" {
        return Outcome::passed();
    }
    let (by, fix) = if status.silenced_by.is_empty() {
        (
            "inhibited by another alert",
            "end that alert first, or correct the inhibition",
        )
    } else {
        ("silenced", "end the silence in Alertmanager")
    };
    let ids = status.silenced_by.iter().chain(&status.inhibited_by);
    let ids: Vec<_> = ids.map(String::as_str).collect();
    Outcome::failed(
        format!(
            "Alertmanager keeps it back: it is {by} ({})",
            ids.join(", ")
        ),
        fix,
    )
}

/// Whether there is nothing more to wait for.
pub(super) fn is_complete(run: &Run<'_>, alert: &Awaited<'_>) -> bool {
    alert.fires
        && (run.ready(Peer::Alertmanager).is_none() || alert.routed.is_some())
        && (run.ready(Peer::AlertReceiver).is_none() || alert.arrived.is_some())
}

pub(super) fn judge(
    run: &Run<'_>,
    scenario: &str,
    alert: &Awaited<'_>,
    limit: Duration,
) -> Vec<Step> {
    let step = |part: &str, outcome: Outcome| {
        Group::Scenarios.step(format!("{scenario}/{}/{part}", alert.name), outcome)
    };
    let within = shown(limit);
    if !alert.fires {
        return vec![step(
            "fires",
            Outcome::failed(
                format!("it did not fire within {within}"),
                format!(
                    "ask Prometheus its condition while the scenario is under way; `obsctl explain alert {}` shows it",
                    alert.name
                ),
            ),
        )];
    }
    let mut steps = vec![step("fires", Outcome::passed())];
    if run.ready(Peer::Alertmanager).is_some() {
        let never = || {
            Outcome::failed(
                format!("Alertmanager did not hear of it within {within}"),
                "look at the connection of Prometheus and Alertmanager",
            )
        };
        // One that arrived was routed, even where nobody saw it there.
        let arrived = alert.arrived.as_ref().map(|_| Outcome::passed());
        let outcome = alert.routed.clone().or(arrived).unwrap_or_else(never);
        steps.push(step("routed", outcome));
    }
    if run.ready(Peer::AlertReceiver).is_some() {
        match &alert.arrived {
            None => steps.push(step(
                "arrives",
                Outcome::failed(
                    format!("the receiver did not get it within {within}"),
                    "look at the receiver's URL in the routing, and at Alertmanager's log",
                ),
            )),
            Some(found) => {
                let arrived = Arrived {
                    labels: found.labels.clone(),
                    annotations: found.annotations.clone(),
                };
                let outcome = match scenario::lacks(&alert.rules, &arrived) {
                    None => Outcome::seen(format!("\"{}\"", found.annotations["summary"])),
                    Some(reason) => Outcome::failed(reason, "deploy the generated rule files"),
                };
                steps.push(step("arrives", outcome));
                let url = found
                    .annotations
                    .get("runbook_url")
                    .map_or("", String::as_str);
                steps.push(step("runbook", runbook(run, url)));
            }
        }
    }
    steps
}

/// Whether the alert is over, and the receiver told so; nothing where nobody can be asked.
pub(super) fn ended(run: &Run<'_>, alert: &Awaited<'_>) -> Option<Outcome> {
    let engine = alert.rules.first()?.engine;
    let (client, prefix) = evaluator(run, engine)?.ok()?;
    match firing(client, prefix, alert.name) {
        Ok(false) => {}
        Ok(true) => {
            return Some(Outcome::failed(
                "it still fires after the scenario's end",
                "ask Prometheus its condition: it cannot stop, or needs longer than its windows say",
            ));
        }
        Err(trouble) => return Some(unasked(&trouble)),
    }
    let (Some(client), Some(arrived)) = (run.ready(Peer::AlertReceiver), &alert.arrived) else {
        return Some(Outcome::passed());
    };
    let found = match alerts::delivered(client) {
        Ok(found) => found,
        Err(trouble) => return Some(unasked(&trouble)),
    };
    let told = found.iter().any(|one| {
        one.status == "resolved"
            && one.fingerprint == arrived.fingerprint
            && one.labels == arrived.labels
            && !alert.before.contains(one)
    });
    Some(if told {
        Outcome::passed()
    } else {
        Outcome::failed(
            "it is over, and the receiver was not told",
            "let the receiver have resolved alerts (`send_resolved`), and look at Alertmanager's log",
        )
    })
}
