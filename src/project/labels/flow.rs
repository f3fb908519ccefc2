//! The labels of every series, and of any expression over them.

use std::collections::BTreeMap;

use obsctl_model::{Domain, RecordingRule, Rule, RuleQuery};
use obsctl_promql::{Expr, Span};

use super::walk::Walk;
use super::{ALWAYS, Known, Labels, Loss};
use crate::project::expression::series_name;
use crate::project::{Part, Project, Series};

/// The labels of an expression's result, and what is wrong on the way there.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    /// The labels of the result.
    pub labels: Labels<'a>,
    /// Labels used where no series can have them.
    pub issues: Vec<Issue<'a>>,
}

/// A label used where no series can have it.
#[derive(Clone, Debug)]
pub struct Issue<'a> {
    /// The label.
    pub label: &'a str,
    /// Where it is used.
    pub span: Span,
    /// What it is used for.
    pub used: Use,
    /// What took it away; none where it never was there.
    pub loss: Option<Loss<'a>>,
    /// The labels that are there.
    pub instead: Vec<&'a str>,
}

/// What a label is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// `{label="value"}`
    Matcher,
    /// `by (…)` or `without (…)`
    Grouping,
    /// `on (…)` or `ignoring (…)`
    Matching,
    /// Both sides of an operator must agree on it, and only one side has it.
    Agreement,
    /// `group_left (…)`
    Include,
    /// The `le` of `histogram_quantile`.
    Quantile,
    /// The source of `label_replace` or `label_join`.
    Source,
}

/// The labels of every recorded series, computed once, and of any expression over them.
#[derive(Debug)]
pub struct Flows<'a> {
    rules: BTreeMap<&'a str, Vec<&'a RecordingRule>>,
    recorded: BTreeMap<&'a str, Labels<'a>>,
    /// The labels that scrapes of each exposer add.
    jobs: BTreeMap<&'a str, Vec<&'a str>>,
    project: &'a Project,
}

/// Recording rules on recording rules on … as deep as this are followed.
const DEEPEST: usize = 64;

impl<'a> Flows<'a> {
    /// Computes the labels of all recorded series.
    #[must_use]
    pub fn new(project: &'a Project) -> Self {
        let mut rules: BTreeMap<&str, Vec<&RecordingRule>> = BTreeMap::new();
        for rule in project.groups().iter().flat_map(|group| &group.rules) {
            if let Rule::Record(rule) = rule {
                rules.entry(rule.record.as_str()).or_default().push(rule);
            }
        }
        let mut jobs: BTreeMap<&'a str, Vec<&'a str>> = BTreeMap::new();
        for job in &project.stack().scrape_jobs {
            jobs.entry(job.exposes.name())
                .or_default()
                .extend(job.labels.keys().map(String::as_str));
        }
        let names: Vec<_> = rules.keys().copied().collect();
        let mut flows = Self {
            rules,
            recorded: BTreeMap::new(),
            jobs,
            project,
        };
        for name in names {
            flows.record(name, 0);
        }
        flows
    }

    /// The labels of an expression's result.
    #[must_use]
    pub fn of(&self, expr: &'a Expr) -> Flow<'a> {
        let mut walk = Walk::new(self);
        let labels = walk.labels(expr);
        Flow {
            labels,
            issues: walk.issues,
        }
    }

    /// Computes the labels of a recorded series after those it is computed from. A series that is recorded
    /// from itself can have any label.
    fn record(&mut self, name: &'a str, depth: usize) {
        if self.recorded.contains_key(name) || depth > DEEPEST {
            return;
        }
        self.recorded.insert(name, Labels::any());
        let rules = self.rules.get(name).cloned().unwrap_or_default();
        for rule in &rules {
            if let RuleQuery::Promql(query) = &rule.query {
                for used in query.expr().selectors() {
                    if let Some((source, _)) = series_name(used.selector)
                        && let Some((source, _)) = self.rules.get_key_value(source)
                    {
                        self.record(source, depth + 1);
                    }
                }
            }
        }
        let labels = rules
            .iter()
            .map(|rule| self.rule(name, rule))
            .reduce(Labels::union);
        self.recorded
            .insert(name, labels.unwrap_or_else(Labels::any));
    }

    fn rule(&self, name: &'a str, rule: &'a RecordingRule) -> Labels<'a> {
        let mut labels = match &rule.query {
            RuleQuery::Promql(query) => self.of(query.expr()).labels.recorded(name),
            RuleQuery::Logql(_) => Labels::any(),
        };
        for (label, value) in &rule.labels {
            labels.add(
                label,
                Known {
                    always: !value.is_empty(),
                    unbounded: false,
                },
            );
        }
        labels
    }

    /// The labels of the series of that name.
    #[must_use]
    pub fn series(&self, name: &str) -> Labels<'a> {
        let knows = self.project.knows();
        let targets = knows.target_labels.as_ref();
        let targets = targets.filter(|_| !knows.opaque.contains(name));
        let series = self.project.catalog().get(name);
        series
            .and_then(|series| known(series, &self.jobs, targets))
            .or_else(|| self.recorded.get(name).cloned())
            .unwrap_or_else(Labels::any)
    }

    /// Whether a rule records it.
    pub(super) fn is_recorded(&self, name: &str) -> bool {
        self.recorded.contains_key(name)
    }
}

/// The labels of a series that no rule records. `jobs` has the labels that scrapes of an exposer add, `targets`
/// those that every scrape can add.
fn known<'a>(
    series: &'a Series,
    jobs: &BTreeMap<&str, Vec<&'a str>>,
    targets: Option<&'a Vec<String>>,
) -> Option<Labels<'a>> {
    let target = |added: &mut dyn Iterator<Item = &&'a str>| {
        let mut labels = Labels::none();
        added.for_each(|label| labels.add(label, Known::default()));
        labels.add("job", ALWAYS);
        labels.add("instance", ALWAYS);
        labels.open = targets.is_none();
        for label in targets.into_iter().flatten() {
            labels.add(label, Known::default());
        }
        labels
    };
    match series {
        Series::Exposed { metric, part } => {
            let own = jobs.get(metric.exposed_by.name());
            let mut labels = target(&mut own.into_iter().flatten());
            for label in &metric.labels {
                let known = Known {
                    always: !may_be_empty(&label.domain),
                    unbounded: matches!(label.domain, Domain::Unbounded { .. }),
                };
                labels.add(label.name.as_str(), known);
            }
            if let Some(own) = part_label(&metric.kind, *part) {
                labels.add(own, ALWAYS);
            }
            Some(labels)
        }
        Series::Synthetic(synthetic) => Some(match synthetic.labels {
            Some(own) => {
                let mut labels = target(&mut jobs.values().flatten());
                own.iter().for_each(|label| labels.add(label, ALWAYS));
                labels
            }
            None => Labels::any(),
        }),
        Series::Recorded { .. } => None,
    }
}

fn may_be_empty(domain: &Domain) -> bool {
    match domain {
        Domain::Values(values) => values.iter().any(String::is_empty),
        // Of what was read it is known which series there are, not that all have it.
        Domain::Unknown => true,
        _ => false,
    }
}

/// The label that tells the series of one metric apart.
#[must_use]
pub fn part_label(kind: &obsctl_model::MetricKind, part: Part) -> Option<&'static str> {
    match (kind, part) {
        (obsctl_model::MetricKind::Histogram { .. }, Part::Bucket) => Some("le"),
        (obsctl_model::MetricKind::Summary { .. }, Part::Whole) => Some("quantile"),
        _ => None,
    }
}
