//! Evaluating rules over the series of a test: rule by rule over all steps where that is the same, step by
//! step as Prometheus does where it may not be.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_promql::eval::labels::METRIC_NAME;
use obsctl_promql::eval::{Labels, SeriesPoints, Storage, Value};

use crate::alert::{Alerts, Firing};
use crate::ask::Asked;
use crate::group::{Alerting, Member};
use crate::template::Surroundings;
use crate::writer::{Writer, Written};

/// The times of evaluation, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    pub start: i64,
    pub step: i64,
    /// At least one.
    pub count: i64,
}

impl Steps {
    pub fn times(self) -> impl Iterator<Item = i64> {
        (0..self.count).map(move |number| self.start + number * self.step)
    }

    pub fn end(self) -> i64 {
        self.start + (self.count - 1) * self.step
    }

    /// The same times, each this much earlier.
    fn before(self, offset: i64) -> Self {
        Self {
            start: self.start - offset,
            ..self
        }
    }
}

/// What is evaluated.
pub(crate) struct Run<'a> {
    pub asked: Asked<'a>,
    pub steps: Steps,
    /// The series that are there before any rule, their samples in the order of time.
    pub input: &'a BTreeMap<Labels, Vec<(i64, Value)>>,
    pub rules: Vec<Live<'a>>,
    pub around: &'a Surroundings,
    /// Whether rule by rule is the same as step by step.
    pub by_rule: bool,
}

/// A rule that is evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live<'a> {
    pub member: Member<'a>,
    /// Whether its series `ALERTS` and `ALERTS_FOR_STATE` are written.
    pub writes_alerts: bool,
    /// The times at which somebody asks which of its alerts fire.
    pub asked: Option<&'a BTreeSet<i64>>,
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub storage: Storage,
    /// The alerts that fire, by the time of evaluation and the alert's name.
    pub firing: BTreeMap<(i64, String), Vec<Firing>>,
    /// What ended the evaluation.
    pub failure: Option<RuleFailure>,
}

/// A rule that could not be evaluated.
#[derive(Clone, Debug)]
pub struct RuleFailure {
    /// The file of its group.
    pub file: String,
    /// Its group.
    pub group: String,
    /// Its name.
    pub rule: String,
    /// The line of the file.
    pub line: u32,
    /// The time of evaluation, in milliseconds since the test's start.
    pub time: i64,
    /// What is wrong.
    pub message: String,
}

impl<'a> Run<'a> {
    pub fn results(&self) -> Results {
        let by_rule = self.by_rule.then(|| self.rule_by_rule()).flatten();
        by_rule.unwrap_or_else(|| self.step_by_step())
    }

    /// Each rule over all steps; nothing where something is not as it has to be.
    fn rule_by_rule(&self) -> Option<Results> {
        let mut writer = Writer::default();
        let end = self.steps.end();
        for (labels, samples) in self.input {
            let id = writer.storage.series(labels);
            for (time, value) in samples.iter().take_while(|(time, _)| *time <= end) {
                writer.storage.push(id, *time, value.clone());
            }
        }
        let mut firing = BTreeMap::new();
        for live in &self.rules {
            let Member { group, rule } = live.member;
            let steps = self.steps.before(group.query_offset);
            let series = self.asked.range(&writer.storage, &rule.expr, steps)?;
            match live.member.alerting() {
                None => self.record_all(&mut writer, live.member, series)?,
                Some(alerting) => {
                    self.alert_all(&mut writer, *live, alerting, series, &mut firing)?;
                }
            }
        }
        Some(Results {
            storage: writer.storage,
            firing,
            failure: None,
        })
    }

    fn record_all(
        &self,
        writer: &mut Writer,
        member: Member<'_>,
        series: Vec<SeriesPoints>,
    ) -> Option<()> {
        if member.group.limit > 0 && series.len() > member.group.limit {
            return None;
        }
        let end = self.steps.end() - member.group.query_offset;
        for one in series {
            let labels = recorded(member, &one.labels);
            if !writer.write_all(&labels, one.points, self.steps.step, end) {
                return None;
            }
        }
        Some(())
    }

    fn alert_all(
        &self,
        writer: &mut Writer,
        live: Live<'_>,
        alerting: &Alerting,
        series: Vec<SeriesPoints>,
        firing: &mut BTreeMap<(i64, String), Vec<Firing>>,
    ) -> Option<()> {
        if series.is_empty() {
            return Some(());
        }
        let Member { group, rule } = live.member;
        let mut alerts = Alerts::new(rule, alerting, group.limit);
        let mut columns = Vec::with_capacity(series.len());
        for one in series {
            columns.push((alerts.column(one.labels), one.points.into_iter().peekable()));
        }
        let no_query = |_: &str| Err("queries are evaluated step by step".to_owned());
        let mut written = BTreeMap::<Labels, Vec<(i64, Value)>>::new();
        let mut present = Vec::new();
        for time in self.steps.times() {
            let queried = time - group.query_offset;
            present.clear();
            for (column, points) in &mut columns {
                if let Some((_, value)) = points.next_if(|(at, _)| *at == queried) {
                    present.push((*column, value));
                }
            }
            alerts
                .evaluate(time, &present, self.around, &no_query)
                .ok()?;
            if live.writes_alerts {
                for (labels, value) in alerts.series() {
                    written.entry(labels).or_default().push((queried, value));
                }
            }
            if live.asked.is_some_and(|asked| asked.contains(&time)) {
                let now = alerts.firing(self.around, &no_query);
                firing
                    .entry((time, rule.name.clone()))
                    .or_default()
                    .extend(now);
            }
        }
        let end = self.steps.end() - group.query_offset;
        let mut series = written.into_iter();
        series
            .all(|(labels, points)| writer.write_all(&labels, points, self.steps.step, end))
            .then_some(())
    }

