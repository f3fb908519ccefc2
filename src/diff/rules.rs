//! Alerts, recording rules and their groups.

use std::collections::BTreeMap;

use obsctl_model::{Alert, Duration, Origin, Rule, RuleGroup, RuleQuery};

use super::change::{Detail, What, note_set};
use super::pairing::Pairing;
use super::routing::Routes;
use super::touches::{Found, Interest, Wanted};
use super::{Change, Class, Kind, Subject, expression};
use crate::project::Project;

/// A rule in its group.
#[derive(Clone, Copy, Debug)]
struct Item<'a> {
    group: &'a RuleGroup,
    rule: &'a Rule,
    /// What its group is called on the newer side.
    home: &'a str,
}

pub(super) fn compare(before: &Project, after: &Project, found: &mut Found) {
    let (old_routes, new_routes) = (Routes::of(before), Routes::of(after));
    let renamed = groups(before.groups(), after.groups(), found);
    let home = |group: &str| renamed.get(group).copied();
    let (before, after) = (items(before, home), items(after, |_| None));
    let paired = Pairing::of(&before, &after)
        .by(|one| Some((one.home, one.named(), one.labels())))
        .by(|one| Some((one.home, one.named())))
        .by(|one| Some((one.named(), one.labels())))
        .by(|one| Some(one.named()))
        // The same query under another name; first in the same group.
        .by_only(|one| Some((one.home, one.is_alert(), one.text(), one.labels())))
        .by_only(|one| Some((one.is_alert(), one.text(), one.labels())))
        .done();
    let routes = old_routes.zip(new_routes);
    for (old, new) in paired.both {
        pair(&before[old], &after[new], routes.as_ref(), found);
    }
    for index in paired.gone {
        gone(&before[index], found);
    }
    for index in paired.new {
        let one = &after[index];
        let detail = Detail::new(Class::Additive, What::Added(None));
        found.add(one.change(vec![detail], Origin::none(), one.rule.origin()));
    }
}

fn items<'a>(project: &'a Project, home: impl Fn(&str) -> Option<&'a str>) -> Vec<Item<'a>> {
    let mut all = vec![];
    for group in project.groups() {
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

    /// Its own labels, and those of its group where it does not set them itself.
    fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.group.labels.clone();
        match self.rule {
            Rule::Alert(alert) => labels.extend(alert.all_labels()),
            Rule::Record(record) => {
                labels.extend(record.labels.iter().map(|(a, b)| (a.clone(), b.clone())));
            }
        }
        labels
    }

    fn subject(&self) -> Subject {
        let kind = if self.is_alert() {
            Kind::Alert
        } else {
            Kind::RecordingRule
        };
        Subject::of(kind, self.rule_name(), &self.group.name)
    }

    fn change(&self, details: Vec<Detail>, before: Origin, after: Origin) -> Change {
        Change::new(self.subject(), details, before, after)
    }

    /// What is built on it, by the name it has or had.
    fn wanted(&self) -> Wanted {
        if self.is_alert() {
            return Wanted::Alert(self.rule_name().to_owned());
        }
        Wanted::Series {
            name: self.rule_name().to_owned(),
            labels: self.labels(),
            interest: Interest::Any,
        }
    }
}

fn gone(one: &Item<'_>, found: &mut Found) {
    // Nobody is told any more, which can be meant; a series that is gone is missed.
    let class = if one.is_alert() {
        Class::Behaviour
    } else {
        Class::Breaking
    };
    let detail = Detail::new(class, What::Removed);
    found.add(one.change(vec![detail], one.rule.origin(), Origin::none()));
    found.want(one.wanted());
}

fn pair(
    before: &Item<'_>,
    after: &Item<'_>,
    routes: Option<&(Routes<'_>, Routes<'_>)>,
    found: &mut Found,
) {
    let told = routes.and_then(|(old, new)| told(before, after, old, new));
    if told.is_none()
        && before.rule == after.rule
        && before.home == after.home
        && before.group.labels == after.group.labels
    {
        return;
    }
    let mut details = vec![];
    let renamed = before.rule_name() != after.rule_name();
    if renamed {
        let class = if after.is_alert() {
            Class::Behaviour
        } else {
            Class::Breaking
        };
        let from = before.rule_name().to_owned();
        details.push(Detail::new(class, What::Renamed { from }));
    }
    if before.home != after.home {
        let group = |one: &Item<'_>| format!("group `{}`", one.group.name);
        let (from, to) = (group(before), group(after));
        details.push(Detail::new(Class::Cosmetic, What::Moved { from, to }));
    }
    let said = details.len();
    details.extend(query(before.rule.query(), after.rule.query()));
    if let (Rule::Alert(before), Rule::Alert(after)) = (before.rule, after.rule) {
        alert(before, after, &mut details);
    }
    labels(&before.labels(), &after.labels(), &mut details);
    details.extend(told);
    let means_more = details[said..]
        .iter()
        .any(|detail| detail.class < Class::Additive);
    let any = !details.is_empty();
    found.add(after.change(details, before.rule.origin(), after.rule.origin()));
    if any && renamed {
        found.want(before.wanted());
    }
    if any && means_more {
        found.want(after.wanted());
    }
}

