//! Which rules cannot fail, whatever the data.
//!
//! A query fails where series cannot be matched or where two of its series become the same, and by
//! arguments that are no constants. A rule fails besides where its labels make two series the same, or by
//! its limit. What is not known to be safe here may fail.

use std::collections::BTreeSet;

use obsctl_promql::Expr;
use obsctl_promql::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Call, MatchOp, Matching, Selector,
};
use obsctl_promql::eval::labels::METRIC_NAME;
use obsctl_promql::{ValueType, typecheck};

use crate::alert::ALERT_NAME;
use crate::ask::Expression;
use crate::group::Member;

/// Whether a rule may fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failing {
    Never,
    /// Only where series have one of these labels, which the rule overwrites.
    WithLabels(BTreeSet<String>),
    Possibly,
}

/// What is known of the series of a query that cannot fail.
#[derive(Debug)]
struct Shape {
    /// The only labels that they may have besides the name.
    labels: Option<BTreeSet<String>>,
}

/// Whether a rule may fail.
pub(super) fn failing(member: Member<'_>) -> Failing {
    let shape = match &member.rule.expr {
        Expression::Promql(expr) => shape(expr),
        // A line that cannot be parsed fails it.
        Expression::Logql(_) => None,
    };
    let Some(shape) = shape.filter(|_| member.group.limit == 0) else {
        return Failing::Possibly;
    };
    let mut set: BTreeSet<_> = member.rule.labels.keys().cloned().collect();
    if member.alerting().is_some() {
        set.insert(ALERT_NAME.to_owned());
    }
    match shape.labels {
        Some(labels) if labels.is_disjoint(&set) => Failing::Never,
        Some(_) => Failing::Possibly,
        None if set.is_empty() => Failing::Never,
        None => Failing::WithLabels(set),
    }
}

/// The shape of a query that cannot fail and whose series differ in more than their names; none of others.
fn shape(expr: &Expr) -> Option<Shape> {
    let any = Some(Shape { labels: None });
    let one = Some(Shape {
        labels: Some(BTreeSet::new()),
    });
    match expr {
        Expr::Number(_) => one,
        Expr::String(_) => one,
        Expr::Selector(it) => has_name(it).then_some(any)?,
        Expr::Range(it) => has_name(&it.selector).then_some(any)?,
        Expr::Subquery(it) => shape(&it.expr),
        Expr::Unary(it) => shape(&it.expr),
        Expr::Paren(it) => shape(&it.expr),
        Expr::Call(it) => call(it),
        Expr::Aggregate(it) => aggregate(it),
        Expr::Binary(it) => binary(it),
        Expr::Variable(_) | Expr::Error(_) => None,
    }
}

/// Whether all series of a selector have one name.
fn has_name(selector: &Selector) -> bool {
    let mut matchers = selector.matchers.iter();
    selector
        .name
        .as_ref()
        .is_some_and(|name| !name.text.is_empty())
        || matchers.any(|it| it.name.text == METRIC_NAME && it.op == MatchOp::Equal)
}

/// Functions that never fail and take no labels from series but the name.
const SAFE: &[&str] = &[
    "abs",
    "avg_over_time",
    "ceil",
    "changes",
    "clamp",
    "clamp_max",
    "clamp_min",
    "count_over_time",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "delta",
    "deriv",
    "exp",
    "floor",
    "histogram_avg",
    "histogram_count",
    "histogram_sum",
    "hour",
    "idelta",
    "increase",
    "irate",
    "last_over_time",
    "ln",
    "log10",
    "log2",
    "max_over_time",
    "min_over_time",
    "minute",
    "month",
    "pi",
    "predict_linear",
    "present_over_time",
    "quantile_over_time",
    "rate",
    "resets",
    "round",
    "sgn",
    "sort",
    "sort_desc",
    "sqrt",
    "stddev_over_time",
    "stdvar_over_time",
    "sum_over_time",
    "time",
    "timestamp",
    "year",
];

