//! Running a test.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_promql::eval::{Engine, Labels, Options, Sample, Value};

use super::compare::{alert_lines, equal_samples, sample_line};
use super::{
    AlertCase, ExpectedAlert, ExpectedSample, Failure, LogAnswer, LogQueryCase, QueryCase,
    RuleFailure, Test, What,
};
use crate::alert::{ALERT_NAME, Firing};
use crate::ask::{Asked, Lines, instant};
use crate::run::{Live, Results, Run, Steps};
use crate::sight::{Question, Seen};
use crate::template::Surroundings;
use crate::{Place, RuleSet};

/// What became of a test.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is not as it has to be, in the order in which promtool says it.
    pub failures: Vec<Failure>,
}

impl Outcome {
    /// Whether all is as it has to be.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl Test {
    /// Runs the test.
    #[must_use]
    pub fn run(&self, rules: &RuleSet) -> Outcome {
        self.run_seeing(rules, |question| rules.sight.seen(question))
    }

    /// What fires at the time of each of its alert cases, in their order, whatever they expect.
    ///
    /// # Errors
    /// A rule that cannot be evaluated.
    pub fn firing(&self, rules: &RuleSet) -> Result<Vec<Vec<ExpectedAlert>>, RuleFailure> {
        let engine = self.engine();
        let input = self.samples();
        let see = |question: Question<'_>| rules.sight.seen(question);
        let results = self.evaluate(rules, see, &engine, &input);
        if let Some(failure) = results.failure {
            return Err(failure);
        }
        let of = |case: &AlertCase| {
            let time = self.start + self.evaluated(case);
            let firing = results.firing.get(&(time, case.alert.clone()));
            let firing = firing.into_iter().flatten().cloned();
            firing.map(ExpectedAlert::from).collect()
        };
        Ok(self.alerts.iter().map(of).collect())
    }

    pub(super) fn engine(&self) -> Engine {
        Engine::new(Options {
            subquery_step: self.evaluation_interval,
            ..Options::default()
        })
    }

