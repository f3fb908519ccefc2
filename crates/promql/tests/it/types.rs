//! Types: what expressions give, and what Prometheus refuses.

use obsctl_promql::{Feature, ValueType, experimental, parse, typecheck};

#[test]
fn every_expression_has_the_type_of_its_value() {
    use ValueType::{Range, Scalar, String, Unknown, Vector};
    let cases = [
        ("1", Scalar),
        ("\"a\"", String),
        ("up", Vector),
        ("up[5m]", Range),
        ("up[5m:1m]", Range),
        ("time()", Scalar),
        ("rate(up[5m])", Vector),
        ("sum(up)", Vector),
        ("1 + 2", Scalar),
        ("1 > bool 2", Scalar),
        ("1 + up", Vector),
        ("-up", Vector),
        ("-(1)", Scalar),
        ("up and up", Vector),
        ("$x", Unknown),
        ("$x + 1", Unknown),
        ("$x + up", Vector),
        ("$x and $y", Vector),
        ("$x{}", Vector),
        ("$f(up)", Unknown),
        ("rate($x[5m])", Vector),
        ("topk($k, up)", Vector),
        ("0.$q", Unknown),
    ];
    for (text, expected) in cases {
        assert_eq!(
            typecheck(&parse(text).expr),
            (expected, Vec::new()),
            "{text}"
        );
    }
}

#[test]
fn a_variable_fits_everywhere() {
    for text in [
        "rate($x)",
        "sum($x)",
        "$x and up",
        "clamp(up, $min, $max)",
        "label_replace(up, $a, $b, $c, $d)",
        "$x > 5 and on (job) $y",
        "$x[5m:]",
        "{job=~\"$job\"}",
        "{$filters}",
        "histogram_quantile($q, $y)",
    ] {
        assert_eq!(typecheck(&parse(text).expr).1, [], "{text}");
    }
}

#[test]
fn errors_come_in_the_order_of_the_text() {
    let text = "rate(up) + {} > 1 == 2 or foo(clamp(up))";
    let (_, errors) = typecheck(&parse(text).expr);
    let places: Vec<_> = errors
        .iter()
        .map(|error| &text[error.span.range()])
        .collect();
    assert_eq!(places, ["up", "{}", "foo", "clamp(up)"]);
}

#[test]
fn experimental_features_are_listed() {
    let text = "limitk(1, info(up)) + fill(0) rate(up[5m] smoothed) / sum(up)";
    let found = experimental(&parse(text).expr);
    let found: Vec<_> = found
        .iter()
        .map(|it| (&text[it.span.range()], it.name, it.feature))
        .collect();
    assert_eq!(
        found,
        [
            ("fill(0)", "fill", Feature::Fill),
            ("limitk", "limitk", Feature::Functions),
            ("info", "info", Feature::Functions),
            ("up[5m] smoothed", "smoothed", Feature::ExtendedRanges),
        ]
    );
    assert_eq!(Feature::Fill.flag(), "promql-binop-fill-modifiers");
}
