//! A scenario of the demo sets off its alerts: they fire, are routed, arrive, and end with it.

use std::collections::BTreeMap;
use std::time::Duration;

use obsctl_model::Engine;

use crate::generate::{Component, Environment};
use crate::live::alerts::{self, Delivered, Scenario};
use crate::live::client::Client;
use crate::live::prometheus::Answer;
use crate::live::{Address, Peer, Run, clock, grafana, loki, prometheus, unasked};
use crate::verify::scenario::{self, Arrived, Expected};
use crate::verify::{Group, Outcome, Step};

/// How often engines are asked while something is waited for.
const PAUSE: Duration = Duration::from_secs(1);
/// Every scenario, on the command line.
const ALL: &str = "all";

/// The steps of all scenarios that were named, one after another: they disturb each other.
pub(crate) fn all(run: &Run<'_>) -> Vec<Step> {
    let not_run = |reason: String| vec![Group::Scenarios.step("demo", Outcome::not_run(reason))];
    let demo = match run.client(Peer::Demo) {
        None => return not_run("`--demo` does not say where the demo is".to_owned()),
        Some(Err(outcome)) => return vec![Group::Scenarios.step("demo", outcome)],
        Some(Ok(demo)) => demo,
    };
    let known = match alerts::scenarios(demo) {
        Ok(known) => known,
        Err(trouble) => return not_run(trouble.to_string()),
    };
    let named = &run.settings.scenarios;
    let mut steps = vec![];
    for name in named.iter().filter(|name| *name != ALL) {
        if !known.iter().any(|one| one.name == *name) {
            let names: Vec<_> = known.iter().map(|one| one.name.as_str()).collect();
            let reason = format!("the demo has no such scenario; it has {}", names.join(", "));
            steps.push(Group::Scenarios.step(name, Outcome::not_run(demo.clean(&reason))));
        }
    }
    for one in &known {
        if named.iter().any(|name| name == ALL || *name == one.name) {
            steps.extend(play(run, demo, one));
        }
    }
    steps
}

/// An alert of the scenario on its way.
struct Awaited<'a> {
    name: &'a str,
    rules: Vec<Expected>,
    /// What of it was delivered before.
    before: Vec<Delivered>,
    fires: bool,
    routed: Option<Outcome>,
    arrived: Option<Delivered>,
}

/// Ends a scenario, whatever happens while it lasts.
struct Playing<'a> {
    demo: &'a Client,
    name: &'a str,
    ended: bool,
}

impl Playing<'_> {
    fn end(&mut self) -> Answer<()> {
        self.ended = true;
        alerts::end(self.demo, self.name)
    }
}

impl Drop for Playing<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // There is nobody left to tell.
            let _ = alerts::end(self.demo, self.name);
        }
    }
}

fn play(run: &Run<'_>, demo: &Client, scenario: &Scenario) -> Vec<Step> {
    let name = scenario.name.as_str();
    let one = |outcome: Outcome| vec![Group::Scenarios.step(name, outcome)];
    if scenario.active {
        return one(Outcome::not_run(
            "it is under way already: end it first, and wait until its alerts ended",
        ));
    }
    let mut awaited = vec![];
    for alert in &scenario.alerts {
        match begin(run, alert) {
            Ok(alert) => awaited.push(alert),
            Err(outcome) => return one(outcome),
        }
    }
    if awaited.is_empty() {
        return one(Outcome::not_run(
            "the demo says of no alert that it sets it off",
        ));
    }
    let rules = || awaited.iter().flat_map(|alert| &alert.rules);
    let longest = |limit: fn(&Expected) -> obsctl_model::Duration| {
        let longest = rules().map(limit).max().unwrap_or_default();
        run.settings
            .timeout
            .unwrap_or(Duration::from_millis(longest.as_millis()))
    };
    let arrive = longest(|one| one.arrives_within);
    let resolve = longest(|one| one.resolves_within);
    run.say(format!(
        "scenario {name}: at most {} until {} arrived, and {} more until it ended",
        shown(arrive),
        scenario.alerts.join(", "),
        shown(resolve)
    ));
    let mut playing = Playing {
        demo,
        name,
        ended: false,
    };
    if let Err(trouble) = alerts::start(demo, name) {
        return one(unasked(&trouble));
    }
    clock::until(arrive, PAUSE, || {
        let states: Vec<_> = awaited.iter_mut().map(|alert| watch(run, alert)).collect();
        run.doing(format!("scenario {name}: {}", states.join(", ")));
        (awaited.iter().all(|alert| is_complete(run, alert)), ())
    });
    let mut steps: Vec<_> = awaited
        .iter()
        .flat_map(|alert| judge(run, name, alert, arrive))
        .collect();
    if let Err(trouble) = playing.end() {
        let reason = format!("it could not be ended: {trouble}");
        let fix = "end it by hand: `obsctl scenario` says how";
        steps.push(Group::Scenarios.step(name, Outcome::failed(reason, fix)));
        return steps;
    }
    run.doing(format!(
        "scenario {name}: waiting for the end of its alerts"
    ));
    let fired: Vec<_> = awaited.iter().filter(|alert| alert.fires).collect();
    let mut ends: Vec<Option<Outcome>> = vec![];
    clock::until(resolve, PAUSE, || {
        ends = fired.iter().map(|alert| ended(run, alert)).collect();
        (ends.iter().all(|end| *end == Some(Outcome::passed())), ())
    });
    for (alert, end) in fired.iter().zip(ends) {
        if let Some(outcome) = end {
            let id = format!("{name}/{}/ended", alert.name);
            steps.push(Group::Scenarios.step(id, outcome));
        }
    }
    steps
}

