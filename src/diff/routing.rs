//! Who is told of an alert, by the labels that its rule says; and what of Alertmanager's configuration differs.

use std::collections::BTreeSet;

use obsctl_model::{Inhibition, Origin, Rule, RuleGroup};

use super::both::{Both, Thing, flag, written};
use super::change::{Detail, Touch, What};
use super::pairing::{Paired, Pairing};
use super::routes::{ALERT_NAME, Labels, Stop, Tree, matching};
use super::rules::labels_of;
use super::settings;
use super::sides::{Rest, State};
use super::touches::{self, Found};
use super::{Class, Kind, Subject};
use crate::read::{Alertmanager, Settings};

/// The configurations of both sides, where each has one.
#[derive(Debug, Default)]
pub(super) struct Routings {
    both: Option<(Alertmanager, Alertmanager)>,
    /// Whether they are not the same file.
    differ: bool,
    trees: Option<(Tree, Tree)>,
}

impl Routings {
    /// Of configurations that differ, and where rules differ of the one that both sides have.
    pub(super) fn of(before: &State, after: &State, rest: &mut Rest) -> Self {
        let (old, new) = (&before.found, &after.found);
        let differ = !old.alertmanagers.is_empty() || !new.alertmanagers.is_empty();
        if differ || !old.groups.is_empty() || !new.groups.is_empty() {
            rest.read(["receivers"]);
        }
        // Without one nobody knows who is told, and of several not which is asked.
        let only = |own: &[Alertmanager]| match (own, rest.found.alertmanagers.as_slice()) {
            ([one], []) | ([], [one]) => Some(one.clone()),
            _ => None,
        };
        let both = only(&old.alertmanagers).zip(only(&new.alertmanagers));
        let trees = both.as_ref();
        let trees = trees.map(|(old, new)| (Tree::of(&old.root), Tree::of(&new.root)));
        Self {
            both,
            differ,
            trees,
        }
    }

    /// Whether others are told of an alert because its name or its labels are others.
    pub(super) fn told(&self, before: (&str, Labels), after: (&str, Labels)) -> Option<Detail> {
        let (old, new) = self.trees.as_ref()?;
        // Where they are the same it is for the routes to say.
        if before == after {
            return None;
        }
        let told = |tree: &Tree, (name, mut labels): (&str, Labels)| {
            labels.insert(ALERT_NAME.to_owned(), name.to_owned());
            tree.receivers(&tree.reached(&labels)).join(", ")
        };
        let (from, to) = (told(old, before), told(new, after));
        (from != to).then(|| Detail::set(Class::Behaviour, "receivers", Some(from), Some(to)))
    }

    /// Why configurations that differ are not compared.
    pub(super) fn note(&self) -> Option<&'static str> {
        let text = "who is told of alerts is not compared: that takes one configuration of Alertmanager on each side";
        (self.differ && self.both.is_none()).then_some(text)
    }

    /// What of the configurations differs, and which alerts others are told of for it.
    pub(super) fn compare(self, before: &State, after: &State, rest: &mut Rest, found: &mut Found) {
        let (true, Some((old, new)), Some((mut from, mut to))) =
            (self.differ, self.both, self.trees)
        else {
            return;
        };
        rest.read(["alert"]);
        let had: BTreeSet<_> = alerts(&before.found.groups).map(|one| one.labels).collect();
        let changed = alerts(&after.found.groups).filter(|one| had.contains(&one.labels));
        let paired = pairing(&from, &to).done();
        let mut same = paired.both.clone();
        same.retain(|(old, new)| from.stops[*old].says() == to.stops[*new].says());
        for alert in changed.chain(alerts(&rest.found.groups)) {
            attribute(alert, &paired, &same, &mut from, &mut to);
        }
        found.things(pairing(&from, &to), differ);
        named(&old.receivers, &new.receivers, Kind::Receiver, found);
        named(&old.mute_times, &new.mute_times, Kind::MuteTime, found);
        let (old, new) = (&old.inhibitions, &new.inhibitions);
        found.things(Pairing::of(old, new).by(|one| Some(one.subject())), |_| {});
    }
}

/// An alert as routes see it.
#[derive(Debug)]
struct Told {
    labels: Labels,
    touch: Touch,
}

fn alerts(groups: &[RuleGroup]) -> impl Iterator<Item = Told> {
    let all = groups
        .iter()
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
    all.filter_map(|(group, rule)| {
        let Rule::Alert(alert) = rule else {
            return None;
        };
        let mut labels = labels_of(group, rule);
        labels.insert(ALERT_NAME.to_owned(), alert.name.clone());
        let subject = Subject::of(Kind::Alert, &alert.name, &group.name);
        let touch = Touch {
            subject,
            through: vec![],
            place: touches::place(alert.origin),
        };
        Some(Told { labels, touch })
    })
}

