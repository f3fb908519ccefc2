//! `alerts/tests/`: the tests of rules that stand beside the rules, for promtool.

use std::collections::BTreeMap;

use obsctl_model::SampleValue;
use obsctl_promql::Expr;
use obsctl_promql::ast::MatchOp;
use obsctl_promql::eval::Labels;

use crate::generate::links::{self, Links};
use crate::generate::rule_tests::file::{
    AlertTest, ExprTest, FiringAlert, InputSeries, Sample, Test, TestFile,
};
use crate::generate::{Artifact, Environment, Target, rule_file, yaml};
use crate::project::rule_test::{Fired, LinkedTest, file_name};
use crate::project::slo::tree;
use crate::project::{Project, Speed};

/// Tests of rules for promtool.
pub static TYPED_TESTS: Target = Target {
    name: "typed-tests",
    summary: "promtool unit tests: those that the stack defines beside its rules",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    // What tests expect they expect in real time.
    if project.speed() != Speed::REAL {
        return vec![];
    }
    let links = Links::new(project, environment);
    let mut files = BTreeMap::new();
    for linked in project.rule_tests() {
        // Of two tests of one name, which a check finds, the first is the file.
        files
            .entry(file_name(linked.test))
            .or_insert_with(|| yaml::document(&file(&linked, links)));
    }
    let files = files.into_iter();
    files
        .map(|(name, text)| Artifact::new(format!("alerts/tests/{name}"), text))
        .collect()
}

/// A file of one test: what it evaluates, and how often, is said for the whole file.
fn file(linked: &LinkedTest<'_>, links: Links<'_>) -> TestFile {
    let test = linked.test;
    let groups = || linked.groups.iter().map(|group| group.name.clone());
    let mut rule_files: Vec<_> = groups()
        .map(|group| format!("../prometheus/{}.yml", rule_file::file_name(&group)))
        .collect();
    rule_files.sort();
    rule_files.dedup();
    TestFile {
        rule_files,
        evaluation_interval: test.evaluation(),
        group_eval_order: groups().collect(),
        fuzzy_compare: test.fuzzy,
        tests: vec![Test {
            name: test.name.clone(),
            interval: test.every,
            start_timestamp: test.starts_at,
            external_labels: test.external_labels.clone(),
            external_url: test.external_url.clone(),
            input_series: test
                .series
                .iter()
                .map(|given| InputSeries {
                    series: given.series.clone(),
                    values: given.values.clone(),
                })
                .collect(),
            alert_rule_test: linked
                .alerts
                .iter()
                .map(|case| AlertTest {
                    eval_time: case.time,
                    alertname: case.alert.to_owned(),
                    exp_alerts: case
                        .firing
                        .iter()
                        .map(|fired| firing(fired, links))
                        .collect(),
                })
                .collect(),
            promql_expr_test: linked
                .queries
                .iter()
                .map(|case| ExprTest {
                    expr: case.query.as_str().to_owned(),
                    eval_time: case.time,
                    exp_samples: case
                        .samples
                        .iter()
                        .map(|one| sample(case.labels(one), &one.value))
                        .collect(),
                })
                .collect(),
        }],
    }
}

fn firing(fired: &Fired<'_>, links: Links<'_>) -> FiringAlert {
    let mut annotations = fired.annotations.clone();
    if let Some(alert) = fired.rule {
        let labels = fired.seen_by_templates();
        let pages = [
            (
                "runbook_url",
                alert.runbook.as_ref().map(|id| links.runbook(id)),
            ),
            (
                "dashboard_url",
                alert.dashboard.as_ref().map(|uid| links.dashboard(uid)),
            ),
        ];
        for (name, url) in pages {
            if let Some(url) = url {
                let stated = annotations.entry(name.to_owned());
                stated.or_insert_with(|| links::expand(&url, &labels));
            }
        }
    }
    FiringAlert {
        exp_labels: fired.labels.clone(),
        exp_annotations: annotations,
    }
}