    /// Runs the test with the rules that are chosen for what it asks.
    pub(crate) fn run_seeing(
        &self,
        rules: &RuleSet,
        see: impl FnOnce(Question<'_>) -> Seen,
    ) -> Outcome {
        let engine = self.engine();
        let input = self.samples();
        let results = self.evaluate(rules, see, &engine, &input);
        let mut failures = Vec::new();
        // Alerts are compared while rules are evaluated: those after a failure are not.
        let failed_at = results
            .failure
            .as_ref()
            .map_or(i64::MAX, |failure| failure.time);
        let mut alerts: Vec<_> = self.alerts.iter().collect();
        alerts.sort_by_key(|case| case.time);
        for case in alerts
            .iter()
            .filter(|case| self.evaluated(case) < failed_at)
        {
            failures.extend(self.judge_alert(case, &results));
        }
        if let Some(failure) = results.failure {
            let place = self.place;
            failures.push(Failure {
                place,
                what: What::Rule(failure),
            });
            return Outcome { failures };
        }
        for case in &self.queries {
            failures.extend(self.judge_query(case, &engine, &results));
        }
        for case in &self.log_queries {
            failures.extend(self.judge_log_query(case));
        }
        Outcome { failures }
    }

    /// The evaluations of its rules.
    pub(super) fn steps(&self) -> Steps {
        let alerts = self.alerts.iter().map(|case| case.time);
        let queries = self.queries.iter().map(|case| case.time);
        let last = alerts.chain(queries).max().unwrap_or(0);
        Steps {
            start: self.start,
            step: self.evaluation_interval,
            count: last / self.evaluation_interval + 1,
        }
    }

    /// The input as samples; of a series that is written twice the last counts.
    pub(super) fn samples(&self) -> BTreeMap<Labels, Vec<(i64, Value)>> {
        let series = self.input.iter().map(|series| {
            let times = (0..).map(|number: i64| self.start + number * self.interval);
            let samples = times.zip(&series.points);
            let samples = samples.filter_map(|(time, point)| Some((time, point.value()?.clone())));
            (series.labels.clone(), samples.collect())
        });
        series.collect()
    }

    /// The evaluation that an alert test sees: milliseconds since the test's start.
    pub(super) fn evaluated(&self, case: &AlertCase) -> i64 {
        case.time / self.evaluation_interval * self.evaluation_interval
    }

    pub(super) fn evaluate(
        &self,
        rules: &RuleSet,
        see: impl FnOnce(Question<'_>) -> Seen,
        engine: &Engine,
        input: &BTreeMap<Labels, Vec<(i64, Value)>>,
    ) -> Results {
        let mut asked: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for case in &self.alerts {
            let time = self.start + self.evaluated(case);
            asked.entry(&case.alert).or_default().insert(time);
        }
        let seen = see(Question {
            alerts: asked.keys().copied().collect(),
            exprs: self.queries.iter().map(|case| &case.expr).collect(),
            input: &mut input.keys(),
        });
        let mut numbers = seen.rules.iter().peekable();
        let live = rules.members().enumerate().filter_map(|(at, member)| {
            let (_, writes_alerts) = numbers.next_if(|(number, _)| **number == at)?;
            Some(Live {
                member,
                writes_alerts: *writes_alerts,
                asked: member
                    .alerting()
                    .and_then(|_| asked.get(member.rule.name.as_str())),
            })
        });
        let around = Surroundings {
            external_labels: self.external_labels.clone(),
            external_url: self.external_url.clone(),
        };
        Run {
            asked: Asked {
                engine,
                lines: Lines::new(&self.lines),
            },
            steps: self.steps(),
            input,
            rules: live.collect(),
            around: &around,
            by_rule: seen.by_rule,
        }
        .results()
    }

    fn judge_alert(&self, case: &AlertCase, results: &Results) -> Option<Failure> {
        let time = self.start + self.evaluated(case);
        let got = results.firing.get(&(time, case.alert.clone()));
        let mut got = got.cloned().unwrap_or_default();
        let expected = case.expected.iter().cloned();
        let mut expected: Vec<_> = expected.map(|it| it.named(&case.alert)).collect();
        got.sort();
        expected.sort();
        let lines = |alerts: &[Firing]| alerts.iter().map(alert_lines).collect();
        (got != expected).then(|| Failure {
            place: case.place,
            what: What::Alerts {
                alert: case.alert.clone(),
                time: case.time,
                expected: lines(&expected),
                got: lines(&got),
            },
        })
    }

    fn judge_query(&self, case: &QueryCase, engine: &Engine, results: &Results) -> Option<Failure> {
        let time = self.start + case.time;
        let got = instant(engine, &results.storage, &case.expr, time);
        let got = got.map(|got| self.compare(&case.expected, got));
        failure(case.place, &case.text, case.time, got)
    }

    fn judge_log_query(&self, case: &LogQueryCase) -> Option<Failure> {
        let (lines, time) = (Lines::new(&self.lines), self.start + case.time);
        let got = match &case.expected {
            LogAnswer::Samples(expected) => {
                let got = lines.instant(&case.expr, time);
                got.map(|got| self.compare(expected, got))
            }
            LogAnswer::Lines(expected) => {
                let got = lines.lines(&case.expr, self.start, time);
                got.map(|got| (*expected != got).then(|| (expected.clone(), got)))
            }
        };
        failure(case.place, &case.text, case.time, got)
    }

    /// Where samples are not as they have to be: both sides in lines.
    fn compare(&self, expected: &[ExpectedSample], mut got: Vec<Sample>) -> Option<Sides> {
        let mut expected: Vec<_> = expected.iter().collect();
        got.sort_by(|a, b| a.labels.cmp(&b.labels));
        expected.sort_by(|a, b| a.labels.cmp(&b.labels));
        if equal_samples(&expected, &got, self.fuzzy) {
            return None;
        }
        let expected = expected.iter().map(|it| sample_line(&it.labels, &it.value));
        let got = got.iter().map(|it| sample_line(&it.labels, &it.value));
        Some((expected.collect(), got.collect()))
    }
}

/// What was expected and what is there, in lines.
type Sides = (Vec<String>, Vec<String>);

/// What is wrong with the answer to a query, if it is.
fn failure(
    place: Place,
    query: &str,
    time: i64,
    differs: Result<Option<Sides>, String>,
) -> Option<Failure> {
    let query = query.to_owned();
    let what = match differs {
        Ok(None) => return None,
        Ok(Some((expected, got))) => What::Answer {
            query,
            time,
            expected,
            got,
        },
        Err(message) => What::Query {
            query,
            time,
            message,
        },
    };
    Some(Failure { place, what })
}

impl ExpectedAlert {
    /// With the name, which tests do not repeat among the labels.
    fn named(mut self, alert: &str) -> Firing {
        self.labels.insert(ALERT_NAME.to_owned(), alert.to_owned());
        Firing {
            labels: self.labels,
            annotations: self.annotations,
        }
    }
}

impl From<Firing> for ExpectedAlert {
    fn from(firing: Firing) -> Self {
        let mut labels = firing.labels;
        labels.remove(ALERT_NAME);
        Self {
            labels,
            annotations: firing.annotations,
        }
    }
}
