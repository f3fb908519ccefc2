//! `operands-never-match`

use std::collections::BTreeMap;

use obsctl_model::query::promql;
use obsctl_promql::ast::{Aggregate, Binary, BinaryOp, Call, MatchOp, Selector};
use obsctl_promql::{Expr, ValueType, functions};

use super::unknown_label::available;
use crate::check::{Check, Findings, Input, Query, Run, example};
use crate::diagnostic::Severity;
use crate::project::expression::has_variable;
use crate::project::labels::{Use, is_scalar};

/// An operator whose sides have no series in common.
pub static CHECK: Check = Check {
    name: "operands-never-match",
    severity: Severity::Error,
    docs: "\
An operator pairs series by their labels, and one side always has a label that the other never has, or has with another
value.

## Why it matters

No two series pair: the result is always empty.

## How to fix it

Say which labels to pair by with `on (…)` or `ignoring (…)`, and `group_left` where many series pair with one. Or
aggregate both sides to the same labels.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("connections / memory_used_bytes > 1")),
    silent: || {
        example::alert(promql(
            "sum by (job, instance) (connections) / memory_used_bytes > 1",
        ))
    },
};

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    for issue in &query.flow.issues {
        if issue.loss.is_some() || issue.used != Use::Agreement {
            continue;
        }
        let message = format!("no series pair: only one side has label `{}`", issue.label);
        findings.push(
            query
                .at
                .finding(issue.span, message, "always empty")
                .help(format!("on the other side, {}", available(&issue.instead)))
                .help("say which labels to pair by: `on (…)` or `ignoring (…)`"),
        );
    }
    for node in query.binaries.iter().copied() {
        if let Some((label, left, right)) = disagree(node) {
            let message = format!(
                "no series pair: `{label}` is `{left}` on the left and `{right}` on the right"
            );
            let note = match node.op {
                BinaryOp::Unless => "leaves nothing out",
                _ => "always empty",
            };
            findings.push(query.at.finding(node.op_span, message, note).help(format!(
                "pair without it: `ignoring ({label})`, or aggregate it away on both sides"
            )));
        }
    }
}

/// Labels of an expression's result that have one certain value.
type Fixed<'a> = BTreeMap<&'a str, &'a str>;

/// A label that must be equal for series to pair, and has different values on the two sides.
fn disagree(node: &Binary) -> Option<(&str, &str, &str)> {
    let matching = node.matching.as_ref();
    let filled = matching.is_some_and(|m| m.fill_left.is_some() || m.fill_right.is_some());
    if node.op == BinaryOp::Or || filled || is_scalar(&node.lhs) || is_scalar(&node.rhs) {
        return None;
    }
    let (left, right) = (fixed(&node.lhs), fixed(&node.rhs));
    left.into_iter().find_map(|(label, value)| {
        let other = *right.get(label)?;
        (pairs_by(node, label) && value != other).then_some((label, value, other))
    })
}

/// Whether series must agree on a label to pair.
fn pairs_by(node: &Binary, label: &str) -> bool {
    let clause = node
        .matching
        .as_ref()
        .and_then(|matching| matching.labels.as_ref());
    clause.is_none_or(|clause| {
        // What a variable stands for could be this label.
        let variable = clause.labels.iter().any(|one| has_variable(&one.text));
        let named = clause.labels.iter().any(|one| one.text == label);
        !variable && named == clause.on
    })
}

fn fixed(expr: &Expr) -> Fixed<'_> {
    match expr {
        Expr::Selector(selector) => asked(selector),
        Expr::Range(range) => asked(&range.selector),
        Expr::Subquery(node) => fixed(&node.expr),
        Expr::Paren(node) => fixed(&node.expr),
        Expr::Unary(node) => fixed(&node.expr),
        Expr::Aggregate(node) => aggregated(node),
        Expr::Call(call) => called(call),
        Expr::Binary(node) => combined(node),
        _ => Fixed::new(),
    }
}

fn asked(selector: &Selector) -> Fixed<'_> {
    let matchers = selector.matchers.iter().filter(|matcher| {
        let (name, value) = (&matcher.name.text, &matcher.value.value);
        matcher.op == MatchOp::Equal
            && name != "__name__"
            && !value.is_empty()
            && !has_variable(value)
            && !has_variable(name)
    });
    matchers
        .map(|matcher| (matcher.name.text.as_str(), matcher.value.value.as_str()))
        .collect()
}

