//! Recording rules of one SLO, named and labelled as Sloth does, so that dashboards made for Sloth work.
//!
//! Every evaluation stores how many events (per second, over five minutes) were bad and how many there were at
//! all. Windows of up to an hour are measured on the counters themselves, so that pages come fast. Longer
//! ones add the stored rates up: `sum_over_time(bad) / sum_over_time(all)` weighs by events, where a mean of ratios would
//! let a quiet night count as much as a busy day, and reads two series instead of every counter of the service.
//!
//! Rules carry the labels that say which SLO it is, and no other: a label of the team that changed hands would
//! begin every window anew. Labels of that kind are on `sloth_slo_info` and on the alerts.
//!
//! Where nothing happened there is no ratio rather than NaN or zero: alerts stay silent and the budget is
//! neither spent nor regained. Where only good events were seen the ratio is zero.

use std::collections::BTreeMap;

use obsctl_model::{
    Duration, LogQl, MetricName, Promql, RecordingRule, Rule, RuleQuery, Slo, SloWindow, Unit,
    hours, mins,
};
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, MatchOp, Selector};

use super::calendar::Calendar;
use super::measure::{Measure, some};
use super::{logs, tree, windows};

/// How often the rules are evaluated. The stored rates are of five minutes: this keeps 30 days of them cheap to add up.
pub(crate) const EVERY: Duration = mins(1);

/// Up to here a window is measured on the counters.
pub(crate) const DIRECT: Duration = hours(1);

/// The window of the stored rates.
pub(super) const RATE: Duration = mins(5);

/// An SLO that can be measured.
#[derive(Clone, Debug)]
pub struct Lowering<'a> {
    /// The SLO.
    pub slo: &'a Slo,
    /// What it counts.
    pub measure: Measure,
}