fn pairing<'a>(before: &'a Tree, after: &'a Tree) -> Pairing<'a, Stop> {
    Pairing::of(&before.stops, &after.stops)
        .by(|stop| Some((&stop.name, &stop.route.receiver)))
        .by(|stop| Some(&stop.name))
        .by_only(|stop| Some((&stop.route.receiver, stop.children)))
}

/// Puts an alert that others are told of now to the route that is the cause: one that is new or another on its newer way,
/// else one on its older way. `same` are the pairs that are no others.
fn attribute(
    alert: Told,
    paired: &Paired,
    same: &[(usize, usize)],
    before: &mut Tree,
    after: &mut Tree,
) {
    let (old, new) = (before.reached(&alert.labels), after.reached(&alert.labels));
    if before.receivers(&old) == after.receivers(&new) {
        return;
    }
    let ours = after
        .way(&new)
        .find(|at| !same.iter().any(|(_, to)| to == at));
    let theirs = before
        .way(&old)
        .find(|at| !same.iter().any(|(from, _)| from == at));
    let stop = match (ours, theirs) {
        (None, Some(at)) => match paired.both.iter().find(|(from, _)| *from == at) {
            Some((_, to)) => &mut after.stops[*to],
            None => &mut before.stops[at],
        },
        // Where no route is another their order is.
        (ours, _) => &mut after.stops[ours.unwrap_or(new[0])],
    };
    stop.affected.push(alert.touch);
}

impl Thing for Stop {
    fn subject(&self) -> Subject {
        Subject::new(Kind::Route, &self.name)
    }

    fn origin(&self) -> Origin {
        self.route.origin
    }

    fn gone(&self) -> Class {
        Class::Behaviour
    }

    fn added(&self) -> Class {
        Class::Behaviour
    }

    fn affected(&self) -> Vec<Touch> {
        self.affected.clone()
    }

    fn holds(&self) -> Option<String> {
        Some(format!("receiver `{}`", self.route.receiver))
    }
}

fn differ(both: &mut Both<'_, Stop>) {
    let means = Class::Behaviour;
    both.set(means, "receiver", |stop| stop.receiver.clone());
    both.set(means, "asks later routes too", |stop| {
        flag(stop.route.continues)
    });
    both.members(means, means, "group by", |stop| stop.route.group_by.clone());
    both.set(means, "group wait", |stop| written(stop.route.group_wait));
    both.set(means, "group interval", |stop| {
        written(stop.route.group_interval)
    });
    both.set(means, "repeat interval", |stop| {
        written(stop.route.repeat_interval)
    });
    both.members(means, means, "muted during", |stop| {
        let active = stop.route.active.iter();
        let active = active.map(|name| format!("outside of {name}"));
        stop.route.muted.iter().cloned().chain(active).collect()
    });
    let reached = both.after.affected.iter();
    let reached: Vec<_> = reached.map(|touch| touch.subject.name.clone()).collect();
    if both.details.is_empty() && !reached.is_empty() {
        let what = What::Members {
            what: "reached by alert".to_owned(),
            gone: vec![],
            new: reached,
        };
        both.details.push(Detail::new(means, what));
    }
}

/// What has settings, by its name. They may hold secrets: only their paths are shown.
fn named(before: &[Settings], after: &[Settings], kind: Kind, found: &mut Found) {
    let all = |own: &[Settings]| -> Vec<Named> {
        let own = own.iter().cloned();
        own.map(|of| Named { kind, of }).collect()
    };
    let (before, after) = (all(before), all(after));
    let pairing = Pairing::of(&before, &after).by(|one| Some(&one.of.name));
    found.things(pairing, |both| {
        let (old, new) = (&both.before.of.settings, &both.after.of.settings);
        let paths = settings::paths(old, new);
        if !paths.is_empty() {
            let what = What::Settings(paths);
            both.details.push(Detail::new(Class::Behaviour, what));
        }
    });
}

/// A receiver or a mute time.
#[derive(Debug)]
struct Named {
    kind: Kind,
    of: Settings,
}

impl Thing for Named {
    fn subject(&self) -> Subject {
        Subject::new(self.kind, &self.of.name)
    }

    fn origin(&self) -> Origin {
        self.of.origin
    }

    fn gone(&self) -> Class {
        Class::Behaviour
    }
}

impl Thing for Inhibition {
    fn subject(&self) -> Subject {
        let (source, target) = (matching(&self.source), matching(&self.target));
        let equal = match self.equal.as_slice() {
            [] => String::new(),
            equal => format!(" of the same {}", equal.join(", ")),
        };
        Subject::new(
            Kind::Inhibition,
            format!("{{{source}}} silences {{{target}}}{equal}"),
        )
    }

    fn origin(&self) -> Origin {
        self.origin
    }

    fn gone(&self) -> Class {
        Class::Behaviour
    }

    fn added(&self) -> Class {
        Class::Behaviour
    }
}