fn aggregated(node: &Aggregate) -> Fixed<'_> {
    let mut labels = fixed(&node.expr);
    if node.op.keeps_series() {
        return labels;
    }
    match &node.grouping {
        None => labels.clear(),
        Some(grouping) => labels.retain(|label, _| {
            grouping.labels.iter().any(|one| one.text == *label) != grouping.without
        }),
    }
    if let Some(Expr::String(target)) = node.param.as_deref() {
        labels.remove(target.value.as_str());
    }
    labels
}

fn called(call: &Call) -> Fixed<'_> {
    let vector = functions::find(&call.func.text).and_then(|function| {
        (0..call.args.len())
            .find(|index| {
                matches!(
                    function.arg_type(*index),
                    Some(ValueType::Vector | ValueType::Range)
                )
            })
            .filter(|_| function.returns == ValueType::Vector)
    });
    let Some(mut labels) = vector.and_then(|index| call.args.get(index)).map(fixed) else {
        return Fixed::new();
    };
    match call.func.text.as_str() {
        "info" | "histogram_quantiles" => labels.clear(),
        "histogram_quantile" => {
            labels.remove("le");
        }
        "absent" | "absent_over_time" if call.args[0].without_parens().as_selector().is_none() => {
            labels.clear();
        }
        "label_replace" | "label_join" => match call.args.get(1) {
            Some(Expr::String(target)) if !has_variable(&target.value) => {
                labels.remove(target.value.as_str());
            }
            _ => labels.clear(),
        },
        _ => {}
    }
    labels
}

fn combined(node: &Binary) -> Fixed<'_> {
    if is_scalar(&node.lhs) {
        return fixed(&node.rhs);
    }
    let left = fixed(&node.lhs);
    if is_scalar(&node.rhs) || matches!(node.op, BinaryOp::And | BinaryOp::Unless) {
        return left;
    }
    let right = fixed(&node.rhs);
    if node.op == BinaryOp::Or {
        return left
            .into_iter()
            .filter(|(label, value)| right.get(label) == Some(value))
            .collect();
    }
    match node
        .matching
        .as_ref()
        .and_then(|matching| matching.group.as_ref())
    {
        Some(group) => {
            let mut many = if group.left { left } else { right };
            for label in &group.include {
                many.remove(label.text.as_str());
            }
            many
        }
        None => left
            .into_iter()
            .filter(|(label, _)| pairs_by(node, label))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::report;

    #[test]
    fn values_that_differ_are_found() {
        for (query, found) in [
            (
                r#"connections{path="/a"} / connections{path="/b"} > 1"#,
                vec!["/"],
            ),
            (
                r#"connections{path="/a"} unless connections{path="/b"}"#,
                vec!["unless"],
            ),
            (
                r#"sum by (path) (connections{path="/a"}) / on (path) connections{path="/b"} > 1"#,
                vec!["/"],
            ),
            (
                r#"connections{path="/a"} / ignoring (path) connections{path="/b"} > 1"#,
                vec![],
            ),
            (
                r#"connections{path="/a"} / on (job, instance) connections{path="/b"} > 1"#,
                vec![],
            ),
            (
                r#"sum(connections{path="/a"}) / sum(connections{path="/b"}) > 1"#,
                vec![],
            ),
            (
                r#"connections{path="/a"} > 1 or connections{path="/b"} > 1"#,
                vec![],
            ),
            (
                r#"label_replace(connections{path="/a"}, "path", "/b", "", "") / connections{path="/b"} > 1"#,
                vec![],
            ),
        ] {
            let found_here =
                crate::check::testing::underlined(&CHECK, example::alert(promql(query)));
            assert_eq!(found_here, found, "{query}");
        }
    }

    #[test]
    fn names_the_label_and_those_of_the_other_side() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[operands-never-match]: no series pair: only one side has label `path`
         --> definitions.rs:1:13
          |
        1 | connections / memory_used_bytes > 1
          |             ^ always empty
          |
          = in: alert `HighLatency` of group `api`
          = help: on the other side, the labels are `instance`, `job`
          = help: say which labels to pair by: `on (…)` or `ignoring (…)`
        ");
    }
}
