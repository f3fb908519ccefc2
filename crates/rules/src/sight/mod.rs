//! Which rules a test can notice.
//!
//! A test sees the alerts that it names and the series that its expressions read, and through them the
//! rules that write what those read. It also sees a rule that fails, since that ends it: a rule that reads
//! anything of what the test has is left out only where it provably cannot fail ([`shape`]).

mod dependency;
mod give;
mod order;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use obsctl_promql::Expr;
use obsctl_promql::eval::Labels;

use crate::alert::{ALERT_NAME, ALERTS, ALERTS_FOR_STATE};
use crate::group::{Group, Member};
use crate::template::Text;
use dependency::Reading;
use shape::Failing;

/// What is known of the rules of a set before any test.
#[derive(Debug)]
pub(crate) struct Sight {
    rules: Vec<Facts>,
    /// Rules by the metric that they record.
    recording: BTreeMap<String, Vec<usize>>,
    /// Alerting rules by the alert's name.
    alerting: BTreeMap<String, Vec<usize>>,
    /// Rules by the metrics that they read.
    reading: BTreeMap<String, Vec<usize>>,
    /// Rules that read metrics without saying which.
    reading_any: Vec<usize>,
    /// Rules that give something without any data.
    sources: Vec<usize>,
    /// Labels that rules put on series.
    made_labels: BTreeSet<String>,
    /// Whether a rule puts labels on series that nobody knows before.
    makes_any_label: bool,
}

#[derive(Debug)]
struct Facts {
    name: String,
    alert: bool,
    reads: Vec<Reading>,
    failing: Failing,
    /// Whether another rule may write the same series.
    contested: bool,
    /// How far before the time of evaluation it reads and writes.
    offset: i64,
    /// Whether it has to be evaluated step by step.
    stepwise: bool,
}

/// What a test asks.
pub(crate) struct Question<'a> {
    pub alerts: BTreeSet<&'a str>,
    pub exprs: Vec<&'a Expr>,
    pub input: &'a mut dyn Iterator<Item = &'a Labels>,
}

/// The rules to evaluate.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Their numbers in the set, ascending, and whether their `ALERTS` are written.
    pub rules: BTreeMap<usize, bool>,
    /// Whether each can be evaluated over all steps at once.
    pub by_rule: bool,
}

impl Sight {
    pub fn new(groups: &[Arc<Group>]) -> Self {
        let members = || {
            let groups = groups.iter();
            groups.flat_map(|group| group.rules.iter().map(move |rule| Member { group, rule }))
        };
        let contested = contested(members());
        let mut sight = Self {
            rules: Vec::new(),
            recording: BTreeMap::new(),
            alerting: BTreeMap::new(),
            reading: BTreeMap::new(),
            reading_any: Vec::new(),
            sources: Vec::new(),
            made_labels: BTreeSet::new(),
            makes_any_label: false,
        };
        for (at, member) in members().enumerate() {
            sight.add(at, member, contested.contains(&at));
        }
        sight
    }

    fn add(&mut self, at: usize, member: Member<'_>, contested: bool) {
        let Member { rule, .. } = member;
        let alerting = member.alerting();
        let names = if alerting.is_some() {
            &mut self.alerting
        } else {
            &mut self.recording
        };
        names.entry(rule.name.clone()).or_default().push(at);
        let reads = dependency::of_rule(rule);
        for reading in &reads {
            match &reading.metric {
                Some(metric) => self.reading.entry(metric.clone()).or_default().push(at),
                None => self.reading_any.push(at),
            }
        }
        if give::rule_without_data(&rule.expr) {
            self.sources.push(at);
        }
        if alerting.is_none() {
            self.made_labels.extend(rule.labels.keys().cloned());
        }
        self.makes_any_label |= dependency::made_by_rule(rule, &mut self.made_labels);
        let texts = alerting.into_iter().flat_map(|it| it.annotations.values());
        let mut texts = texts.chain(rule.labels.values());
        self.rules.push(Facts {
            name: rule.name.clone(),
            alert: alerting.is_some(),
            failing: match shape::failing(member) {
                // Alerts have the labels of their rules, which are not known here.
                Failing::WithLabels(_) if reads.iter().any(Reading::is_of_alerts) => {
                    Failing::Possibly
                }
                failing => failing,
            },
            reads,
            contested,
            offset: member.group.query_offset,
            stepwise: order::is_rule_stepwise(&rule.expr) || texts.any(Text::may_query),
        });
    }

    /// The rules that a test can notice.
    pub fn seen(&self, question: Question<'_>) -> Seen {
        let mut metrics = BTreeSet::new();
        let mut labels: BTreeSet<&str> = self.made_labels.iter().map(String::as_str).collect();
        for series in question.input {
            metrics.insert(series.metric_name());
            labels.extend(series.iter().map(|label| &*label.name));
        }
        let mut rules = BTreeMap::new();
        let mut pending = Vec::new();
        for name in question.alerts {
            pending.extend(self.alerting.get(name).into_iter().flatten().copied());
        }
        for at in self.touched(&metrics) {
            if self.may_fail(at, &metrics, &labels) {
                pending.push(at);
                if self.rules[at].alert && self.rules[at].contested {
                    rules.insert(at, true);
                }
            }
        }
        self.reach(pending, &question.exprs, &mut rules);
        let by_rule = rules.keys().all(|at| self.in_order(*at, &rules));
        Seen { rules, by_rule }
    }

    /// The rules whose results these alerts and queries see, by themselves or through other rules.
    pub fn reached(&self, alerts: &BTreeSet<&str>, exprs: &[&Expr]) -> BTreeSet<usize> {
        let named = alerts.iter().filter_map(|name| self.alerting.get(*name));
        let mut rules = BTreeMap::new();
        self.reach(named.flatten().copied().collect(), exprs, &mut rules);
        rules.into_keys().collect()
    }

