//! Types: what queries give, and that errors come in the order of the text.

use obsctl_traceql::{ValueType, parse, typecheck};

#[test]
fn every_query_has_the_type_of_its_answer() {
    use ValueType::{Metrics, Traces, Unknown};
    let cases = [
        ("{}", Traces),
        ("{} >> {}", Traces),
        ("{} | count() > 2", Traces),
        ("{} | by(name)", Traces),
        ("({} | count() > 1) && ({} | count() > 2)", Traces),
        ("{} with (most_recent=true)", Traces),
        ("{} | rate()", Metrics),
        ("{} | rate() > 5 | topk(3) with (sample=true)", Metrics),
        ("{} | compare({ status = error })", Metrics),
        ("$query", Unknown),
        ("$query | rate()", Metrics),
        ("$query | topk(5)", Metrics),
        ("{} | $stage", Unknown),
        ("{} && $other", Traces),
        ("$a && $b", Unknown),
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
fn errors_come_in_the_order_of_the_text() {
    let text = "{ duration = \"x\" && status > ok } && { name } | rte() | count() | topk(0) with (smple=1)";
    let (_, errors) = typecheck(&parse(text).expr);
    let places: Vec<_> = errors
        .iter()
        .map(|error| &text[error.span.range()])
        .collect();
    assert_eq!(
        places,
        [
            "duration = \"x\"",
            "status > ok",
            "name",
            "rte",
            "count()",
            "topk(0)",
            "0",
            "smple"
        ]
    );
}
