//! Metrics: a catalog is a contract, and queries of others may be built on it.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Domain, LabelDef, MetricDef, MetricFamily, MetricKind, Origin, Stability};

use super::both::{Both, Thing, unless_empty, word};
use super::change::Detail;
use super::pairing::Pairing;
use super::touches::{Found, Interest, Wanted};
use super::{Class, Kind, Subject};

pub(super) fn compare(before: &[MetricFamily], after: &[MetricFamily], found: &mut Found) {
    let (before, after) = (all(before), all(after));
    let pairing = Pairing::of(&before, &after)
        .by(|one| Some((one.name.as_str(), &one.exposed_by)))
        .by(|one| Some(one.name.as_str()))
        // Renamed: the same words, or the same form under a name with the same beginning.
        .by_only(|one| {
            Some((one.kind.word(), &one.help, labels_of(one))).filter(|key| !key.1.is_empty())
        })
        .by_only(|one| Some((&one.exposed_by, &one.help)).filter(|key| !key.1.is_empty()))
        .by_only(|one| {
            let labels = labels_of(one);
            let subject = one.name.as_str().rsplit_once('_')?.0;
            let alike = (!labels.is_empty()).then_some(labels)?;
            Some((&one.exposed_by, one.kind.word(), alike, one.unit, subject))
        });
    found.things(pairing, differ);
}

fn all(families: &[MetricFamily]) -> Vec<&MetricDef> {
    families.iter().flat_map(|family| &family.metrics).collect()
}

fn labels_of(metric: &MetricDef) -> BTreeSet<&str> {
    let labels = metric.labels.iter();
    labels.map(|label| label.name.as_str()).collect()
}

impl Thing for MetricDef {
    fn subject(&self) -> Subject {
        Subject::new(Kind::Metric, self.name.as_str())
    }

    fn origin(&self) -> Origin {
        self.origin
    }

    fn gone(&self) -> Class {
        Class::Breaking
    }

    fn wanted(&self) -> Vec<Wanted> {
        want(self.series_names(), &Interest::Any)
    }
}

fn want(names: Vec<String>, interest: &Interest) -> Vec<Wanted> {
    let wanted = names.into_iter().map(|name| Wanted::Series {
        name,
        labels: BTreeMap::new(),
        interest: interest.clone(),
    });
    wanted.collect()
}

fn differ(both: &mut Both<'_, &MetricDef>) {
    let (before, after) = (*both.before, *both.after);
    if before == after {
        return;
    }
    let kind = both.set(Class::Breaking, "type", |one| {
        Some(one.kind.word().to_owned())
    });
    if kind {
        both.wanted.extend(before.wanted());
    }
    if both.set(Class::Breaking, "unit", |one| Some(unit_word(one))) {
        both.wanted.extend(after.wanted());
    }
    buckets(both);
    labels(both);
    both.set(Class::Behaviour, "exposed by", |one| {
        Some(one.exposed_by.name().to_owned())
    });
    let deprecated = after.stability == Stability::Deprecated;
    let class = if deprecated {
        Class::Behaviour
    } else {
        Class::Cosmetic
    };
    if both.set(class, "stability", |one| word(one.stability)) && deprecated {
        both.wanted.extend(after.wanted());
    }
    both.set(Class::Cosmetic, "help", |one| Some(one.help.clone()));
    both.set(Class::Cosmetic, "owner", |one| unless_empty(&one.owner));
}

/// A unit's word in definitions.
fn unit_word(metric: &MetricDef) -> String {
    let word = serde_json::to_value(metric.unit).unwrap_or_default();
    word.as_str().unwrap_or("none").to_owned()
}

fn buckets(both: &mut Both<'_, &MetricDef>) {
    let native = |one: &MetricDef| match one.kind {
        MetricKind::Histogram { native, .. } => native,
        _ => false,
    };
    let (before, after) = (*both.before, *both.after);
    if before.kind.word() != after.kind.word() {
        return;
    }
    let class = if native(after) {
        Class::Additive
    } else {
        Class::Breaking
    };
    let set = both.set(class, "histogram", |one| {
        native(one).then(|| "native".to_owned())
    });
    if set && native(before) {
        let name = vec![before.name.to_string()];
        both.wanted.extend(want(name, &Interest::Any));
    }
    // Quantiles are estimated from other bounds, and a bound that a query names may be gone.
    let (what, suffix) = match before.kind {
        MetricKind::Summary { .. } => ("quantile", ""),
        _ => ("bucket", "_bucket"),
    };
    let lost = both.members(Class::Breaking, Class::Additive, what, |one| {
        let bounds = match &one.kind {
            MetricKind::Histogram { buckets, .. } => buckets.as_slice(),
            MetricKind::Summary { quantiles } => quantiles.as_slice(),
            _ => &[],
        };
        bounds.iter().map(f64::to_string).collect()
    });
    if !lost.is_empty() {
        let name = vec![format!("{}{suffix}", before.name)];
        both.wanted.extend(want(name, &Interest::Any));
    }
}

fn labels(both: &mut Both<'_, &MetricDef>) {
    let (before, after) = (*both.before, *both.after);
    let paired = Pairing::of(&before.labels, &after.labels)
        .by(|label| Some(label.name.as_str()))
        .by_only(|label| match &label.domain {
            Domain::Unknown => None,
            domain => Some(format!("{domain:?}")),
        })
        .done();
    let name = |label: &LabelDef| Some(label.name.to_string());
    let named = |label: &LabelDef| {
        want(
            after.series_names(),
            &Interest::Label(label.name.to_string()),
        )
    };
    for label in paired.gone.into_iter().map(|index| &before.labels[index]) {
        let gone = Detail::set(Class::Breaking, "label", name(label), None);
        both.details.push(gone);
        both.wanted.extend(named(label));
    }
    for label in paired.new.into_iter().map(|index| &after.labels[index]) {
        let new = Detail::set(Class::Additive, "label", None, name(label));
        both.details.push(new);
    }
    for (old, new) in paired.both {
        let mut label = Both::of(&before.labels[old], &after.labels[new]);
        if label.set(Class::Breaking, "label", name) {
            label.wanted = named(label.before);
        }
        values(&mut label, after);
        both.details.append(&mut label.details);
        both.wanted.append(&mut label.wanted);
    }
}

/// Which values a label of a metric can have.
fn values(label: &mut Both<'_, LabelDef>, of: &MetricDef) {
    let (from, to) = (&label.before.domain, &label.after.domain);
    let name = label.after.name.to_string();
    if let (Domain::Values(_), Domain::Values(_)) = (from, to) {
        let what = format!("label `{name}`: value");
        let gone = label.members(Class::Breaking, Class::Additive, &what, |one| {
            match &one.domain {
                Domain::Values(values) => values.clone(),
                _ => vec![],
            }
        });
        if !gone.is_empty() {
            let wanted = want(of.series_names(), &Interest::Values(name, gone));
            label.wanted.extend(wanted);
        }
    } else if from != to {
        let class = if from.size() <= to.size() {
            Class::Additive
        } else {
            Class::Behaviour
        };
        // Examples are examples.
        let what = format!("label `{name}`: values");
        label.set(class, &what, |one| Some(domain(&one.domain)));
    }
}

fn domain(domain: &Domain) -> String {
    match domain {
        Domain::Values(values) => values.join(", "),
        Domain::Pattern { regex, at_most, .. } => format!("{regex}, at most {at_most}"),
        Domain::Bounded { at_most, .. } => format!("at most {at_most}"),
        Domain::Unbounded { budget, .. } => format!("a budget of {budget}"),
        Domain::Unknown => "any".to_owned(),
    }
}