impl Lowering<'_> {
    /// `<service>-<name>`: Sloth's id of an SLO.
    #[must_use]
    pub fn id(&self) -> String {
        super::id(self.slo)
    }

    /// The series of how many bad events or slices there were.
    #[must_use]
    pub fn bad_series(&self) -> &'static str {
        if self.measure.counts_events() {
            "slo:bad_events:rate5m"
        } else {
            "slo:bad_slices:count"
        }
    }

    /// The series of how many events or slices there were at all.
    #[must_use]
    pub fn total_series(&self) -> &'static str {
        if self.measure.counts_events() {
            "slo:events:rate5m"
        } else {
            "slo:slices:count"
        }
    }

    /// The rules of error ratios.
    pub(super) fn sli_rules(&self) -> Vec<Rule> {
        let by = &self.slo.by;
        let unit = if self.measure.counts_events() {
            Unit::PerSecond
        } else {
            Unit::None
        };
        let counted = (self.measure.total(by, RATE), self.measure.bad(by, RATE));
        let (total, bad): (RuleQuery, RuleQuery) = match (&self.measure, counted) {
            (Measure::Logs { bad, total }, _) => (
                self.log_query(&logs::total(total, by, RATE)),
                self.log_query(&logs::bad(bad, total, by, RATE)),
            ),
            (_, (Some(total), Some(bad))) => (self.query(&total).into(), self.query(&bad).into()),
            _ => return vec![],
        };
        let mut rules: Vec<_> = [(self.total_series(), total), (self.bad_series(), bad)]
            .into_iter()
            .map(|(name, query)| Rule::Record(self.rule_of(name, query, unit)))
            .collect();
        let calendar = Calendar::of(self.slo.window);
        let mut windows = windows::recorded(self.slo.window.nominal());
        if calendar.is_some() {
            windows.pop();
        }
        for window in windows {
            let mut rule = self.rule(&ratio(window), &self.ratio(window), Unit::Ratio);
            rule.labels
                .insert("sloth_window".to_owned(), window.to_string());
            rules.push(Rule::Record(rule));
        }
        if let Some(calendar) = calendar {
            rules.extend(self.calendar_rules(calendar, unit));
        }
        rules
    }

    /// The rules of the period of the calendar so far.
    fn calendar_rules(&self, calendar: Calendar, unit: Unit) -> Vec<Rule> {
        let (bad, total) = if self.measure.counts_events() {
            ("slo:period_bad_events:rate5m", "slo:period_events:rate5m")
        } else {
            ("slo:period_bad_slices:count", "slo:period_slices:count")
        };
        let stamped = |series| calendar.stamped(Expr::from(self.own(series)));
        let longest = self.slo.window.longest();
        let ratio = calendar.ratio(&self.own(bad), &self.own(total), longest);
        let mut ratio = self.rule(&self.period_ratio(), &ratio, Unit::Ratio);
        ratio
            .labels
            .insert("sloth_window".to_owned(), self.slo.window.to_string());
        vec![
            self.record(total, &stamped(self.total_series()), unit),
            self.record(bad, &stamped(self.bad_series()), unit),
            Rule::Record(ratio),
            self.record("slo:period_elapsed:ratio", &calendar.elapsed(), Unit::Ratio),
        ]
    }

    /// The series of the error ratio over the whole period.
    #[must_use]
    pub fn period_ratio(&self) -> String {
        match self.slo.window {
            SloWindow::Rolling(window) => ratio(window),
            window @ (SloWindow::Month | SloWindow::Quarter) => {
                format!("slo:sli_error:ratio_{window}")
            }
        }
    }

    fn ratio(&self, window: Duration) -> Expr {
        if window != RATE
            && window < self.slo.window.nominal()
            && let Some(ratio) = self.measure.asked(window)
        {
            return ratio;
        }
        let (bad, total) = (self.own(self.bad_series()), self.own(self.total_series()));
        let direct = || {
            let by = &self.slo.by;
            if self.measure.direct()? < window {
                return None;
            }
            Some((
                self.measure.bad(by, window)?,
                self.measure.total(by, window)?,
            ))
        };
        let (bad, total) = if self.measure.counts_events() && window == RATE {
            (Expr::from(bad), Expr::from(total))
        } else if let Some(counted) = direct() {
            counted
        } else {
            let sum = |selector| tree::over("sum_over_time", selector, window);
            (sum(&bad), sum(&total))
        };
        tree::binary(BinaryOp::Div, bad, some(total))
    }

    /// The rules of what is promised and what is left of it.
    pub(super) fn meta_rules(&self) -> Vec<Rule> {
        let objective = self.slo.objective;
        let constant = |value| tree::call("vector", vec![tree::number(value)]);
        let calendar = Calendar::of(self.slo.window);
        let days = match calendar {
            None => constant(
                self.slo.window.nominal().as_secs_f64() / obsctl_model::days(1).as_secs_f64(),
            ),
            Some(calendar) => calendar.days(),
        };
        let with = |op, series: &str, of: &str| {
            let (series, of) = (self.own(series), self.own(of));
            tree::many_to_one(
                op,
                Expr::from(series),
                &["sloth_id", "sloth_slo", "sloth_service"],
                Expr::from(of),
            )
        };
        let burn = |ratio: &str| with(BinaryOp::Div, ratio, "slo:error_budget:ratio");
        let period = "slo:period_burn_rate:ratio";
        let spent = match calendar {
            None => Expr::from(self.own(period)),
            Some(_) => with(BinaryOp::Mul, period, "slo:period_elapsed:ratio"),
        };
        let left = tree::binary(BinaryOp::Sub, tree::number(1.0), spent);
        let mut info = self.rule("sloth_slo_info", &constant(1.0), Unit::Boolean);
        info.labels.extend(self.slo.labels.clone());
        info.labels.extend([
            ("sloth_mode".to_owned(), "obsctl".to_owned()),
            ("sloth_spec".to_owned(), "obsctl".to_owned()),
            (
                "sloth_objective".to_owned(),
                objective.as_percent().to_string(),
            ),
        ]);
        vec![
            self.record(
                "slo:objective:ratio",
                &constant(objective.as_ratio()),
                Unit::Ratio,
            ),
            self.record(
                "slo:error_budget:ratio",
                &constant(objective.budget()),
                Unit::Ratio,
            ),
            self.record("slo:time_period:days", &days, Unit::None),
            self.record(
                "slo:current_burn_rate:ratio",
                &burn(&ratio(RATE)),
                Unit::None,
            ),
            self.record(
                "slo:period_burn_rate:ratio",
                &burn(&self.period_ratio()),
                Unit::None,
            ),
            self.record(
                "slo:period_error_budget_remaining:ratio",
                &left,
                Unit::Ratio,
            ),
            Rule::Record(info),
        ]
    }

    /// A series of this SLO.
    #[must_use]
    pub fn own(&self, metric: &str) -> Selector {
        tree::selector(
            metric,
            vec![tree::matcher("sloth_id", MatchOp::Equal, self.id())],
        )
    }

    pub(super) fn query(&self, expr: &Expr) -> Promql {
        Promql::from_tree(expr, self.slo.origin)
    }

    /// The labels all its rules carry: which SLO it is.
    #[must_use]
    pub fn labels(&self) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("sloth_id".to_owned(), self.id()),
            ("sloth_service".to_owned(), self.slo.service.clone()),
            ("sloth_slo".to_owned(), self.slo.name.to_string()),
        ])
    }

    fn record(&self, name: &str, expr: &Expr, unit: Unit) -> Rule {
        Rule::Record(self.rule(name, expr, unit))
    }

    fn log_query(&self, expr: &obsctl_logql::Expr) -> RuleQuery {
        LogQl::written(expr.to_string(), self.slo.origin).into()
    }

    fn rule(&self, name: &str, expr: &Expr, unit: Unit) -> RecordingRule {
        self.rule_of(name, self.query(expr).into(), unit)
    }

    fn rule_of(&self, name: &str, query: RuleQuery, unit: Unit) -> RecordingRule {
        let name = MetricName::new(name)
            .expect("names of recorded series are made of letters, digits, `:` and `_`");
        RecordingRule {
            record: name,
            query,
            labels: self.labels(),
            unit: Some(unit),
            allow: self.slo.allow.clone(),
            origin: self.slo.origin,
        }
    }
}

/// The series of the error ratio over a window.
#[must_use]
pub fn ratio(window: Duration) -> String {
    format!("slo:sli_error:ratio_rate{window}")
}
