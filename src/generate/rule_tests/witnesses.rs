//! Unit tests for promtool from witnesses: series that make an alert fire and stop, derived from its condition.
//!
//! What fires is taken from the rules as they are generated, with labels and annotations; an alert that these do
//! not confirm has no test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use obsctl_model::{Alert, Duration, Engine, Rule, RuleGroup, RuleQuery, millis};
use obsctl_promql::parse;
use obsctl_rules::unit::{self, AlertCase};
use obsctl_rules::{Action, Alerting, Place, RuleSet, Text};
use obsctl_witness::{Series as Played, Witness, find};

use super::file::{AlertTest, FiringAlert, InputSeries, Test, TestFile};
use crate::check::{Metrics, milliseconds, tried, wanted};
use crate::generate::links::Links;
use crate::generate::rule_file::{self, Entry};
use crate::project::expression::series_name;
use crate::project::{Project, Series};

/// The tests of all alerts of Prometheus but those of SLOs, which have proofs of their own: by the name of the
/// group's rule file.
#[must_use]
pub fn tests(project: &Project, links: Links<'_>) -> BTreeMap<String, TestFile> {
    let maker = Maker {
        project,
        links,
        metrics: Metrics::new(project),
    };
    let mut files: BTreeMap<String, TestFile> = BTreeMap::new();
    for group in tried(project) {
        let Some(file) = maker.tests(group) else {
            continue;
        };
        // Groups whose names make one file name are in one file.
        match files.entry(rule_file::file_name(&group.name)) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(file);
            }
            std::collections::btree_map::Entry::Occupied(mut known) => {
                known.get_mut().tests.extend(file.tests);
            }
        }
    }
    files
}

struct Maker<'a> {
    project: &'a Project,
    links: Links<'a>,
    metrics: Metrics<'a>,
}

impl<'a> Maker<'a> {
    fn tests(&self, group: &'a RuleGroup) -> Option<TestFile> {
        let alerts = wanted(group, &self.metrics);
        let step = alerts.first()?.1.step?;
        let mut order = vec![];
        self.order(group, &mut order);
        let rules = self.rules(&order)?;
        let tests: Vec<_> = alerts
            .into_iter()
            .filter_map(|(alert, wanted)| {
                let witness = find(&wanted, &self.metrics).ok()?;
                test(alert, &witness, &rules)
            })
            .collect();
        let files: BTreeSet<_> = order
            .iter()
            .map(|it| rule_file::file_name(&it.name))
            .collect();
        let names = order.iter().map(|it| it.name.clone());
        (!tests.is_empty()).then(|| TestFile {
            rule_files: files
                .iter()
                .map(|it| format!("../prometheus/{it}.yml"))
                .collect(),
            evaluation_interval: duration(step),
            group_eval_order: names.collect(),
            fuzzy_compare: false,
            tests,
        })
    }

    /// The groups that a group reads, each before those that read it, and itself.
    fn order(&self, group: &'a RuleGroup, order: &mut Vec<&'a RuleGroup>) {
        let mut pending = vec![(group, false)];
        let mut seen = BTreeSet::from([group.name.as_str()]);
        while let Some((group, read)) = pending.pop() {
            if read {
                order.push(group);
                continue;
            }
            pending.push((group, true));
            for name in group.rules.iter().flat_map(reads) {
                if let Some(Series::Recorded { group, .. }) = self.project.catalog().get(&name)
                    && seen.insert(group)
                {
                    let groups = self.project.groups();
                    let at = groups.iter().find(|it| it.name == *group);
                    pending.extend(at.map(|group| (group, false)));
                }
            }
        }
    }

