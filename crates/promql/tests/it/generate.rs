//! Random trees, as a builder makes them: without parentheses where the printer must find them, and with
//! every kind of name, number, variable and clause.

use obsctl_promql::ast::{
    Aggregate, AggregateOp, At, Binary, BinaryOp, Call, DurationExpr, DurationLiteral, Extended,
    Group, Grouping, MatchOp, Matcher, Matching, MatchingLabels, Modifiers, Name, Number, Paren,
    RangeSelector, Selector, StringLiteral, Subquery, Unary, Variable, VariableForm,
};
use obsctl_promql::{Expr, Span, functions};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const SPAN: Span = Span { start: 0, end: 0 };

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        3 => "[a-z_][a-z0-9_]{0,8}",
        2 => prop::sample::select(vec![
            "sum", "by", "on", "bool", "offset", "start", "fill", "inf", "NaN", "without", "ATAN2", "__name__",
            "${p}_total", "a_$x", "[[v]]", "$x", "${x:doublequote}", "job:$x:rate", "", "5$x", "a.b",
        ]).prop_map(str::to_owned),
        1 => "[a-z]{1,3}:[a-z]{1,3}",
        1 => any::<String>(),
        1 => "[ -~]{0,12}",
    ]
    .boxed()
}

fn name() -> BoxedStrategy<Name> {
    text().prop_map(|text| Name { text, span: SPAN }).boxed()
}

fn string() -> BoxedStrategy<StringLiteral> {
    text()
        .prop_map(|value| StringLiteral { value, span: SPAN })
        .boxed()
}

fn number() -> BoxedStrategy<Number> {
    let value = prop_oneof![
        3 => (0..100_i32).prop_map(f64::from),
        1 => -10.0..10.0,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
    ];
    let seconds = (-1_000_000..1_000_000_i32).prop_map(|millis| f64::from(millis) / 1000.0);
    prop_oneof![
        4 => value.prop_map(|value| Number { value, duration: false, span: SPAN }),
        1 => seconds.prop_map(|value| Number { value, duration: true, span: SPAN }),
    ]
    .boxed()
}

pub(crate) fn variable() -> BoxedStrategy<Variable> {
    let word = "[a-z_][a-z0-9_]{0,6}";
    let format = option::of("[a-z]{1,6}");
    prop_oneof![
        word.prop_map(Variable::new),
        (
            word,
            option::of("[a-z]{1,4}(\\.[a-z]{1,3})?"),
            format.clone()
        )
            .prop_map(|(name, field, format)| Variable {
                field,
                format,
                ..Variable::braced(name)
            }),
        (word, format).prop_map(|(name, format)| Variable {
            form: VariableForm::Brackets,
            format,
            ..Variable::new(name)
        }),
    ]
    .boxed()
}

fn mixed(texts: &'static [&'static str]) -> BoxedStrategy<Variable> {
    prop::sample::select(texts)
        .prop_map(|text| Variable {
            form: VariableForm::Mixed,
            ..Variable::new(text)
        })
        .boxed()
}

/// A duration more than nothing, as a range needs it.
fn duration() -> BoxedStrategy<DurationExpr> {
    let leaf = prop_oneof![
        5 => (1..100_000_000_000_i64)
            .prop_map(|millis| DurationExpr::Literal(DurationLiteral { millis, span: SPAN })),
        1 => (0.001..1e9).prop_map(|value| {
            DurationExpr::Number(Number { value, duration: false, span: SPAN })
        }),
        1 => variable().prop_map(DurationExpr::Variable),
        1 => mixed(&["${n}m", "1$unit", "[[n]]h"]).prop_map(DurationExpr::Variable),
        1 => prop::sample::select(vec!["step", "range"]).prop_map(|name| call(name, Vec::new())),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let op = prop::sample::select(vec![
            BinaryOp::Add,
            BinaryOp::Sub,
            BinaryOp::Mul,
            BinaryOp::Div,
            BinaryOp::Mod,
            BinaryOp::Pow,
        ]);
        let side = prop_oneof![
            3 => inner.clone(),
            1 => inner.clone().prop_map(|inner| DurationExpr::Negative(Box::new(inner), SPAN)),
        ];
        prop_oneof![
            (op, side.clone(), side).prop_map(|(op, lhs, rhs)| {
                DurationExpr::Binary(op, Box::new(lhs), Box::new(rhs), SPAN)
            }),
            inner
                .clone()
                .prop_map(|inner| DurationExpr::Paren(Box::new(inner), SPAN)),
            (
                prop::sample::select(vec!["min_of", "max_of"]),
                inner.clone(),
                inner
            )
                .prop_map(|(name, lhs, rhs)| call(name, vec![lhs, rhs])),
        ]
    })
    .boxed()
}

fn call(name: &str, args: Vec<DurationExpr>) -> DurationExpr {
    DurationExpr::Call(
        Name {
            text: name.to_owned(),
            span: SPAN,
        },
        args,
        SPAN,
    )
}

