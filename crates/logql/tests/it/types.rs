//! Types: what expressions give, and what Loki refuses.

use obsctl_logql::{ValueType, parse, typecheck};

#[test]
fn every_expression_has_the_type_of_its_value() {
    use ValueType::{Log, Scalar, Unknown, Vector};
    let cases = [
        ("1", Scalar),
        ("1 + 2 * 3", Scalar),
        ("1 > 2", Scalar),
        ("{a=\"b\"}", Log),
        ("({a=\"b\"} | json)", Log),
        ("$streams |= \"x\"", Log),
        ("rate({a=\"b\"}[5m])", Vector),
        ("sum(rate({a=\"b\"}[5m]))", Vector),
        ("vector(0)", Vector),
        ("1 + vector(0)", Vector),
        (
            "label_replace(vector(0), \"a\", \"b\", \"c\", \"d\")",
            Vector,
        ),
        ("variants(rate({a=\"b\"}[5m])) of ({a=\"b\"}[5m])", Vector),
        ("$x", Unknown),
        ("$x + 1", Unknown),
        ("$x + vector(0)", Vector),
        ("$x and $y", Vector),
        ("$f({a=\"b\"}[5m])", Unknown),
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
        "$x and vector(0)",
        "topk($k, $x)",
        "quantile_over_time($q, {a=\"b\"} | unwrap $v [5m])",
        "label_replace($v, $a, $b, $c, $d)",
        "{$filters}",
        "{a=~\".*\", $filters}",
        "{a=~\"$x\"}",
        "{a=\"b\"} |~ \"($x\" | regexp \"$re\" | pattern \"$p\" | json c=\"$path\"",
        "{a=\"b\"} |= ip(\"$ip\")",
        "avg_over_time({a=\"b\"} $stages [5m])",
    ] {
        assert_eq!(typecheck(&parse(text).expr).1, [], "{text}");
    }
}

#[test]
fn a_selector_asks_for_a_value_as_loki_demands() {
    for text in [
        "{a=\"b\"}",
        "{a=~\".+\"}",
        "{a!=\"\"}",
        "{a=~\"b|c\"}",
        "{a!~\".*\"}",
        "{a!=\"b\", c=\"d\"}",
    ] {
        assert_eq!(typecheck(&parse(text).expr).1, [], "{text}");
    }
    for text in [
        "{}",
        "{a=\"\"}",
        "{a=~\".*\"}",
        "{a!=\"b\"}",
        "{a!~\"b\"}",
        "{a=~\"b|\"}",
    ] {
        assert_eq!(typecheck(&parse(text).expr).1.len(), 1, "{text}");
    }
}

#[test]
fn a_key_of_logfmt_is_a_word_or_between_quotes() {
    for path in ["user_id", " user_id ", "\\\"user id\\\"", "$key"] {
        let text = format!("{{a=\"b\"}} | logfmt uid=\"{path}\"");
        assert_eq!(typecheck(&parse(&text).expr).1, [], "{text}");
    }
    for path in ["user.id", "", "1st", "a b", "\\\"open"] {
        let text = format!("{{a=\"b\"}} | logfmt uid=\"{path}\"");
        assert_eq!(typecheck(&parse(&text).expr).1.len(), 1, "{text}");
    }
}

#[test]
fn label_replace_takes_no_number() {
    let (_, errors) = typecheck(&parse(r#"label_replace(2 - 1, "a", "b", "c", "d")"#).expr);
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        messages,
        ["the first argument of `label_replace` must be a vector, found a number"]
    );
}

#[test]
fn errors_come_in_the_order_of_the_text() {
    let text = "rate({a=\"b\"}) + sum({} |~ \"(\") > foo({a=\"b\"} | unwrap c)";
    let (_, errors) = typecheck(&parse(text).expr);
    let places: Vec<_> = errors
        .iter()
        .map(|error| &text[error.span.range()])
        .collect();
    assert_eq!(
        places,
        [
            "{a=\"b\"}",
            "{}",
            "{} |~ \"(\"",
            "\"(\"",
            "foo",
            "| unwrap c"
        ]
    );
}
