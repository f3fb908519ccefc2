//! Service level objectives.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::query::Labels;
use crate::{Allow, Duration, LabelName, LogQl, Origin, Promql, SloAlerts, SloWindow, Slug};

/// A service level objective. It becomes recording rules and burn-rate alerts before anything is checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slo {
    /// Its name, unique in the stack: `api-availability`.
    pub name: Slug,
    /// The service it is about.
    pub service: String,
    /// What is promised, for people.
    pub description: String,
    /// What is measured.
    pub indicator: Indicator,
    /// Which part must be good.
    pub objective: Objective,
    /// Over how long: whole days, 7 to 90, or a period of the calendar.
    pub window: SloWindow,
    /// Labels that each have a budget of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<LabelName>,
    /// The team that answers.
    pub owner: String,
    /// The runbook of its alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<Slug>,
    /// Fewer bad events than this in the long window of an alert set nothing off: on quiet services a
    /// single failure is no incident. Counted in events or time slices; none means no guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_bad_events: Option<u32>,
    /// Which alerts say that its budget burns.
    #[serde(default, skip_serializing_if = "SloAlerts::is_default")]
    pub alerts: SloAlerts,
    /// An alert says so when nothing could be measured for so long; none means no such alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent_for: Option<Duration>,
    /// Further labels on its alerts and on `sloth_slo_info`. What is recorded for its windows does not carry them, so that they can
    /// change while a period goes on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

/// What is measured. Queries of events are plain selectors: rates, sums and windows are put around them when
/// the SLO becomes rules.
///
/// Where nothing happens nothing is measured: the budget is neither spent nor regained, and alerts stay
/// silent. Whether that is an outage is for another alert to say: [`Slo::alert_when_absent`] for series that are gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Indicator {
    /// Bad events over all events; both select counters.
    Bad {
        /// The bad events.
        bad: Promql,
        /// All events.
        total: Promql,
    },
    /// Good events over all events; both select counters.
    Good {
        /// The good events.
        good: Promql,
        /// All events.
        total: Promql,
    },
    /// Observations of a classic histogram at or below a threshold, which must be a bucket's bound.
    Latency {
        /// Selects the buckets: `api_request_duration_seconds_bucket{…}`.
        histogram: Promql,
        /// The threshold, in the histogram's unit.
        threshold: f64,
    },
    /// Observations of a native histogram at or below a threshold.
    NativeLatency {
        /// Selects the histogram.
        histogram: Promql,
        /// The threshold, in the histogram's unit.
        threshold: f64,
    },
    /// Bad log lines over all log lines. Loki counts them and writes the rates to Prometheus, where everything else is made of
    /// them.
    Logs {
        /// Selects the bad lines: a stream selector and its pipeline, without a range.
        bad: LogQl,
        /// Selects all lines that count.
        total: LogQl,
    },
    /// Time slices in which a condition held: the condition is a comparison with `bool`, or a gauge of 0 and 1.
    /// Every minute each of its series is one slice.
    TimeSlices {
        /// 1 where good, 0 where bad.
        good: Promql,
    },
    /// Time slices in which an age in seconds was at most so high: every minute each series is one slice.
    Freshness {
        /// Selects the gauge.
        age: Promql,
        /// The highest good age.
        at_most: Duration,
    },
    /// A query that gives the part of all that was bad, 0 to 1. `$window` in it stands for the window it is asked
    /// for, as in `sum(rate(a[$window])) / sum(rate(b[$window]))`; over the whole period, and in all windows of a query
    /// without it, what it gave is averaged, whatever the traffic was.
    Raw {
        /// Gives the bad part.
        error_ratio: Promql,
    },
}

/// Which part must be good, exactly: kept in millionths of a percent, so that `99.9` stays `99.9`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64")]
pub struct Objective {
    micro_percent: u32,
}

/// An objective outside (0, 100).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "an objective of {percent} percent cannot be kept: write one above 0 and below 100, with at most 6 decimals"
)]
pub struct ObjectiveError {
    /// What was written.
    pub percent: f64,
}

impl Objective {
    /// An objective in percent.
    ///
    /// # Errors
    /// When it is not between 0 and 100 (exclusive) or has more than six decimals.
    pub fn percent(percent: f64) -> Result<Self, ObjectiveError> {
        let micro = percent * 1e6;
        let whole = micro.round();
        // 1e-6 relative covers what decimal fractions lose in binary, and nothing a person would write.
        if whole <= 0.0 || whole >= 1e8 || (micro - whole).abs() > 1e-3 || !micro.is_finite() {
            return Err(ObjectiveError { percent });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be in range"
        )]
        let micro_percent = whole as u32;
        Ok(Self { micro_percent })
    }

    /// In percent: 99.9.
    #[must_use]
    pub fn as_percent(self) -> f64 {
        f64::from(self.micro_percent) / 1e6
    }

    /// As a ratio: 0.999.
    #[must_use]
    pub fn as_ratio(self) -> f64 {
        f64::from(self.micro_percent) / 1e8
    }

    /// The error budget as a ratio: 0.001, exactly.
    #[must_use]
    pub fn budget(self) -> f64 {
        f64::from(100_000_000 - self.micro_percent) / 1e8
    }

    /// The error budget times a fraction, rounded once and then to what a person would write: 14.4 times the
    /// budget of 99.9 percent is 0.0144.
    #[must_use]
    pub fn budget_times(self, numerator: u64, denominator: u64) -> f64 {
        let parts = u64::from(100_000_000 - self.micro_percent);
        tidy((parts * numerator) as f64 / (100_000_000 * denominator) as f64)
    }
}

