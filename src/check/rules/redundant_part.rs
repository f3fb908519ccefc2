//! `redundant-part`

use std::ops::Range;

use obsctl_model::query::promql;
use obsctl_promql::ast::{Aggregate, Binary, Name, Paren, Selector};
use obsctl_promql::{Expr, Span};

use crate::check::{Check, Findings, Input, Query, Run, example, rewrite};
use crate::diagnostic::Severity;

/// A part of a query that says nothing.
pub static CHECK: Check = Check {
    name: "redundant-part",
    severity: Severity::Note,
    docs: "\
A part of a query says nothing: a matcher or a label that is there twice, a second pair of parentheses, `by ()`, `ignoring ()`.

## Why it matters

Readers look for what it means, and it means nothing. Often something else was meant: another label, or another value.

## How to fix it

Leave it out, or write what was meant.
",
    run: Run::PerText(run),
    fires: || example::alert(promql("sum by (path, path) (connections) > 100")),
    silent: || example::alert(promql("sum by (path) (connections) > 100")),
};

/// What says nothing, and which bytes are to become which.
struct Part<'a> {
    span: Span,
    message: String,
    title: &'static str,
    instead: Option<(Range<usize>, &'a str)>,
}

fn run(_: &Input<'_>, query: &Query<'_>, findings: &mut Findings) {
    if query.at.derived {
        return;
    }
    let text = query.at.query.as_str();
    let mut parts = vec![];
    query.at.query.expr().walk(|expr| match expr {
        Expr::Paren(paren) => parts.extend(parentheses(text, paren)),
        Expr::Aggregate(node) => grouping(text, node, &mut parts),
        Expr::Binary(node) => matching(text, node, &mut parts),
        _ => {
            if let Some(used) = expr.as_selector() {
                matchers(text, used.selector, &mut parts);
            }
        }
    });
    for part in parts {
        // What is written everywhere is told once.
        let key = format!("{} {}", query.at.site.around(), part.message);
        let finding = query.at.finding(part.span, part.message, "says nothing");
        let finding = finding
            .help("leave it out, or write what was meant")
            .once_per(key);
        findings.push(match part.instead {
            Some((range, with)) => finding.fix(part.title, range, with),
            None => finding,
        });
    }
}

fn parentheses<'a>(text: &'a str, outer: &Paren) -> Option<Part<'a>> {
    let Expr::Paren(inner) = &*outer.expr else {
        return None;
    };
    let (outer, inner) = (outer.span, inner.span.range());
    let around = [
        outer.range().start..inner.start,
        inner.end..outer.range().end,
    ];
    let mut around = around.into_iter().filter_map(|range| text.get(range));
    let instead = (!around.any(|text| text.contains('#')))
        .then(|| text.get(inner))
        .flatten();
    Some(Part {
        span: outer,
        message: "two pairs of parentheses around the same".to_owned(),
        title: "leave one pair out",
        instead: instead.map(|inner| (outer.range(), inner)),
    })
}

fn grouping<'a>(text: &'a str, node: &Aggregate, parts: &mut Vec<Part<'a>>) {
    let Some(grouping) = &node.grouping else {
        return;
    };
    let word = if grouping.without { "without" } else { "by" };
    if grouping.labels.is_empty() && !grouping.without {
        parts.push(Part {
            span: grouping.span,
            message: "`by ()` is what an aggregation does anyway".to_owned(),
            title: "leave the clause out",
            instead: rewrite::without_clause(text, grouping.span).map(|range| (range, "")),
        });
    }
    labels(text, word, &grouping.labels, parts);
}

fn matching<'a>(text: &'a str, node: &Binary, parts: &mut Vec<Part<'a>>) {
    let Some(matching) = &node.matching else {
        return;
    };
    if let Some(own) = &matching.labels {
        let word = if own.on { "on" } else { "ignoring" };
        // `group_left` has to stand behind one of them.
        if own.labels.is_empty() && !own.on && matching.group.is_none() {
            parts.push(Part {
                span: own.span,
                message: "`ignoring ()` is what an operator does anyway".to_owned(),
                title: "leave the clause out",
                instead: rewrite::without_clause(text, own.span).map(|range| (range, "")),
            });
        }
        labels(text, word, &own.labels, parts);
    }
    if let Some(group) = &matching.group {
        let word = if group.left {
            "group_left"
        } else {
            "group_right"
        };
        labels(text, word, &group.include, parts);
    }
}

/// Labels that are in a list twice.
fn labels<'a>(text: &'a str, word: &str, list: &[Name], parts: &mut Vec<Part<'a>>) {
    for (index, name) in list.iter().enumerate() {
        let repeated = list[..index].iter().any(|other| other.text == name.text);
        if repeated && !obsctl_promql::variable::contains(&name.text) {
            let instead = rewrite::without_element(text, list[index - 1].span, name.span);
            parts.push(Part {
                span: name.span,
                message: format!("`{}` is in `{word}` twice", name.text),
                title: "leave the second one out",
                instead: instead.map(|range| (range, "")),
            });
        }
    }
}

/// Matchers that are in a selector twice.
fn matchers<'a>(text: &'a str, selector: &Selector, parts: &mut Vec<Part<'a>>) {
    for (index, matcher) in selector.matchers.iter().enumerate() {
        if selector.matchers[..index].contains(matcher) {
            let instead = rewrite::without(text, selector, matcher.span);
            parts.push(Part {
                span: matcher.span,
                message: format!("the matcher `{matcher}` is there twice"),
                title: "leave the second one out",
                instead: instead.map(|range| (range, "")),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{mended, report};

    #[test]
    fn shows_what_says_nothing() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        note[redundant-part]: `path` is in `by` twice
         --> definitions.rs:1:15
          |
        1 | sum by (path, path) (connections) > 100
          |               ^^^^ says nothing
          |
          = in: alert `HighLatency` of group `api`
          = help: leave it out, or write what was meant
        ");
    }

    #[test]
    fn what_is_redundant_is_left_out_and_nothing_else() {
        for (query, expected) in [
            ("((connections)) > 1", "(connections) > 1"),
            ("( ( (connections + 1) ) ) > 1", "(connections + 1) > 1"),
            ("sum by () (connections) > 1", "sum (connections) > 1"),
            ("sum(connections) by () > 1", "sum(connections) > 1"),
            (
                "sum by (path, job, path) (connections) > 1",
                "sum by (path, job) (connections) > 1",
            ),
            (
                "sum without () (connections) > 1",
                "sum without () (connections) > 1",
            ),
            (
                "connections / ignoring () connections > 1",
                "connections / connections > 1",
            ),
            (
                "connections / ignoring () group_left () connections > 1",
                "connections / ignoring () group_left () connections > 1",
            ),
            (
                "connections / on (path, path) group_left (job, job) connections > 1",
                "connections / on (path) group_left (job) connections > 1",
            ),
            (
                r#"connections{path="/a", job="x",path="/a"} > 1"#,
                r#"connections{path="/a", job="x"} > 1"#,
            ),
            (
                r#"connections{path="/a", path="/a", job="x"} > 1"#,
                r#"connections{path="/a", job="x"} > 1"#,
            ),
            (
                r#"connections{path="/a", path=~"/a"} > 1"#,
                r#"connections{path="/a", path=~"/a"} > 1"#,
            ),
            ("( # why\n(connections)) > 1", "( # why\n(connections)) > 1"),
        ] {
            assert_eq!(mended(&CHECK, query), expected);
        }
    }
}
