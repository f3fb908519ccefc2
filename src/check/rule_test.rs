//! Tests of rules as they are run: from the definition to what `obsctl_rules` evaluates, and what keeps a test
//! from being run.

use std::collections::BTreeSet;
use std::sync::Arc;

use obsctl_model::{Duration, Given, Origin, Promql, Rule, RuleGroup, SampleValue};
use obsctl_promql::Expr;
use obsctl_promql::eval::notation::{self, WrittenSeries};
use obsctl_promql::eval::{Labels, Value};
use obsctl_promql::histogram::NotationError;
use obsctl_rules::unit::{self, Failure, What};
use obsctl_rules::{Action, Alerting, Group, Place, RuleSet, Text};

use super::Input;
use super::rules::unknown_label;
use crate::diagnostic::Diagnostic;
use crate::project::expression::series_name;
use crate::project::rule_test::{
    AlertCase, LinkedTest, QueryCase, labels_of_rule, own_annotations,
};
use crate::project::subject;
use crate::ruletest;

/// Evaluations of a test; more would take minutes, and are a slip of a unit of time.
const MOST_EVALUATIONS: u64 = 1_000_000;

/// A test, and why it proves nothing.
pub(super) struct Read {
    test: unit::Test,
    pub(super) problems: Vec<Diagnostic>,
}

/// Runs a test; of one that cannot be run nothing is said.
pub(super) fn failures(input: &Input<'_>, linked: &LinkedTest<'_>) -> Vec<Diagnostic> {
    let read = read(input, linked);
    if !read.problems.is_empty() {
        return vec![];
    }
    let groups = linked.groups.iter().map(|group| Arc::new(rules(group)));
    let outcome = read.test.run(&RuleSet::new(groups.collect(), &[]));
    let failures = outcome.failures.into_iter();
    failures.map(|failure| finding(linked, failure)).collect()
}

/// Reads a test.
pub(super) fn read(input: &Input<'_>, linked: &LinkedTest<'_>) -> Read {
    let test = linked.test;
    let mut reader = Reader {
        input,
        linked,
        problems: vec![],
    };
    reader.times();
    let series = test.series.iter();
    let series: Vec<_> = series.filter_map(|given| reader.series(given)).collect();
    reader.twice(&series);
    let alerts = linked.alerts.iter();
    let alerts = alerts.map(|case| reader.alert(case)).collect();
    let queries = linked.queries.iter();
    let queries = queries.map(|case| reader.query(case)).collect();
    Read {
        test: unit::Test {
            name: test.name.clone(),
            interval: test.every.signed_millis(),
            evaluation_interval: test.evaluation().signed_millis(),
            start: i64::from(test.starts_at) * 1000,
            fuzzy: test.fuzzy,
            input: series,
            external_labels: test.external_labels.clone(),
            external_url: test.external_url.clone(),
            alerts,
            queries,
            ..unit::Test::default()
        },
        problems: reader.problems,
    }
}

