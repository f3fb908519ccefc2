//! Walking and rewriting.

use obsctl_logql::ast::{Duration, RangeOp};
use obsctl_logql::{Expr, parse};

#[test]
fn expressions_are_walked_as_they_are_written() {
    let text = "topk($k, rate({a=\"b\"}[5m])) + variants(vector(1)) of ({c=\"d\"}[1m])";
    let expr = parse(text).expr;
    let places: Vec<_> = expr
        .descendants()
        .map(|it| &text[it.span().range()])
        .collect();
    assert_eq!(
        places,
        [
            text,
            "topk($k, rate({a=\"b\"}[5m]))",
            "$k",
            "rate({a=\"b\"}[5m])",
            "{a=\"b\"}[5m]",
            "variants(vector(1)) of ({c=\"d\"}[1m])",
            "vector(1)",
            "1",
            "({c=\"d\"}[1m])",
        ]
    );
}

#[test]
fn log_queries_know_their_range_and_function() {
    let expr = parse("rate({a=\"b\"} |= \"x\" [5m]) / count_over_time($y[1h] offset 1d)").expr;
    let uses = expr.log_queries();
    let described: Vec<_> = uses
        .iter()
        .map(|it| {
            (
                it.query.to_string(),
                it.range.map(|range| range.range.to_string()),
                it.function.map(|f| f.op),
            )
        })
        .collect();
    assert_eq!(
        described,
        [
            (
                "{a=\"b\"} |= \"x\"".to_owned(),
                Some("5m".to_owned()),
                Some(RangeOp::Rate)
            ),
            (
                "$y".to_owned(),
                Some("1h".to_owned()),
                Some(RangeOp::CountOverTime)
            ),
        ]
    );
    let expr = parse("{a=\"b\"}").expr;
    assert!(expr.log_queries()[0].range.is_none());
}

#[test]
fn durations_are_found_and_rewritten() {
    let text = "rate({a=\"b\"} | took > 5m [5m] offset 1h) + rate({a=\"b\"}[$__auto])";
    let expr = parse(text).expr;
    let places: Vec<_> = expr
        .durations()
        .iter()
        .map(|it| &text[it.span().range()])
        .collect();
    assert_eq!(places, ["5m", "1h", "$__auto"]);
    let faster = expr.map_durations(&mut |duration| match duration.constant_nanos() {
        Some(nanos) => Duration::from_millis(nanos / 1_000_000 / 60),
        None => duration,
    });
    assert_eq!(
        faster.to_string(),
        "rate({a=\"b\"} | took > 5m [5s] offset 1m) + rate({a=\"b\"}[$__auto])"
    );
}

#[test]
fn every_variable_is_found_where_it_stands() {
    let text = "sum by ($l) (rate({$f, a=\"x${v}\"} |= \"$s\" $st | $c and b > ${n}ms | unwrap $u [$__auto] offset $o)) > $t";
    let expr = parse(text).expr;
    let variables = expr.variables();
    let mut places: Vec<_> = variables.iter().map(|it| &text[it.span.range()]).collect();
    for (variable, place) in variables.iter().zip(&places) {
        assert_eq!(variable.to_string(), **place);
    }
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "$__auto", "$c", "$f", "$l", "$o", "$s", "$st", "$t", "$u", "${n}", "${v}"
        ]
    );
}

#[test]
fn expressions_are_rewritten_from_the_bottom_up() {
    let expr = parse("sum((1 + 2))").expr.map(&mut |expr| match expr {
        Expr::Paren(paren) => *paren.expr,
        Expr::Number(mut number) => {
            number.value += 1.0;
            Expr::Number(number)
        }
        expr => expr,
    });
    assert_eq!(expr.to_string(), "sum(2 + 3)");
}
