//! How many series a metric or a query's result can have at most: per target, where all domains are known.

use std::collections::BTreeMap;

use obsctl_model::{Domain, MetricDef, MetricKind, Rule, RuleQuery};
use obsctl_promql::Expr;
use obsctl_promql::ast::{Aggregate, Binary, BinaryOp, Call, MatchOp, Selector};

use crate::project::expression::{has_variable, series_name};
use crate::project::labels::is_scalar;
use crate::project::{Part, Project, Series};

/// How many values each label of a result can have.
type Sizes<'a> = BTreeMap<&'a str, u64>;

/// Recording rules on recording rules on … as deep as this are followed.
const DEEPEST: u32 = 8;

/// How many series a target can expose of a metric.
pub(super) fn of_metric(metric: &MetricDef) -> Option<u64> {
    let mut total: u64 = match &metric.kind {
        MetricKind::Histogram { buckets, .. } if !buckets.is_empty() => buckets.len() as u64 + 3,
        MetricKind::Summary { quantiles } => quantiles.len() as u64 + 2,
        MetricKind::Unknown => return None,
        _ => 1,
    };
    for label in &metric.labels {
        total = total.saturating_mul(size(&label.domain)?);
    }
    Some(total)
}

/// How many series an expression's result can have, of one target where it keeps targets apart.
pub(super) fn of_result(project: &Project, expr: &Expr) -> Option<u64> {
    let sizes = Measure { project, depth: 0 }.of(expr)?;
    Some(
        sizes
            .values()
            .fold(1, |total: u64, size| total.saturating_mul(*size)),
    )
}

fn size(domain: &Domain) -> Option<u64> {
    (*domain != Domain::Unknown).then(|| u64::from(domain.size()).max(1))
}

struct Measure<'a> {
    project: &'a Project,
    depth: u32,
}

impl<'a> Measure<'a> {
    fn of(&self, expr: &'a Expr) -> Option<Sizes<'a>> {
        match expr {
            Expr::Selector(selector) => self.selector(selector),
            Expr::Range(range) => self.selector(&range.selector),
            Expr::Subquery(node) => self.of(&node.expr),
            Expr::Paren(node) => self.of(&node.expr),
            Expr::Unary(node) => self.of(&node.expr),
            Expr::Aggregate(node) => self.aggregate(node),
            Expr::Call(call) => self.call(call),
            Expr::Binary(node) => self.binary(node),
            Expr::Number(_) => Some(Sizes::new()),
            Expr::String(_) | Expr::Variable(_) | Expr::Error(_) => None,
        }
    }

    fn selector(&self, selector: &'a Selector) -> Option<Sizes<'a>> {
        let (name, _) = series_name(selector)?;
        let mut sizes = match self.project.catalog().get(name)? {
            Series::Exposed { metric, part } => {
                let mut sizes = Sizes::new();
                for label in &metric.labels {
                    sizes.insert(label.name.as_str(), size(&label.domain)?);
                }
                match (&metric.kind, part) {
                    (MetricKind::Histogram { buckets, .. }, Part::Bucket) => {
                        sizes.insert("le", buckets.len() as u64 + 1);
                    }
                    (MetricKind::Summary { quantiles }, Part::Whole) => {
                        sizes.insert("quantile", quantiles.len() as u64);
                    }
                    _ => {}
                }
                sizes
            }
            Series::Recorded { .. } => self.recorded(name)?,
            Series::Synthetic(one) => one.labels.map(|_| Sizes::new())?,
        };
        for matcher in &selector.matchers {
            let one = match matcher.op {
                MatchOp::Equal => true,
                // Who looks at the dashboard chooses.
                MatchOp::Regex => has_variable(&matcher.value.value),
                MatchOp::NotEqual | MatchOp::NotRegex => false,
            };
            if one && let Some(size) = sizes.get_mut(matcher.name.text.as_str()) {
                *size = 1;
            }
        }
        Some(sizes)
    }

    /// Several rules can record one series: one of them tells the labels, the others more of the same.
    fn recorded(&self, name: &str) -> Option<Sizes<'a>> {
        if self.depth >= DEEPEST {
            return None;
        }
        let inner = Measure {
            project: self.project,
            depth: self.depth + 1,
        };
        let rules = self.project.groups().iter().flat_map(|group| &group.rules);
        let mut rules = rules.filter_map(|rule| match rule {
            Rule::Record(rule) if rule.record.as_str() == name => Some(rule),
            _ => None,
        });
        let RuleQuery::Promql(query) = &rules.next()?.query else {
            return None;
        };
        inner.of(query.expr())
    }

    fn aggregate(&self, node: &'a Aggregate) -> Option<Sizes<'a>> {
        let mut sizes = self.of(&node.expr)?;
        if node.op.keeps_series() {
            let most = node.param.as_deref().and_then(Expr::constant)?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small count"
            )]
            return (node.grouping.is_none() && most >= 0.0)
                .then(|| Sizes::from([("", most as u64)]));
        }
        if let Some(Expr::String(_)) = node.param.as_deref() {
            return None;
        }
        match &node.grouping {
            None => sizes.clear(),
            Some(grouping)
                if grouping
                    .labels
                    .iter()
                    .any(|label| has_variable(&label.text)) =>
            {
                return None;
            }
            Some(grouping) => sizes.retain(|label, _| {
                grouping.labels.iter().any(|one| one.text == *label) != grouping.without
            }),
        }
        Some(sizes)
    }

