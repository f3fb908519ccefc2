//! SLOs: what is promised. The rules that they become are told of with them.

use std::collections::BTreeSet;

use obsctl_model::dashboard::ExpressionRef;
use obsctl_model::{Indicator, Origin, Promql, Slo};

use super::both::{Both, Thing, written};
use super::dashboards::asks;
use super::pairing::Pairing;
use super::touches::Found;
use super::{Change, Class, Kind, List, Subject};
use crate::project::slo::group_names;

pub(super) const LISTS: List = List {
    of: "SLOs",
    name: "list of them",
    words: &["objective"],
    is_in: |found| found.has_slos,
};

impl Thing for Slo {
    fn subject(&self) -> Subject {
        subject(self.name.as_str(), &self.service)
    }

    fn origin(&self) -> Origin {
        self.origin
    }

    fn gone(&self) -> Class {
        Class::Breaking
    }

    fn holds(&self) -> Option<String> {
        let objective = self.objective.as_percent();
        Some(format!(
            "an objective of {objective} % over {}",
            self.window
        ))
    }
}

/// How an SLO is called.
pub(super) fn subject(name: &str, service: &str) -> Subject {
    Subject::of(Kind::Slo, name, service)
}

pub(super) fn compare(before: &[Slo], after: &[Slo], found: &mut Found) {
    let pairing = Pairing::of(before, after)
        .by(|slo| Some((&slo.service, &slo.name)))
        .by_only(|slo| Some(&slo.name))
        .by_only(|slo| Some((&slo.service, format!("{:?}", slo.indicator))));
    found.things(pairing, differ);
}

fn differ(both: &mut Both<'_, Slo>) {
    let means = Class::Behaviour;
    both.set(means, "objective", |slo| {
        Some(format!("{} %", slo.objective.as_percent()))
    });
    both.set(means, "window", |slo| Some(slo.window.to_string()));
    both.set(means, "service", |slo| Some(slo.service.clone()));
    indicator(both);
    both.members(means, means, "a budget for each", |slo| {
        slo.by.iter().map(ToString::to_string).collect()
    });
    both.set(means, "fewest bad events that count", |slo| {
        written(slo.min_bad_events)
    });
    both.set(means, "owner", |slo| Some(slo.owner.clone()));
    both.set(means, "runbook", |slo| written(slo.runbook.as_ref()));
    both.members(means, means, "label", |slo| {
        let labels = slo.labels.iter();
        labels
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    });
    both.set(Class::Cosmetic, "description", |slo| {
        Some(slo.description.clone())
    });
}

/// An indicator by its word, its queries and its limit.
fn parts(indicator: &Indicator) -> (&'static str, Vec<(&'static str, &Promql)>, Option<String>) {
    match indicator {
        Indicator::Bad { bad, total } => ("bad events", vec![("bad", bad), ("total", total)], None),
        Indicator::Good { good, total } => {
            ("good events", vec![("good", good), ("total", total)], None)
        }
        Indicator::Latency {
            histogram,
            threshold,
        } => (
            "latency",
            vec![("histogram", histogram)],
            written(Some(threshold)),
        ),
        Indicator::NativeLatency {
            histogram,
            threshold,
        } => (
            "latency of a native histogram",
            vec![("histogram", histogram)],
            written(Some(threshold)),
        ),
        Indicator::TimeSlices { good } => ("time slices", vec![("good", good)], None),
        Indicator::Freshness { age, at_most } => {
            ("freshness", vec![("age", age)], written(Some(at_most)))
        }
    }
}

fn indicator(both: &mut Both<'_, Slo>) {
    let of = |slo: &Slo| Some(parts(&slo.indicator).0.to_owned());
    if both.set(Class::Behaviour, "indicator", of) {
        return;
    }
    let (old, new) = (
        parts(&both.before.indicator).1,
        parts(&both.after.indicator).1,
    );
    for ((name, old), (_, new)) in old.into_iter().zip(new) {
        let (old, new) = (ExpressionRef::Promql(old), ExpressionRef::Promql(new));
        let query = asks(Some(format!("`{name}`")), old, new);
        both.details.extend(query);
    }
    both.set(Class::Behaviour, "limit", |slo| parts(&slo.indicator).2);
}

/// Puts the changes of rules that follow from a change of an SLO with it.
pub(super) fn fold(changes: Vec<Change>, before: &[Slo], after: &[Slo]) -> Vec<Change> {
    let is_slo = |change: &Change| change.subject.kind == Kind::Slo;
    let (mut promised, mut others): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_slo);
    for slo in &mut promised {
        let names = |one: &&Slo| {
            one.subject() == slo.subject || slo.was().is_some_and(|name| name == one.name.as_str())
        };
        let own = before.iter().chain(after).filter(names);
        let groups: BTreeSet<String> = own.flat_map(group_names).collect();
        let follows = |one: &Subject| {
            let group = match one.kind {
                Kind::Alert | Kind::RecordingRule => one.of.as_ref(),
                Kind::RuleGroup => Some(&one.name),
                _ => None,
            };
            group.is_some_and(|group| groups.contains(group))
        };
        for other in others.extract_if(.., |other| follows(&other.subject)) {
            let touched = other.touches.into_iter();
            let touched: Vec<_> = touched
                .filter(|one| one.subject != slo.subject && !follows(&one.subject))
                .collect();
            if other.class == Class::Breaking && !touched.is_empty() {
                slo.class = Class::Breaking;
            }
            slo.touches.extend(touched);
            slo.follows.push(other.subject);
        }
        slo.follows.sort();
        slo.touches.sort();
        slo.touches.dedup_by(|a, b| a.subject == b.subject);
    }
    others.append(&mut promised);
    others
}
