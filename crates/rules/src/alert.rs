//! An alerting rule over time: which of its alerts are pending, and which fire.

use std::collections::BTreeMap;

use obsctl_promql::eval::labels::METRIC_NAME;
use obsctl_promql::eval::{Labels, Value};

use crate::group::{Alerting, Rule};
use crate::template::{Query, Scope, Surroundings, Text};

/// The label that holds an alert's name.
pub(crate) const ALERT_NAME: &str = "alertname";
/// The metric that says which alerts are pending or firing.
pub(crate) const ALERTS: &str = "ALERTS";
/// The metric that says since when.
pub(crate) const ALERTS_FOR_STATE: &str = "ALERTS_FOR_STATE";
const ALERT_STATE: &str = "alertstate";

/// The alerts of a rule.
pub(crate) struct Alerts<'r> {
    rule: &'r Rule,
    alerting: &'r Alerting,
    limit: usize,
    /// The series of the query's result.
    columns: Vec<Column>,
    alerts: Vec<Alert>,
    by_labels: BTreeMap<Labels, usize>,
    labels: LabelTemplates,
    /// Whether annotations are expanded at every evaluation: they ask the storage of that moment.
    eager: bool,
}

/// A series of the query's result.
struct Column {
    labels: Labels,
    /// Its alert for the value it had last: labels may say the value.
    alert: Option<(Value, usize)>,
}

/// What the labels of alerts depend on besides those of the series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LabelTemplates {
    None,
    Value,
    Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Inactive,
    Pending,
    Firing,
}

struct Alert {
    labels: Labels,
    state: State,
    active_at: i64,
    keep_firing_since: Option<i64>,
    /// The evaluation that saw it last, and what it saw.
    seen: i64,
    column: usize,
    value: Value,
    annotations: Option<BTreeMap<String, String>>,
}

/// An alert that fires.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Firing {
    /// Its labels, the name included.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

impl<'r> Alerts<'r> {
    pub fn new(rule: &'r Rule, alerting: &'r Alerting, limit: usize) -> Self {
        let texts = || rule.labels.values();
        let labels = if texts().any(Text::may_change) {
            LabelTemplates::Moment
        } else if texts().all(Text::is_plain) {
            LabelTemplates::None
        } else {
            LabelTemplates::Value
        };
        Self {
            rule,
            alerting,
            limit,
            columns: Vec::new(),
            alerts: Vec::new(),
            by_labels: BTreeMap::new(),
            labels,
            eager: alerting.annotations.values().any(Text::may_query),
        }
    }

    /// Makes a series of the result known; gives its number.
    pub fn column(&mut self, labels: Labels) -> usize {
        self.columns.push(Column {
            labels,
            alert: None,
        });
        self.columns.len() - 1
    }

    /// An evaluation: which series are there, and their values.
    ///
    /// # Errors
    /// When two alerts have the same labels, or when there are too many.
    pub fn evaluate(
        &mut self,
        time: i64,
        present: &[(usize, Value)],
        around: &Surroundings,
        query: Query<'_>,
    ) -> Result<(), String> {
        for (column, value) in present {
            let at = self.identify(*column, value, time, around, query);
            let alert = &mut self.alerts[at];
            if alert.seen == time {
                return Err(format!(
                    "vector contains metrics with the same labelset after applying alert labels: {}",
                    alert.labels
                ));
            }
            alert.seen = time;
            alert.column = *column;
            alert.value = value.clone();
            alert.annotations = None;
            if alert.state == State::Inactive {
                alert.state = State::Pending;
                alert.active_at = time;
            }
        }
        let mut active = 0;
        for alert in &mut self.alerts {
            alert.advance(time, self.alerting);
            active += usize::from(alert.state != State::Inactive);
        }
        if self.limit > 0 && active > self.limit {
            return Err(format!(
                "exceeded limit of {} with {active} alerts",
                self.limit
            ));
        }
        if self.eager {
            for at in 0..self.alerts.len() {
                if self.alerts[at].seen == time {
                    self.alerts[at].annotations = Some(self.annotations(at, around, query));
                }
            }
        }
        Ok(())
    }

