//! Metrics: a catalog is a contract, and queries of others may be built on it.

use std::collections::BTreeSet;

use obsctl_model::{Domain, LabelDef, MetricDef, MetricKind, Origin, Stability};

use super::change::{Detail, What, note_members, note_set};
use super::pairing::Pairing;
use super::touches::{Found, Interest, Wanted};
use super::{Change, Class, Kind, Subject};
use crate::project::Project;

pub(super) fn compare(before: &Project, after: &Project, found: &mut Found) {
    let all = |project: &'_ Project| -> Vec<MetricDef> {
        let families = project.stack().metrics.iter();
        families
            .flat_map(|family| family.metrics.iter().cloned())
            .collect()
    };
    let (before, after) = (all(before), all(after));
    let labels = |one: &MetricDef| -> BTreeSet<String> {
        one.labels
            .iter()
            .map(|label| label.name.to_string())
            .collect()
    };
    let paired = Pairing::of(&before, &after)
        .by(|one| Some((one.name.as_str(), &one.exposed_by)))
        .by(|one| Some(one.name.as_str()))
        // Renamed: the same words, or the same form under a name with the same beginning.
        .by_only(|one| {
            Some((one.kind.word(), &one.help, labels(one))).filter(|key| !key.1.is_empty())
        })
        .by_only(|one| Some((&one.exposed_by, &one.help)).filter(|key| !key.1.is_empty()))
        .by_only(|one| {
            let labels = labels(one);
            let subject = one.name.as_str().rsplit_once('_')?.0;
            let alike = (!labels.is_empty()).then_some(labels)?;
            Some((&one.exposed_by, one.kind.word(), alike, one.unit, subject))
        })
        .done();
    for (old, new) in paired.both {
        pair(&before[old], &after[new], found);
    }
    for index in paired.gone {
        let one = &before[index];
        let details = vec![Detail::new(Class::Breaking, What::Removed)];
        found.add(Change::new(
            subject(one),
            details,
            one.origin,
            Origin::none(),
        ));
        want(one.series_names(), &Interest::Any, found);
    }
    for index in paired.new {
        let one = &after[index];
        let details = vec![Detail::new(Class::Additive, What::Added(None))];
        found.add(Change::new(
            subject(one),
            details,
            Origin::none(),
            one.origin,
        ));
    }
}

fn subject(metric: &MetricDef) -> Subject {
    Subject::new(Kind::Metric, metric.name.as_str())
}

fn want(names: Vec<String>, interest: &Interest, found: &mut Found) {
    for name in names {
        found.want(Wanted::Series {
            name,
            labels: std::collections::BTreeMap::new(),
            interest: interest.clone(),
        });
    }
}

fn pair(before: &MetricDef, after: &MetricDef, found: &mut Found) {
    if before == after {
        return;
    }
    let mut details = vec![];
    // What is affected: series, and how they have to be used for it.
    let mut wanted: Vec<(Vec<String>, Interest)> = vec![];
    let all = || (before.series_names(), Interest::Any);
    if before.name != after.name {
        let from = before.name.to_string();
        details.push(Detail::new(Class::Breaking, What::Renamed { from }));
        wanted.push(all());
    }
    if before.kind.word() != after.kind.word() {
        let word = |one: &MetricDef| Some(one.kind.word().to_owned());
        details.push(Detail::set(
            Class::Breaking,
            "type",
            word(before),
            word(after),
        ));
        wanted.push(all());
    }
    if before.unit != after.unit {
        let unit = |one: &MetricDef| Some(unit_word(one));
        details.push(Detail::set(
            Class::Breaking,
            "unit",
            unit(before),
            unit(after),
        ));
        wanted.push((after.series_names(), Interest::Any));
    }
    buckets(before, after, &mut details, &mut wanted);
    labels(before, after, &mut details, &mut wanted);
    let exposer = |one: &MetricDef| Some(one.exposed_by.name().to_owned());
    note_set(
        &mut details,
        Class::Behaviour,
        "exposed by",
        exposer(before),
        exposer(after),
    );
    if before.stability != after.stability {
        let class = match after.stability {
            Stability::Deprecated => Class::Behaviour,
            _ => Class::Cosmetic,
        };
        let word = |one: &MetricDef| Some(format!("{:?}", one.stability).to_lowercase());
        details.push(Detail::set(class, "stability", word(before), word(after)));
        if after.stability == Stability::Deprecated {
            wanted.push((after.series_names(), Interest::Any));
        }
    }
    let help = |one: &MetricDef| Some(one.help.clone());
    note_set(
        &mut details,
        Class::Cosmetic,
        "help",
        help(before),
        help(after),
    );
    let owner = |one: &MetricDef| Some(one.owner.clone()).filter(|owner| !owner.is_empty());
    note_set(
        &mut details,
        Class::Cosmetic,
        "owner",
        owner(before),
        owner(after),
    );
    if details.is_empty() {
        return;
    }
    found.add(Change::new(
        subject(after),
        details,
        before.origin,
        after.origin,
    ));
    for (names, interest) in wanted {
        want(names, &interest, found);
    }
}