/// A number that ends within twelve digits as it is; any other to six digits.
fn tidy(value: f64) -> f64 {
    let digits = |text: String| text.parse().unwrap_or(value);
    let twelve = digits(format!("{value:.11e}"));
    let six = digits(format!("{value:.5e}"));
    let ends = twelve.to_string().len() < 14;
    if ends { twelve } else { six }
}

impl TryFrom<f64> for Objective {
    type Error = ObjectiveError;

    fn try_from(percent: f64) -> Result<Self, ObjectiveError> {
        Self::percent(percent)
    }
}

impl From<Objective> for f64 {
    fn from(objective: Objective) -> Self {
        objective.as_percent()
    }
}

impl Slo {
    /// An objective in percent over 30 days.
    ///
    /// # Panics
    /// When `percent` is not between 0 and 100: a bug in the definition, found when it is first built.
    #[track_caller]
    #[must_use]
    pub fn new(name: Slug, service: impl Into<String>, percent: f64, indicator: Indicator) -> Self {
        let objective = match Objective::percent(percent) {
            Ok(objective) => objective,
            Err(error) => panic!("SLO `{name}`: {error}"),
        };
        Self {
            name,
            service: service.into(),
            description: String::new(),
            indicator,
            objective,
            window: crate::days(30).into(),
            by: vec![],
            owner: String::new(),
            runbook: None,
            min_bad_events: None,
            alerts: SloAlerts::Both,
            absent_for: None,
            labels: BTreeMap::new(),
            allow: vec![],
            origin: Origin::here(),
        }
    }

    /// What is promised, for people.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// Over the last so many days, or a period of the calendar.
    #[must_use]
    pub fn over(mut self, window: impl Into<SloWindow>) -> Self {
        self.window = window.into();
        self
    }

    /// Over the month of the calendar, in UTC: what may fail in it is there again when the next one begins.
    #[must_use]
    pub fn over_month(mut self) -> Self {
        self.window = SloWindow::Month;
        self
    }

    /// Over the quarter of the calendar, in UTC.
    #[must_use]
    pub fn over_quarter(mut self) -> Self {
        self.window = SloWindow::Quarter;
        self
    }

    /// Each value of these labels has a budget of its own.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "labels are small, and definitions read better without references"
    )]
    #[must_use]
    pub fn by(mut self, labels: impl Labels<crate::query::Any>) -> Self {
        self.by = labels
            .names()
            .into_iter()
            .map(LabelName::from_static)
            .collect();
        self
    }

    /// The team that answers.
    #[must_use]
    pub fn owner(mut self, team: impl Into<String>) -> Self {
        self.owner = team.into();
        self
    }

    /// The runbook of its alerts.
    #[must_use]
    pub fn runbook(mut self, runbook: Slug) -> Self {
        self.runbook = Some(runbook);
        self
    }

    /// Fewer bad events than this in an alert's long window set nothing off.
    #[must_use]
    pub fn min_bad_events(mut self, events: u32) -> Self {
        self.min_bad_events = Some(events);
        self
    }

    /// Only these alerts say that the budget burns.
    #[must_use]
    pub fn alerts(mut self, alerts: SloAlerts) -> Self {
        self.alerts = alerts;
        self
    }

    /// An alert when nothing could be measured for so long: the counters are gone, not only the events. With
    /// `by`, one for each group that was measured within the last day.
    #[must_use]
    pub fn alert_when_absent(mut self, lasting: Duration) -> Self {
        self.absent_for = Some(lasting);
        self
    }

    /// Puts a further label on its alerts and on `sloth_slo_info`, with which queries join the rest.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Accepts the findings of a check here and on what it becomes.
    #[track_caller]
    #[must_use]
    pub fn allow(mut self, check: &str, reason: &str) -> Self {
        self.allow.push(Allow::new(check, reason));
        self
    }
}

impl Indicator {
    /// Bad events over all events.
    #[must_use]
    pub fn bad(bad: impl Into<Promql>, total: impl Into<Promql>) -> Self {
        Self::Bad {
            bad: bad.into(),
            total: total.into(),
        }
    }

    /// Good events over all events.
    #[must_use]
    pub fn good(good: impl Into<Promql>, total: impl Into<Promql>) -> Self {
        Self::Good {
            good: good.into(),
            total: total.into(),
        }
    }

