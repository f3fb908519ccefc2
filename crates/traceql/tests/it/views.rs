//! What a query can be asked for.

use obsctl_traceql::ast::{BinaryOp, Intrinsic, Value};
use obsctl_traceql::{Field, Usage, parse};

#[test]
fn fields_are_listed_with_their_use() {
    let text = "{ span.a = 1 && duration > 1s } >> { resource.b != nil } | by(span.c + 1) | select(event.d, name) \
                | avg(span.e) > 1 | quantile_over_time(span:duration, 0.9) by (.f, status)";
    let expr = parse(text).expr;
    let found: Vec<_> = expr
        .fields()
        .into_iter()
        .map(|it| (&text[it.span.range()], it.usage))
        .collect();
    let expected = [
        ("span.a", Usage::Filter),
        ("duration", Usage::Filter),
        ("resource.b", Usage::Filter),
        ("span.c", Usage::Group),
        ("event.d", Usage::Select),
        ("name", Usage::Select),
        ("span.e", Usage::Measure),
        ("span:duration", Usage::Measure),
        (".f", Usage::Group),
        ("status", Usage::Group),
    ];
    assert_eq!(found, expected);
    let attributes: Vec<_> = expr.attributes().map(|it| it.name.text.as_str()).collect();
    assert_eq!(attributes, ["a", "b", "c", "d", "e", "f"]);
    let intrinsics: Vec<_> = expr.intrinsics().map(|it| it.0).collect();
    let expected = [
        Intrinsic::Duration,
        Intrinsic::Name,
        Intrinsic::Duration,
        Intrinsic::Status,
    ];
    assert_eq!(intrinsics, expected);
    assert!(matches!(
        expr.fields()[1].field,
        Field::Intrinsic(Intrinsic::Duration)
    ));
}

#[test]
fn comparisons_are_read_with_the_field_on_the_left() {
    let text = "{ 500 <= span.code && !(span.a = \"x\" || !(span.b =~ `p|q\\.r`)) && (span.c) != nil && span.d = span.e \
                && resource.service.name = \"api\" && span:name = \"GET\" } | compare({ .service.name !~ \"a.*\" })";
    let expr = parse(text).expr;
    let found = expr.comparisons();
    let shown: Vec<_> = found
        .iter()
        .map(|it| (&text[it.span.range()], it.op, it.negated, it.texts()))
        .collect();
    let texts = |texts: &[&str]| Some(texts.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
    let expected = [
        ("500 <= span.code", BinaryOp::GreaterEqual, false, None),
        ("span.a = \"x\"", BinaryOp::Equal, true, texts(&["x"])),
        (
            "span.b =~ `p|q\\.r`",
            BinaryOp::Regex,
            false,
            texts(&["p", "q.r"]),
        ),
        ("(span.c) != nil", BinaryOp::NotEqual, false, None),
        (
            "resource.service.name = \"api\"",
            BinaryOp::Equal,
            false,
            texts(&["api"]),
        ),
        (
            "span:name = \"GET\"",
            BinaryOp::Equal,
            false,
            texts(&["GET"]),
        ),
        (".service.name !~ \"a.*\"", BinaryOp::NotRegex, false, None),
    ];
    assert_eq!(shown, expected);
    assert_eq!(found[0].value.value, Value::Int(500));
    let services = found.iter().filter(|it| it.is_service_name()).count();
    let names = found.iter().filter(|it| it.is_span_name()).count();
    assert_eq!((services, names), (2, 1));
}
