//! LogQL.

use std::ops::Range;

use obsctl_logql::Expr;
use obsctl_logql::ast::{LabelFilter, LogQuery, Stage, StageKind};

use super::Piece;
use super::promql::{aggregation, compared, grouping, matchers, matching, operation};
use super::tree::Node;

/// The tree of an expression; `number` says what a number at this place is.
pub(super) fn node(expr: &Expr, number: Piece) -> Node {
    let span = expr.span().range();
    let inner = |expr: &Expr| node(expr, Piece::Number);
    match expr {
        Expr::Paren(paren) => node(&paren.expr, number),
        Expr::Number(value) => Node::leaf("number", number, value, span),
        Expr::String(text) => Node::leaf("text", Piece::Part, text, span),
        Expr::Log(query) => log("logs", query, span),
        Expr::Range(range) => log("range", &range.query, span)
            .with(Piece::Window, "", &range.range)
            .with_some(Piece::Offset, range.offset.as_ref()),
        Expr::RangeAggregate(one) => {
            let parts = one.param.iter().chain([&one.expr]);
            let whole = Node::of("function", span, parts.map(|part| inner(part)).collect());
            // Here `by ()` makes one series of all, which no grouping does not.
            grouping(
                whole.with(Piece::Function, "", one.op),
                one.grouping.as_ref(),
            )
        }
        Expr::Aggregate(one) => {
            let parts = one.param.iter().chain([&one.expr]);
            let parts = parts.map(|part| inner(part)).collect();
            aggregation(one.op, one.grouping.as_ref(), span, parts)
        }
        Expr::Call(call) => {
            let parts = call.args.iter().map(inner).collect();
            Node::of("call", span, parts).with(Piece::Function, "", &call.func.text)
        }
        Expr::Binary(one) => {
            let number = compared(one.op.is_comparison());
            let parts = [&one.lhs, &one.rhs].map(|part| node(part, number));
            let whole = operation(one.op, one.bool_modifier, number, span, parts);
            match &one.matching {
                Some(how) => matching(whole, Some(&how.labels), how.group.as_ref()),
                None => whole,
            }
        }
        Expr::Variants(one) => {
            let parts = one.exprs.iter().chain([&*one.of]).map(inner);
            Node::of("variants", span, parts.collect())
        }
        Expr::Variable(_) | Expr::Error(_) => Node::leaf("other", Piece::Part, expr, span),
    }
}

fn log(kind: &'static str, query: &LogQuery, span: Range<usize>) -> Node {
    let stages = query.stages.iter().flat_map(stage).collect();
    let selector = &query.selector;
    matchers(
        Node::list(kind, span, stages),
        &selector.matchers,
        &selector.variables,
    )
    .with_some(Piece::Matcher, selector.whole.as_ref())
}

/// What a stage does: `| a and b` does what `| a | b` does.
fn stage(stage: &Stage) -> Vec<Node> {
    let whole = |kind, piece, key: &str| {
        let span = stage.span.range();
        vec![Node::leaf(kind, piece, &stage.kind, span).member(piece, key)]
    };
    match &stage.kind {
        StageKind::LineFilter(filter) => {
            whole("line filter", Piece::LineFilter, filter.op.symbol())
        }
        StageKind::LabelFilter(LabelFilter::And(all, _)) => all.iter().map(condition).collect(),
        StageKind::LabelFilter(one) => vec![condition(one)],
        StageKind::Json(_)
        | StageKind::Logfmt(_)
        | StageKind::Regexp(_)
        | StageKind::Pattern(_)
        | StageKind::Unpack => whole("parser", Piece::Parser, ""),
        kind => {
            let text = kind.to_string();
            let word = text.split(' ').next().unwrap_or_default();
            whole("stage", Piece::Stage, word)
        }
    }
}

fn condition(filter: &LabelFilter) -> Node {
    let label = match filter {
        LabelFilter::Match(one) => one.name.text.as_str(),
        LabelFilter::Compare(one) => &one.label.text,
        LabelFilter::Ip(one) => &one.label.text,
        _ => "",
    };
    let span = filter.span().range();
    Node::leaf("label filter", Piece::LabelFilter, filter, span).member(Piece::LabelFilter, label)
}
