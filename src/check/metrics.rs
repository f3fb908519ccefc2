//! What a project knows of metrics, for those that look for witnesses of alerts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use obsctl_model::{Domain, Exposer, MetricKind, RecordingRule, Rule, RuleQuery};
use obsctl_promql::Expr;
use obsctl_witness::{Facts, Recorded, Values, samples};

use super::value;
use crate::project::{Part, Project, Series};

/// The labels that a rule sets, those of its group with them.
type Labels<'a> = Cow<'a, BTreeMap<String, String>>;

/// The catalog of a project and its recording rules.
#[derive(Debug)]
pub struct Metrics<'a> {
    project: &'a Project,
    recorded: BTreeMap<&'a str, Vec<(&'a RecordingRule, Labels<'a>)>>,
}

impl<'a> Metrics<'a> {
    /// What is known of the metrics of a project.
    #[must_use]
    pub fn new(project: &'a Project) -> Self {
        let mut recorded: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for group in project.groups() {
            for rule in &group.rules {
                let Rule::Record(rule) = rule else { continue };
                let labels = if group.labels.is_empty() {
                    Cow::Borrowed(&rule.labels)
                } else {
                    // A rule's own label comes before that of its group.
                    let own = rule.labels.clone();
                    Cow::Owned(group.labels.clone().into_iter().chain(own).collect())
                };
                let rules = recorded.entry(rule.record.as_str()).or_default();
                rules.push((rule, labels));
            }
        }
        Self { project, recorded }
    }

    /// The jobs that scrape what exposes a metric.
    fn jobs(&self, exposer: &Exposer) -> Vec<String> {
        let jobs = self.project.stack().scrape_jobs.iter();
        let jobs = jobs.filter(|job| job.exposes == *exposer);
        jobs.map(|job| job.job.clone()).collect()
    }
}

impl Facts for Metrics<'_> {
    fn bounds(&self, expr: &Expr) -> (f64, f64) {
        let bounds = value::bounds(self.project, expr);
        (bounds.min, bounds.max)
    }

    fn labels(&self, metric: &str) -> Option<Vec<String>> {
        let of_target = self.project.knows().target_labels.as_ref()?;
        let jobs = &self.project.stack().scrape_jobs;
        let of_jobs = jobs.iter().flat_map(|job| job.labels.keys().cloned());
        let own: Vec<String> = match self.project.catalog().get(metric)? {
            Series::Exposed { metric, part } => {
                let mut own: Vec<_> = metric.labels.iter().map(|it| it.name.to_string()).collect();
                match (part, &metric.kind) {
                    (Part::Bucket, _) => own.push("le".to_owned()),
                    (Part::Whole, MetricKind::Summary { .. }) => own.push("quantile".to_owned()),
                    _ => {}
                }
                own
            }
            Series::Synthetic(one) => one.labels?.iter().map(|it| (*it).to_owned()).collect(),
            Series::Recorded { .. } => return None,
        };
        Some(
            own.into_iter()
                .chain(of_target.iter().cloned())
                .chain(of_jobs)
                .collect(),
        )
    }

    fn values(&self, metric: &str, label: &str) -> Values {
        let metric = match self.project.catalog().get(metric) {
            Some(Series::Exposed { metric, .. }) => metric,
            Some(Series::Synthetic(_)) if label == "job" => {
                let jobs = self.project.stack().scrape_jobs.iter();
                let known = jobs.map(|job| job.job.clone()).collect();
                return Values { known, all: false };
            }
            _ => return Values::default(),
        };
        let (known, all) = match metric.label(label).map(|it| &it.domain) {
            // Whose version nobody knows may have others.
            Some(Domain::Values(values)) => (values.clone(), self.project.knows().ours),
            Some(Domain::Pattern { regex, example, .. }) => {
                let example = std::iter::once(example.clone());
                (example.chain(samples(regex)).collect(), false)
            }
            Some(Domain::Bounded { example, .. } | Domain::Unbounded { example, .. }) => {
                (vec![example.clone()], false)
            }
            Some(Domain::Unknown) => (vec![], false),
            None if label == "job" => (self.jobs(&metric.exposed_by), false),
            None => (vec![], false),
        };
        Values { known, all }
    }

    fn buckets(&self, metric: &str) -> Vec<f64> {
        match self.project.catalog().get(metric) {
            Some(Series::Exposed {
                metric,
                part: Part::Bucket,
            }) => match &metric.kind {
                MetricKind::Histogram { buckets, .. } => buckets.clone(),
                _ => vec![],
            },
            _ => vec![],
        }
    }

    fn recorded(&self, name: &str) -> Vec<Recorded<'_>> {
        let rules = self.recorded.get(name).into_iter().flatten();
        let rules = rules.filter_map(|(rule, labels)| match &rule.query {
            RuleQuery::Promql(query) => Some(Recorded {
                expr: query.expr(),
                labels,
            }),
            RuleQuery::Logql(_) => None,
        });
        rules.collect()
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::query::promql;
    use obsctl_model::{MetricName, RecordingRule, RuleGroup};
    use obsctl_witness::{Alert, find};

    use super::*;
    use crate::check::example;

    #[test]
    fn what_a_group_labels_is_recorded_with_it() {
        let rule = || {
            RecordingRule::new(
                MetricName::from_static("all:connections:sum"),
                promql("sum(connections)"),
            )
        };
        let mut group = RuleGroup::new("connections").record(rule());
        group
            .labels
            .insert("team".to_owned(), "platform".to_owned());
        let project = Project::link(example::stack().rule_group(group));
        let metrics = Metrics::new(&project);
        for (team, there) in [("platform", true), ("data", false)] {
            let text = format!("all:connections:sum{{team=\"{team}\"}} > 5");
            let query = promql(&text);
            let found = find(&Alert::new("Many", query.expr()), &metrics);
            assert_eq!(found.is_ok(), there, "{team}: {found:?}");
        }
    }
}
