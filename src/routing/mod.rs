//! Where alerts go, as Alertmanager 0.34 decides it: the route tree, inhibitions, the times in which routes are
//! silent; and tests of that. What is known of an alert's labels may be little ([`Known`]): checks ask for what is
//! possible, tests for what is.

mod case;
mod inhibition;
mod interval;
mod matcher;
mod range;
mod silence;
mod tree;

pub use case::{Case, Failure};
pub use matcher::{Known, Labels, Matcher, holds};
pub use tree::{Stop, Tree};

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Inhibition, Origin, Route};
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use inhibition::Rule;
use interval::Interval;

/// The label in which Alertmanager has the name of an alert.
pub const ALERT_NAME: &str = "alertname";

/// A configuration of Alertmanager, ready to be asked.
#[derive(Debug, Default)]
pub struct Routing {
    /// The route tree.
    pub tree: Tree,
    rules: Vec<Rule>,
    times: BTreeMap<String, Vec<Interval>>,
    receivers: BTreeSet<String>,
}

/// What a configuration of Alertmanager says.
#[derive(Clone, Copy, Debug)]
pub struct Configuration<'a> {
    /// The root of the route tree.
    pub root: &'a Route,
    /// The inhibitions.
    pub inhibitions: &'a [Inhibition],
    /// The names of the receivers.
    pub receivers: &'a BTreeSet<&'a str>,
    /// The time intervals with their names, as they are written.
    pub times: &'a [(&'a str, &'a Value, Origin)],
}

impl Routing {
    /// Makes a configuration ready, and says what Alertmanager would not load of it.
    #[must_use]
    pub fn of(written: Configuration<'_>) -> (Self, Vec<Diagnostic>) {
        let mut problems = vec![];
        let mut times = BTreeMap::new();
        for (name, settings, origin) in written.times {
            let subject = format!("time interval `{name}`");
            let intervals = Interval::all(settings).unwrap_or_else(|message| {
                problems.push(Diagnostic::new(subject.clone(), *origin, message));
                vec![]
            });
            if times.insert((*name).to_owned(), intervals).is_some() {
                let message = format!("two time intervals are named `{name}`");
                problems.push(Diagnostic::new(subject, *origin, message));
            }
        }
        let routing = Self {
            tree: Tree::of(written.root),
            rules: written.inhibitions.iter().map(Rule::of).collect(),
            times,
            receivers: written
                .receivers
                .iter()
                .map(|one| (*one).to_owned())
                .collect(),
        };
        routing.check(&mut problems);
        (routing, problems)
    }

    fn check(&self, problems: &mut Vec<Diagnostic>) {
        for (at, stop) in self.tree.stops().iter().enumerate() {
            let route = &stop.route;
            let wrong = |message: String| {
                let subject = format!("route to `{}`", route.receiver);
                Diagnostic::new(subject, route.origin, message)
            };
            if at == 0 {
                for (key, set) in [
                    ("matchers", !route.matchers.is_empty()),
                    ("mute_time_intervals", !route.muted.is_empty()),
                    ("active_time_intervals", !route.active.is_empty()),
                    ("continue", route.continues),
                ] {
                    let message = || format!("the root of the route tree cannot have `{key}`");
                    problems.extend(set.then(|| wrong(message())));
                }
            }
            let matchers = stop.matchers.iter().filter_map(Matcher::error);
            problems.extend(matchers.map(wrong));
            let times = route.muted.iter().chain(&route.active);
            for name in times.filter(|name| !self.times.contains_key(*name)) {
                let problem = wrong(format!("there is no time interval `{name}`"));
                problems.push(problem.did_you_mean(name, self.times()));
            }
            if !self.receivers.contains(&route.receiver) {
                let problem = wrong(format!("there is no receiver `{}`", route.receiver));
                problems.push(problem.did_you_mean(&route.receiver, self.receivers()));
            }
        }
        let matchers = self.rules.iter().flat_map(|rule| {
            let matchers = rule.source.iter().chain(&rule.target);
            matchers.filter_map(|it| Some((rule.origin, it.error()?)))
        });
        problems.extend(
            matchers.map(|(origin, message)| Diagnostic::new("inhibition", origin, message)),
        );
    }

    /// The names of all receivers.
    pub fn receivers(&self) -> impl Iterator<Item = &str> + Clone {
        self.receivers.iter().map(String::as_str)
    }

    /// The names of all time intervals.
    pub fn times(&self) -> impl Iterator<Item = &str> + Clone {
        self.times.keys().map(String::as_str)
    }
}