fn sample(labels: BTreeMap<String, String>, value: &SampleValue) -> Sample {
    let (value, histogram) = match value {
        SampleValue::Float(value) => (*value, None),
        SampleValue::Histogram(text) => (0.0, Some(text.clone())),
    };
    Sample {
        labels: selector(labels),
        value,
        histogram,
    }
}

/// Labels as promtool reads them: `up{job="api"}`, `{job="api"}`, `{}`.
fn selector(mut labels: BTreeMap<String, String>) -> String {
    let Some(name) = labels.remove("__name__") else {
        return labels.into_iter().collect::<Labels>().to_string();
    };
    let labels = labels.iter();
    let matchers = labels.map(|(name, value)| tree::matcher(name, MatchOp::Equal, value));
    Expr::from(tree::selector(&name, matchers.collect())).to_string()
}

#[cfg(test)]
mod tests {
    use obsctl_model::prelude::*;

    use super::*;

    #[test]
    fn a_test_is_a_file_with_all_that_the_rules_fix() {
        let share = MetricName::from_static("job:requests:rate5m");
        let slow = Alert::new("Slow")
            .when(record(&share).gt(1.0))
            .severity(Severity::Warning)
            .owner("platform")
            .summary("{{ $labels.job }} is slow")
            .runbook(Slug::from_static("slow"));
        let test = RuleTest::new("a slow API warns")
            .evaluated_every(secs(30))
            .starts_at(1_700_000_000)
            .fuzzy()
            .external_label("region", "eu")
            .given_series(r#"requests_total{job="api"}"#, "0+120x30")
            .at(
                mins(10),
                fires(&slow).with("job", "api").summary("api is slow"),
            )
            .at(mins(1), silent(&slow))
            .at(mins(10), gives(record(&share), 2.0).with("job", "api"))
            .at(
                mins(10),
                gives_histogram(promql("sum(x)"), "{{schema:0 count:1}}"),
            );
        let stack = Stack::new(Slug::from_static("test"))
            .rule_group(RuleGroup::new("alerts").alert(slow))
            .rule_group(RuleGroup::new("recordings").record(RecordingRule::new(
                share,
                promql("rate(requests_total[5m])"),
            )))
            .test(test.clone())
            .test(test);
        let files = generate(&Project::link(stack), Environment::Compose);
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].path, "alerts/tests/rule-a-slow-API-warns.test.yml");
        let file: TestFile = yaml::read(&files[0].text).unwrap();
        assert_eq!(
            file.rule_files,
            ["../prometheus/alerts.yml", "../prometheus/recordings.yml"]
        );
        assert_eq!(file.group_eval_order, ["recordings", "alerts"]);
        assert_eq!(
            (file.evaluation_interval, file.fuzzy_compare),
            (secs(30), true)
        );
        let test = &file.tests[0];
        assert_eq!(
            (test.interval, test.start_timestamp),
            (mins(1), 1_700_000_000)
        );
        assert_eq!(test.external_labels["region"], "eu");
        let alerts = &test.alert_rule_test;
        assert_eq!(
            (alerts[0].eval_time, alerts[1].exp_alerts.len()),
            (mins(10), 0)
        );
        let fired = &alerts[0].exp_alerts[0];
        let pairs = |map: &BTreeMap<String, String>| -> Vec<String> {
            let pairs = map.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect()
        };
        assert_eq!(
            pairs(&fired.exp_labels),
            ["job=api", "severity=warning", "team=platform"]
        );
        assert_eq!(
            pairs(&fired.exp_annotations),
            [
                "runbook_url=http://localhost:3000/d/runbook-slow",
                "summary=api is slow"
            ]
        );
        let samples: Vec<_> = test
            .promql_expr_test
            .iter()
            .map(|it| &it.exp_samples[0])
            .collect();
        assert_eq!(samples[0].labels, r#"job:requests:rate5m{job="api"}"#);
        assert_eq!(samples[0].value.to_bits(), 2.0_f64.to_bits());
        assert_eq!(
            samples[1].histogram.as_deref(),
            Some("{{schema:0 count:1}}")
        );
    }
}