/// Whether others are told of an alert than before: its labels or the routes are others.
fn told(before: &Item<'_>, after: &Item<'_>, old: &Routes<'_>, new: &Routes<'_>) -> Option<Detail> {
    if !after.is_alert() {
        return None;
    }
    let receivers = |one: &Item<'_>, routes: &Routes<'_>| {
        let mut labels = one.labels();
        labels.insert("alertname".to_owned(), one.rule_name().to_owned());
        routes.receivers(&labels).join(", ")
    };
    let (from, to) = (receivers(before, old), receivers(after, new));
    let other = from != to;
    other.then(|| Detail::set(Class::Behaviour, "receivers", Some(from), Some(to)))
}

/// How two queries of rules differ, where they do.
fn query(before: &RuleQuery, after: &RuleQuery) -> Option<Detail> {
    let edits = match (before, after) {
        (RuleQuery::Promql(before), RuleQuery::Promql(after)) => {
            expression::compare(before, after)?
        }
        (before, after) if super::settings::same_words(before.as_str(), after.as_str()) => {
            return None;
        }
        _ => vec![],
    };
    let what = What::Query {
        of: None,
        before: before.as_str().to_owned(),
        after: after.as_str().to_owned(),
        edits,
    };
    Some(Detail::new(Class::Behaviour, what))
}

fn alert(before: &Alert, after: &Alert, details: &mut Vec<Detail>) {
    let lasting = |one: &Alert| Some(one.lasting.to_string());
    note_set(
        details,
        Class::Behaviour,
        "duration",
        lasting(before),
        lasting(after),
    );
    let keep = |one: &Alert| one.keep_firing.map(|time| time.to_string());
    note_set(
        details,
        Class::Behaviour,
        "`keep_firing_for`",
        keep(before),
        keep(after),
    );
    let (from, to) = (said(before), said(after));
    for name in names(&from, &to) {
        // Where a person is led is more than words.
        let class = if name.contains("runbook") {
            Class::Behaviour
        } else {
            Class::Cosmetic
        };
        let what = name.replace("_url", "");
        note_set(
            details,
            class,
            &what,
            from.get(name).cloned(),
            to.get(name).cloned(),
        );
    }
}

/// Everything that people read of an alert.
fn said(alert: &Alert) -> BTreeMap<String, String> {
    let known = [
        (
            "summary",
            Some(alert.summary.clone()).filter(|text| !text.is_empty()),
        ),
        ("description", alert.description.clone()),
        ("runbook", alert.runbook.as_ref().map(ToString::to_string)),
        (
            "dashboard",
            alert.dashboard.as_ref().map(ToString::to_string),
        ),
    ];
    let known = known
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), text?)));
    alert.annotations.clone().into_iter().chain(known).collect()
}

fn labels(
    from: &BTreeMap<String, String>,
    to: &BTreeMap<String, String>,
    details: &mut Vec<Detail>,
) {
    for name in names(from, to) {
        let what = match name {
            "severity" => "severity".to_owned(),
            _ => format!("label `{name}`"),
        };
        let (from, to) = (from.get(name).cloned(), to.get(name).cloned());
        note_set(details, Class::Behaviour, &what, from, to);
    }
}

/// The keys of both.
fn names<'a>(
    a: &'a BTreeMap<String, String>,
    b: &'a BTreeMap<String, String>,
) -> std::collections::BTreeSet<&'a str> {
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
    let mut renamed = BTreeMap::new();
    for (old, new) in paired.both {
        let (before, after) = (&before[old], &after[new]);
        let mut details = vec![];
        if before.name != after.name {
            let from = before.name.clone();
            details.push(Detail::new(Class::Cosmetic, What::Renamed { from }));
            renamed.insert(before.name.as_str(), after.name.as_str());
        }
        let time = |time: Option<Duration>| time.map(|time| time.to_string());
        let mut set = |what, from, to| note_set(&mut details, Class::Behaviour, what, from, to);
        set("interval", time(before.interval), time(after.interval));
        set(
            "offset",
            time(before.query_offset),
            time(after.query_offset),
        );
        let limit = |group: &RuleGroup| group.limit.map(|limit| limit.to_string());
        set("limit", limit(before), limit(after));
        let subject = Subject::new(Kind::RuleGroup, &after.name);
        found.add(Change::new(subject, details, before.origin, after.origin));
    }
    renamed
}
