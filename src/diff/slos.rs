//! SLOs: what is promised. The rules that they become are told of with them.

use obsctl_model::dashboard::ExpressionRef;
use obsctl_model::{Indicator, Origin, Promql, Slo};

use super::both::{Both, Thing, written};
use super::dashboards::asks;
use super::pairing::Pairing;
use super::touches::Found;
use super::{Class, Kind, List, Subject};

pub(super) const LISTS: List = List {
    of: "SLOs",
    name: "list of them",
    words: &["objective", "ServiceLevelObjective"],
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
    both.set(means, "alerts", |slo| Some(slo.alerts.to_string()));
    both.set(means, "alert without data after", |slo| {
        written(slo.absent_for)
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
fn parts(
    indicator: &Indicator,
) -> (
    &'static str,
    Vec<(&'static str, ExpressionRef<'_>)>,
    Option<String>,
) {
    let (word, queries, limit) = match indicator {
        Indicator::Logs { bad, total } => {
            let logs = |query| ExpressionRef::Logql(query);
            return (
                "log lines",
                vec![("bad", logs(bad)), ("total", logs(total))],
                None,
            );
        }
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
        Indicator::Raw { error_ratio } => {
            ("an error ratio", vec![("error_ratio", error_ratio)], None)
        }
        Indicator::TimeSlices { good } => ("time slices", vec![("good", good)], None),
        Indicator::Freshness { age, at_most } => {
            ("freshness", vec![("age", age)], written(Some(at_most)))
        }
    };
    let queries: Vec<(_, &Promql)> = queries;
    let queries = queries.into_iter();
    let queries = queries.map(|(name, query)| (name, ExpressionRef::Promql(query)));
    (word, queries.collect(), limit)
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
        let query = asks(Some(format!("`{name}`")), old, new);
        both.details.extend(query);
    }
    both.set(Class::Behaviour, "limit", |slo| parts(&slo.indicator).2);
}
