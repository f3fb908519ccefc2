//! The rule file that Prometheus and Loki's ruler share, in the form that Prometheus 2.42 and 3.x both read:
//! labels of a group are written to its rules, and a query offset only where a group has one.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Alert, Duration, Engine, Promql, Rule, RuleGroup, RuleQuery};
use serde::{Deserialize, Serialize};

use super::links::Links;
use super::{Artifact, Environment, yaml};
use crate::project::Project;

/// A rule file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Groups, with names that are unique in the file.
    pub groups: Vec<Group>,
}

/// Rules that are evaluated one after another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How often; the engine's own interval where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// How many results a rule may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How far in the past rules are evaluated; Prometheus 2.53 and later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_offset: Option<Duration>,
    /// The tenants whose series the rules read; Mimir alone has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_tenants: Vec<String>,
    /// The rules.
    pub rules: Vec<Entry>,
}

/// A rule: exactly one of `record` and `alert` is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name of the series that holds the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The alert's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// The query, in the engine's language.
    pub expr: String,
    /// How long the condition holds before the alert fires.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasting: Option<Duration>,
    /// How long the alert keeps firing afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<Duration>,
    /// Labels of the result.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What people read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Entry {
    /// The same rule in a group with these labels.
    fn with(mut self, of_group: &BTreeMap<String, String>) -> Self {
        for (name, value) in of_group {
            let label = self.labels.entry(name.clone());
            label.or_insert_with(|| value.clone());
        }
        self
    }

    /// A rule as it is written to the file.
    #[must_use]
    pub fn new(rule: &Rule, links: Links<'_>) -> Self {
        let expr = expression(rule.query());
        match rule {
            Rule::Record(record) => Self {
                record: Some(record.record.to_string()),
                expr,
                labels: record.labels.clone(),
                ..Self::default()
            },
            Rule::Alert(alert) => Self {
                alert: Some(alert.name.clone()),
                expr,
                lasting: (!alert.lasting.is_zero()).then_some(alert.lasting),
                keep_firing_for: alert.keep_firing,
                labels: alert.all_labels(),
                annotations: annotations(alert, links),
                ..Self::default()
            },
        }
    }
}

/// What people read when an alert fires, and where it leads.
fn annotations(alert: &Alert, links: Links<'_>) -> BTreeMap<String, String> {
    let known = [
        (
            "summary",
            Some(alert.summary.clone()).filter(|text| !text.is_empty()),
        ),
        ("description", alert.description.clone()),
        (
            "runbook_url",
            alert.runbook.as_ref().map(|id| links.runbook(id)),
        ),
        (
            "dashboard_url",
            alert.dashboard.as_ref().map(|uid| links.dashboard(uid)),
        ),
    ];
    let mut all = alert.annotations.clone();
    for (name, text) in known {
        if let Some(text) = text {
            all.insert(name.to_owned(), text);
        }
    }
    all
}

/// The text of a query in a rule file: PromQL in its pretty form, LogQL as it was written.
#[must_use]
pub fn expression(query: &RuleQuery) -> String {
    match query {
        RuleQuery::Promql(query) => pretty(query),
        RuleQuery::Logql(query) => query.as_str().to_owned(),
    }
}

/// A PromQL query on as many lines as it needs; text that does not parse stays as it is.
#[must_use]
pub fn pretty(query: &Promql) -> String {
    if query.errors().is_empty() {
        query.expr().pretty()
    } else {
        query.as_str().to_owned()
    }
}

/// The rules of a group that an engine evaluates; nothing where there are none.
#[must_use]
pub fn group(group: &RuleGroup, engine: Engine, links: Links<'_>) -> Option<Group> {
    let rules: Vec<_> = group
        .rules
        .iter()
        .filter(|rule| rule.query().engine() == engine)
        .map(|rule| Entry::new(rule, links).with(&group.labels))
        .collect();
    (!rules.is_empty()).then(|| Group {
        name: group.name.clone(),
        interval: group.interval,
        limit: group.limit,
        query_offset: group.query_offset,
        source_tenants: group.source_tenants.clone(),
        rules,
    })
}

/// The rule files of one engine in `folder`: one for each group that has rules for the engine.
#[must_use]
pub fn files(
    project: &Project,
    engine: Engine,
    environment: Environment,
    folder: &str,
) -> Vec<Artifact> {
    let links = Links::new(project, environment);
    let mut files: BTreeMap<String, RuleFile> = BTreeMap::new();
    for group in project.groups() {
        let Some(written) = self::group(group, engine, links) else {
            continue;
        };
        let file = files
            .entry(file_name(&group.name))
            .or_insert_with(|| RuleFile { groups: vec![] });
        file.groups.push(written);
    }
    files
        .iter()
        .map(|(name, file)| Artifact::new(format!("{folder}/{name}.yml"), yaml::document(file)))
        .collect()
}

/// Whether a project has rules for an engine.
#[must_use]
pub fn has_rules(groups: &[RuleGroup], engine: Engine) -> bool {
    engines(groups).contains(&engine)
}

/// The engines that evaluate rules of these groups.
fn engines(groups: &[RuleGroup]) -> BTreeSet<Engine> {
    groups
        .iter()
        .flat_map(|group| &group.rules)
        .map(|rule| rule.query().engine())
        .collect()
}

