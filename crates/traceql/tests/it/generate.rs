//! Random trees, as a builder makes them: without parentheses where the printer must find them, and with
//! every kind of name, number, variable and clause.

use obsctl_traceql::ast::{
    Attribute, Binary, BinaryOp, Call, GroupBy, Hint, Hinted, Intrinsic, IntrinsicUse, Literal,
    Name, Paren, Pipeline, Scope, SpanKind, Spanset, Status, Unary, UnaryOp, Value, Variable,
    VariableForm,
};
use obsctl_traceql::{Expr, Span, functions};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const SPAN: Span = Span { start: 0, end: 0 };

fn text() -> BoxedStrategy<String> {
    let special = [
        "",
        "a b",
        "5xx",
        "a\"b",
        "a\\b",
        "a\\",
        "span.x",
        "resource.y",
        "${x:csv}",
        "a.${x}.b",
        "$x",
        "[[x]]",
        "${",
        "[[",
        "é",
        "=",
        "http.method",
        "//",
        "/*",
        "name",
        "duration",
        "a-b+c",
        "\u{FFFD}",
        "\u{85}",
    ];
    prop_oneof![
        3 => "[a-z_][a-z0-9_.]{0,8}",
        3 => prop::sample::select(special.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[ -~]{0,12}",
    ]
    .boxed()
}

fn attribute() -> BoxedStrategy<Expr> {
    (prop::sample::select(Scope::ALL.to_vec()), text())
        .prop_map(|(scope, text)| {
            let name = Name { text, span: SPAN };
            Expr::Attribute(Attribute {
                scope,
                name,
                span: SPAN,
            })
        })
        .boxed()
}

fn intrinsic() -> BoxedStrategy<Expr> {
    (prop::sample::select(Intrinsic::ALL.to_vec()), any::<bool>())
        .prop_map(|(intrinsic, scoped)| {
            // Where there is one spelling, there is one tree.
            let scoped = if scoped {
                intrinsic.scoped().is_some()
            } else {
                intrinsic.bare().is_none()
            };
            Expr::Intrinsic(IntrinsicUse {
                intrinsic,
                scoped,
                span: SPAN,
            })
        })
        .boxed()
}

fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        1 => Just(Value::Nil),
        3 => text().prop_map(Value::String),
        2 => (-20_i64..20).prop_map(Value::Int),
        1 => any::<i64>().prop_map(Value::Int),
        1 => prop::sample::select(vec![i64::MIN, i64::MAX, i64::MIN + 1]).prop_map(Value::Int),
        2 => prop::num::f64::NORMAL.prop_map(Value::Float),
        1 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.5, 1e300, 5e-324, 0.1]).prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => (-10_000_000_000_i64..10_000_000_000).prop_map(Value::Duration),
        1 => any::<i64>().prop_filter("too long to be written", |it| *it != i64::MIN).prop_map(Value::Duration),
        1 => prop::sample::select(Status::ALL.to_vec()).prop_map(Value::Status),
        1 => prop::sample::select(SpanKind::ALL.to_vec()).prop_map(Value::Kind),
    ]
    .boxed()
}

fn literal() -> BoxedStrategy<Expr> {
    value()
        .prop_map(|value| Expr::Literal(Literal { value, span: SPAN }))
        .boxed()
}

fn variable() -> BoxedStrategy<Expr> {
    let name = prop::sample::select(vec!["x", "__interval", "a1"]);
    let plain = (name, 0..4_u8).prop_map(|(name, form)| {
        let variable = Variable::new(name);
        match form {
            0 => variable,
            1 => Variable {
                form: VariableForm::Braced,
                ..variable
            },
            2 => Variable {
                form: VariableForm::Braced,
                format: Some("regex".to_owned()),
                ..variable
            },
            _ => Variable {
                form: VariableForm::Brackets,
                ..variable
            },
        }
    });
    let mixed = [
        "${n}ms",
        "0.$x",
        "$scope.http.method",
        "a_$x",
        "[[a]]:b",
        "5$unit",
    ];
    let mixed = prop::sample::select(mixed.to_vec()).prop_map(|name| Variable {
        form: VariableForm::Mixed,
        ..Variable::new(name)
    });
    prop_oneof![3 => plain, 1 => mixed]
        .prop_map(Expr::Variable)
        .boxed()
}

fn function() -> BoxedStrategy<Name> {
    let known: Vec<_> = functions::ALL
        .iter()
        .map(|function| function.name.to_owned())
        .collect();
    prop_oneof![
        8 => prop::sample::select(known),
        1 => Just("no_such_function".to_owned()),
        1 => Just("${f}_over_time".to_owned()),
        1 => Just("$f".to_owned()),
    ]
    .prop_map(|text| Name { text, span: SPAN })
    .boxed()
}

fn hints(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Vec<Hint>> {
    let name = prop::sample::select(vec!["sample", "most_recent", "by", "with"]);
    let name = name.prop_map(|text| Name {
        text: text.to_owned(),
        span: SPAN,
    });
    let value = prop_oneof![4 => literal(), 1 => variable(), 1 => inner];
    vec(
        (name, value).prop_map(|(name, value)| Hint {
            name,
            value,
            span: SPAN,
        }),
        1..3,
    )
    .boxed()
}

/// Any expression that a text could stand for.
pub(crate) fn expr() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![4 => literal(), 4 => attribute(), 2 => intrinsic(), 1 => variable()];
    leaf.prop_recursive(5, 24, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let op = prop::sample::select(BinaryOp::ALL.to_vec());
        let by = option::weighted(0.3, vec(inner.clone(), 0..3));
        let unary = prop::sample::select(vec![UnaryOp::Minus, UnaryOp::Not]);
        prop_oneof![
            5 => (op, boxed.clone(), boxed.clone()).prop_map(|(op, lhs, rhs)| {
                Expr::from(Binary { op, op_span: SPAN, lhs, rhs, span: SPAN })
            }),
            2 => (function(), vec(inner.clone(), 0..3), by).prop_map(|(name, args, keys)| {
                let by = keys.map(|keys| GroupBy { keys, span: SPAN });
                Expr::Call(Call { name, args, by, span: SPAN })
            }),
            3 => option::weighted(0.9, boxed.clone())
                .prop_map(|filter| Expr::Spanset(Spanset { filter, span: SPAN })),
            2 => (unary, boxed.clone())
                .prop_map(|(op, expr)| Expr::Unary(Unary { op, expr, span: SPAN })),
            1 => boxed.clone().prop_map(|expr| Expr::Paren(Paren { expr, span: SPAN })),
            2 => vec(inner.clone(), 2..4)
                .prop_map(|stages| Expr::Pipeline(Pipeline { stages, span: SPAN })),
            1 => (boxed, hints(inner.boxed())).prop_map(|(expr, hints)| {
                Expr::Hinted(Hinted { expr, hints, clause: SPAN, span: SPAN })
            }),
        ]
    })
    .boxed()
}
