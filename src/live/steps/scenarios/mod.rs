//! A scenario of the demo sets off its alerts: they fire, are routed, arrive, and end with it.

mod alert;
mod runbook;

use std::time::Duration;

use crate::live::prometheus::Answer;
use crate::live::{Demo, Peer, Run, Scenario, Stop, clock, unasked};
use crate::verify::scenario::Expected;
use crate::verify::{Group, Outcome, Step};
use alert::{begin, ended, is_complete, judge, watch};

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
        Some(Ok(client)) => &Demo(client.clone()),
    };
    let known = match demo.scenarios() {
        Ok(known) => known,
        Err(trouble) => return not_run(trouble.to_string()),
    };
    let named = &run.settings.scenarios;
    let mut steps = vec![];
    for name in named.iter().filter(|name| *name != ALL) {
        if !known.iter().any(|one| one.name == *name) {
            let names: Vec<_> = known.iter().map(|one| one.name.as_str()).collect();
            let reason = format!("the demo has no such scenario; it has {}", names.join(", "));
            steps.push(Group::Scenarios.step(name, Outcome::not_run(demo.0.clean(&reason))));
        }
    }
    for one in &known {
        if named.iter().any(|name| name == ALL || *name == one.name) {
            steps.extend(play(run, demo, one));
        }
    }
    steps
}

/// Ends a scenario, whatever happens while it lasts.
struct Playing<'a> {
    demo: &'a Demo,
    name: &'a str,
    stop: &'a Stop,
    ended: bool,
}

impl Playing<'_> {
    fn end(&mut self) -> Answer<()> {
        self.ended = true;
        let answer = self.demo.end(self.name);
        self.stop.set_free(true);
        answer
    }
}

impl Drop for Playing<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // There is nobody left to tell.
            let _ = self.end();
        }
    }
}

fn play(run: &Run<'_>, demo: &Demo, scenario: &Scenario) -> Vec<Step> {
    let name = scenario.name.as_str();
    let one = |outcome: Outcome| vec![Group::Scenarios.step(name, outcome)];
    let stop = &run.settings.stop;
    if stop.is_wanted() {
        return one(Outcome::not_run("interrupted before it began"));
    }
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
    stop.set_free(false);
    let mut playing = Playing {
        demo,
        name,
        stop,
        ended: false,
    };
    if let Err(trouble) = demo.start(name) {
        return one(unasked(&trouble));
    }
    clock::until(arrive, PAUSE, || {
        let states: Vec<_> = awaited.iter_mut().map(|alert| watch(run, alert)).collect();
        run.doing(format!("scenario {name}: {}", states.join(", ")));
        let complete = awaited.iter().all(|alert| is_complete(run, alert));
        (complete || stop.is_wanted(), ())
    });
    let interrupted = stop.is_wanted();
    let mut steps: Vec<_> = awaited
        .iter()
        .filter(|_| !interrupted)
        .flat_map(|alert| judge(run, name, alert, arrive))
        .collect();
    if let Err(trouble) = playing.end() {
        let reason = format!("it could not be ended: {trouble}");
        let fix = "end it by hand: `obsctl scenario` says how";
        steps.push(Group::Scenarios.step(name, Outcome::failed(reason, fix)));
        return steps;
    }
    if interrupted {
        return one(Outcome::not_run("interrupted, and ended"));
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
