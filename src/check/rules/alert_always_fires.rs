//! `alert-always-fires`

use obsctl_model::RuleQuery;
use obsctl_model::query::promql;
use obsctl_promql::Expr;
use obsctl_promql::ast::{AggregateOp, Binary, BinaryOp};

use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::series_name;
use crate::project::labels::is_scalar;
use crate::project::{Project, Series, Site};

/// An alert without a condition.
pub static CHECK: Check = Check {
    name: "alert-always-fires",
    severity: Severity::Error,
    docs: "\
The query of an alert has no condition that could leave its result empty.

## Why it matters

An alert fires for every series of its query's result, whatever the value: 0 fires as well. Without a condition it
fires from the first scrape on, and for ever.

## How to fix it

Compare with a threshold: `… > 0.05`. A comparison with `bool` gives 0 instead of leaving series out; drop the `bool`.
An alert that is meant to fire always, to prove that alerts arrive, says so: `.allow(\"alert-always-fires\", \"…\")`.
",
    run: Run::PerQuery(run),
    fires: || example::alert(promql("sum(rate(api_requests_total[5m])) > bool 100")),
    silent: || example::alert(promql("sum(rate(api_requests_total[5m])) > 100")),
};

fn run(input: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    let Site::Alert { .. } = query.at.site else {
        return;
    };
    let expr = query.at.query.expr();
    // Of others, what asks for no series is a heartbeat, whose absence is the alarm: but for numbers that nobody chooses
    // for one.
    let slip = matches!(expr.without_parens(), Expr::Number(number) if number.value != 1.0);
    if query.selectors.is_empty() && !input.project.knows().ours && !slip {
        return;
    }
    if always(input.project, expr, 0) || has_any_value(input.project, expr) {
        let finding = query.at.finding(
            expr.span(),
            "the alert has no condition",
            "fires for every series, whatever its value",
        );
        findings.push(match expr.without_parens() {
            Expr::Binary(node) if node.bool_modifier => {
                finding.help("drop `bool`: it keeps the series whose condition is false")
            }
            _ => finding.help("compare with a threshold: `… > 0.05`"),
        });
    }
}

/// Whether a value is calculated of series of which nothing is known, and nothing leaves any out: 0 fires as well. A series itself
/// may be there only while something is wrong.
fn has_any_value(project: &Project, expr: &Expr) -> bool {
    is_calculated(expr) && !expr.descendants().any(|one| leaves_out(project, one))
}

fn is_calculated(expr: &Expr) -> bool {
    match expr.without_parens() {
        Expr::Aggregate(node) => {
            !matches!(node.op, AggregateOp::Count | AggregateOp::Group) && is_calculated(&node.expr)
        }
        Expr::Call(call) => matches!(
            call.func.text.as_str(),
            "rate"
                | "irate"
                | "increase"
                | "deriv"
                | "predict_linear"
                | "histogram_quantile"
                | "time"
        ),
        Expr::Binary(node) => {
            node.op == BinaryOp::Div || is_calculated(&node.lhs) || is_calculated(&node.rhs)
        }
        _ => false,
    }
}

/// Whether an expression gives fewer series than it is made of, or is a series of which that cannot be told: what a rule
/// records may have its condition there.
fn leaves_out(project: &Project, expr: &Expr) -> bool {
    match expr {
        Expr::Binary(node) => {
            matches!(node.op, BinaryOp::And | BinaryOp::Unless)
                || node.op.is_comparison() && !node.bool_modifier
        }
        Expr::Call(call) => matches!(call.func.text.as_str(), "absent" | "absent_over_time"),
        _ => expr.as_selector().is_some_and(|used| {
            let name = series_name(used.selector).map(|(name, _)| name);
            name.is_none_or(|name| {
                let series = project.catalog().get(name);
                name.contains(':') || !matches!(series, None | Some(Series::Exposed { .. }))
            })
        }),
    }
}

/// Recording rules on recording rules on … as deep as this are followed.
const DEEPEST: u32 = 8;

