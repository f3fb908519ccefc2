//! Alerts, recording rules and their groups.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use obsctl_model::dashboard::ExpressionRef;
use obsctl_model::{Alert, Duration, Origin, Rule, RuleGroup, RuleQuery};

use super::both::{Both, Thing, unless_empty, written};
use super::change::{Detail, What};
use super::dashboards::asks;
use super::pairing::Pairing;
use super::query;
use super::routing::Routings;
use super::touches::{Found, Interest, Wanted};
use super::{Class, Kind, Subject};

/// A rule in its group.
#[derive(Clone, Copy, Debug)]
struct Item<'a> {
    group: &'a RuleGroup,
    rule: &'a Rule,
    /// What its group is called on the newer side.
    home: &'a str,
}

pub(super) fn compare(
    before: &[RuleGroup],
    after: &[RuleGroup],
    routes: &Routings,
    found: &mut Found,
) {
    let renamed = groups(before, after, found);
    let home = |group: &str| renamed.get(group).copied();
    let (before, after) = (items(before, home), items(after, |_| None));
    let pairing = Pairing::of(&before, &after)
        .by(|one| Some((one.home, one.named(), one.labels())))
        .by(|one| Some((one.home, one.named())))
        .by(|one| Some((one.named(), one.labels())))
        .by(|one| Some(one.named()))
        // The same query under another name; first in the same group.
        .by_only(|one| Some((one.home, one.is_alert(), one.text(), one.labels())))
        .by_only(|one| Some((one.is_alert(), one.text(), one.labels())))
        // The same name and query but for how far back is looked: `job:errors:rate5m` and `job:errors:rate10m`.
        .by_only(|one| Some((one.home, one.is_alert(), windowless(one)?, one.labels())));
    found.things(pairing, |both| differ(both, routes));
}

fn items<'a>(groups: &'a [RuleGroup], home: impl Fn(&str) -> Option<&'a str>) -> Vec<Item<'a>> {
    let mut all = vec![];
    for group in groups {
        let home = home(&group.name).unwrap_or(&group.name);
        all.extend(group.rules.iter().map(|rule| Item { group, rule, home }));
    }
    all
}

impl<'a> Item<'a> {
    fn is_alert(&self) -> bool {
        matches!(self.rule, Rule::Alert(_))
    }

    /// What names it beside its group.
    fn named(&self) -> (bool, &'a str) {
        (self.is_alert(), self.rule_name())
    }

    fn rule_name(&self) -> &'a str {
        match self.rule {
            Rule::Alert(alert) => &alert.name,
            Rule::Record(record) => record.record.as_str(),
        }
    }

    fn text(&self) -> &'a str {
        self.rule.query().as_str()
    }

    fn labels(&self) -> BTreeMap<String, String> {
        labels_of(self.group, self.rule)
    }

    fn query(&self) -> ExpressionRef<'a> {
        match self.rule.query() {
            RuleQuery::Promql(query) => ExpressionRef::Promql(query),
            RuleQuery::Logql(query) => ExpressionRef::Logql(query),
        }
    }
}

/// Name and query of a rule without the windows they say; nothing where the name or the query says none.
fn windowless(one: &Item<'_>) -> Option<(String, String)> {
    let windows = query::windows(one.query());
    let is_said = !windows.is_empty();
    let name = without_durations(one.rule_name());
    let query = without(one.text(), windows.into_iter());
    (is_said && name != one.rule_name()).then_some((name, query))
}

/// A text without these bytes, which are in order.
fn without(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> String {
    let (mut rest, mut from) = (String::new(), 0);
    for range in ranges {
        rest.push_str(text.get(from..range.start).unwrap_or_default());
        rest.push('*');
        from = range.end;
    }
    rest + text.get(from..).unwrap_or_default()
}

/// A name without the durations that parts of it end in: `rate5m` is `rate*`.
fn without_durations(name: &str) -> String {
    let parts = name.split_inclusive([':', '_']).map(|part| {
        let word = part.trim_end_matches([':', '_']);
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit() || "smhdwy".contains(c));
        let from = word[letters.len()..].find(|c: char| c.is_ascii_digit());
        match from.map(|from| letters.len() + from) {
            Some(from) if Duration::parse(&word[from..]).is_ok() => {
                format!("{}*{}", &word[..from], &part[word.len()..])
            }
            _ => part.to_owned(),
        }
    });
    parts.collect()
}

/// The labels of a rule: its own, and those of its group where it does not set them itself.
pub(super) fn labels_of(group: &RuleGroup, rule: &Rule) -> BTreeMap<String, String> {
    let mut labels = group.labels.clone();
    match rule {
        Rule::Alert(alert) => labels.extend(alert.all_labels()),
        Rule::Record(record) => {
            labels.extend(record.labels.iter().map(|(a, b)| (a.clone(), b.clone())));
        }
    }
    labels
}

