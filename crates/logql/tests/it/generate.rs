//! Random trees, as a builder makes them: without parentheses where the printer must find them, and with
//! every kind of stage, quantity, variable and clause.

use obsctl_logql::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Call, Duration, DurationLiteral, Group, Grouping,
    LogQuery, MatchOp, Matcher, Matching, MatchingLabels, Name, Number, Paren, RangeAggregate,
    RangeOp, RangeQuery, Selector, StringLiteral, Variable, VariableForm, Variants,
};
use obsctl_logql::{Expr, Span};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

#[path = "generate_stage.rs"]
mod stage;

pub(crate) const SPAN: Span = Span { start: 0, end: 0 };

/// Words that Loki reserves.
const RESERVED: &[&str] = &[
    "and",
    "or",
    "unless",
    "by",
    "without",
    "on",
    "ignoring",
    "bool",
    "offset",
    "json",
    "logfmt",
    "regexp",
    "pattern",
    "unpack",
    "drop",
    "keep",
    "unwrap",
    "group_left",
    "group_right",
    "line_format",
    "label_format",
    "decolorize",
];

pub(crate) fn plain_name() -> BoxedStrategy<Name> {
    prop_oneof![
        4 => "[a-z_][a-z0-9_]{0,8}",
        1 => prop::sample::select(vec![
            "sum", "rate", "ip", "duration", "bytes", "vector", "variants", "of", "distinct", "größe", "__error__",
        ]).prop_map(str::to_owned),
    ]
    .prop_filter("reserved", |text| !RESERVED.contains(&text.as_str()))
    .prop_map(|text| Name { text, span: SPAN })
    .boxed()
}

pub(crate) fn name() -> BoxedStrategy<Name> {
    let with_variables = prop::sample::select(vec!["$x", "${p}_ms", "a_$x", "[[v]]", "${x:csv}"]);
    prop_oneof![
        5 => plain_name(),
        1 => with_variables.prop_map(|text| Name { text: text.to_owned(), span: SPAN }),
    ]
    .boxed()
}

