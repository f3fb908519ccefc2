//! What values an expression can have: an interval, as far as it is certain.

use obsctl_model::{MetricKind, RuleQuery, Unit};
use obsctl_promql::Expr;
use obsctl_promql::ast::{Aggregate, AggregateOp, Binary, BinaryOp, Call, Modifiers, Selector};

use crate::project::expression::series_name;
use crate::project::labels::is_scalar;
use crate::project::{Part, Project, Series};

/// From the smallest to the largest value, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub min: f64,
    pub max: f64,
}

/// Recording rules on recording rules on … as deep as this are followed.
const DEEPEST: u32 = 8;

impl Bounds {
    const ANY: Self = Self::new(f64::NEG_INFINITY, f64::INFINITY);
    const POSITIVE: Self = Self::at_least(0.0);
    const UNIT: Self = Self::new(0.0, 1.0);

    const fn new(min: f64, max: f64) -> Self {
        Self { min, max }
    }

    const fn at_least(min: f64) -> Self {
        Self::new(min, f64::INFINITY)
    }

    /// One value.
    const fn exactly(value: f64) -> Self {
        Self::new(value, value)
    }

    /// Whether there is but one value.
    pub(super) fn is_constant(self) -> bool {
        self.min == self.max
    }

    fn union(self, other: Self) -> Self {
        Self::new(self.min.min(other.min), self.max.max(other.max))
    }

    /// Of the values between `low` and `high`. Where there are none, everything is possible: another check says so.
    fn within(self, low: f64, high: f64) -> Self {
        let both = Self::new(self.min.max(low), self.max.min(high));
        if both.min <= both.max {
            both
        } else {
            Self::ANY
        }
    }

    /// The extremes of an operation on the extremes.
    fn corners(self, other: Self, op: impl Fn(f64, f64) -> f64) -> Self {
        let all = [
            op(self.min, other.min),
            op(self.min, other.max),
            op(self.max, other.min),
            op(self.max, other.max),
        ];
        if all.iter().any(|value| value.is_nan()) {
            return Self::ANY;
        }
        let min = all.iter().copied().fold(f64::INFINITY, f64::min);
        let max = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self::new(min, max)
    }

    fn map(self, op: impl Fn(f64) -> f64) -> Self {
        Self::new(op(self.min), op(self.max))
    }
}

/// What a comparison says about all values within their bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Never,
    Sometimes,
    Always,
}

/// Whether `left op right` can be true. NaN is no value: nothing is never true because of it.
pub(super) fn verdict(left: Bounds, op: BinaryOp, right: Bounds) -> Verdict {
    let (never, always) = match op {
        BinaryOp::Less => (left.min >= right.max, left.max < right.min),
        BinaryOp::LessEqual => (left.min > right.max, left.max <= right.min),
        BinaryOp::Greater => (left.max <= right.min, left.min > right.max),
        BinaryOp::GreaterEqual => (left.max < right.min, left.min >= right.max),
        BinaryOp::Equal | BinaryOp::NotEqual => {
            let apart = left.max < right.min || right.max < left.min;
            let same = left.is_constant() && left == right;
            if op == BinaryOp::Equal {
                (apart, same)
            } else {
                (same, apart)
            }
        }
        _ => (false, false),
    };
    match (never, always) {
        (true, _) => Verdict::Never,
        (_, true) => Verdict::Always,
        _ => Verdict::Sometimes,
    }
}

/// Whether an aggregation keeps targets apart: then most of its groups are one series, which only loses labels.
pub(super) fn keeps_targets(node: &Aggregate) -> bool {
    node.grouping.as_ref().is_some_and(|grouping| {
        let targets = grouping
            .labels
            .iter()
            .any(|label| matches!(label.text.as_str(), "instance" | "instance_id" | "pod"));
        !grouping.without && targets
    })
}

/// The values an expression can have.
pub(super) fn bounds(project: &Project, expr: &Expr) -> Bounds {
    Values { project, depth: 0 }.of(expr)
}

/// Whether an expression is how large a part of a whole something is: a division whose result is from 0 to 1.
pub(super) fn is_share(project: &Project, expr: &Expr) -> bool {
    let divides = |expr: &Expr| matches!(expr, Expr::Binary(node) if node.op == BinaryOp::Div);
    expr.descendants().any(divides) && bounds(project, expr) == Bounds::UNIT
}

/// How long Prometheus takes a sample for the present value unless told otherwise, in seconds.
const LOOKBACK: f64 = 300.0;

