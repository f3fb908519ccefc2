//! Printing, on one line and on several.

use obsctl_promql::ast::{Binary, BinaryOp, DurationExpr, Name, RangeSelector, Selector, Unary};
use obsctl_promql::{Expr, Span, parse};

use crate::corpus;

#[test]
fn the_corpus_reads_back_as_it_was() {
    let all = corpus::expressions(corpus::VALID).chain(corpus::expressions(corpus::GRAFANA));
    for text in all {
        let tree = parse(text).expr;
        let printed = tree.to_string();
        let again = parse(&printed);
        assert!(
            again.errors.is_empty(),
            "{text} -> {printed}: {:#?}",
            again.errors
        );
        assert_eq!(again.expr, tree, "{text} -> {printed}");
        assert_eq!(again.expr.to_string(), printed, "{text}");
        assert_eq!(parse(&tree.pretty_within(20)).expr, tree, "{text}");
    }
}

#[test]
fn one_form_is_canonical() {
    let cases = [
        ("SUM(up)BY(job,)", "sum by (job) (up)"),
        ("sum  without( a ,b )(x)", "sum without (a, b) (x)"),
        ("topk(5,up)by(a)", "topk by (a) (5, up)"),
        ("up{a='b',c=~`d\\.e`,}", r#"up{a="b", c=~"d\\.e"}"#),
        ("up{}", "up"),
        ("{\"up\"}", "up"),
        (
            "{'http.requests',job=\"a\"}",
            "{\"http.requests\", job=\"a\"}",
        ),
        ("{\"on\"}", "{\"on\"}"),
        ("a offset 5m @ end()", "a @ end() offset 5m"),
        ("a[90m] offset -1d", "a[1h30m] offset -1d"),
        ("a[300]", "a[300]"),
        ("a[1h:]", "a[1h:]"),
        ("-  -a", "--a"),
        ("+1", "1"),
        ("- 1.50", "-1.5"),
        ("0x10", "16"),
        ("1e30", "1e30"),
        ("inf", "Inf"),
        ("a AND b", "a and b"),
        ("a==bool b", "a == bool b"),
        ("a*on(x)group_left b", "a * on (x) group_left () b"),
        ("a + fill_right(1) fill_left(1) b", "a + fill (1) b"),
        ("rate($m[$__rate_interval])", "rate($m[$__rate_interval])"),
        ("$m{}", "$m{}"),
        (
            "sum by(\"a.b\",without_x)(up)",
            "sum by (\"a.b\", without_x) (up)",
        ),
    ];
    for (text, printed) in cases {
        assert_eq!(parse(text).expr.to_string(), printed, "{text}");
    }
}

fn metric(name: &str) -> Expr {
    let name = Name {
        text: name.to_owned(),
        span: Span::default(),
    };
    Expr::from(Selector {
        name: Some(name),
        ..Selector::default()
    })
}

fn binary(op: BinaryOp, lhs: Expr, rhs: Expr) -> Expr {
    Expr::from(Binary {
        op,
        op_span: Span::default(),
        lhs: Box::new(lhs),
        rhs: Box::new(rhs),
        bool_modifier: false,
        matching: None,
        span: Span::default(),
    })
}

#[test]
fn parentheses_appear_where_precedence_demands_them() {
    use BinaryOp::{Add, And, Div, Mul, Or, Pow, Sub};
    let (a, b, c) = (|| metric("a"), || metric("b"), || metric("c"));
    let minus = |expr| {
        let span = Span::default();
        Expr::Unary(Unary {
            minus: true,
            expr: Box::new(expr),
            span,
        })
    };
    let cases = [
        (binary(Mul, binary(Add, a(), b()), c()), "(a + b) * c"),
        (binary(Add, binary(Mul, a(), b()), c()), "a * b + c"),
        (binary(Sub, a(), binary(Sub, b(), c())), "a - (b - c)"),
        (binary(Sub, binary(Sub, a(), b()), c()), "a - b - c"),
        (binary(Div, a(), binary(Mul, b(), c())), "a / (b * c)"),
        (binary(Pow, binary(Pow, a(), b()), c()), "(a ^ b) ^ c"),
        (binary(Pow, a(), binary(Pow, b(), c())), "a ^ b ^ c"),
        (binary(Pow, minus(a()), b()), "(-a) ^ b"),
        (minus(binary(Pow, a(), b())), "-a ^ b"),
        (minus(binary(Mul, a(), b())), "-(a * b)"),
        (binary(And, binary(Or, a(), b()), c()), "(a or b) and c"),
    ];
    for (tree, printed) in cases {
        assert_eq!(tree.to_string(), printed);
    }
    let range = DurationExpr::from_millis(300_000);
    let selector = Selector {
        name: Some(Name {
            text: "http.requests".to_owned(),
            span: Span::default(),
        }),
        ..Selector::default()
    };
    let range = Expr::from(RangeSelector {
        selector,
        range,
        span: Span::default(),
    });
    assert_eq!(range.to_string(), "{\"http.requests\"}[5m]");
}

#[test]
fn long_queries_are_broken_into_lines() {
    let text = "histogram_quantile(0.99, sum by (le, path) (rate(http_request_duration_seconds_bucket{\
        job=\"api\", environment=\"production\", path!~\"/health|/metrics\"}[5m]))) > 2 and on (path) \
        sum by (path) (rate(http_requests_total[5m])) > 10 unless on () maintenance == 1";
    let pretty = r#"    histogram_quantile(
      0.99,
      sum by (le, path) (
        rate(
          http_request_duration_seconds_bucket{
            job="api",
            environment="production",
            path!~"/health|/metrics"
          }[5m]
        )
      )
    )
  >
    2
and on (path)
  sum by (path) (rate(http_requests_total[5m])) > 10
unless on ()
  maintenance == 1"#;
    assert_eq!(parse(text).expr.pretty(), pretty);
    assert_eq!(parse("a+b").expr.pretty(), "a + b");
    let narrow = "    a\n  +\n    b\n  -\n    c * (d + e)\nor\n  rate(x[1h])";
    assert_eq!(
        parse("a + b - c * (d + e) or rate(x[1h])")
            .expr
            .pretty_within(15),
        narrow
    );
}
