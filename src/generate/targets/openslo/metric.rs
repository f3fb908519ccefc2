//! What an SLO measures, in queries.

use obsctl_model::mins;
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, BinaryOp, Selector};

use super::schema::{Metric, MetricSource, MetricSpec, Objective, Query, Ratio};
use crate::project::slo::{self, Lowering, Measure, tree};

/// A data source: who answers queries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub(super) name: &'static str,
    pub(super) of: &'static str,
}

pub(super) const PROMETHEUS: Source = Source {
    name: "prometheus",
    of: "Prometheus",
};
/// For SLOs on log lines.
pub(super) const LOKI: Source = Source {
    name: "loki",
    of: "Loki",
};

impl Source {
    fn asked(self, query: String) -> MetricSpec {
        MetricSpec {
            source: MetricSource {
                metric_source_ref: self.name,
                of: self.of,
                spec: Query { query },
            },
        }
    }
}

/// What is measured, with what it is held against, and what its query gives where that is no plain value.
pub(super) fn metric(
    lowering: &Lowering<'_>,
    objective: Objective,
) -> (Metric, Objective, Option<&'static str>) {
    let by = &lowering.slo.by;
    let counted = |selector: &Selector| {
        let selector = Expr::from(selector.clone());
        Some(asked(&tree::by(AggregateOp::Sum, by, selector)))
    };
    let ratio = |ratio: Ratio| Metric::RatioMetric(ratio);
    let slices = |op, value| Objective {
        op: Some(op),
        value: Some(value),
        time_slice_target: Some(1.0),
        time_slice_window: Some("1m"),
        ..objective
    };
    let metric = match &lowering.measure {
        Measure::Bad { bad, total } => ratio(Ratio {
            counter: true,
            bad: counted(bad),
            total: counted(total),
            ..Ratio::default()
        }),
        Measure::Good { good, total } => ratio(Ratio {
            counter: true,
            good: counted(good),
            total: counted(total),
            ..Ratio::default()
        }),
        Measure::Native {
            histogram,
            threshold,
        } => {
            let rate = tree::over("rate", histogram, mins(5));
            let fraction = tree::call(
                "histogram_fraction",
                vec![
                    tree::number(f64::NEG_INFINITY),
                    tree::number(*threshold),
                    tree::by(AggregateOp::Sum, by, rate),
                ],
            );
            ratio(Ratio {
                raw_type: Some("success"),
                raw: Some(asked(&fraction)),
                ..Ratio::default()
            })
        }
        Measure::Raw { error_ratio } => ratio(Ratio {
            raw_type: Some("failure"),
            raw: Some(asked(error_ratio)),
            ..Ratio::default()
        }),
        Measure::Logs { bad, total } => {
            let counted = |lines| {
                let rate = slo::lines(lines, by, mins(5));
                Some(LOKI.asked(rate.to_string()))
            };
            ratio(Ratio {
                bad: counted(bad),
                total: counted(total),
                ..Ratio::default()
            })
        }
        Measure::Freshness { age, at_most } => {
            let metric = Metric::ThresholdMetric(asked(age));
            return (metric, slices("lte", *at_most), Some("age"));
        }
        Measure::Slices { good } => {
            return match compared(good) {
                Some((value, op, limit)) => {
                    let metric = Metric::ThresholdMetric(asked(value));
                    (metric, slices(op, limit), None)
                }
                None => {
                    let metric = Metric::ThresholdMetric(asked(good));
                    (metric, slices("gte", 1.0), Some("condition"))
                }
            };
        }
    };
    (metric, objective, None)
}

/// The two sides of a condition that OpenSLO can say.
fn compared(condition: &Expr) -> Option<(&Expr, &'static str, f64)> {
    let Expr::Binary(binary) = condition.without_parens() else {
        return None;
    };
    let Expr::Number(limit) = &*binary.rhs else {
        return None;
    };
    let op = match binary.op {
        BinaryOp::LessEqual => "lte",
        BinaryOp::GreaterEqual => "gte",
        BinaryOp::Less => "lt",
        BinaryOp::Greater => "gt",
        _ => return None,
    };
    let plain = binary.bool_modifier && limit.value.is_finite() && !limit.duration;
    plain.then_some((&*binary.lhs, op, limit.value))
}

fn asked(query: &Expr) -> MetricSpec {
    PROMETHEUS.asked(query.to_string())
}