/// Whether it is asked how old samples are: `time() - timestamp(x)`. One that is too old is no present value.
pub(super) fn is_age(node: &Binary) -> bool {
    let now = matches!(node.lhs.without_parens(), Expr::Call(call) if call.func.text == "time");
    let mut sample = node.rhs.without_parens();
    while let Expr::Aggregate(inner) = sample {
        if !matches!(
            inner.op,
            AggregateOp::Max | AggregateOp::Min | AggregateOp::Avg
        ) {
            return false;
        }
        sample = inner.expr.without_parens();
    }
    let Expr::Call(call) = sample else {
        return false;
    };
    let of = call.args.first().map(Expr::without_parens);
    let present = matches!(of, Some(Expr::Selector(one)) if one.modifiers == Modifiers::default());
    node.op == BinaryOp::Sub && now && call.func.text == "timestamp" && present
}

struct Values<'a> {
    project: &'a Project,
    depth: u32,
}

impl Values<'_> {
    fn of(&self, expr: &Expr) -> Bounds {
        if let Some(value) = expr.constant() {
            return if value.is_nan() {
                Bounds::ANY
            } else {
                Bounds::exactly(value)
            };
        }
        match expr {
            Expr::Selector(selector) => self.selector(selector),
            Expr::Range(node) => self.selector(&node.selector),
            Expr::Subquery(node) => self.of(&node.expr),
            Expr::Paren(node) => self.of(&node.expr),
            Expr::Unary(node) if node.minus => {
                let inner = self.of(&node.expr);
                Bounds::new(-inner.max, -inner.min)
            }
            Expr::Unary(node) => self.of(&node.expr),
            Expr::Call(call) => self.call(call),
            Expr::Aggregate(node) => self.aggregate(node),
            Expr::Binary(node) => self.binary(node),
            _ => Bounds::ANY,
        }
    }

    fn selector(&self, selector: &Selector) -> Bounds {
        let Some((name, _)) = series_name(selector) else {
            return Bounds::ANY;
        };
        match self.project.catalog().get(name) {
            Some(Series::Exposed { metric, part }) => match (part, &metric.kind) {
                (Part::Bucket | Part::Count, _) | (Part::Whole, MetricKind::Counter) => {
                    Bounds::POSITIVE
                }
                (Part::Whole, MetricKind::Gauge) if metric.unit == Unit::Boolean => Bounds::UNIT,
                _ => Bounds::ANY,
            },
            Some(Series::Synthetic(one)) => match one.name {
                "up" => Bounds::UNIT,
                "ALERTS" => Bounds::exactly(1.0),
                _ => Bounds::POSITIVE,
            },
            Some(Series::Recorded {
                query: RuleQuery::Promql(query),
                ..
            }) if self.depth < DEEPEST => Values {
                project: self.project,
                depth: self.depth + 1,
            }
            .of(query.expr()),
            _ => Bounds::ANY,
        }
    }

    fn aggregate(&self, node: &Aggregate) -> Bounds {
        let inner = self.of(&node.expr);
        match node.op {
            AggregateOp::Count | AggregateOp::CountValues => Bounds::at_least(1.0),
            AggregateOp::Group => Bounds::exactly(1.0),
            AggregateOp::Sum if inner.min >= 0.0 => Bounds::at_least(inner.min),
            AggregateOp::Sum => Bounds::ANY,
            AggregateOp::Stddev | AggregateOp::Stdvar => Bounds::POSITIVE,
            AggregateOp::Quantile => {
                let within = node.param.as_deref().and_then(Expr::constant);
                match within {
                    Some(0.0..=1.0) => inner,
                    _ => Bounds::ANY,
                }
            }
            _ => inner,
        }
    }

    fn call(&self, call: &Call) -> Bounds {
        let arg = |index: usize| call.args.get(index).map_or(Bounds::ANY, |arg| self.of(arg));
        let number = |index: usize| call.args.get(index).and_then(Expr::constant);
        match call.func.text.as_str() {
            "absent" | "absent_over_time" | "present_over_time" => Bounds::exactly(1.0),
            "count_over_time" => Bounds::at_least(1.0),
            "abs" | "rate" | "irate" | "increase" | "changes" | "resets" | "sqrt" | "exp"
            | "stddev_over_time" | "stdvar_over_time" | "histogram_count" => Bounds::POSITIVE,
            "avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time"
            | "first_over_time" | "scalar" | "vector" | "sort" | "sort_desc" | "label_replace"
            | "label_join" => arg(0),
            "sum_over_time" => match arg(0) {
                inner if inner.min >= 0.0 => Bounds::at_least(inner.min),
                _ => Bounds::ANY,
            },
            "quantile_over_time" => match number(0) {
                Some(0.0..=1.0) => arg(1),
                _ => Bounds::ANY,
            },
            "ceil" => arg(0).map(f64::ceil),
            "floor" => arg(0).map(f64::floor),
            "clamp" => match (number(1), number(2)) {
                (Some(low), Some(high)) if low <= high => arg(0).map(|n| n.clamp(low, high)),
                _ => Bounds::ANY,
            },
            "clamp_min" => number(1).map_or(Bounds::ANY, |low| arg(0).map(|n| n.max(low))),
            "clamp_max" => number(1).map_or(Bounds::ANY, |high| arg(0).map(|n| n.min(high))),
            "sgn" => Bounds::new(-1.0, 1.0),
            "histogram_fraction" => Bounds::UNIT,
            "histogram_quantile" => match number(0) {
                Some(0.0..=1.0) => self.quantile(call),
                _ => Bounds::ANY,
            },
            "day_of_month" => Bounds::new(1.0, 31.0),
            "day_of_week" => Bounds::new(0.0, 6.0),
            "day_of_year" => Bounds::new(1.0, 366.0),
            "days_in_month" => Bounds::new(28.0, 31.0),
            "hour" => Bounds::new(0.0, 23.0),
            "minute" => Bounds::new(0.0, 59.0),
            "month" => Bounds::new(1.0, 12.0),
            // Now, and ten thousand years from now.
            "time" if call.args.is_empty() => Bounds::new(1.5e9, 3.0e11),
            _ => Bounds::ANY,
        }
    }

    /// A quantile of classic buckets is never above the largest finite bound.
    fn quantile(&self, call: &Call) -> Bounds {
        let mut max: Option<f64> = None;
        let Some(buckets) = call.args.get(1) else {
            return Bounds::ANY;
        };
        for used in buckets.selectors() {
            let known =
                series_name(used.selector).and_then(|(name, _)| self.project.catalog().get(name));
            let Some(Series::Exposed {
                metric,
                part: Part::Bucket,
            }) = known
            else {
                return Bounds::ANY;
            };
            let MetricKind::Histogram { buckets, .. } = &metric.kind else {
                return Bounds::ANY;
            };
            match (buckets.first(), buckets.last()) {
                (Some(first), Some(last)) if *first > 0.0 => {
                    max = Some(max.map_or(*last, |max| max.max(*last)));
                }
                _ => return Bounds::ANY,
            }
        }
        max.map_or(Bounds::ANY, |max| Bounds::new(0.0, max))
    }

    fn binary(&self, node: &Binary) -> Bounds {
        let (left, right) = (self.of(&node.lhs), self.of(&node.rhs));
        match node.op {
            BinaryOp::Add => left.corners(right, |a, b| a + b),
            BinaryOp::Sub if is_age(node) => Bounds::new(f64::NEG_INFINITY, LOOKBACK),
            BinaryOp::Sub => left.corners(right, |a, b| a - b),
            BinaryOp::Mul => {
                left.corners(right, |a, b| if a == 0.0 || b == 0.0 { 0.0 } else { a * b })
            }
            BinaryOp::Div if is_part(&node.lhs, &node.rhs) => Bounds::UNIT,
            BinaryOp::Div if right.min > 0.0 || right.max < 0.0 => {
                left.corners(right, |a, b| a / b)
            }
            BinaryOp::Div if left.min >= 0.0 && right.min >= 0.0 => Bounds::POSITIVE,
            BinaryOp::Mod if right.is_constant() && left.min >= 0.0 => {
                Bounds::new(0.0, right.max.abs())
            }
            BinaryOp::And | BinaryOp::Unless => left,
            BinaryOp::Or => left.union(right),
            op if op.is_comparison() && node.bool_modifier => Bounds::UNIT,
            op if op.is_comparison() => {
                // The value of the vector stays, and it is the left one of two.
                let (kept, op, other) = if is_scalar(&node.lhs) {
                    (right, op.mirrored(), left)
                } else {
                    (left, op, right)
                };
                match op {
                    BinaryOp::Less | BinaryOp::LessEqual => {
                        kept.within(f64::NEG_INFINITY, other.max)
                    }
                    BinaryOp::Greater | BinaryOp::GreaterEqual => {
                        kept.within(other.min, f64::INFINITY)
                    }
                    BinaryOp::Equal => kept.within(other.min, other.max),
                    _ => kept,
                }
            }
            _ => Bounds::ANY,
        }
    }
}

