//! PromQL; LogQL has some of its parts.

use std::fmt::Display;
use std::ops::Range;

use obsctl_promql::Expr;
use obsctl_promql::ast::{
    Group, Grouping, Matcher, MatchingLabels, Modifiers, Number, Selector, Variable,
};

use super::Piece;
use super::tree::{Node, sorted};

/// The tree of an expression; `number` says what a number at this place is.
pub(super) fn node(expr: &Expr, number: Piece) -> Node {
    let span = expr.span().range();
    let inner = |expr: &Expr| node(expr, Piece::Number);
    let all = |exprs: &[Expr]| exprs.iter().map(inner).collect();
    match expr {
        Expr::Paren(paren) => node(&paren.expr, number),
        Expr::Number(value) => Node::leaf("number", number, value, span),
        Expr::String(text) => Node::leaf("text", Piece::Part, text, span),
        Expr::Selector(one) => selector(Node::of("selector", span, vec![]), one),
        Expr::Range(range) => selector(Node::of("range", span, vec![]), &range.selector).with(
            Piece::Window,
            "",
            &range.range,
        ),
        Expr::Subquery(query) => {
            let whole = Node::of("subquery", span, vec![inner(&query.expr)])
                .with(Piece::Window, "", &query.range)
                .with_some(Piece::Step, query.step.as_ref());
            modifiers(whole, &query.modifiers)
        }
        Expr::Call(call) => {
            Node::of("call", span, all(&call.args)).with(Piece::Function, "", &call.func.text)
        }
        Expr::Aggregate(one) => {
            let parts = one.param.iter().chain([&one.expr]);
            let parts = parts.map(|part| inner(part)).collect();
            aggregation(one.op, one.grouping.as_ref(), span, parts)
        }
        Expr::Binary(one) => {
            let number = compared(one.op.is_comparison());
            let parts = [&one.lhs, &one.rhs].map(|part| node(part, number));
            let whole = operation(one.op, one.bool_modifier, number, span, parts);
            let Some(how) = &one.matching else {
                return whole;
            };
            let fill =
                |side: &str, value: &Option<Number>| Some(format!("{side} ({})", value.as_ref()?));
            matching(whole, how.labels.as_ref(), how.group.as_ref())
                .with_some(Piece::Matching, fill("fill_left", &how.fill_left))
                .with_some(Piece::Matching, fill("fill_right", &how.fill_right))
        }
        Expr::Unary(one) => {
            let kind = if one.minus { "minus" } else { "plus" };
            Node::of(kind, span, vec![node(&one.expr, number)])
        }
        Expr::Variable(_) | Expr::Error(_) => Node::leaf("other", Piece::Part, expr, span),
    }
}

fn selector(whole: Node, selector: &Selector) -> Node {
    let name = selector.name.as_ref().map(|name| &name.text);
    let whole = whole.with_some(Piece::Metric, name);
    let whole = matchers(whole, &selector.matchers, &selector.variables);
    let extended = selector
        .extended
        .map(|one| format!("{one:?}").to_lowercase());
    modifiers(
        whole.with_some(Piece::Modifier, extended),
        &selector.modifiers,
    )
}

fn modifiers(whole: Node, modifiers: &Modifiers) -> Node {
    whole
        .with_some(Piece::Offset, modifiers.offset.as_ref())
        .with_some(Piece::At, modifiers.at.as_ref())
}

/// Conditions on labels, and variables that stand for them.
pub(super) fn matchers(mut whole: Node, matchers: &[Matcher], variables: &[Variable]) -> Node {
    for matcher in matchers {
        whole = whole.with(Piece::Matcher, &matcher.name.text, matcher);
    }
    for variable in variables {
        whole = whole.with(Piece::Matcher, &variable.to_string(), variable);
    }
    whole
}

pub(super) fn grouping(whole: Node, grouping: Option<&Grouping>) -> Node {
    let Some(grouping) = grouping else {
        return whole;
    };
    let labels = sorted(grouping.labels.iter().map(|label| &label.text));
    let meaning = format!("{} {labels}", grouping.without);
    whole.meaning(Piece::Grouping, "", meaning, grouping)
}

/// An aggregation. `by ()` is what one without a grouping does.
pub(super) fn aggregation(
    op: impl ToString,
    by: Option<&Grouping>,
    span: Range<usize>,
    parts: Vec<Node>,
) -> Node {
    let says = |one: &&Grouping| one.without || !one.labels.is_empty();
    let whole = Node::of("aggregation", span, parts).with(Piece::Aggregation, "", op);
    grouping(whole, by.filter(says))
}

/// What a number beside an operator is.
pub(super) const fn compared(is_comparison: bool) -> Piece {
    match is_comparison {
        true => Piece::Threshold,
        false => Piece::Number,
    }
}

/// Two parts and the operator between them, whose numbers are this.
pub(super) fn operation(
    op: impl Display,
    bool_modifier: bool,
    number: Piece,
    span: Range<usize>,
    parts: [Node; 2],
) -> Node {
    let kind = match number {
        Piece::Threshold => "comparison",
        _ => "operation",
    };
    let bool_modifier = if bool_modifier { " bool" } else { "" };
    let operator = format!("{op}{bool_modifier}");
    Node::of(kind, span, parts.into()).with(Piece::Operator, "", operator)
}

/// How the two sides of an operator find each other.
pub(super) fn matching(
    mut whole: Node,
    labels: Option<&MatchingLabels>,
    group: Option<&Group>,
) -> Node {
    let labels = labels.map(|one| (if one.on { "on" } else { "ignoring" }, &one.labels));
    let group = group.map(|one| {
        (
            if one.left {
                "group_left"
            } else {
                "group_right"
            },
            &one.include,
        )
    });
    for (key, clause) in [("labels", labels), ("group", group)] {
        if let Some((word, names)) = clause {
            let names = || names.iter().map(|name| name.text.as_str());
            let text = format!("{word} ({})", names().collect::<Vec<_>>().join(", "));
            let meaning = format!("{word} {}", sorted(names()));
            whole = whole.meaning(Piece::Matching, key, meaning, text);
        }
    }
    whole
}
