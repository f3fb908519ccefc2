//! The unit of an expression, from the units of the metrics it is made of.

#[cfg(test)]
mod tests;

use obsctl_model::{MetricKind, Promql, RuleQuery, Unit};
use obsctl_promql::ast::{Aggregate, AggregateOp, Binary, BinaryOp, Call, Selector};
use obsctl_promql::{Expr, Span};

use super::expression::series_name;
use super::{Part, Project, Series};

/// Two quantities that cannot be added or compared.
#[derive(Clone, Copy, Debug)]
pub struct Clash {
    /// The operator.
    pub span: Span,
    /// What stands left of it.
    pub left: Unit,
    /// What stands right of it.
    pub right: Unit,
}

/// Recording rules on recording rules on … as deep as this are followed.
const DEEPEST: u32 = 8;

impl Project {
    /// The unit of a query's result; none where it cannot be told.
    #[must_use]
    pub fn unit_of(&self, query: &Promql) -> Option<Unit> {
        self.measure(query).0
    }

    /// The unit of a query's result, and where it adds or compares what cannot be added or compared.
    pub(crate) fn measure(&self, query: &Promql) -> (Option<Unit>, Vec<Clash>) {
        let mut walk = self.walk(0);
        let unit = walk.measure(query.expr()).and_then(Measure::unit);
        (unit, walk.clashes)
    }

    /// The same, with metrics that no catalog has taken by their names: `_seconds`, `_bytes`.
    #[must_use]
    pub fn likely_unit_of(&self, query: &Promql) -> Option<Unit> {
        let mut walk = self.walk(0);
        walk.by_name = true;
        walk.measure(query.expr())?.unit()
    }

    fn walk(&self, depth: u32) -> Walk<'_> {
        Walk {
            project: self,
            depth,
            by_name: false,
            clashes: vec![],
        }
    }
}

/// What a value measures, while it is on its way through an expression.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    /// A number that takes the unit of what it is combined with.
    Number(Option<f64>),
    /// A quantity.
    Of(Quantity),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quantity {
    unit: Unit,
    /// Whether it is the unit's growth per second.
    rate: bool,
    /// Whether requests are counted.
    requests: bool,
    /// What a histogram's buckets count observations of.
    observed: Option<Unit>,
}

const fn of(unit: Unit) -> Measure {
    Measure::Of(Quantity {
        unit,
        rate: false,
        requests: false,
        observed: None,
    })
}

impl Measure {
    fn unit(self) -> Option<Unit> {
        match self {
            Self::Number(_) => None,
            Self::Of(quantity) => quantity.unit(),
        }
    }
}

impl Quantity {
    fn unit(self) -> Option<Unit> {
        match (self.rate, self.observed) {
            (_, Some(_)) if self.unit != Unit::None => None,
            (false, _) => Some(self.unit),
            (true, _) if self.requests && self.unit == Unit::None => Some(Unit::RequestsPerSecond),
            (true, _) => Some(self.unit.per_second()),
        }
    }

    const fn is_count(self) -> bool {
        matches!(self.unit, Unit::None | Unit::Boolean)
    }
}

/// Whether two units can stand on one axis, be added and compared.
#[must_use]
pub fn compatible(left: Unit, right: Unit) -> bool {
    let vague = |unit| matches!(unit, Unit::None | Unit::Boolean);
    let per_second = |unit| matches!(unit, Unit::PerSecond | Unit::RequestsPerSecond);
    left == right || vague(left) || vague(right) || per_second(left) && per_second(right)
}

struct Walk<'a> {
    project: &'a Project,
    depth: u32,
    by_name: bool,
    clashes: Vec<Clash>,
}