fn shown(time: Duration) -> String {
    obsctl_model::secs(time.as_secs()).to_string()
}

/// What is there before the scenario begins.
fn begin<'a>(run: &Run<'_>, name: &'a str) -> Result<Awaited<'a>, Outcome> {
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
fn watch(run: &Run<'_>, alert: &mut Awaited<'_>) -> String {
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
fn is_complete(run: &Run<'_>, alert: &Awaited<'_>) -> bool {
    alert.fires
        && (run.ready(Peer::Alertmanager).is_none() || alert.routed.is_some())
        && (run.ready(Peer::AlertReceiver).is_none() || alert.arrived.is_some())
}

fn judge(run: &Run<'_>, scenario: &str, alert: &Awaited<'_>, limit: Duration) -> Vec<Step> {
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

/// Whether the page that an alert leads to is there.
fn runbook(run: &Run<'_>, url: &str) -> Outcome {
    let Some(client) = run.ready(Peer::Grafana) else {
        return Outcome::seen(format!(
            "{url} (not opened: `--grafana` is not given, or not ready)"
        ));
    };
    // Rules know Grafana by its address in the browser of whoever runs the stack.
    let local = Environment::Compose.browser_url(Component::Grafana);
    let path = [client.url(), &local]
        .into_iter()
        .find_map(|base| url.strip_prefix(base));
    let fix = "deploy the generated dashboards: a runbook is one of them";
    if let Some(path) = path {
        let rest = path.strip_prefix("/d/").unwrap_or_default();
        let uid = rest.split(['?', '/']).next().unwrap_or_default();
        // Grafana shows a page for every address: whether the dashboard is there, only its API says.
        return match client
            .text(path)
            .and_then(|_| grafana::dashboard(client, uid))
        {
            Ok(Some(_)) => Outcome::seen(url),
            Ok(None) => Outcome::failed(format!("it leads to {url}, where no dashboard is"), fix),
            Err(trouble) => Outcome::failed(format!("it leads to {url}: {trouble}"), fix),
        };
    }
    let opened = Address::parse(url.split('?').next().unwrap_or_default())
        .map(|address| Client::new(Peer::Page, address, run.settings.request_limit))
        .map_err(|reason| format!("it leads to `{url}`: {reason}"))
        .and_then(|client| {
            client
                .text("")
                .map_err(|trouble| format!("it leads to {url}: {trouble}"))
        });
    match opened {
        Ok(_) => Outcome::seen(url),
        Err(reason) => Outcome::failed(
            client.clean(&reason),
            "correct the link, or put a page there",
        ),
    }
}

/// Whether the alert is over, and the receiver told so; nothing where nobody can be asked.
fn ended(run: &Run<'_>, alert: &Awaited<'_>) -> Option<Outcome> {
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