/// Whether the result has a sample for every series it starts from. Where in doubt it has not.
fn always(project: &Project, expr: &Expr, depth: u32) -> bool {
    let always = |expr: &Expr| always(project, expr, depth);
    match expr {
        Expr::Number(_) => true,
        Expr::String(_) | Expr::Variable(_) | Expr::Error(_) => false,
        Expr::Selector(_) | Expr::Range(_) => expr
            .as_selector()
            .and_then(|used| series_name(used.selector))
            .is_some_and(|(name, _)| always_there(project, name, depth)),
        Expr::Subquery(node) => always(&node.expr),
        Expr::Paren(node) => always(&node.expr),
        Expr::Unary(node) => always(&node.expr),
        Expr::Aggregate(node) => always(&node.expr),
        Expr::Call(call) => match call.func.text.as_str() {
            "absent" | "absent_over_time" => false,
            "scalar" | "vector" => true,
            _ => call.args.iter().all(|arg| match arg {
                Expr::String(_) => true,
                arg => always(arg),
            }),
        },
        Expr::Binary(node) => match node.op {
            BinaryOp::And | BinaryOp::Unless => false,
            BinaryOp::Or => always(&node.lhs) || always(&node.rhs),
            op if op.is_comparison() && !node.bool_modifier => false,
            // Two vectors can fail to pair.
            _ => {
                let pairs = is_scalar(&node.lhs) || is_scalar(&node.rhs) || alike(node);
                pairs && always(&node.lhs) && always(&node.rhs)
            }
        },
    }
}

/// Whether both sides are aggregated to the same labels, or paired explicitly: then they are meant to pair.
fn alike(node: &Binary) -> bool {
    let grouping = |expr: &Expr| match expr.without_parens() {
        Expr::Aggregate(node) => Some(node.grouping.clone()),
        _ => None,
    };
    let (left, right) = (grouping(&node.lhs), grouping(&node.rhs));
    left.is_some() && left == right
}

/// Whether the series of a metric exist as long as its process does.
fn always_there(project: &Project, name: &str, depth: u32) -> bool {
    match project.catalog().get(name) {
        Some(Series::Exposed { .. }) => true,
        Some(Series::Synthetic(synthetic)) => synthetic.labels.is_some(),
        Some(Series::Recorded {
            query: RuleQuery::Promql(query),
            ..
        }) => depth < DEEPEST && always(project, query.expr(), depth + 1),
        Some(Series::Recorded { .. }) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{report, underlined};

    #[test]
    fn a_comparison_with_bool_is_no_condition() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[alert-always-fires]: the alert has no condition
         --> definitions.rs:1:1
          |
        1 | sum(rate(api_requests_total[5m])) > bool 100
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fires for every series, whatever its value
          |
          = in: alert `HighLatency` of group `api`
          = help: drop `bool`: it keeps the series whose condition is false
        ");
    }

    #[test]
    fn queries_without_any_condition_fire() {
        for query in [
            "vector(1)",
            "up",
            "sum(up)",
            "connections > 5 or vector(0)",
            "sum(up) / sum(up)",
            "time() - sync_last_success_timestamp_seconds",
            "sum by (job) (rate(theirs_total{code=\"500\"}[5m]))",
            "100 * theirs_free_bytes / theirs_size_bytes",
            "histogram_quantile(0.9, sum by (le) (rate(theirs_bucket[5m])))",
            "time() - theirs_timestamp_seconds",
        ] {
            assert_eq!(underlined(&CHECK, example::alert(promql(query))), [query]);
        }
    }

    #[test]
    fn queries_that_can_be_empty_are_silent() {
        for query in [
            "absent(up)",
            "connections and on () (memory_used_bytes > 5)",
            "(connections > 5) * 2",
            "count(connections > 5)",
            r#"ALERTS{alertstate="firing"}"#,
            "absent(up) or connections > 5",
            // A series that is there only while something is wrong.
            "theirs_failed",
            "sum by (job) (theirs_failed)",
            "theirs:errors:rate5m / theirs:requests:rate5m",
            "rate(theirs_total[5m]) and on () theirs_failed",
            "rate(theirs_total[5m]) > 0 or theirs_failed",
        ] {
            assert_eq!(underlined(&CHECK, example::alert(promql(query))), [""; 0]);
        }
    }
}
