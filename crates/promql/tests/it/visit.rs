//! Walking and rewriting.

use obsctl_promql::ast::{MatchOp, Matcher, Name, StringLiteral};
use obsctl_promql::{Expr, Span, parse};

#[test]
fn descendants_come_as_they_are_written() {
    let tree = parse("topk(2, -a) / (sum(rate(b[5m])) - c[1h:] )").expr;
    let texts: Vec<_> = tree.descendants().map(ToString::to_string).collect();
    let expected = [
        "topk(2, -a) / (sum(rate(b[5m])) - c[1h:])",
        "topk(2, -a)",
        "2",
        "-a",
        "a",
        "(sum(rate(b[5m])) - c[1h:])",
        "sum(rate(b[5m])) - c[1h:]",
        "sum(rate(b[5m]))",
        "rate(b[5m])",
        "b[5m]",
        "c[1h:]",
        "c",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn selectors_know_their_range_and_what_is_around_them() {
    let tree = parse("rate(a[5m]) / max_over_time(sum(b)[1h:])").expr;
    let mut found = Vec::new();
    tree.walk_selectors(|selector, ancestors| {
        let around: Vec<_> = ancestors
            .iter()
            .map(|expr| match expr {
                Expr::Call(call) => call.func.text.clone(),
                Expr::Aggregate(aggregate) => aggregate.op.to_string(),
                Expr::Binary(binary) => binary.op.to_string(),
                Expr::Subquery(_) => "subquery".to_owned(),
                other => panic!("{other}"),
            })
            .collect();
        let name = selector
            .selector
            .name
            .as_ref()
            .expect("a name")
            .text
            .clone();
        found.push((
            name,
            selector.range.map(ToString::to_string),
            around.join(" "),
        ));
    });
    assert_eq!(
        found,
        [
            ("a".to_owned(), Some("5m".to_owned()), "/ rate".to_owned()),
            (
                "b".to_owned(),
                None,
                "/ max_over_time subquery sum".to_owned()
            ),
        ]
    );
    assert_eq!(tree.selectors().count(), 2);
}

#[test]
fn variables_are_found_wherever_they_stand() {
    let text = "$f(${p}_total{a=~\"$b|[[c]]\", $d}[$e:] offset ${g}m @ $h) > 0.$i + on ($j) $k and sum by ($l) (m)";
    let names: Vec<_> = parse(text)
        .expr
        .variables()
        .into_iter()
        .map(|it| it.name)
        .collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        ["b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "p"]
    );
    for variable in parse(text).expr.variables() {
        assert_eq!(&text[variable.span.range()], variable.to_string());
    }
}

#[test]
fn a_matcher_can_be_put_into_every_selector() {
    let mut tree = parse("sum(rate(a{x=\"y\"}[5m])) / b").expr;
    let matcher = Matcher {
        name: Name {
            text: "tenant".to_owned(),
            span: Span::default(),
        },
        op: MatchOp::Equal,
        value: StringLiteral {
            value: "t".to_owned(),
            span: Span::default(),
        },
        span: Span::default(),
    };
    tree.walk_mut(&mut |expr| match expr {
        Expr::Selector(selector) => selector.matchers.push(matcher.clone()),
        Expr::Range(range) => range.selector.matchers.push(matcher.clone()),
        _ => {}
    });
    assert_eq!(
        tree.to_string(),
        r#"sum(rate(a{x="y", tenant="t"}[5m])) / b{tenant="t"}"#
    );
}

#[test]
fn a_rewrite_sees_children_that_are_already_rewritten() {
    let tree = parse("((1 + 2)) * (3)").expr;
    let bare = tree.map(&mut |expr| match expr {
        Expr::Paren(paren) => *paren.expr,
        expr => expr,
    });
    assert_eq!(bare.to_string(), "(1 + 2) * 3");
    assert!(
        bare.descendants()
            .all(|expr| !matches!(expr, Expr::Paren(_)))
    );
}