fn modifiers() -> BoxedStrategy<Modifiers> {
    let offset = prop_oneof![
        duration(),
        duration().prop_map(|inner| DurationExpr::Negative(Box::new(inner), SPAN)),
    ];
    let at = prop_oneof![
        (-1e9..1e10).prop_map(|value| At::Timestamp(Number {
            value,
            duration: false,
            span: SPAN
        })),
        Just(At::Start(SPAN)),
        Just(At::End(SPAN)),
        variable().prop_map(At::Variable),
    ];
    (option::weighted(0.2, offset), option::weighted(0.2, at))
        .prop_map(|(offset, at)| Modifiers { offset, at })
        .boxed()
}

fn selector() -> BoxedStrategy<Selector> {
    let op = prop::sample::select(vec![
        MatchOp::Equal,
        MatchOp::NotEqual,
        MatchOp::Regex,
        MatchOp::NotRegex,
    ]);
    let matcher = (name(), op, string()).prop_map(|(name, op, value)| Matcher {
        name,
        op,
        value,
        span: SPAN,
    });
    let extended = option::weighted(
        0.1,
        prop::sample::select(vec![Extended::Anchored, Extended::Smoothed]),
    );
    let variables = prop_oneof![9 => Just(Vec::new()), 1 => vec(variable(), 1..3)];
    (
        option::of(name()),
        vec(matcher, 0..3),
        variables,
        modifiers(),
        extended,
    )
        .prop_map(
            |(name, matchers, variables, modifiers, extended)| Selector {
                name,
                matchers,
                variables,
                modifiers,
                extended,
                span: SPAN,
            },
        )
        .boxed()
}

fn labels() -> BoxedStrategy<Vec<Name>> {
    vec(name(), 0..3).boxed()
}

fn matching() -> BoxedStrategy<Matching> {
    let on = (any::<bool>(), labels()).prop_map(|(on, labels)| MatchingLabels {
        on,
        labels,
        span: SPAN,
    });
    let group = (any::<bool>(), labels()).prop_map(|(left, include)| Group {
        left,
        include,
        span: SPAN,
    });
    let side = || option::weighted(0.2, number());
    (on, option::of(group), side(), side())
        .prop_map(|(on, group, fill_left, fill_right)| Matching {
            labels: Some(on),
            group,
            fill_left,
            fill_right,
            span: SPAN,
        })
        .boxed()
}

fn aggregate(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let grouping = (any::<bool>(), labels()).prop_map(|(without, labels)| Grouping {
        without,
        labels,
        span: SPAN,
    });
    let op = prop::sample::select(AggregateOp::ALL.to_vec());
    (op, inner.clone(), inner, option::of(grouping))
        .prop_map(|(op, param, expr, grouping)| {
            Expr::Aggregate(Aggregate {
                op,
                op_span: SPAN,
                param: op.parameter().map(|_| Box::new(param)),
                expr: Box::new(expr),
                grouping,
                span: SPAN,
            })
        })
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
        1 => Just("$function".to_owned()),
    ]
    .prop_map(|text| Name { text, span: SPAN })
    .boxed()
}

/// Any expression that a text could stand for.
pub(crate) fn expr() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        2 => number().prop_map(Expr::Number),
        1 => string().prop_map(Expr::String),
        4 => selector().prop_map(Expr::from),
        2 => (selector(), duration()).prop_map(|(selector, range)| {
            Expr::from(RangeSelector { selector, range, span: SPAN })
        }),
        1 => variable().prop_map(Expr::Variable),
        1 => mixed(&["0.$q", "5${n}", "1e[[x]]"]).prop_map(Expr::Variable),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let op = prop::sample::select(BinaryOp::ALL.to_vec());
        let subquery = (boxed.clone(), duration(), option::of(duration()), modifiers());
        let binary =
            (op, boxed.clone(), boxed.clone(), any::<bool>(), option::weighted(0.3, matching()));
        prop_oneof![
            4 => binary.prop_map(|(op, lhs, rhs, bool_modifier, matching)| {
                Expr::from(Binary { op, op_span: SPAN, lhs, rhs, bool_modifier, matching, span: SPAN })
            }),
            2 => (function(), vec(inner.clone(), 0..3))
                .prop_map(|(func, args)| Expr::Call(Call { func, args, span: SPAN })),
            2 => aggregate(inner.clone()),
            1 => subquery.prop_map(|(expr, range, step, modifiers)| {
                Expr::from(Subquery { expr, range, step, modifiers, span: SPAN })
            }),
            1 => (any::<bool>(), boxed.clone())
                .prop_map(|(minus, expr)| Expr::Unary(Unary { minus, expr, span: SPAN })),
            1 => boxed.prop_map(|expr| Expr::Paren(Paren { expr, span: SPAN })),
        ]
    })
    .boxed()
}