    /// Observations at or below `threshold`.
    #[must_use]
    pub fn latency(histogram: impl Into<Promql>, threshold: f64) -> Self {
        Self::Latency {
            histogram: histogram.into(),
            threshold,
        }
    }

    /// Spans of that name which failed, over all of them, as Tempo's metrics generator counts them
    /// (`traces_spanmetrics_calls_total`). The service and the span are held against the catalog of spans.
    #[track_caller]
    #[must_use]
    pub fn failed_spans(service: &str, span: &str) -> Self {
        let calls = |status: &str| spans("calls_total", service, span, status);
        Self::bad(calls(", status_code=\"STATUS_CODE_ERROR\""), calls(""))
    }

    /// Spans of that name which took at most `threshold` seconds (`traces_spanmetrics_latency`): a bucket of Tempo's.
    #[track_caller]
    #[must_use]
    pub fn span_latency(service: &str, span: &str, threshold: f64) -> Self {
        Self::latency(spans("latency_bucket", service, span, ""), threshold)
    }

    /// Bad log lines over all log lines: stream selectors with their pipelines.
    #[must_use]
    pub fn logs(bad: LogQl, total: LogQl) -> Self {
        Self::Logs { bad, total }
    }

    /// Its queries of Prometheus.
    #[must_use]
    pub fn queries(&self) -> Vec<&Promql> {
        match self {
            Self::Logs { .. } => vec![],
            Self::Bad { bad: part, total } | Self::Good { good: part, total } => vec![part, total],
            Self::Latency { histogram, .. } | Self::NativeLatency { histogram, .. } => {
                vec![histogram]
            }
            Self::TimeSlices { good } => vec![good],
            Self::Freshness { age, .. } => vec![age],
            Self::Raw { error_ratio } => vec![error_ratio],
        }
    }

    /// Observations of a native histogram at or below `threshold`.
    #[must_use]
    pub fn native_latency(histogram: impl Into<Promql>, threshold: f64) -> Self {
        Self::NativeLatency {
            histogram: histogram.into(),
            threshold,
        }
    }

    /// Time slices in which `good` was 1.
    #[must_use]
    pub fn time_slices(good: impl Into<Promql>) -> Self {
        Self::TimeSlices { good: good.into() }
    }

    /// What gives the bad part itself, over `$window`.
    #[must_use]
    pub fn raw(error_ratio: impl Into<Promql>) -> Self {
        Self::Raw {
            error_ratio: error_ratio.into(),
        }
    }

    /// Time slices in which an age was at most so old.
    #[must_use]
    pub fn freshness(age: impl Into<Promql>, at_most: Duration) -> Self {
        Self::Freshness {
            age: age.into(),
            at_most,
        }
    }
}

/// What Tempo counts of a span.
#[track_caller]
fn spans(part: &str, service: &str, span: &str, more: &str) -> Promql {
    // Rust's way to write a text is PromQL's too, but for what no name of a service or span has.
    Promql::parse(
        &format!("traces_spanmetrics_{part}{{service={service:?}, span_name={span:?}{more}}}"),
        Origin::here(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_selected_as_tempo_labels_them() {
        let texts = |indicator: &Indicator| -> Vec<_> {
            let queries = indicator.queries().into_iter();
            queries.map(|query| query.as_str().to_owned()).collect()
        };
        assert_eq!(
            texts(&Indicator::failed_spans("api", "POST /orders")),
            [
                r#"traces_spanmetrics_calls_total{service="api", span_name="POST /orders", status_code="STATUS_CODE_ERROR"}"#,
                r#"traces_spanmetrics_calls_total{service="api", span_name="POST /orders"}"#,
            ]
        );
        assert_eq!(
            texts(&Indicator::span_latency("api", "POST /orders", 0.512)),
            [r#"traces_spanmetrics_latency_bucket{service="api", span_name="POST /orders"}"#]
        );
    }

    #[test]
    fn objectives_are_exact() {
        let objective = Objective::percent(99.9).unwrap();
        assert_eq!(objective.as_percent().to_string(), "99.9");
        assert_eq!(objective.budget().to_string(), "0.001");
        assert_eq!(objective.budget_times(144, 10).to_string(), "0.0144");
        assert_eq!(objective.budget_times(14, 15).to_string(), "0.000933333");
        assert_eq!(
            Objective::percent(99.123_45)
                .unwrap()
                .budget_times(144, 10)
                .to_string(),
            "0.1262232"
        );
        assert_eq!(
            Objective::percent(99.95).unwrap().budget().to_string(),
            "0.0005"
        );
    }

    #[test]
    fn objectives_outside_are_refused() {
        for percent in [
            0.0,
            100.0,
            -1.0,
            100.1,
            f64::NAN,
            f64::INFINITY,
            99.000_000_12,
        ] {
            assert!(Objective::percent(percent).is_err(), "{percent}");
        }
    }
}