impl Walk<'_> {
    fn measure(&mut self, expr: &Expr) -> Option<Measure> {
        match expr {
            Expr::Number(number) => Some(Measure::Number(Some(number.value))),
            Expr::Variable(_) => Some(Measure::Number(None)),
            Expr::String(_) | Expr::Error(_) => None,
            Expr::Selector(selector) => self.selector(selector),
            Expr::Range(range) => self.selector(&range.selector),
            Expr::Subquery(node) => self.measure(&node.expr),
            Expr::Paren(node) => self.measure(&node.expr),
            Expr::Unary(node) => match self.measure(&node.expr)? {
                Measure::Number(value) if node.minus => Some(Measure::Number(value.map(|n| -n))),
                same => Some(same),
            },
            Expr::Call(call) => self.call(call),
            Expr::Aggregate(node) => self.aggregate(node),
            Expr::Binary(node) => self.binary(node),
        }
    }

    fn selector(&mut self, selector: &Selector) -> Option<Measure> {
        let (name, _) = series_name(selector)?;
        let quantity = |unit, observed| {
            Some(Measure::Of(Quantity {
                unit,
                rate: false,
                requests: name.contains("requests"),
                observed,
            }))
        };
        let Some(series) = self.project.catalog().get(name) else {
            return self.by_name.then(|| named(name)).flatten();
        };
        match series {
            Series::Exposed { metric, part } => match (part, &metric.kind) {
                (Part::Bucket, _) | (Part::Whole, MetricKind::Histogram { .. }) => {
                    quantity(Unit::None, Some(metric.unit))
                }
                (Part::Count, _) => quantity(Unit::None, None),
                (Part::Whole | Part::Sum, _) => quantity(metric.unit, None),
            },
            Series::Recorded {
                unit: Some(unit), ..
            } => Some(of(*unit)),
            Series::Recorded {
                query: RuleQuery::Promql(query),
                ..
            } if self.depth < DEEPEST => self.project.walk(self.depth + 1).measure(query.expr()),
            Series::Recorded { .. } => None,
            Series::Synthetic(synthetic) => Some(of(synthetic.unit)),
        }
    }

    fn call(&mut self, call: &Call) -> Option<Measure> {
        let mut args: Vec<_> = call.args.iter().map(|arg| self.measure(arg)).collect();
        let mut arg = |index: usize| args.get_mut(index).and_then(Option::take);
        let quantity = |measure: Option<Measure>| match measure {
            Some(Measure::Of(quantity)) => Some(quantity),
            _ => None,
        };
        match call.func.text.as_str() {
            "time" | "timestamp" => Some(of(Unit::Timestamp)),
            "rate" | "irate" | "deriv" => {
                let inner = quantity(arg(0))?;
                (!inner.rate).then_some(Measure::Of(Quantity {
                    rate: true,
                    ..inner
                }))
            }
            "delta" | "idelta" | "increase" => match quantity(arg(0))? {
                inner if inner.unit == Unit::Timestamp => Some(of(Unit::Seconds)),
                inner => Some(Measure::Of(inner)),
            },
            "histogram_quantile" => quantity(arg(1))?.observed.map(of),
            "histogram_avg" | "histogram_stddev" => quantity(arg(0))?.observed.map(of),
            "histogram_sum" => {
                let inner = quantity(arg(0))?;
                Some(Measure::Of(Quantity {
                    unit: inner.observed?,
                    observed: None,
                    ..inner
                }))
            }
            "histogram_count" => {
                let inner = quantity(arg(0))?;
                Some(Measure::Of(Quantity {
                    observed: None,
                    ..inner
                }))
            }
            "histogram_fraction" => Some(of(Unit::Ratio)),
            "absent" | "absent_over_time" | "present_over_time" => Some(of(Unit::Boolean)),
            "count_over_time" | "changes" | "resets" | "sgn" | "day_of_month" | "day_of_week"
            | "day_of_year" | "days_in_month" | "hour" | "minute" | "month" | "year" => {
                Some(of(Unit::None))
            }
            "quantile_over_time" => arg(1),
            "avg_over_time" => match arg(0)? {
                Measure::Of(inner) if inner.unit == Unit::Boolean => Some(of(Unit::Ratio)),
                same => Some(same),
            },
            "abs" | "ceil" | "floor" | "round" | "clamp" | "clamp_max" | "clamp_min" | "sort"
            | "sort_desc" | "sort_by_label" | "sort_by_label_desc" | "label_replace"
            | "label_join" | "scalar" | "vector" | "min_over_time" | "max_over_time"
            | "sum_over_time" | "last_over_time" | "first_over_time" | "stddev_over_time"
            | "mad_over_time" | "predict_linear" => arg(0),
            _ => None,
        }
    }

    fn aggregate(&mut self, node: &Aggregate) -> Option<Measure> {
        let inner = self.measure(&node.expr);
        match (node.op, inner?) {
            (AggregateOp::Count | AggregateOp::CountValues | AggregateOp::Group, _) => {
                Some(of(Unit::None))
            }
            (AggregateOp::Stdvar, _) => None,
            (AggregateOp::Sum, Measure::Of(inner)) if inner.unit == Unit::Boolean => {
                Some(of(Unit::None))
            }
            (AggregateOp::Avg, Measure::Of(inner)) if inner.unit == Unit::Boolean => {
                Some(of(Unit::Ratio))
            }
            (_, same) => Some(same),
        }
    }

    fn binary(&mut self, node: &Binary) -> Option<Measure> {
        let (lhs, rhs) = (self.measure(&node.lhs), self.measure(&node.rhs));
        match node.op {
            BinaryOp::And | BinaryOp::Unless => lhs,
            BinaryOp::Or => match (lhs?, rhs?) {
                (Measure::Number(_), other) | (other, Measure::Number(_)) => Some(other),
                (left, right) => (left == right).then_some(left),
            },
            BinaryOp::Add | BinaryOp::Sub => self.add(node, lhs?, rhs?),
            BinaryOp::Mul => multiply(lhs?, rhs?),
            BinaryOp::Div => divide(lhs?, rhs?),
            BinaryOp::Mod | BinaryOp::TrimUpper | BinaryOp::TrimLower => lhs,
            BinaryOp::Pow | BinaryOp::Atan2 => None,
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => {
                if let (Some(left), Some(right)) = (lhs, rhs) {
                    self.compare(node, left, right);
                }
                match lhs {
                    _ if node.bool_modifier => Some(of(Unit::Boolean)),
                    Some(Measure::Number(_)) => rhs,
                    lhs => lhs,
                }
            }
        }
    }

    /// Notes a clash; whether there is none.
    fn compare(&mut self, node: &Binary, left: Measure, right: Measure) -> bool {
        let (Some(left), Some(right)) = (left.unit(), right.unit()) else {
            return true;
        };
        let fits = compatible(left, right);
        if !fits {
            self.clashes.push(Clash {
                span: node.op_span,
                left,
                right,
            });
        }
        fits
    }

    fn add(&mut self, node: &Binary, left: Measure, right: Measure) -> Option<Measure> {
        match (left, right) {
            (Measure::Number(a), Measure::Number(b)) => {
                let value = a.zip(b).map(|(a, b)| match node.op {
                    BinaryOp::Add => a + b,
                    _ => a - b,
                });
                Some(Measure::Number(value))
            }
            (Measure::Number(_), other) | (other, Measure::Number(_)) => Some(other),
            _ => match (left.unit(), right.unit()) {
                (Some(Unit::Timestamp), Some(Unit::Timestamp)) => Some(of(match node.op {
                    BinaryOp::Sub => Unit::Seconds,
                    _ => return None,
                })),
                // Also what a gauge of moments gives that is declared in plain seconds.
                (Some(Unit::Timestamp), Some(Unit::Seconds)) => Some(left),
                _ => self.compare(node, left, right).then_some(left),
            },
        }
    }
}

