//! Tests of routing: where an alert has to go.

use obsctl_model::Origin;
use obsctl_rules::Place;

use super::{Labels, Routing};
use crate::diagnostic::Diagnostic;

/// A test of where an alert goes.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The alert's labels.
    pub labels: Labels,
    /// The receivers that it has to reach, in the order of the tree.
    pub receivers: Option<Vec<String>>,
    /// Milliseconds since the epoch, and the time intervals that have to keep it silent then.
    pub muted: Option<(i64, Vec<String>)>,
    /// Other alerts that fire, and whether one of them has to keep it silent.
    pub inhibited: Option<(Vec<Labels>, bool)>,
    /// Where it stands.
    pub place: Place,
}

/// An alert that goes elsewhere.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Where the test stands.
    pub place: Place,
    /// The alert, as its labels say it.
    pub alert: String,
    /// What is said of it, in lines.
    pub expected: Vec<String>,
    /// What is so.
    pub got: Vec<String>,
}

impl Case {
    /// What it names that the configuration does not have.
    #[must_use]
    pub fn problems(&self, path: &'static str, routing: &Routing) -> Vec<Diagnostic> {
        let origin = Origin::at(path, self.place.line, self.place.column);
        let unknown = |what: &str, names: &[String], known: Vec<&str>| {
            let names = names.iter().filter(|name| !known.contains(&name.as_str()));
            let found = names.map(|name| {
                let message = format!("Alertmanager has no {what} `{name}`");
                let found = Diagnostic::new("route test", origin, message);
                found.did_you_mean(name, known.iter().copied())
            });
            found.collect::<Vec<_>>()
        };
        let receivers = self.receivers.as_deref().unwrap_or_default();
        let muted = self.muted.as_ref().map_or(&[][..], |(_, names)| names);
        let mut problems = unknown("receiver", receivers, routing.receivers().collect());
        problems.extend(unknown("time interval", muted, routing.times().collect()));
        problems
    }

    /// Asks a configuration; nothing where all is as it has to be.
    #[must_use]
    pub fn judge(&self, routing: &Routing) -> Option<Failure> {
        let stops = routing.tree.reached(&self.labels);
        let (mut expected, mut got) = (vec![], vec![]);
        let mut both = |what: &str, said: &[String], is: &[String]| {
            expected.push(format!("{what}: {}", listed(said)));
            got.push(format!("{what}: {}", listed(is)));
        };
        if let Some(said) = &self.receivers {
            let all = stops
                .iter()
                .map(|at| &routing.tree.stops()[*at].route.receiver);
            both("receivers", said, &all.cloned().collect::<Vec<_>>());
        }
        if let Some((time, said)) = &self.muted {
            let mut names: Vec<String> = vec![];
            for name in stops.iter().flat_map(|at| routing.silenced_by(*at, *time)) {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
            let mut said = said.clone();
            said.sort();
            names.sort();
            both("muted by", &said, &names);
        }
        let mut sources = vec![];
        if let Some((active, said)) = &self.inhibited {
            sources = routing.inhibiting(&self.labels, active);
            let word = |inhibited: bool| [(if inhibited { "yes" } else { "no" }).to_owned()];
            both("inhibited", &word(*said), &word(!sources.is_empty()));
        }
        if expected == got {
            return None;
        }
        // What helps to see why stands on both sides.
        let mut why: Vec<_> = sources
            .iter()
            .map(|source| format!("by {}", shown(source)))
            .collect();
        for at in &stops {
            let receiver = &routing.tree.stops()[*at].route.receiver;
            let by = listed(routing.tree.group_by(*at));
            why.push(format!("route to `{receiver}`, grouped by {by}"));
        }
        expected.extend(why.iter().cloned());
        got.extend(why);
        Some(Failure {
            place: self.place,
            alert: shown(&self.labels),
            expected,
            got,
        })
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    }
}

/// Labels as they are written in queries.
fn shown(labels: &Labels) -> String {
    let labels = labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"));
    format!("{{{}}}", labels.collect::<Vec<_>>().join(", "))
}