    /// All rules at each step.
    fn step_by_step(&self) -> Results {
        let mut writer = Writer::default();
        let mut input = Vec::new();
        for (labels, samples) in self.input {
            input.push((
                labels,
                writer.storage.series(labels),
                samples.iter().peekable(),
            ));
        }
        let mut states: Vec<_> = self
            .rules
            .iter()
            .map(|live| RuleState::new(*live))
            .collect();
        let mut firing = BTreeMap::new();
        for time in self.steps.times() {
            for (_, id, samples) in &mut input {
                while let Some((at, value)) = samples.next_if(|(at, _)| *at <= time) {
                    // A rule that writes an input series is told so when it does.
                    let _ = writer.append(*id, *at, value.clone());
                }
            }
            for state in &mut states {
                if let Err(message) = self.evaluate(state, &mut writer, time) {
                    let Member { group, rule } = state.live.member;
                    let failure = RuleFailure {
                        file: group.file.to_string(),
                        group: group.name.clone(),
                        rule: rule.name.clone(),
                        line: rule.place.line,
                        time: time - self.steps.start,
                        message,
                    };
                    return Results {
                        storage: writer.storage,
                        firing,
                        failure: Some(failure),
                    };
                }
                let asked = state.live.asked.is_some_and(|asked| asked.contains(&time));
                if let (true, Some(alerts)) = (asked, &state.alerts) {
                    let rule = state.live.member.rule;
                    let query =
                        |text: &str| self.asked.text(&writer.storage, &rule.expr, text, time);
                    let now = alerts.firing(self.around, &query);
                    let name = rule.name.clone();
                    firing
                        .entry((time, name))
                        .or_insert_with(Vec::new)
                        .extend(now);
                }
            }
        }
        Results {
            storage: writer.storage,
            firing,
            failure: None,
        }
    }

    fn evaluate(
        &self,
        state: &mut RuleState<'_>,
        writer: &mut Writer,
        time: i64,
    ) -> Result<(), String> {
        let Member { group, rule } = state.live.member;
        let queried = time - group.query_offset;
        let samples = self.asked.instant(&writer.storage, &rule.expr, queried)?;
        let result = match &mut state.alerts {
            None => {
                let count = samples.len();
                let mut result = BTreeMap::new();
                for sample in samples {
                    let labels = recorded(state.live.member, &sample.labels);
                    if result.insert(labels.clone(), sample.value).is_some() {
                        return Err(format!(
                            "vector contains metrics with the same labelset after applying rule labels: {labels}"
                        ));
                    }
                }
                if group.limit > 0 && count > group.limit {
                    let limit = group.limit;
                    return Err(format!("exceeded limit of {limit} with {count} series"));
                }
                result.into_iter().collect()
            }
            Some(alerts) => {
                let mut present = Vec::new();
                for sample in samples {
                    let column = match state.columns.get(&sample.labels) {
                        Some(column) => *column,
                        None => {
                            let column = alerts.column(sample.labels.clone());
                            state.columns.insert(sample.labels, column);
                            column
                        }
                    };
                    present.push((column, sample.value));
                }
                let query = |text: &str| self.asked.text(&writer.storage, &rule.expr, text, time);
                alerts.evaluate(time, &present, self.around, &query)?;
                if !state.live.writes_alerts {
                    return Ok(());
                }
                alerts.series()
            }
        };
        writer.write(&mut state.written, queried, result)
    }
}

struct RuleState<'a> {
    live: Live<'a>,
    alerts: Option<Alerts<'a>>,
    columns: BTreeMap<Labels, usize>,
    written: Written,
}

impl<'a> RuleState<'a> {
    fn new(live: Live<'a>) -> Self {
        let Member { group, rule } = live.member;
        let alerting = live.member.alerting();
        Self {
            live,
            alerts: alerting.map(|alerting| Alerts::new(rule, alerting, group.limit)),
            columns: BTreeMap::new(),
            written: Written::default(),
        }
    }
}

/// The labels of a recorded series.
fn recorded(member: Member<'_>, labels: &Labels) -> Labels {
    let kept = labels
        .iter()
        .map(|label| (label.name.clone(), label.value.clone()));
    let name = [(METRIC_NAME.into(), member.rule.name.as_str().into())];
    let own = member.rule.labels.iter();
    let own = own.map(|(name, value)| (name.as_str().into(), value.written().into()));
    kept.chain(name).chain(own).collect()
}