    fn call(&self, call: &'a Call) -> Option<Sizes<'a>> {
        match call.func.text.as_str() {
            "absent" | "absent_over_time" | "vector" | "time" | "scalar" => Some(Sizes::new()),
            "label_replace" | "label_join" | "info" | "histogram_quantiles" => None,
            name => {
                let mut args = call
                    .args
                    .iter()
                    .filter(|arg| !is_scalar(arg) && !matches!(arg, Expr::String(_)));
                let mut sizes = self.of(args.next()?)?;
                if name == "histogram_quantile" {
                    sizes.remove("le");
                }
                Some(sizes)
            }
        }
    }

    fn binary(&self, node: &'a Binary) -> Option<Sizes<'a>> {
        if is_scalar(&node.lhs) {
            return self.of(&node.rhs);
        }
        if is_scalar(&node.rhs) || matches!(node.op, BinaryOp::And | BinaryOp::Unless) {
            return self.of(&node.lhs);
        }
        if node.op == BinaryOp::Or {
            return None;
        }
        let matching = node.matching.as_ref();
        let (left, right) = (self.of(&node.lhs)?, self.of(&node.rhs)?);
        match matching.and_then(|matching| matching.group.as_ref()) {
            Some(group) => Some(if group.left { left } else { right }),
            None => Some(
                left.into_iter()
                    .filter(|(label, _)| right.contains_key(label))
                    .collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::example;

    #[test]
    fn results_are_counted_by_their_labels() {
        let project = Project::link(example::stack());
        for (query, expected) in [
            ("api_requests_total", Some(3 * 40 * 60 * 500)),
            ("sum by (path) (rate(api_requests_total[5m]))", Some(40)),
            (
                r#"sum by (path, method) (rate(api_requests_total{method="GET"}[5m]))"#,
                Some(40),
            ),
            (
                r#"sum by (tenant_id) (rate(api_requests_total{tenant_id=~"$tenant"}[5m]))"#,
                Some(1),
            ),
            (
                "topk(5, sum by (tenant_id) (rate(api_requests_total[5m])))",
                Some(5),
            ),
            (
                "histogram_quantile(0.9, sum by (le, path) (rate(api_request_duration_seconds_bucket[5m])))",
                Some(40),
            ),
            ("sum(connections) / sum(connections)", Some(1)),
            (
                "connections / ignoring (path) group_left sum(connections)",
                Some(40),
            ),
            ("somebody_elses", None),
            ("connections or up", None),
        ] {
            let parsed = obsctl_promql::parse(query);
            assert_eq!(of_result(&project, &parsed.expr), expected, "{query}");
        }
    }
}