/// What a series measures whose name follows Prometheus' practice. Points in time are left out: their names differ.
fn named(name: &str) -> Option<Measure> {
    let quantity = |unit, observed| {
        Some(Measure::Of(Quantity {
            unit,
            rate: false,
            requests: false,
            observed,
        }))
    };
    // A point in time, or a name that says more than one unit.
    let vague = ["timestamp", "_time_seconds", "_per_", "kbytes", "mbytes"];
    // A gauge of what flowed since it was read last.
    let flows = !name.ends_with("_total") && (name.contains("received") || name.contains("sent"));
    if flows || vague.iter().any(|word| name.contains(word)) {
        return None;
    }
    let unit = |name: &str| {
        let mut units = [Unit::Seconds, Unit::Bytes, Unit::Celsius].into_iter();
        units.find(|unit| {
            let end = unit.suffix().and_then(|suffix| name.strip_suffix(suffix));
            end.is_some_and(|rest| rest.ends_with('_'))
        })
    };
    let without = |end: &str| name.strip_suffix(end).and_then(unit);
    if let Some(observed) = without("_bucket") {
        return quantity(Unit::None, Some(observed));
    }
    if without("_count").is_some() {
        return quantity(Unit::None, None);
    }
    let unit = unit(name)
        .or_else(|| without("_sum"))
        .or_else(|| without("_total"));
    quantity(unit?, None)
}

fn multiply(left: Measure, right: Measure) -> Option<Measure> {
    match (left, right) {
        (Measure::Number(a), Measure::Number(b)) => {
            Some(Measure::Number(a.zip(b).map(|(a, b)| a * b)))
        }
        (Measure::Number(n), Measure::Of(quantity))
        | (Measure::Of(quantity), Measure::Number(n)) => scale(quantity, n),
        (Measure::Of(a), Measure::Of(b)) => match (a, b) {
            _ if b.rate && a.unit == Unit::Seconds && !a.rate => Some(total(b)),
            _ if a.rate && b.unit == Unit::Seconds && !b.rate => Some(total(a)),
            _ if (b.is_count() || b.unit == Unit::Ratio) && !b.rate => Some(left),
            _ if (a.is_count() || a.unit == Unit::Ratio) && !a.rate => Some(right),
            _ => None,
        },
    }
}

fn total(quantity: Quantity) -> Measure {
    Measure::Of(Quantity {
        rate: false,
        ..quantity
    })
}

/// A multiple of a unit is another unit, one we have no word for: percent, milliseconds, per minute.
fn scale(quantity: Quantity, factor: Option<f64>) -> Option<Measure> {
    // No seconds are still seconds.
    let same =
        factor.is_some_and(|n| n == 0.0 || n.abs() == 1.0) || quantity.is_count() && !quantity.rate;
    same.then_some(Measure::Of(quantity))
}

fn divide(left: Measure, right: Measure) -> Option<Measure> {
    match (left, right) {
        (Measure::Number(a), Measure::Number(b)) => {
            Some(Measure::Number(a.zip(b).map(|(a, b)| a / b)))
        }
        (Measure::Of(quantity), Measure::Number(n)) => scale(quantity, n),
        (Measure::Number(_), Measure::Of(b)) => (b.is_count() && !b.rate).then_some(right),
        (Measure::Of(a), Measure::Of(b)) => {
            let alike = a.unit == b.unit || a.is_count() && b.is_count();
            if alike && a.rate == b.rate {
                Some(of(Unit::Ratio))
            } else if b.is_count() && a.rate == b.rate {
                Some(total(a))
            } else if (b.is_count() || b.unit == Unit::Ratio) && !b.rate {
                Some(left)
            } else if b.unit == Unit::Seconds && !a.rate && !b.rate {
                Some(Measure::Of(Quantity { rate: true, ..a }))
            } else {
                None
            }
        }
    }
}