fn call(call: &Call) -> Option<Shape> {
    let name = call.func.text.as_str();
    let shapes = call
        .args
        .iter()
        .map(|arg| Some((typecheck(arg).0, shape(arg)?)));
    let shapes: Vec<_> = shapes.collect::<Option<_>>()?;
    match name {
        "scalar" | "vector" => Some(Shape {
            labels: Some(BTreeSet::new()),
        }),
        "absent" | "absent_over_time" => Some(Shape { labels: None }),
        // Buckets lose their label `le`, and those of one histogram become one series.
        "histogram_quantile" | "histogram_fraction" => {
            shapes.into_iter().next_back().map(|it| it.1)
        }
        _ if SAFE.contains(&name) => {
            let vector = |ty: &ValueType| matches!(ty, ValueType::Vector | ValueType::Range);
            let vector = shapes.into_iter().find(|(ty, _)| vector(ty));
            let none = Shape {
                labels: Some(BTreeSet::new()),
            };
            Some(vector.map_or(none, |(_, shape)| shape))
        }
        _ => None,
    }
}

fn aggregate(aggregate: &Aggregate) -> Option<Shape> {
    // Whether its series differ in more than their names does not matter: they are aggregated.
    let inner = shape(&aggregate.expr)?;
    let constant = aggregate.param.as_deref().map(Expr::without_parens);
    match aggregate.op {
        AggregateOp::Topk | AggregateOp::Bottomk => {
            return matches!(constant, Some(Expr::Number(it)) if it.value.is_finite())
                .then_some(inner);
        }
        AggregateOp::CountValues | AggregateOp::Limitk | AggregateOp::LimitRatio => return None,
        AggregateOp::Quantile if !matches!(constant, Some(Expr::Number(_))) => return None,
        _ => {}
    }
    let Some(grouping) = &aggregate.grouping else {
        return Some(Shape {
            labels: Some(BTreeSet::new()),
        });
    };
    let named: BTreeSet<_> = grouping.labels.iter().map(|it| it.text.clone()).collect();
    if grouping.without {
        let labels = inner
            .labels
            .map(|labels| labels.difference(&named).cloned().collect());
        return Some(Shape { labels });
    }
    (!named.contains(METRIC_NAME)).then_some(Shape {
        labels: Some(named),
    })
}

fn binary(binary: &Binary) -> Option<Shape> {
    let (lhs, rhs) = (shape(&binary.lhs)?, shape(&binary.rhs)?);
    let scalar = |expr| typecheck(expr).0 == ValueType::Scalar;
    if scalar(&binary.lhs) {
        return Some(rhs);
    }
    if scalar(&binary.rhs) {
        return Some(lhs);
    }
    match binary.op {
        BinaryOp::And | BinaryOp::Unless => return Some(lhs),
        BinaryOp::Or => {
            let union = |(lhs, rhs): (BTreeSet<_>, BTreeSet<_>)| &lhs | &rhs;
            return Some(Shape {
                labels: lhs.labels.zip(rhs.labels).map(union),
            });
        }
        _ => {}
    }
    let default = Matching::default();
    let matching = binary.matching.as_ref().unwrap_or(&default);
    if matching.fill_left.is_some() || matching.fill_right.is_some() {
        return None;
    }
    match &matching.group {
        None => {
            let unique = is_key(matching, &lhs) && is_key(matching, &rhs);
            unique.then_some(lhs)
        }
        Some(group) => {
            let (many, one) = if group.left { (lhs, rhs) } else { (rhs, lhs) };
            let included = group.include.iter().map(|it| it.text.clone());
            let included: BTreeSet<_> = included.collect();
            let added = match many.labels {
                labels if included.is_empty() => labels,
                // A label that is taken over must not be what made the series differ.
                Some(labels) if labels.is_disjoint(&included) => Some(&labels | &included),
                _ => return None,
            };
            is_key(matching, &one).then_some(Shape { labels: added })
        }
    }
}

/// Whether the labels that are matched tell all series of a side apart.
fn is_key(matching: &Matching, side: &Shape) -> bool {
    let Some(clause) = &matching.labels else {
        return true;
    };
    let mut labels = clause.labels.iter().map(|it| &it.text);
    match &side.labels {
        None => !clause.on && labels.next().is_none(),
        Some(own) if clause.on => {
            let matched: BTreeSet<_> = labels.collect();
            own.iter().all(|label| matched.contains(label))
        }
        Some(own) => labels.all(|label| !own.contains(label)),
    }
}