impl Thing for Item<'_> {
    fn subject(&self) -> Subject {
        let kind = if self.is_alert() {
            Kind::Alert
        } else {
            Kind::RecordingRule
        };
        Subject::of(kind, self.rule_name(), &self.group.name)
    }

    fn origin(&self) -> Origin {
        self.rule.origin()
    }

    /// Nobody is told any more, which can be meant; a series that is gone is missed.
    fn gone(&self) -> Class {
        if self.is_alert() {
            Class::Behaviour
        } else {
            Class::Breaking
        }
    }

    fn wanted(&self) -> Vec<Wanted> {
        if self.is_alert() {
            return vec![Wanted::Alert(self.rule_name().to_owned())];
        }
        vec![Wanted::Series {
            name: self.rule_name().to_owned(),
            labels: self.labels(),
            interest: Interest::Any,
        }]
    }
}

fn differ(both: &mut Both<'_, Item<'_>>, routes: &Routings) {
    let (before, after) = (both.before, both.after);
    if before.rule == after.rule
        && before.home == after.home
        && before.group.labels == after.group.labels
    {
        return;
    }
    if before.home != after.home {
        let group = |one: &Item<'_>| format!("group `{}`", one.group.name);
        let (from, to) = (group(before), group(after));
        let moved = What::Moved { from, to };
        both.details.push(Detail::new(Class::Cosmetic, moved));
    }
    let said = both.details.len();
    both.details
        .extend(asks(None, before.query(), after.query()));
    if let (Rule::Alert(before), Rule::Alert(after)) = (before.rule, after.rule) {
        let mut alert = Both::of(before, after);
        differ_as_alerts(&mut alert);
        both.details.append(&mut alert.details);
    }
    let (from, to) = (before.labels(), after.labels());
    let mut labels = Both::of(&from, &to);
    for name in names(&from, &to) {
        let what = match name {
            "severity" => "severity".to_owned(),
            _ => format!("label `{name}`"),
        };
        labels.set(Class::Behaviour, &what, |labels| labels.get(name).cloned());
    }
    both.details.append(&mut labels.details);
    if after.is_alert() {
        both.details
            .extend(routes.told((before.rule_name(), from), (after.rule_name(), to)));
    }
    let mut new = both.details[said..].iter();
    if new.any(|detail| detail.class < Class::Additive) {
        both.wanted.extend(after.wanted());
    }
}

fn differ_as_alerts(both: &mut Both<'_, Alert>) {
    let means = Class::Behaviour;
    both.set(means, "duration", |one| Some(one.lasting.to_string()));
    both.set(means, "`keep_firing_for`", |one| written(one.keep_firing));
    let (from, to) = (said(both.before), said(both.after));
    let mut texts = Both::of(&from, &to);
    for name in names(&from, &to) {
        // Where a person is led is more than words.
        let class = if name.contains("runbook") {
            means
        } else {
            Class::Cosmetic
        };
        let what = name.replace("_url", "");
        texts.set(class, &what, |texts| texts.get(name).cloned());
    }
    both.details.append(&mut texts.details);
}

/// Everything that people read of an alert.
fn said(alert: &Alert) -> BTreeMap<String, String> {
    let known = [
        ("summary", unless_empty(&alert.summary)),
        ("description", alert.description.clone()),
        ("runbook", written(alert.runbook.as_ref())),
        ("dashboard", written(alert.dashboard.as_ref())),
    ];
    let known = known
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), text?)));
    alert.annotations.clone().into_iter().chain(known).collect()
}

/// The keys of both.
fn names<'a>(
    a: &'a BTreeMap<String, String>,
    b: &'a BTreeMap<String, String>,
) -> BTreeSet<&'a str> {
    a.keys().chain(b.keys()).map(String::as_str).collect()
}

/// How groups are evaluated; which rules are in them is said of the rules. Gives the newer names of those that have
/// another.
fn groups<'a>(
    before: &'a [RuleGroup],
    after: &'a [RuleGroup],
    found: &mut Found,
) -> BTreeMap<&'a str, &'a str> {
    let rules = |group: &'a RuleGroup| -> Option<Vec<&'a str>> {
        let names = group.rules.iter().map(|rule| match rule {
            Rule::Alert(alert) => alert.name.as_str(),
            Rule::Record(record) => record.record.as_str(),
        });
        Some(names.collect()).filter(|names: &Vec<_>| !names.is_empty())
    };
    let paired = Pairing::of(before, after)
        .by(|group| Some(&group.name))
        .by_only(rules)
        .done();
    let both = paired.both.into_iter();
    let both: Vec<_> = both.map(|(old, new)| (&before[old], &after[new])).collect();
    found.stayed(&both, |both| {
        let means = Class::Behaviour;
        both.set(means, "interval", |group| written(group.interval));
        both.set(means, "offset", |group| written(group.query_offset));
        both.set(means, "limit", |group| written(group.limit));
        both.set(means, "source tenants", |group| {
            unless_empty(&group.source_tenants.join(", "))
        });
    });
    let names = both.iter();
    let names = names.map(|(old, new)| (old.name.as_str(), new.name.as_str()));
    names.filter(|(old, new)| old != new).collect()
}

impl Thing for RuleGroup {
    fn subject(&self) -> Subject {
        Subject::new(Kind::RuleGroup, &self.name)
    }

    fn origin(&self) -> Origin {
        self.origin
    }

    fn gone(&self) -> Class {
        Class::Cosmetic
    }
}