    /// The alert of a series that has this value.
    fn identify(
        &mut self,
        column: usize,
        value: &Value,
        time: i64,
        around: &Surroundings,
        query: Query<'_>,
    ) -> usize {
        match &self.columns[column].alert {
            Some((_, alert)) if self.labels == LabelTemplates::None => return *alert,
            Some((known, alert)) if self.labels == LabelTemplates::Value && known == value => {
                return *alert;
            }
            _ => {}
        }
        let series = &self.columns[column].labels;
        let scope = self.scope(series, value, time, around, query);
        let own = self.rule.labels.iter();
        let own = own.map(|(name, text)| (name.as_str().into(), text.expand(&scope).into()));
        let name = [(ALERT_NAME.into(), self.rule.name.as_str().into())];
        let kept = series.iter().filter(|label| &*label.name != METRIC_NAME);
        let kept = kept.map(|label| (label.name.clone(), label.value.clone()));
        let labels: Labels = kept.chain(own).chain(name).collect();
        let next = self.alerts.len();
        let alert = *self.by_labels.entry(labels.clone()).or_insert(next);
        if alert == next {
            self.alerts.push(Alert {
                labels,
                state: State::Inactive,
                active_at: time,
                keep_firing_since: None,
                seen: i64::MIN,
                column,
                value: value.clone(),
                annotations: None,
            });
        }
        self.columns[column].alert = Some((value.clone(), alert));
        alert
    }

    fn scope<'a>(
        &'a self,
        labels: &'a Labels,
        value: &'a Value,
        time: i64,
        around: &'a Surroundings,
        query: Query<'a>,
    ) -> Scope<'a> {
        Scope {
            alert: &self.rule.name,
            labels,
            value,
            time,
            around,
            query,
        }
    }

    /// What is told of an alert: said by the evaluation that saw it last.
    fn annotations(
        &self,
        at: usize,
        around: &Surroundings,
        query: Query<'_>,
    ) -> BTreeMap<String, String> {
        let alert = &self.alerts[at];
        let series = &self.columns[alert.column].labels;
        let scope = self.scope(series, &alert.value, alert.seen, around, query);
        let texts = self.alerting.annotations.iter();
        texts
            .map(|(name, text)| (name.clone(), text.expand(&scope)))
            .collect()
    }

    /// The alerts that fire after the last evaluation.
    pub fn firing(&self, around: &Surroundings, query: Query<'_>) -> Vec<Firing> {
        let firing = (0..self.alerts.len()).filter(|at| self.alerts[*at].state == State::Firing);
        let firing = firing.map(|at| {
            let alert = &self.alerts[at];
            let known = alert.annotations.clone();
            let labels = alert.labels.iter();
            Firing {
                labels: labels
                    .map(|it| (it.name.to_string(), it.value.to_string()))
                    .collect(),
                annotations: known.unwrap_or_else(|| self.annotations(at, around, query)),
            }
        });
        firing.collect()
    }

    /// The series `ALERTS` and `ALERTS_FOR_STATE` after the last evaluation.
    pub fn series(&self) -> Vec<(Labels, Value)> {
        let active = self
            .alerts
            .iter()
            .filter(|alert| alert.state != State::Inactive);
        let series = active.flat_map(|alert| {
            // Labels of the rule that expand to nothing stand there as they are written.
            let written = self.rule.labels.iter();
            let written = written.map(|(name, text)| (name.as_str().into(), text.written().into()));
            let own = alert
                .labels
                .iter()
                .map(|it| (it.name.clone(), it.value.clone()));
            let labels: Labels = written.chain(own).collect();
            let state = if alert.state == State::Firing {
                "firing"
            } else {
                "pending"
            };
            #[expect(clippy::cast_precision_loss, reason = "seconds stay far below 2^53")]
            let since = alert.active_at.div_euclid(1000) as f64;
            [
                (
                    labels.with(METRIC_NAME, ALERTS).with(ALERT_STATE, state),
                    Value::Float(1.0),
                ),
                (
                    labels.with(METRIC_NAME, ALERTS_FOR_STATE),
                    Value::Float(since),
                ),
            ]
        });
        series.collect()
    }
}

impl Alert {
    /// Moves on: from pending to firing, and to inactive when its series is gone.
    fn advance(&mut self, time: i64, alerting: &Alerting) {
        if self.seen == time {
            self.keep_firing_since = None;
        } else {
            let kept = self.state == State::Firing && alerting.keep_firing > 0 && {
                let since = *self.keep_firing_since.get_or_insert(time);
                time - since < alerting.keep_firing
            };
            if !kept {
                self.state = State::Inactive;
                self.keep_firing_since = None;
                return;
            }
        }
        if self.state == State::Pending && time - self.active_at >= alerting.hold {
            self.state = State::Firing;
        }
    }
}
