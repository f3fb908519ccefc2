//! `nan-in-aggregation`

use obsctl_model::query::promql;
use obsctl_promql::ast::{AggregateOp, Binary, BinaryOp};
use obsctl_promql::{Expr, Span};

use crate::check::value::keeps_targets;
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;

/// One undefined ratio that makes the whole result undefined.
pub static CHECK: Check = Check {
    name: "nan-in-aggregation",
    severity: Severity::Warning,
    docs: "\
Ratios are added up or averaged, and any of them can be 0 divided by 0.

## Why it matters

A series without traffic has a rate of 0, and 0 / 0 is NaN. One NaN makes the whole sum or average NaN: the alert cannot
fire, the graph has a gap, although all other series have values.

## How to fix it

Divide the sums: `sum(rate(a[5m])) / sum(rate(b[5m]))`, which is also the average that was meant. Or leave out what does
nothing: `rate(a[5m]) / (rate(b[5m]) > 0)`.
",
    run: Run::PerText(run),
    fires: || {
        example::alert(promql(
            "avg(rate(api_request_duration_seconds_sum[5m]) / rate(api_request_duration_seconds_count[5m])) > 1",
        ))
    },
    silent: || {
        example::alert(promql(
            "sum(rate(api_request_duration_seconds_sum[5m])) / sum(rate(api_request_duration_seconds_count[5m])) > 1",
        ))
    },
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for expr in query.nodes.iter().copied() {
        let (word, span, inner) = match expr {
            Expr::Aggregate(node) if spreads(node.op) && !keeps_targets(node) => {
                (node.op.name(), node.op_span, &*node.expr)
            }
            Expr::Call(call)
                if matches!(
                    call.func.text.as_str(),
                    "avg_over_time" | "sum_over_time" | "stddev_over_time" | "stdvar_over_time"
                ) =>
            {
                let Some(Expr::Subquery(node)) = call.args.first().map(Expr::without_parens) else {
                    continue;
                };
                (call.func.text.as_str(), call.func.span, &*node.expr)
            }
            _ => continue,
        };
        if let Some(division) = undefined(inner) {
            findings.push(finding(query, word, span, division));
        }
    }
}

fn finding(
    query: &Query<'_>,
    word: &str,
    span: Span,
    division: &Binary,
) -> crate::diagnostic::Diagnostic {
    let text = query.at.query.as_str();
    query
        .at
        .finding(
            division.op_span,
            format!("one 0 / 0 makes the whole `{word}` NaN"),
            "can be 0 / 0",
        )
        .also_in(query.at.origin, text, span.range(), "NaN if one value is")
        .help("divide the sums, or leave out what is 0: `… / (… > 0)`")
}

/// Whether one NaN makes its result NaN.
const fn spreads(op: AggregateOp) -> bool {
    matches!(
        op,
        AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Stddev | AggregateOp::Stdvar
    )
}

/// A division whose result reaches the value of the expression, and which often is 0 by 0.
fn undefined(expr: &Expr) -> Option<&Binary> {
    match expr.without_parens() {
        Expr::Unary(node) => undefined(&node.expr),
        Expr::Call(call) => match call.func.text.as_str() {
            "abs" | "ceil" | "floor" | "round" | "label_replace" | "label_join" | "sqrt"
            | "clamp" | "clamp_min" | "clamp_max" => undefined(call.args.first()?),
            _ => None,
        },
        Expr::Aggregate(node) if node.op.keeps_series() => undefined(&node.expr),
        Expr::Binary(node) => match node.op {
            BinaryOp::Div | BinaryOp::Mod if grows(&node.lhs) && grows(&node.rhs) => Some(node),
            BinaryOp::Div | BinaryOp::Mod | BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => {
                undefined(&node.lhs).or_else(|| undefined(&node.rhs))
            }
            BinaryOp::Or => undefined(&node.lhs).or_else(|| undefined(&node.rhs)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it is the growth of counters, which is 0 wherever nothing happens, and nothing keeps 0 out.
fn grows(expr: &Expr) -> bool {
    match expr.without_parens() {
        Expr::Call(call) => match call.func.text.as_str() {
            "rate" | "irate" | "increase" => true,
            "label_replace" | "label_join" | "abs" | "round" => {
                call.args.first().is_some_and(grows)
            }
            _ => false,
        },
        Expr::Aggregate(node) => match node.op {
            AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Max | AggregateOp::Min => {
                grows(&node.expr)
            }
            _ => false,
        },
        Expr::Binary(node) => match node.op {
            BinaryOp::Mul | BinaryOp::Div if node.rhs.constant().is_some() => grows(&node.lhs),
            BinaryOp::Mul if node.lhs.constant().is_some() => grows(&node.rhs),
            BinaryOp::Add | BinaryOp::Sub => grows(&node.lhs) && grows(&node.rhs),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn shows_the_division_and_what_it_spoils() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        warning[nan-in-aggregation]: one 0 / 0 makes the whole `avg` NaN
         --> definitions.rs:1:48
          |
        1 | avg(rate(api_request_duration_seconds_sum[5m]) / rate(api_request_duration_seconds_count[5m])...
          | --- NaN if one value is                        ^ can be 0 / 0
          |
          = in: alert `HighLatency` of group `api`
          = help: divide the sums, or leave out what is 0: `… / (… > 0)`
        ");
    }

    #[test]
    fn what_is_kept_from_zero_is_silent() {
        let ratio = "rate(api_request_duration_seconds_sum[5m]) / ";
        for query in [
            format!("avg({ratio} (rate(api_request_duration_seconds_count[5m]) > 0)) > 1"),
            format!("max({ratio} rate(api_request_duration_seconds_count[5m])) > 1"),
            format!("avg(({ratio} rate(api_request_duration_seconds_count[5m])) > 0) > 1"),
            format!("avg by (instance) ({ratio} rate(api_request_duration_seconds_count[5m])) > 1"),
            "sum(memory_used_bytes / ignoring (path) group_left sum(connections)) > 1".to_owned(),
        ] {
            assert_eq!(
                underlined(&CHECK, example::alert(promql(&query))),
                [""; 0],
                "{query}"
            );
        }
        let query = format!(
            "avg_over_time(({ratio} rate(api_request_duration_seconds_count[5m]))[1h:1m]) > 1"
        );
        assert_eq!(underlined(&CHECK, example::alert(promql(&query))), ["/"]);
    }
}