/// A group's name as the name of a file: groups read from text can have any name.
pub(super) fn file_name(group: &str) -> String {
    let name: String = group
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() => c,
            '-' | '_' | '.' => c,
            _ => '-',
        })
        .collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() {
        "unnamed".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;
    use obsctl_model::{Engine, Slug};

    use super::*;

    fn project(groups: impl IntoIterator<Item = RuleGroup>) -> Project {
        Project::link(Stack::new(Slug::from_static("test")).rule_groups(groups))
    }

    fn group() -> RuleGroup {
        RuleGroup::new("api/main")
            .every(secs(30))
            .record(
                RecordingRule::new(
                    MetricName::from_static("job:up:sum"),
                    promql("sum by (job) (up)"),
                )
                .label("source", "test"),
            )
            .alert(
                Alert::new("Down")
                    .when(promql("up == 0"))
                    .lasting(mins(5))
                    .severity(Severity::Critical)
                    .owner("platform")
                    .summary("{{ $labels.job }} is down")
                    .runbook(Slug::from_static("target-down"))
                    .label("service", "api")
                    .dashboard(Uid::from_static("overview")),
            )
            .alert(
                Alert::new("Errors")
                    .when(logql(
                        r#"sum(count_over_time({job="api"} |= "error" [5m])) > 10"#,
                    ))
                    .severity(Severity::Warning)
                    .owner("platform")
                    .summary("errors")
                    .runbook(Slug::from_static("errors")),
            )
    }

    #[test]
    fn each_engine_gets_its_own_rules() {
        let project = project([group()]);
        let prometheus = files(
            &project,
            Engine::Prometheus,
            Environment::Compose,
            "alerts/prometheus",
        );
        assert_eq!(prometheus.len(), 1);
        assert_eq!(prometheus[0].path, "alerts/prometheus/api-main.yml");
        let file: RuleFile = yaml::read(&prometheus[0].text).unwrap();
        assert_eq!(file.groups[0].name, "api/main");
        assert_eq!(file.groups[0].interval, Some(secs(30)));
        assert_eq!(file.groups[0].rules.len(), 2);
        let loki = files(&project, Engine::Loki, Environment::Compose, "alerts/loki");
        let file: RuleFile = yaml::read(&loki[0].text).unwrap();
        assert_eq!(file.groups[0].rules[0].alert.as_deref(), Some("Errors"));
        assert_eq!(file.groups[0].rules[0].lasting, None);
    }

    #[test]
    fn an_alert_carries_labels_to_route_by_and_links_to_open() {
        let files = files(
            &project([group()]),
            Engine::Prometheus,
            Environment::Compose,
            "x",
        );
        let file: RuleFile = yaml::read(&files[0].text).unwrap();
        let alert = &file.groups[0].rules[1];
        let pairs = |map: &BTreeMap<String, String>| -> Vec<String> {
            map.iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        assert_eq!(
            pairs(&alert.labels),
            ["service=api", "severity=critical", "team=platform"]
        );
        assert_eq!(
            pairs(&alert.annotations),
            [
                "dashboard_url=http://localhost:3000/d/overview",
                "runbook_url=http://localhost:3000/d/runbook-target-down",
                "summary={{ $labels.job }} is down",
            ]
        );
        assert_eq!(alert.lasting, Some(mins(5)));
    }

    #[test]
    fn what_is_written_reads_back_equal() {
        let project = project([group()]);
        let links = Links::new(&project, Environment::Host);
        let file = RuleFile {
            groups: vec![Group {
                name: "g".to_owned(),
                interval: None,
                limit: None,
                query_offset: None,
                source_tenants: vec![],
                rules: group()
                    .rules
                    .iter()
                    .map(|rule| Entry::new(rule, links))
                    .collect(),
            }],
        };
        assert_eq!(
            yaml::read::<RuleFile>(&yaml::document(&file)).unwrap(),
            file
        );
    }

    #[test]
    fn long_queries_are_blocks_of_several_lines() {
        let long = promql(
            r#"histogram_quantile(0.95, sum by (path, le) (rate(api_request_duration_seconds_bucket{job="api"}[5m]))) > 2"#,
        );
        let group =
            RuleGroup::new("g").record(RecordingRule::new(MetricName::from_static("x"), long));
        let text = files(
            &project([group]),
            Engine::Prometheus,
            Environment::Compose,
            "x",
        )
        .remove(0)
        .text;
        assert!(
            text.contains("    expr: |2-\n        histogram_quantile(\n"),
            "{text}"
        );
    }

    #[test]
    fn groups_whose_names_make_one_file_name_share_it() {
        let groups = [
            RuleGroup::new("a/b").record(RecordingRule::new(
                MetricName::from_static("x"),
                promql("up"),
            )),
            RuleGroup::new("a b").record(RecordingRule::new(
                MetricName::from_static("y"),
                promql("up"),
            )),
        ];
        let files = files(
            &project(groups),
            Engine::Prometheus,
            Environment::Compose,
            "x",
        );
        assert_eq!(files.len(), 1);
        assert_eq!(
            yaml::read::<RuleFile>(&files[0].text).unwrap().groups.len(),
            2
        );
    }
}