pub(crate) fn text() -> BoxedStrategy<StringLiteral> {
    prop_oneof![
        3 => "[a-z0-9 ]{0,8}",
        1 => prop::sample::select(vec![
            "$x", "${x:doublequote}", "a|$b", "\\d+", "a\"b", "`", "\n", "\u{FFFD}", "{{.a}}", "<a> <_>",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[ -~]{0,12}",
    ]
    .prop_map(|value| StringLiteral { value, span: SPAN })
    .boxed()
}

pub(crate) fn number() -> BoxedStrategy<Number> {
    prop_oneof![
        3 => (0..1000_i32).prop_map(f64::from),
        1 => -10.0..10.0,
        1 => any::<f64>().prop_filter("finite", |value| value.is_finite()),
        1 => prop::sample::select(vec![0.0, -0.0, 1e21, 1e-9, f64::MAX, f64::MIN_POSITIVE]),
    ]
    .prop_map(|value| Number { value, span: SPAN })
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

pub(crate) fn mixed(texts: &'static [&'static str]) -> BoxedStrategy<Variable> {
    prop::sample::select(texts)
        .prop_map(|text| Variable {
            form: VariableForm::Mixed,
            ..Variable::new(text)
        })
        .boxed()
}

pub(crate) fn matcher() -> BoxedStrategy<Matcher> {
    let op = prop::sample::select(vec![
        MatchOp::Equal,
        MatchOp::NotEqual,
        MatchOp::Regex,
        MatchOp::NotRegex,
    ]);
    (name(), op, text())
        .prop_map(|(name, op, value)| Matcher {
            name,
            op,
            value,
            span: SPAN,
        })
        .boxed()
}

/// A duration more than nothing, as a range needs it.
fn range() -> BoxedStrategy<Duration> {
    prop_oneof![
        5 => (1..100_000_000_000_i64).prop_map(Duration::from_millis),
        1 => variable().prop_map(Duration::Variable),
        1 => mixed(&["${n}m", "1$unit", "[[n]]h"]).prop_map(Duration::Variable),
    ]
    .boxed()
}

pub(crate) fn duration_literal() -> BoxedStrategy<DurationLiteral> {
    prop_oneof![
        2 => (-100_000_000..100_000_000_i64).prop_map(|millis| millis * 1_000_000),
        1 => -1_000_000_000_000..1_000_000_000_000_i64,
    ]
    .prop_map(|nanos| DurationLiteral { nanos, span: SPAN })
    .boxed()
}

fn offset() -> BoxedStrategy<Duration> {
    prop_oneof![
        3 => duration_literal().prop_map(Duration::Literal),
        1 => variable().prop_map(Duration::Variable),
    ]
    .boxed()
}

fn selector() -> BoxedStrategy<Selector> {
    (vec(matcher(), 0..3), vec(variable(), 0..2))
        .prop_map(|(matchers, variables)| Selector {
            matchers,
            variables,
            whole: None,
            span: SPAN,
        })
        .boxed()
}

fn log_query() -> BoxedStrategy<LogQuery> {
    (selector(), stage::stages())
        .prop_map(|(selector, stages)| LogQuery {
            selector,
            stages,
            span: SPAN,
        })
        .boxed()
}

fn range_query() -> BoxedStrategy<Expr> {
    let whole = variable().prop_map(|variable| LogQuery {
        selector: Selector {
            whole: Some(variable),
            ..Selector::default()
        },
        ..LogQuery::default()
    });
    (
        prop_oneof![6 => log_query(), 1 => whole],
        range(),
        option::of(offset()),
    )
        .prop_map(|(query, range, offset)| {
            Expr::from(RangeQuery {
                query,
                range,
                offset,
                span: SPAN,
            })
        })
        .boxed()
}

fn labels() -> BoxedStrategy<Vec<Name>> {
    vec(name(), 0..3).boxed()
}

fn grouping() -> BoxedStrategy<Option<Grouping>> {
    option::of(
        (any::<bool>(), labels()).prop_map(|(without, labels)| Grouping {
            without,
            labels,
            span: SPAN,
        }),
    )
    .boxed()
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
    (on, option::of(group))
        .prop_map(|(labels, group)| Matching {
            labels,
            group,
            span: SPAN,
        })
        .boxed()
}

fn range_aggregate() -> BoxedStrategy<Expr> {
    let op = prop::sample::select(RangeOp::ALL.to_vec());
    (
        op,
        option::weighted(0.3, number()),
        range_query(),
        grouping(),
    )
        .prop_map(|(op, param, expr, grouping)| {
            Expr::RangeAggregate(RangeAggregate {
                op,
                op_span: SPAN,
                param: param.map(|number| Box::new(Expr::Number(number))),
                expr: Box::new(expr),
                grouping,
                span: SPAN,
            })
        })
        .boxed()
}

fn function() -> BoxedStrategy<Name> {
    prop::sample::select(vec![
        "vector",
        "label_replace",
        "no_such_function",
        "$function",
        "${op}_over_time",
    ])
    .prop_map(|text| Name {
        text: text.to_owned(),
        span: SPAN,
    })
    .boxed()
}

/// Any expression that a text could stand for.
pub(crate) fn expr() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        2 => number().prop_map(Expr::Number),
        1 => text().prop_filter("read as a variable", |text| !text.value.contains("quote}"))
            .prop_map(Expr::String),
        2 => log_query().prop_map(Expr::from),
        1 => range_query(),
        4 => range_aggregate(),
        1 => variable().prop_map(Expr::Variable),
        1 => mixed(&["0.$q", "5${n}", "1e[[x]]"]).prop_map(Expr::Variable),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let op = prop::sample::select(BinaryOp::ALL.to_vec());
        let binary = (op, boxed.clone(), boxed.clone(), any::<bool>(), option::weighted(0.3, matching()));
        let aggregate = prop::sample::select(AggregateOp::ALL.to_vec());
        let aggregate = (aggregate, option::weighted(0.3, boxed.clone()), boxed.clone(), grouping());
        prop_oneof![
            4 => binary.prop_map(|(op, lhs, rhs, bool_modifier, matching)| {
                Expr::from(Binary { op, op_span: SPAN, lhs, rhs, bool_modifier, matching, span: SPAN })
            }),
            3 => aggregate.prop_map(|(op, param, expr, grouping)| {
                Expr::Aggregate(Aggregate { op, op_span: SPAN, param, expr, grouping, span: SPAN })
            }),
            2 => (function(), vec(inner.clone(), 0..3))
                .prop_map(|(func, args)| Expr::Call(Call { func, args, span: SPAN })),
            1 => (vec(inner.clone(), 0..3), range_query()).prop_map(|(exprs, of)| {
                Expr::Variants(Variants { exprs, of: Box::new(of), span: SPAN })
            }),
            1 => boxed
                .prop_filter("none stand around log queries", |expr| !matches!(**expr, Expr::Log(_) | Expr::Range(_)))
                .prop_map(|expr| Expr::Paren(Paren { expr, span: SPAN })),
        ]
    })
    .boxed()
}
