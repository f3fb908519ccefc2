//! `for-longer-than-range`

use obsctl_model::query::promql;
use obsctl_model::{Alert, mins};
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, Binary, BinaryOp};
use obsctl_promql::duration::Millis;

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::Site;

/// An alert that waits longer than it remembers.
pub static CHECK: Check = Check {
    name: "for-longer-than-range",
    severity: Severity::Note,
    docs: "\
An alert on any event within a range waits longer than that range.

## Why it matters

An event is seen for as long as the range: `increase(x[5m]) > 0` is true for five minutes after it. An alert that waits
longer never fires for one event, only for a row of them.

## How to fix it

Make the range longer than `for`, or leave `for` out: the range already says for how long. If only a row of events is to
be told of, say so: `.allow(\"for-longer-than-range\", \"…\")`.
",
    run: Run::PerQuery(run),
    fires: || waiting("increase(api_requests_total[5m]) > 0"),
    silent: || waiting("increase(api_requests_total[30m]) > 0"),
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    let Site::Alert { alert, .. } = &query.at.site else {
        return;
    };
    let waits = alert.lasting.signed_millis();
    let mut expr = query.at.query.expr().without_parens();
    // What only leaves series out changes nothing about how long the others last.
    while let Expr::Binary(node) = expr
        && matches!(node.op, BinaryOp::And | BinaryOp::Unless)
    {
        expr = node.lhs.without_parens();
    }
    let Expr::Binary(node) = expr else { return };
    if !any_event(node) {
        return;
    }
    if let Some((function, range, span)) = growth(&node.lhs)
        // Who waits as long as the range, or several times as long, wants a row of events.
        && waits > range
        && waits <= 2 * range
    {
        let message = format!(
            "`for` of {} outlasts the {} in which `{function}` sees an event",
            Millis(waits),
            Millis(range)
        );
        findings.push(
            query
                .at
                .finding(span, message, "one event is seen for this long")
                .help("make the range longer than `for`, or leave `for` out"),
        );
    }
}

/// Whether one event is enough: `> 0`, `>= 1`, `!= 0`.
fn any_event(node: &Binary) -> bool {
    matches!(
        (node.op, node.rhs.constant()),
        (BinaryOp::Greater | BinaryOp::NotEqual, Some(0.0)) | (BinaryOp::GreaterEqual, Some(1.0))
    )
}

/// The function that sees events, and how long it does.
fn growth(expr: &Expr) -> Option<(&str, i64, obsctl_promql::Span)> {
    match expr.without_parens() {
        Expr::Aggregate(node) if matches!(node.op, AggregateOp::Sum | AggregateOp::Max) => {
            growth(&node.expr)
        }
        Expr::Call(call) => match call.func.text.as_str() {
            "increase" | "changes" | "resets" => match call.args.first()?.without_parens() {
                Expr::Range(range) => {
                    let millis = range.range.constant_millis()?;
                    Some((call.func.text.as_str(), millis, range.span))
                }
                _ => None,
            },
            "round" | "ceil" | "floor" => growth(call.args.first()?),
            _ => None,
        },
        _ => None,
    }
}

/// The example's alert, which waits eight minutes.
fn waiting(query: &str) -> obsctl_model::Stack {
    example::with_alert(Alert {
        lasting: mins(8),
        ..example::high_latency(promql(query))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn names_both_times() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[for-longer-than-range]: `for` of 8m outlasts the 5m in which `increase` sees an event
         --> definitions.rs:1:10
          |
        1 | increase(api_requests_total[5m]) > 0
          |          ^^^^^^^^^^^^^^^^^^^^^^ one event is seen for this long
          |
          = in: alert `HighLatency` of group `api`
          = help: make the range longer than `for`, or leave `for` out
        ");
    }

    #[test]
    fn thresholds_of_many_events_are_silent() {
        for query in [
            "increase(api_requests_total[5m]) > 100",
            "rate(api_requests_total[5m]) > 0.5",
            "increase(api_requests_total[5m]) == 0",
        ] {
            assert_eq!(underlined(&CHECK, waiting(query)), [""; 0], "{query}");
        }
    }
}