    /// Adds rules, and those that write what they or the expressions read, with whether their `ALERTS` are read.
    fn reach(&self, mut pending: Vec<usize>, exprs: &[&Expr], rules: &mut BTreeMap<usize, bool>) {
        let asked: Vec<_> = exprs
            .iter()
            .flat_map(|it| dependency::readings(it))
            .collect();
        let mut reads: Vec<&Reading> = asked.iter().collect();
        let mut expanded = BTreeSet::new();
        loop {
            while let Some(reading) = reads.pop() {
                self.each_writer(reading, |at| {
                    rules.insert(at, self.rules[at].alert);
                    pending.push(at);
                });
            }
            let Some(at) = pending.pop() else { break };
            rules.entry(at).or_insert(false);
            if expanded.insert(at) {
                reads.extend(&self.rules[at].reads);
            }
        }
    }

    /// Whether a rule reads only what was written before, and can be evaluated over all steps. What is written
    /// with a larger offset than the rule's has times at which it was not there yet.
    fn in_order(&self, at: usize, live: &BTreeMap<usize, bool>) -> bool {
        let rule = &self.rules[at];
        let mut in_order = !rule.stepwise;
        for reading in &rule.reads {
            self.each_writer(reading, |writer| {
                let before = writer < at && self.rules[writer].offset <= rule.offset;
                in_order &= before || !live.contains_key(&writer);
            });
        }
        in_order
    }

    /// The rules that write something that is read there.
    fn each_writer(&self, reading: &Reading, mut found: impl FnMut(usize)) {
        let mut all = |rules: &[usize]| rules.iter().copied().for_each(&mut found);
        match &reading.metric {
            Some(metric) => all(self.recording.get(metric).map_or(&[], Vec::as_slice)),
            None => {
                let names = self
                    .recording
                    .iter()
                    .filter(|(name, _)| reading.matches(name));
                names.for_each(|(_, rules)| all(rules));
            }
        }
        if reading.is_of_alerts() {
            match &reading.alert {
                Some(alert) => all(self.alerting.get(alert).map_or(&[], Vec::as_slice)),
                None => self.alerting.values().for_each(|rules| all(rules)),
            }
        }
    }

    /// The rules whose queries may give something, of these metrics or of what other rules make of them.
    fn touched(&self, metrics: &BTreeSet<&str>) -> BTreeSet<usize> {
        let mut touched = BTreeSet::new();
        let mut pending: Vec<usize> = self.sources.clone();
        for metric in metrics {
            self.each_reader(metric, &mut pending);
        }
        let mut alerts_seen = false;
        while let Some(at) = pending.pop() {
            if !touched.insert(at) {
                continue;
            }
            if !self.rules[at].alert {
                self.each_reader(&self.rules[at].name, &mut pending);
            } else if !alerts_seen {
                alerts_seen = true;
                self.each_reader(ALERTS, &mut pending);
                self.each_reader(ALERTS_FOR_STATE, &mut pending);
            }
        }
        touched
    }

    fn each_reader(&self, metric: &str, found: &mut Vec<usize>) {
        found.extend(self.reading.get(metric).into_iter().flatten());
        let any = self.reading_any.iter().copied();
        found.extend(any.filter(|at| self.rules[*at].reads.iter().any(|it| it.matches(metric))));
    }

    /// Whether a rule that is touched may fail.
    fn may_fail(&self, at: usize, metrics: &BTreeSet<&str>, labels: &BTreeSet<&str>) -> bool {
        let rule = &self.rules[at];
        let written = |metric: &str| metrics.contains(metric);
        let input = if rule.alert {
            written(ALERTS) || written(ALERTS_FOR_STATE)
        } else {
            written(&rule.name)
        };
        let failing = match &rule.failing {
            Failing::Never => false,
            Failing::Possibly => true,
            Failing::WithLabels(risky) => {
                self.makes_any_label || risky.iter().any(|label| labels.contains(label.as_str()))
            }
        };
        rule.contested || input || failing
    }
}

/// The rules that may write a series that another rule writes too: rules of one name that no label tells apart.
fn contested<'a>(members: impl Iterator<Item = Member<'a>>) -> BTreeSet<usize> {
    let mut named: BTreeMap<(bool, &str), Vec<(usize, Member<'a>)>> = BTreeMap::new();
    for (at, member) in members.enumerate() {
        let key = (member.alerting().is_some(), member.rule.name.as_str());
        named.entry(key).or_default().push((at, member));
    }
    let mut contested = BTreeSet::new();
    for ((alert, _), rules) in named {
        if rules.len() > 1 && !told_apart(&rules, alert) {
            contested.extend(rules.iter().map(|(at, _)| *at));
        }
    }
    contested
}

/// Whether the labels that all of them set are different for each.
fn told_apart(rules: &[(usize, Member<'_>)], alert: bool) -> bool {
    let (_, first) = rules[0];
    let common: Vec<_> = first
        .rule
        .labels
        .keys()
        .filter(|name| *name != ALERT_NAME)
        .filter(|name| {
            rules.iter().all(|(_, it)| {
                let value = it.rule.labels.get(*name);
                value.is_some_and(|value| !alert || value.is_plain())
            })
        })
        .collect();
    let mut seen = BTreeSet::new();
    rules.iter().all(|(_, it)| {
        seen.insert(
            common
                .iter()
                .map(|name| it.rule.labels[*name].written())
                .collect::<Vec<_>>(),
        )
    })
}
