//! Printing: what is canonical, and where lines are broken.

use obsctl_traceql::ast::{Binary, BinaryOp, Unary, UnaryOp, Value};
use obsctl_traceql::{Expr, Span, parse};

use crate::corpus;

#[test]
fn the_corpus_reads_back() {
    for text in corpus::all() {
        let expr = parse(text).expr;
        for printed in [expr.to_string(), expr.pretty(), expr.pretty_within(1)] {
            let again = parse(&printed);
            assert!(
                again.errors.is_empty(),
                "{text}\n{printed}\n{:?}",
                again.errors
            );
            assert_eq!(again.expr, expr, "{printed}");
        }
        assert_eq!(parse(&expr.to_string()).expr.to_string(), expr.to_string());
    }
}

#[test]
fn one_spelling_is_canonical() {
    let cases = [
        ("{}", "{}"),
        (
            "{.a=1&&duration>1500ms}",
            "{ .a = 1 && duration > 1s500ms }",
        ),
        ("{ span.`a` = `b` }", "{ span.`a` = \"b\" }"),
        (
            "{span.\"a\"=1}|rate()by(name)with(sample=true)",
            "{ span.a = 1 } | rate() by (name) with (sample=true)",
        ),
        ("{ .a = 1e3 || .a = 0.0 }", "{ .a = 1000.0 || .a = 0.0 }"),
        ("{ .a = 'b' }", "{ .a = \"b\" }"),
        ("{} // comment", "{}"),
    ];
    for (text, printed) in cases {
        assert_eq!(parse(text).expr.to_string(), printed, "{text}");
    }
}

#[test]
fn a_tree_built_by_hand_gets_the_parentheses_it_needs() {
    let int = |value| Expr::literal(Value::Int(value));
    let binary = |op, lhs, rhs| {
        let (lhs, rhs) = (Box::new(lhs), Box::new(rhs));
        Expr::from(Binary {
            op,
            op_span: Span::default(),
            lhs,
            rhs,
            span: Span::default(),
        })
    };
    let minus = |expr| {
        let expr = Box::new(expr);
        Expr::Unary(Unary {
            op: UnaryOp::Minus,
            expr,
            span: Span::default(),
        })
    };
    let cases = [
        (minus(int(1)), "-(1)"),
        (minus(int(-1)), "--1"),
        (binary(BinaryOp::Mul, minus(int(-1)), int(2)), "(--1) * 2"),
        (binary(BinaryOp::Mul, int(-1), int(2)), "(-1) * 2"),
        (binary(BinaryOp::Sub, int(1), int(-2)), "1 - -2"),
        (minus(binary(BinaryOp::Mul, int(1), int(2))), "-1 * 2"),
        (minus(binary(BinaryOp::Add, int(1), int(2))), "-(1 + 2)"),
        (
            binary(BinaryOp::And, int(1), binary(BinaryOp::Or, int(2), int(3))),
            "1 && (2 || 3)",
        ),
        (
            binary(
                BinaryOp::Mul,
                binary(BinaryOp::Mul, int(1), minus(parse("$x").expr)),
                int(3),
            ),
            "(1 * -$x) * 3",
        ),
        (int(i64::MIN), "minInt"),
    ];
    for (tree, printed) in cases {
        assert_eq!(tree.to_string(), printed);
    }
}

#[test]
fn long_queries_are_broken_at_stages_and_operators() {
    let text = "{ resource.service.name = \"checkout\" && span.http.response.status_code >= 500 } >> { span.db.system = \"postgresql\" } \
                | by(resource.service.name) | count() > 2 | quantile_over_time(span:duration, 0.5, 0.9, 0.99) by (resource.service.name, span.http.route) with (sample=true)";
    insta::assert_snapshot!(parse(text).expr.pretty_within(60), @r#"
    {
      resource.service.name = "checkout"
      && span.http.response.status_code >= 500
    }
    >> { span.db.system = "postgresql" }
    | by(resource.service.name)
    | count() > 2
    | quantile_over_time(
      span:duration,
      0.5,
      0.9,
      0.99
    ) by (
      resource.service.name,
      span.http.route
    )
    with (sample=true)
    "#);
}