struct Reader<'r> {
    input: &'r Input<'r>,
    linked: &'r LinkedTest<'r>,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn problem(&self, origin: Origin, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(subject::rule_test(self.linked.test), origin, message)
    }

    /// What a notation says; where it is wrong, a finding.
    fn notated<T>(
        &mut self,
        origin: Origin,
        text: &str,
        read: impl Fn(&str) -> Result<T, NotationError>,
    ) -> Option<T> {
        let error = match read(text) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let rest = text.get(error.at..).unwrap_or_default();
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let problem = self
            .problem(origin, error.message)
            .underline(text, error.at..error.at + length, "here")
            .help(error.help);
        self.problems.push(problem);
        None
    }

    fn times(&mut self) {
        let test = self.linked.test;
        let origin = test.origin;
        if test.expected.is_empty() {
            let problem = self.problem(origin, "the test expects nothing");
            let help = "say what holds at a time: `.at(mins(10), fires(…))`";
            self.problems.push(problem.help(help));
        }
        if test.every.is_zero() || test.evaluation().is_zero() {
            let problem = self.problem(origin, "the test takes no time: an interval is 0");
            self.problems.push(problem.help("write `.every(mins(1))`"));
            return;
        }
        let last = test.expected.iter().map(|it| it.at).max();
        let count = last.map_or(0, Duration::as_millis) / test.evaluation().as_millis();
        if count > MOST_EVALUATIONS {
            let message = format!("the test evaluates the rules {count} times");
            let problem = self.problem(origin, message);
            let help = "expect earlier, or evaluate more rarely: `.every(mins(10))`";
            self.problems.push(problem.help(help));
        }
    }

    fn series(&mut self, given: &Given) -> Option<WrittenSeries> {
        let labels = self.notated(given.origin, &given.series, notation::metric);
        let points = self.notated(given.origin, &given.values, notation::points);
        let labels = labels?;
        if labels.metric_name().is_empty() {
            let problem = self.problem(given.origin, "a series has no name");
            let problem = problem.underline(&given.series, 0..given.series.len(), "no name");
            self.problems
                .push(problem.help("write a metric as in `up{job=\"api\"}`"));
        } else {
            self.known(&Promql::parse(&given.series, given.origin), given.origin);
        }
        Some(WrittenSeries {
            labels,
            points: points?,
        })
    }

    /// Series and labels that exist nowhere test nothing that can happen.
    fn known(&mut self, query: &Promql, origin: Origin) {
        if !self.input.project.knows().metrics {
            return;
        }
        let catalog = self.input.project.catalog();
        let mut found = vec![];
        for used in query.expr().descendants().filter_map(Expr::as_selector) {
            if let Some((name, span)) = series_name(used.selector)
                && catalog.get(name).is_none()
            {
                let problem = self.problem(origin, format!("metric `{name}` does not exist"));
                found.push(
                    problem
                        .underline(query.as_str(), span.range(), "neither exposed nor recorded")
                        .did_you_mean(name, catalog.names()),
                );
            }
        }
        for issue in self.input.flows.of(query.expr()).issues {
            let message = format!("label `{}` does not exist here", issue.label);
            found.push(
                self.problem(origin, message)
                    .underline(
                        query.as_str(),
                        issue.span.range(),
                        "the series have no such label",
                    )
                    .did_you_mean(issue.label, issue.instead.iter().copied())
                    .help(unknown_label::available(&issue.instead)),
            );
        }
        self.problems.extend(found);
    }

    fn twice(&mut self, series: &[WrittenSeries]) {
        let mut seen = BTreeSet::new();
        for one in series {
            if !seen.insert(&one.labels) {
                let message = format!("series `{}` is given twice", one.labels);
                let problem = self.problem(self.linked.test.origin, message);
                let help = "give it once, or give the two different labels";
                self.problems.push(problem.help(help));
            }
        }
    }

    fn alert(&mut self, case: &AlertCase<'_>) -> unit::AlertCase {
        let project = self.input.project;
        if project.alerts_named(case.alert).next().is_none() {
            let rules = || project.groups().iter().flat_map(|group| &group.rules);
            let alerts = || {
                rules().filter_map(|rule| match rule {
                    Rule::Alert(alert) => Some(alert.name.as_str()),
                    Rule::Record(_) => None,
                })
            };
            let problem = if alerts().any(|name| name == case.alert) {
                let message = format!("alert `{}` is evaluated by Loki", case.alert);
                let problem = self.problem(case.origin, message);
                problem.help("test alerts of Prometheus: there are no log lines here")
            } else {
                let message = format!("alert `{}` does not exist", case.alert);
                let problem = self.problem(case.origin, message);
                problem.did_you_mean(case.alert, alerts())
            };
            self.problems.push(problem);
        }
        if case.silent && !case.firing.is_empty() {
            let message = format!("alert `{}` fires and does not fire at one time", case.alert);
            let problem = self.problem(case.origin, message);
            self.problems.push(problem.help("remove one of the two"));
        }
        let expected = case.firing.iter().map(|fired| unit::ExpectedAlert {
            labels: fired.labels.clone(),
            annotations: fired.annotations.clone(),
        });
        unit::AlertCase {
            time: case.time.signed_millis(),
            alert: case.alert.to_owned(),
            expected: expected.collect(),
            place: Place::default(),
        }
    }

    fn query(&mut self, case: &QueryCase<'_>) -> unit::QueryCase {
        let text = case.query.as_str();
        let errors = case.query.errors().first();
        if let Some(error) = errors {
            let problem = self.problem(case.origin, error.message.clone());
            let problem = problem.in_query(case.query, error.span.range(), "here");
            self.problems.push(problem);
        } else {
            self.known(case.query, case.origin);
        }
        if case.nothing && !case.samples.is_empty() {
            let problem = self.problem(case.origin, "a query gives something and nothing");
            self.problems.push(problem.help("remove one of the two"));
        }
        let mut expected = vec![];
        for sample in &case.samples {
            let value = match &sample.value {
                SampleValue::Float(value) => {
                    if value.is_nan() {
                        let problem = self.problem(case.origin, "NaN equals nothing");
                        let help = "compare with itself, `x != x`, and expect NaN series of that";
                        self.problems.push(problem.help(help));
                    }
                    Some(Value::Float(*value))
                }
                SampleValue::Histogram(text) => {
                    self.notated(case.origin, text, notation::histogram)
                }
            };
            expected.extend(value.map(|value| unit::ExpectedSample {
                labels: case.labels(sample).into_iter().collect::<Labels>(),
                value,
            }));
        }
        unit::QueryCase {
            time: case.time.signed_millis(),
            text: text.to_owned(),
            expr: case.query.expr().clone(),
            expected,
            place: Place::default(),
        }
    }
}