/// A unit's word in definitions.
fn unit_word(metric: &MetricDef) -> String {
    let word = serde_json::to_value(metric.unit).unwrap_or_default();
    word.as_str().unwrap_or("none").to_owned()
}

fn buckets(
    before: &MetricDef,
    after: &MetricDef,
    details: &mut Vec<Detail>,
    wanted: &mut Vec<(Vec<String>, Interest)>,
) {
    let texts = |numbers: &[f64]| -> Vec<String> { numbers.iter().map(f64::to_string).collect() };
    let (what, from, to) = match (&before.kind, &after.kind) {
        (
            MetricKind::Histogram {
                buckets: from,
                native: was,
            },
            MetricKind::Histogram {
                buckets: to,
                native: is,
            },
        ) => {
            if was != is {
                let class = if *is {
                    Class::Additive
                } else {
                    Class::Breaking
                };
                let word = |is: bool| is.then(|| "native".to_owned());
                details.push(Detail::set(class, "histogram", word(*was), word(*is)));
                if *was {
                    wanted.push((vec![before.name.to_string()], Interest::Any));
                }
            }
            ("bucket", texts(from), texts(to))
        }
        (MetricKind::Summary { quantiles: from }, MetricKind::Summary { quantiles: to }) => {
            ("quantile", texts(from), texts(to))
        }
        _ => return,
    };
    let lost = from.iter().any(|one| !to.contains(one));
    let class = if lost {
        Class::Breaking
    } else {
        Class::Additive
    };
    note_members(details, class, what, &from, &to);
    if lost {
        // Quantiles are estimated from other bounds, and a bound that a query names may be gone.
        let suffix = if what == "bucket" { "_bucket" } else { "" };
        wanted.push((vec![format!("{}{suffix}", before.name)], Interest::Any));
    }
}

fn labels(
    before: &MetricDef,
    after: &MetricDef,
    details: &mut Vec<Detail>,
    wanted: &mut Vec<(Vec<String>, Interest)>,
) {
    let paired = Pairing::of(&before.labels, &after.labels)
        .by(|label| Some(label.name.as_str()))
        .by_only(|label| match &label.domain {
            Domain::Unknown => None,
            domain => Some(format!("{domain:?}")),
        })
        .done();
    let mut use_of = |label: &LabelDef, values: Option<Vec<String>>| {
        let label = label.name.to_string();
        let interest = match values {
            None => Interest::Label(label),
            Some(values) => Interest::Values(label, values),
        };
        wanted.push((after.series_names(), interest));
    };
    for index in paired.gone {
        let label = &before.labels[index];
        let name = Some(label.name.to_string());
        details.push(Detail::set(Class::Breaking, "label", name, None));
        use_of(label, None);
    }
    for index in paired.new {
        let name = Some(after.labels[index].name.to_string());
        details.push(Detail::set(Class::Additive, "label", None, name));
    }
    for (old, new) in paired.both {
        let (old, new) = (&before.labels[old], &after.labels[new]);
        if old.name != new.name {
            let name = |label: &LabelDef| Some(label.name.to_string());
            details.push(Detail::set(Class::Breaking, "label", name(old), name(new)));
            use_of(old, None);
        }
        if old.domain == new.domain {
            continue;
        }
        let what = format!("label `{}`: value", new.name);
        if let (Domain::Values(from), Domain::Values(to)) = (&old.domain, &new.domain) {
            let gone = from.iter().filter(|one| !to.contains(one));
            let gone: Vec<_> = gone.cloned().collect();
            let class = match (gone.is_empty(), from.len().cmp(&to.len())) {
                (false, _) => Class::Breaking,
                _ => Class::Additive,
            };
            note_members(details, class, &what, from, to);
            if !gone.is_empty() {
                use_of(new, Some(gone));
            }
        } else {
            // Examples are examples.
            let words = (Some(domain(&old.domain)), Some(domain(&new.domain)));
            let class = if old.domain.size() <= new.domain.size() {
                Class::Additive
            } else {
                Class::Behaviour
            };
            let what = format!("label `{}`: values", new.name);
            note_set(details, class, &what, words.0, words.1);
        }
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
