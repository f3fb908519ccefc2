//! Recording rules of one SLO, named and labelled as Sloth does, so that dashboards made for Sloth work.
//!
//! Every evaluation stores how many events (per second, over five minutes) were bad and how many there were at
//! all. Windows of up to an hour are measured on the counters themselves, so that pages come fast. Longer
//! ones add the stored rates up: `sum_over_time(bad) / sum_over_time(all)` weighs by events, where a mean of ratios would
//! let a quiet night count as much as a busy day, and reads two series instead of every counter of the service.
//!
//! Where nothing happened there is no ratio rather than NaN or zero: alerts stay silent and the budget is
//! neither spent nor regained. Where only good events were seen the ratio is zero.

use std::collections::BTreeMap;

use obsctl_model::{Duration, MetricName, Promql, RecordingRule, Rule, Slo, Unit, hours, mins};
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, MatchOp, Selector};

use super::measure::{Measure, some};
use super::{tree, windows};

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
        let mut rules = vec![
            self.record(self.total_series(), &self.measure.total(by, RATE), unit),
            self.record(self.bad_series(), &self.measure.bad(by, RATE), unit),
        ];
        for window in windows::recorded(self.slo.window) {
            let mut rule = self.rule(&ratio(window), &self.ratio(window), Unit::Ratio);
            rule.labels
                .insert("sloth_window".to_owned(), window.to_string());
            rules.push(Rule::Record(rule));
        }
        rules
    }

    fn ratio(&self, window: Duration) -> Expr {
        if window != RATE
            && window < self.slo.window
            && let Some(ratio) = self.measure.asked(window)
        {
            return ratio;
        }
        let (bad, total) = (self.own(self.bad_series()), self.own(self.total_series()));
        let (bad, total) = if self.measure.counts_events() && window == RATE {
            (Expr::from(bad), Expr::from(total))
        } else if self.measure.counts_events() && window <= DIRECT {
            let by = &self.slo.by;
            (self.measure.bad(by, window), self.measure.total(by, window))
        } else {
            let sum = |selector| tree::over("sum_over_time", selector, window);
            (sum(&bad), sum(&total))
        };
        tree::binary(BinaryOp::Div, bad, some(total))
    }

    /// The rules of what is promised and what is left of it.
    pub(super) fn meta_rules(&self) -> Vec<Rule> {
        let objective = self.slo.objective;
        let days = self.slo.window.as_secs_f64() / obsctl_model::days(1).as_secs_f64();
        let constant = |value| tree::call("vector", vec![tree::number(value)]);
        let burn = |window: Duration| {
            tree::many_to_one(
                BinaryOp::Div,
                Expr::from(self.own(&ratio(window))),
                &["sloth_id", "sloth_slo", "sloth_service"],
                Expr::from(self.own("slo:error_budget:ratio")),
            )
        };
        let left = tree::binary(
            BinaryOp::Sub,
            tree::number(1.0),
            Expr::from(self.own("slo:period_burn_rate:ratio")),
        );
        let mut info = self.rule("sloth_slo_info", &constant(1.0), Unit::Boolean);
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
            self.record("slo:time_period:days", &constant(days), Unit::None),
            self.record("slo:current_burn_rate:ratio", &burn(RATE), Unit::None),
            self.record(
                "slo:period_burn_rate:ratio",
                &burn(self.slo.window),
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

    /// The labels all its rules carry.
    #[must_use]
    pub fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.slo.labels.clone();
        labels.extend([
            ("sloth_id".to_owned(), self.id()),
            ("sloth_service".to_owned(), self.slo.service.clone()),
            ("sloth_slo".to_owned(), self.slo.name.to_string()),
        ]);
        labels
    }

    fn record(&self, name: &str, expr: &Expr, unit: Unit) -> Rule {
        Rule::Record(self.rule(name, expr, unit))
    }

    fn rule(&self, name: &str, expr: &Expr, unit: Unit) -> RecordingRule {
        let name = MetricName::new(name)
            .expect("names of recorded series are made of letters, digits, `:` and `_`");
        RecordingRule {
            record: name,
            query: self.query(expr).into(),
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
