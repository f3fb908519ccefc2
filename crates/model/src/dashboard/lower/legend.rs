//! Names of series that the author does not name.

use obsctl_promql::Expr;
use obsctl_promql::ast::{Aggregate, AggregateOp};

use crate::Promql;
use crate::dashboard::{Format, Panel};

/// Grafana names a series by its labels; one without labels it would name by the whole query.
pub(super) fn of(panel: &Panel, promql: &Promql, format: Format) -> String {
    if format == Format::Heatmap {
        // Buckets are ordered by their bounds.
        "{{le}}".to_owned()
    } else if panel.queries.len() == 1 && has_no_labels(promql.expr()) {
        panel.title.clone()
    } else {
        "__auto".to_owned()
    }
}

/// Whether a query gives at most one series, without labels.
fn has_no_labels(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) => true,
        Expr::Paren(inner) => has_no_labels(&inner.expr),
        Expr::Unary(inner) => has_no_labels(&inner.expr),
        Expr::Binary(binary) => has_no_labels(&binary.lhs) && has_no_labels(&binary.rhs),
        Expr::Aggregate(aggregate) => !keeps_labels(aggregate, &[]),
        Expr::Call(call) if call.func.text == "histogram_quantile" => match call.args.get(1) {
            Some(Expr::Aggregate(buckets)) => !keeps_labels(buckets, &["le"]),
            _ => false,
        },
        Expr::Call(call) => !call.args.is_empty() && call.args.iter().all(has_no_labels),
        _ => false,
    }
}

/// Whether the result of an aggregation has labels other than these.
fn keeps_labels(aggregate: &Aggregate, except: &[&str]) -> bool {
    let selects = matches!(
        aggregate.op,
        AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::CountValues
            | AggregateOp::Limitk
            | AggregateOp::LimitRatio
    );
    selects
        || aggregate.grouping.as_ref().is_some_and(|grouping| {
            let mut labels = grouping.labels.iter();
            grouping.without || labels.any(|label| !except.contains(&label.text.as_str()))
        })
}
