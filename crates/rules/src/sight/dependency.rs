//! What a query reads, and which labels it makes.

use std::collections::BTreeSet;

use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, MatchOp, Selector};
use obsctl_promql::eval::Matcher;
use obsctl_promql::eval::labels::METRIC_NAME;

use crate::alert::{ALERT_NAME, ALERTS, ALERTS_FOR_STATE};
use crate::ask::Expression;
use crate::group::Rule;

/// What a selector reads.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// The metric, if it is one.
    pub metric: Option<String>,
    /// What the names of other metrics have to be.
    names: Vec<Matcher>,
    /// The alert of which it reads `ALERTS`, if it is one.
    pub alert: Option<String>,
}

impl Reading {
    fn of(selector: &Selector) -> Self {
        let equal = |label: &str| {
            let mut matchers = selector.matchers.iter();
            let found = matchers.find(|it| it.name.text == label && it.op == MatchOp::Equal);
            found
                .map(|it| it.value.value.clone())
                .filter(|value| !value.is_empty())
        };
        let written = selector.name.iter().map(|name| name.text.clone());
        let mut written = written.filter(|name| !name.is_empty());
        let names = selector
            .matchers
            .iter()
            .filter(|it| it.name.text == METRIC_NAME);
        // What does not compile fails when it is evaluated: until then it may read anything.
        let names = names.filter_map(|it| Matcher::new(METRIC_NAME, it.op, &it.value.value).ok());
        Self {
            metric: written.next().or_else(|| equal(METRIC_NAME)),
            names: names.collect(),
            alert: equal(ALERT_NAME),
        }
    }

    /// Whether it may read what alerts write.
    pub fn is_of_alerts(&self) -> bool {
        self.matches(ALERTS) || self.matches(ALERTS_FOR_STATE)
    }

    pub fn matches(&self, metric: &str) -> bool {
        match &self.metric {
            Some(own) => own == metric,
            None => self.names.iter().all(|matcher| matcher.matches(metric)),
        }
    }
}

/// What a rule reads of series.
pub(super) fn of_rule(rule: &Rule) -> Vec<Reading> {
    match &rule.expr {
        Expression::Promql(expr) => readings(expr),
        Expression::Logql(_) => Vec::new(),
    }
}

/// What all selectors of a query read.
pub(super) fn readings(expr: &Expr) -> Vec<Reading> {
    let mut readings: Vec<_> = expr
        .selectors()
        .map(|it| Reading::of(it.selector))
        .collect();
    let calls_info = expr.descendants().any(|it| calls(it, "info"));
    if calls_info {
        // It looks up the series of `target_info`, or of whatever its second argument names.
        readings.push(Reading {
            metric: None,
            names: Vec::new(),
            alert: None,
        });
    }
    readings
}

/// Adds the labels that a rule's query puts on series; whether it may put any, as lines have them.
pub(super) fn made_by_rule(rule: &Rule, labels: &mut BTreeSet<String>) -> bool {
    match &rule.expr {
        Expression::Promql(expr) => made_labels(expr, labels),
        Expression::Logql(_) => true,
    }
}

/// Adds the labels that functions put on series; whether they may put any.
fn made_labels(expr: &Expr, labels: &mut BTreeSet<String>) -> bool {
    let mut any = false;
    for expr in expr.descendants() {
        let text = match expr {
            Expr::Call(call)
                if ["label_replace", "label_join"].contains(&call.func.text.as_str()) =>
            {
                call.args.get(1)
            }
            Expr::Aggregate(it) if it.op == AggregateOp::CountValues => it.param.as_deref(),
            _ => {
                any |= calls(expr, "info");
                continue;
            }
        };
        match text.map(Expr::without_parens) {
            Some(Expr::String(text)) => {
                labels.insert(text.value.clone());
            }
            _ => any = true,
        }
    }
    any
}

pub(super) fn calls(expr: &Expr, function: &str) -> bool {
    matches!(expr, Expr::Call(call) if call.func.text == function)
}