/// A group as it is evaluated: its rules of Prometheus that can be read.
fn rules(group: &RuleGroup) -> Group {
    let (file, ..) = group.origin.location().unwrap_or_default();
    Group {
        name: group.name.clone(),
        file: file.into(),
        query_offset: group.query_offset.map_or(0, Duration::signed_millis),
        limit: group.limit.map_or(0, |limit| limit as usize),
        rules: group
            .rules
            .iter()
            .filter_map(|rule| evaluated(group, rule))
            .collect(),
    }
}

fn evaluated(group: &RuleGroup, rule: &Rule) -> Option<obsctl_rules::Rule> {
    let query = rule.query().promql()?;
    if !query.errors().is_empty() {
        return None;
    }
    let (action, text): (_, fn(&str) -> Text) = match rule {
        Rule::Record(_) => (Action::Record, Text::plain),
        Rule::Alert(alert) => {
            let annotations = own_annotations(alert).into_iter();
            let annotations = annotations.map(|(name, text)| (name, Text::template(&text)));
            let alerting = Alerting {
                hold: alert.lasting.signed_millis(),
                keep_firing: alert.keep_firing.map_or(0, Duration::signed_millis),
                annotations: annotations.collect(),
            };
            (Action::Alert(alerting), Text::template)
        }
    };
    let labels = labels_of_rule(group, rule).into_iter();
    let (_, line, column) = rule.origin().location().unwrap_or_default();
    Some(obsctl_rules::Rule {
        name: rule.name().to_owned(),
        action,
        expr: query.expr().clone().into(),
        labels: labels.map(|(name, value)| (name, text(&value))).collect(),
        place: Place { line, column },
    })
}

/// What failed, at the place that expects it.
fn finding(linked: &LinkedTest<'_>, failure: Failure) -> Diagnostic {
    let alert = |name: &str, time: i64| {
        let mut cases = linked.alerts.iter();
        cases.find(|case| case.alert == name && case.time.signed_millis() == time)
    };
    let query = |text: &str, time: i64| {
        let mut cases = linked.queries.iter();
        cases.find(|case| case.query.as_str() == text && case.time.signed_millis() == time)
    };
    let origin = match &failure.what {
        What::Alerts {
            alert: name, time, ..
        } => alert(name, *time).map(|case| case.origin),
        What::Answer {
            query: text, time, ..
        }
        | What::Query {
            query: text, time, ..
        } => query(text, *time).map(|case| case.origin),
        What::Rule(_) => None,
    };
    let origin = origin.unwrap_or(linked.test.origin);
    let subject = subject::rule_test(linked.test);
    let failure = ruletest::Failure::Rules(failure);
    let finding = Diagnostic::new(subject, origin, ruletest::headline(&failure));
    match ruletest::differences(&failure) {
        Some(lines) => finding.help(format!("- expected  + got\n{}", lines.join("\n"))),
        None => finding,
    }
}
