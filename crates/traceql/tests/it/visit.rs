//! Walking and rewriting.

use obsctl_traceql::ast::{Literal, Value};
use obsctl_traceql::{Expr, parse};

#[test]
fn descendants_come_as_they_are_written() {
    let tree = parse("{ .a = 1 } | by(name) | rate() by (span:kind) with (sample=0.1)").expr;
    let texts: Vec<_> = tree.descendants().map(ToString::to_string).collect();
    let expected = [
        "{ .a = 1 } | by(name) | rate() by (span:kind) with (sample=0.1)",
        "{ .a = 1 } | by(name) | rate() by (span:kind)",
        "{ .a = 1 }",
        ".a = 1",
        ".a",
        "1",
        "by(name)",
        "name",
        "rate() by (span:kind)",
        "span:kind",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn durations_can_be_divided() {
    let tree = parse(
        "{ duration > 1m && span.x < 90s * 2 } | avg(duration) > 1m with (debug_return_in=1m)",
    )
    .expr;
    let faster = tree.map(&mut |expr| match expr {
        Expr::Literal(Literal {
            value: Value::Duration(nanos),
            span,
        }) => Expr::Literal(Literal {
            value: Value::Duration(nanos / 60),
            span,
        }),
        expr => expr,
    });
    assert_eq!(
        faster.to_string(),
        "{ duration > 1s && span.x < 1s500ms * 2 } | avg(duration) > 1s with (debug_return_in=1m)"
    );
}

#[test]
fn variables_are_found_wherever_they_stand() {
    let text = "{ span.${a}.x = \"$b|[[c]]\" && duration > ${d}ms && $e =~ `$f` } | $g() by ($h.x) with (sample=$i)";
    let expr = parse(text).expr;
    let names: Vec<_> = expr.variables().into_iter().map(|it| it.name).collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(sorted, ["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
    for variable in expr.variables() {
        assert_eq!(&text[variable.span.range()], variable.to_string());
    }
    let text = r#"{ span."$a" = "\n$b" }"#;
    let places: Vec<_> = parse(text)
        .expr
        .variables()
        .iter()
        .map(|it| &text[it.span.range()])
        .collect();
    assert_eq!(
        places,
        [r#""$a""#, r#""\n$b""#],
        "what is not as it is written has the place of the whole"
    );
}
