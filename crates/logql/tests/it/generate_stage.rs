//! Random stages.

use obsctl_logql::ast::{
    Bytes, CompareOp, Comparison, Conversion, Extraction, IpFilter, LabelChoice, LabelFilter,
    LabelFormat, LabelFormatValue, LineFilter, LineFilterOp, LineMatch, Logfmt, Quantity, Stage,
    StageKind, Unwrap,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{SPAN, duration_literal, matcher, mixed, name, number, plain_name, text, variable};

fn line_filter() -> BoxedStrategy<StageKind> {
    let item = prop_oneof![
        4 => text().prop_filter("read as a variable", |text| !text.value.contains("quote}"))
            .prop_map(LineMatch::Text),
        1 => text().prop_map(|text| LineMatch::Ip(text, SPAN)),
        1 => variable().prop_map(LineMatch::Variable),
    ];
    (
        prop::sample::select(LineFilterOp::ALL.to_vec()),
        vec(item, 1..4),
    )
        .prop_map(|(op, any)| {
            StageKind::LineFilter(LineFilter {
                op,
                op_span: SPAN,
                any,
            })
        })
        .boxed()
}

fn quantity() -> BoxedStrategy<Quantity> {
    prop_oneof![
        3 => number().prop_map(Quantity::Number),
        2 => duration_literal().prop_map(Quantity::Duration),
        2 => (0..1_u64 << 53).prop_map(|count| Quantity::Bytes(Bytes { count, span: SPAN })),
        1 => variable()
            .prop_filter("read as a string", |it| !it.to_string().contains("quote}"))
            .prop_map(Quantity::Variable),
        1 => mixed(&["${n}ms", "5$unit"]).prop_map(Quantity::Variable),
    ]
    .boxed()
}

fn label_filter() -> BoxedStrategy<LabelFilter> {
    let compare = (
        name(),
        prop::sample::select(CompareOp::ALL.to_vec()),
        quantity(),
    )
        .prop_map(|(label, op, value)| {
            LabelFilter::Compare(Comparison {
                label,
                op,
                value,
                span: SPAN,
            })
        });
    let ip = (name(), any::<bool>(), text()).prop_map(|(label, negative, value)| {
        LabelFilter::Ip(IpFilter {
            label,
            negative,
            value,
            span: SPAN,
        })
    });
    let leaf = prop_oneof![
        3 => matcher().prop_map(LabelFilter::Match),
        3 => compare,
        1 => ip,
        1 => variable().prop_map(LabelFilter::Variable),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        let several = vec(inner, 2..4);
        prop_oneof![
            several
                .clone()
                .prop_map(|all| LabelFilter::And(flat(all, true), SPAN)),
            several.prop_map(|any| LabelFilter::Or(flat(any, false), SPAN)),
        ]
    })
    .boxed()
}

/// Lists of conditions hold no lists of their own kind.
fn flat(conditions: Vec<LabelFilter>, and: bool) -> Vec<LabelFilter> {
    let inner = |condition| match condition {
        LabelFilter::And(inner, _) if and => inner,
        LabelFilter::Or(inner, _) if !and => inner,
        condition => vec![condition],
    };
    conditions.into_iter().flat_map(inner).collect()
}

fn extractions() -> BoxedStrategy<Vec<Extraction>> {
    let item = (plain_name(), option::of(text())).prop_map(|(label, path)| Extraction {
        label,
        path,
        span: SPAN,
    });
    vec(item, 0..3).boxed()
}

fn choices() -> BoxedStrategy<Vec<LabelChoice>> {
    let item = prop_oneof![
        name().prop_map(LabelChoice::Name),
        matcher().prop_map(LabelChoice::Match),
    ];
    vec(item, 1..4).boxed()
}

fn formats() -> BoxedStrategy<Vec<LabelFormat>> {
    let value = prop_oneof![
        name().prop_map(LabelFormatValue::Rename),
        text().prop_map(LabelFormatValue::Template),
    ];
    let item = (name(), value).prop_map(|(label, value)| LabelFormat {
        label,
        value,
        span: SPAN,
    });
    vec(item, 1..4).boxed()
}

fn unwrap() -> BoxedStrategy<Unwrap> {
    (
        name(),
        option::of(prop::sample::select(Conversion::ALL.to_vec())),
    )
        .prop_map(|(label, conversion)| Unwrap { label, conversion })
        .boxed()
}

fn kind() -> BoxedStrategy<StageKind> {
    let logfmt =
        (any::<bool>(), any::<bool>(), extractions()).prop_map(|(strict, keep_empty, labels)| {
            StageKind::Logfmt(Logfmt {
                strict,
                keep_empty,
                labels,
            })
        });
    prop_oneof![
        4 => line_filter(),
        3 => label_filter().prop_map(StageKind::LabelFilter),
        1 => extractions().prop_map(StageKind::Json),
        1 => logfmt,
        1 => text().prop_map(StageKind::Regexp),
        1 => text().prop_map(StageKind::Pattern),
        1 => text().prop_map(StageKind::LineFormat),
        1 => prop::sample::select(vec![StageKind::Unpack, StageKind::Decolorize]),
        1 => formats().prop_map(StageKind::LabelFormat),
        1 => choices().prop_map(StageKind::Drop),
        1 => choices().prop_map(StageKind::Keep),
        1 => vec(name(), 1..3).prop_map(StageKind::Distinct),
        1 => unwrap().prop_map(StageKind::Unwrap),
        1 => variable().prop_map(StageKind::Variable),
    ]
    .boxed()
}

/// Whether `| drop a` would take the `!=` behind it.
fn swallows(kind: &StageKind) -> bool {
    let (StageKind::Drop(list) | StageKind::Keep(list)) = kind else {
        return false;
    };
    matches!(list.last(), Some(LabelChoice::Name(_)))
}

fn is_negative_filter(kind: &StageKind) -> bool {
    matches!(kind, StageKind::LineFilter(filter)
        if matches!(filter.op, LineFilterOp::NotContains | LineFilterOp::NotRegex))
}

pub(super) fn stages() -> BoxedStrategy<Vec<Stage>> {
    vec(kind(), 0..4)
        .prop_map(|kinds| {
            let mut stages: Vec<Stage> = Vec::new();
            for kind in kinds {
                let swallowed = is_negative_filter(&kind)
                    && stages.last().is_some_and(|before| swallows(&before.kind));
                if !swallowed {
                    stages.push(Stage { kind, span: SPAN });
                }
            }
            stages
        })
        .boxed()
}
