//! TraceQL.

use obsctl_traceql::Expr;
use obsctl_traceql::ast::{Binary, BinaryOp, Call, Spanset, UnaryOp};

use super::Piece;
use super::promql::compared;
use super::tree::{Aside, Node, sorted};

/// The tree of a query.
pub(super) fn tree(expr: &Expr) -> Node {
    node(&expr.clone().map(&mut plain), Piece::Number)
}

/// Without what can be written in two ways: parentheses, and the scope of `span:duration`.
fn plain(expr: Expr) -> Expr {
    match expr {
        Expr::Paren(paren) => *paren.expr,
        Expr::Intrinsic(mut one) => {
            one.scoped = false;
            Expr::Intrinsic(one)
        }
        other => other,
    }
}

/// `number` says what a constant at this place is.
fn node(expr: &Expr, number: Piece) -> Node {
    let span = expr.span().range();
    let inner = |expr: &Expr| node(expr, Piece::Number);
    match expr {
        Expr::Paren(paren) => node(&paren.expr, number),
        Expr::Literal(_) => Node::leaf("number", number, expr, span),
        Expr::Attribute(_) | Expr::Intrinsic(_) => {
            Node::leaf("attribute", Piece::Attribute, expr, span)
        }
        Expr::Spanset(one) => spanset(one),
        Expr::Binary(one) => binary(one),
        Expr::Unary(one) => {
            let kind = match one.op {
                UnaryOp::Minus => "minus",
                UnaryOp::Not => "not",
            };
            Node::of(kind, span, vec![node(&one.expr, number)])
        }
        Expr::Call(one) => call(one),
        Expr::Pipeline(one) => {
            let stages = one.stages.iter().map(inner);
            let stages = stages.map(|stage| Node {
                piece: Aside(Piece::Stage),
                ..stage
            });
            Node::list("pipeline", span, stages.collect())
        }
        Expr::Hinted(one) => one.hints.iter().fold(inner(&one.expr), |whole, hint| {
            let text = format!("{}={}", hint.name.text, hint.value);
            whole.with(Piece::Hint, &hint.name.text, text)
        }),
        Expr::Variable(_) | Expr::Error(_) => Node::leaf("other", Piece::Part, expr, span),
    }
}

/// A spanset by its conditions: all of them have to hold, in whatever order.
fn spanset(spanset: &Spanset) -> Node {
    let mut whole = Node::list("spanset", spanset.span.range(), vec![]);
    let mut open: Vec<&Expr> = spanset.filter.iter().map(AsRef::as_ref).collect();
    while let Some(one) = open.pop() {
        match one {
            Expr::Binary(both) if both.op == BinaryOp::And => open.extend([&*both.rhs, &*both.lhs]),
            Expr::Binary(both) if !both.op.is_logical() => {
                whole = whole.with(Piece::Condition, &both.lhs.to_string(), one);
            }
            one => whole = whole.with(Piece::Condition, "", one),
        }
    }
    whole
}

fn binary(one: &Binary) -> Node {
    let number = compared(one.op.is_comparison());
    let parts = [&one.lhs, &one.rhs].map(|part| node(part, number));
    Node::of("operation", one.span.range(), parts.into()).with(Piece::Operator, "", one.op)
}

fn call(call: &Call) -> Node {
    let parts = call.args.iter().map(|arg| node(arg, Piece::Number));
    let name = &call.name.text;
    let whole = Node::of("call", call.span.range(), parts.collect());
    let whole = whole
        .with(Piece::Function, "", name)
        .member(Piece::Part, name);
    let Some(by) = &call.by else {
        return whole;
    };
    let keys: Vec<_> = by.keys.iter().map(ToString::to_string).collect();
    let text = format!("by ({})", keys.join(", "));
    whole.meaning(Piece::Grouping, "", sorted(keys.iter()), text)
}