/// Whether one side counts a part of what the other counts: `sum(rate(x{code="500"}[5m]))` of `sum(rate(x[5m]))`.
fn is_part(part: &Expr, whole: &Expr) -> bool {
    match (part.without_parens(), whole.without_parens()) {
        (Expr::Aggregate(part), Expr::Aggregate(whole)) => {
            let groups = match (&part.grouping, &whole.grouping) {
                (_, None) => true,
                (Some(part), Some(whole)) if !part.without && !whole.without => {
                    whole.labels.iter().all(|label| part.labels.contains(label))
                }
                (part, whole) => part == whole,
            };
            let sums = part.op == AggregateOp::Sum && whole.op == AggregateOp::Sum;
            sums && groups && is_part(&part.expr, &whole.expr)
        }
        (Expr::Call(part), Expr::Call(whole)) => {
            part.func == whole.func
                && matches!(part.func.text.as_str(), "rate" | "increase")
                && match (part.args.first(), whole.args.first()) {
                    (Some(Expr::Range(part)), Some(Expr::Range(whole))) => {
                        part.range == whole.range && selects_part(&part.selector, &whole.selector)
                    }
                    _ => false,
                }
        }
        _ => false,
    }
}

fn selects_part(part: &Selector, whole: &Selector) -> bool {
    let (Some((name, _)), Some((all, _))) = (series_name(part), series_name(whole)) else {
        return false;
    };
    let bucket = || {
        name.strip_suffix("_bucket")
            .is_some_and(|base| all.strip_suffix("_count") == Some(base))
    };
    let one_bucket = || {
        part.matchers.iter().any(|matcher| {
            matcher.name.text == "le" && !matcher.op.is_regex() && !matcher.op.is_negative()
        })
    };
    (name == all && !name.ends_with("_bucket") || bucket() && one_bucket())
        && part.variables.is_empty()
        && part.modifiers == whole.modifiers
        && whole.variables.is_empty()
        && whole
            .matchers
            .iter()
            .all(|matcher| part.matchers.contains(matcher))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::example;

    fn of(query: &str) -> (f64, f64) {
        let parsed = obsctl_promql::parse(query);
        assert!(parsed.errors.is_empty(), "{query}");
        let bounds = bounds(&Project::link(example::stack()), &parsed.expr);
        (bounds.min, bounds.max)
    }

    #[test]
    fn values_are_followed_through_expressions() {
        let inf = f64::INFINITY;
        for (query, expected) in [
            ("connections", (-inf, inf)),
            ("api_requests_total", (0.0, inf)),
            ("count(up == 0)", (1.0, inf)),
            (
                "sum(rate(api_requests_total[5m])) / sum(rate(api_requests_total[1m]))",
                (0.0, inf),
            ),
            (
                r#"sum by (path) (rate(api_requests_total{method="GET"}[5m])) / on (path) sum by (path) (rate(api_requests_total[5m]))"#,
                (0.0, 1.0),
            ),
            (
                r#"1 - sum(rate(api_request_duration_seconds_bucket{le="0.5"}[5m])) / sum(rate(api_request_duration_seconds_count[5m]))"#,
                (0.0, 1.0),
            ),
            (
                r#"sum(rate(api_requests_total{method="GET"}[5m])) / sum(rate(api_requests_total{method="POST"}[5m]))"#,
                (0.0, inf),
            ),
            ("100 * avg(up)", (0.0, 100.0)),
            ("1 - up", (0.0, 1.0)),
            ("-up", (-1.0, 0.0)),
            ("connections > 5", (5.0, inf)),
            ("5 > connections", (-inf, 5.0)),
            ("connections > bool 5", (0.0, 1.0)),
            ("clamp_max(connections, 3)", (-inf, 3.0)),
            (
                "histogram_quantile(0.9, sum by (le) (rate(api_request_duration_seconds_bucket[5m])))",
                (0.0, 5.0),
            ),
            (
                "histogram_quantile(0.9, rate(somebodys_bucket[5m]))",
                (-inf, inf),
            ),
            ("connections or vector(0)", (-inf, inf)),
            ("up or vector(0)", (0.0, 1.0)),
            ("hour()", (0.0, 23.0)),
            ("2 ^ 3", (8.0, 8.0)),
            ("sum(connections)", (-inf, inf)),
        ] {
            assert_eq!(of(query), expected, "{query}");
        }
    }

    #[test]
    fn comparisons_are_judged() {
        let (small, large) = (Bounds::UNIT, Bounds::exactly(1.0));
        for (op, expected) in [
            (BinaryOp::Greater, Verdict::Never),
            (BinaryOp::LessEqual, Verdict::Always),
            (BinaryOp::Less, Verdict::Sometimes),
            (BinaryOp::Equal, Verdict::Sometimes),
        ] {
            assert_eq!(verdict(small, op, large), expected, "{op:?}");
        }
        assert_eq!(
            verdict(small, BinaryOp::Equal, Bounds::exactly(2.0)),
            Verdict::Never
        );
        assert_eq!(verdict(large, BinaryOp::NotEqual, large), Verdict::Never);
    }
}