    /// The rules as they are generated; nothing where one cannot be read.
    fn rules(&self, groups: &[&RuleGroup]) -> Option<RuleSet> {
        let mut all = vec![];
        for group in groups {
            let written = rule_file::group(group, Engine::Prometheus, self.links);
            let Some(written) = written else { continue };
            let rules: Option<Vec<_>> = written.rules.iter().map(rule).collect();
            all.push(Arc::new(obsctl_rules::Group {
                name: written.name,
                file: "".into(),
                query_offset: written.query_offset.map_or(0, milliseconds),
                limit: written.limit.map_or(0, |it| it as usize),
                rules: rules?,
            }));
        }
        let order: Vec<_> = groups.iter().map(|it| it.name.clone()).collect();
        Some(RuleSet::new(all, &order))
    }
}

/// The names of the series that a rule reads.
fn reads(rule: &Rule) -> Vec<String> {
    match rule.query() {
        RuleQuery::Promql(query) => {
            let selectors = query.expr().selectors();
            let names = selectors.filter_map(|it| series_name(it.selector));
            names.map(|(name, _)| name.to_owned()).collect()
        }
        RuleQuery::Logql(_) => vec![],
    }
}

fn rule(entry: &Entry) -> Option<obsctl_rules::Rule> {
    let parsed = parse(&entry.expr);
    if !parsed.errors.is_empty() {
        return None;
    }
    let texts = |texts: &BTreeMap<String, String>| {
        let texts = texts.iter();
        texts
            .map(|(name, text)| (name.clone(), Text::template(text)))
            .collect()
    };
    let (name, action) = match (&entry.alert, &entry.record) {
        (Some(alert), _) => (
            alert,
            Action::Alert(Alerting {
                hold: entry.lasting.map_or(0, milliseconds),
                keep_firing: entry.keep_firing_for.map_or(0, milliseconds),
                annotations: texts(&entry.annotations),
            }),
        ),
        (None, record) => (record.as_ref()?, Action::Record),
    };
    Some(obsctl_rules::Rule {
        name: name.clone(),
        action,
        expr: parsed.expr.into(),
        labels: texts(&entry.labels),
        place: Place::default(),
    })
}

/// Nothing fires while all is well, the alert fires in trouble, and nothing fires when it is over.
fn test(alert: &Alert, witness: &Witness, rules: &RuleSet) -> Option<Test> {
    let case = |time: i64| AlertCase {
        time,
        alert: alert.name.clone(),
        expected: vec![],
        place: Place::default(),
    };
    // The left end of a range belongs to it before Prometheus 3: there the alert stops later.
    let stopped = witness.stops.map(|_| witness.end);
    let times: Vec<_> = [witness.quiet, Some(witness.firing), stopped]
        .into_iter()
        .flatten()
        .collect();
    let input: Result<Vec<_>, _> = witness.series.iter().map(Played::read).collect();
    let played = unit::Test {
        interval: witness.step,
        evaluation_interval: witness.step,
        input: input.ok()?,
        alerts: times.iter().copied().map(case).collect(),
        ..unit::Test::default()
    };
    let firing = played.firing(rules).ok()?;
    let confirmed = times
        .iter()
        .zip(&firing)
        .all(|(time, firing)| firing.is_empty() == (*time != witness.firing));
    if !confirmed {
        return None;
    }
    let what = if witness.stops.is_some() {
        "fires, and stops"
    } else {
        "fires whatever happens"
    };
    let checks = times.into_iter().zip(firing);
    Some(Test {
        name: format!("{}: {what}", alert.name),
        interval: duration(witness.step),
        input_series: witness
            .series
            .iter()
            .map(|series| InputSeries {
                series: series.labels.clone(),
                values: series.values.clone(),
            })
            .collect(),
        alert_rule_test: checks
            .map(|(time, firing)| AlertTest {
                eval_time: duration(time),
                alertname: alert.name.clone(),
                exp_alerts: firing
                    .into_iter()
                    .map(|it| FiringAlert {
                        exp_labels: it.labels,
                        exp_annotations: it.annotations,
                    })
                    .collect(),
            })
            .collect(),
        ..Test::default()
    })
}

fn duration(time: i64) -> Duration {
    millis(u64::try_from(time).unwrap_or(0))
}
