//! Agreement with the `promql-parser` crate: on what both accept, the trees are the same.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use obsctl_promql::ast::{At, DurationExpr, Modifiers, Name, Selector, Variable};
use obsctl_promql::{Dialect, Expr, parse_with, typecheck};
use promql_parser::label::{MatchOp, Matchers};
use promql_parser::parser::{
    self as other, AtModifier, LabelModifier, Offset, VectorMatchCardinality,
};
use proptest::prelude::*;

use crate::corpus;

/// Parts of the language that the other crate refuses, although Prometheus 3.14 has them.
const UNREAD: &[(&str, &str)] = &[
    ("_000", "underscores between digits"),
    ("`", "backslashes between backticks"),
    ("anchored", "edges of ranges, and metrics of that name"),
    ("smoothed", "edges of ranges, and metrics of that name"),
    ("[5m + ", "arithmetic with durations"),
    ("[5m - ", "arithmetic with durations"),
    ("s+", "arithmetic with durations"),
    ("[-", "arithmetic with durations"),
    ("[2^3^1]", "arithmetic with durations"),
    ("[(", "arithmetic with durations"),
    ("[1h / 2", "arithmetic with durations"),
    ("step", "the query's step as a duration"),
    ("STEP", "the query's step as a duration"),
    ("[range", "the query's range as a duration"),
    ("min_of", "the smaller of two durations"),
    ("max_of", "the larger of two durations"),
    ("offset (", "arithmetic with durations"),
    ("offset -(", "arithmetic with durations"),
    ("(a:b)", "recording rules' names as labels"),
    ("fill(1m)", "durations as fill values"),
    ("</", "trimming of native histograms"),
    (">/", "trimming of native histograms"),
];

/// The tree as text that names every part of it.
trait Shape {
    fn shape(&self) -> String;
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join(" ")
}

fn names(names: &[Name]) -> String {
    list(names.iter().map(|name| format!("{:?}", name.text)))
}

fn seconds(duration: &DurationExpr) -> String {
    format!("{}ms", duration.constant_millis().expect("a constant"))
}

fn modifiers(modifiers: &Modifiers) -> String {
    let mut text = String::new();
    match &modifiers.at {
        Some(At::Start(_)) => text += " @start",
        Some(At::End(_)) => text += " @end",
        Some(At::Timestamp(number)) => {
            write!(text, " @{}ms", (number.value * 1000.0).round()).expect("strings take all");
        }
        Some(At::Variable(Variable { name, .. })) => text += name,
        None => {}
    }
    // No offset and an offset of nothing are one to the other crate.
    if let Some(offset) = modifiers
        .offset
        .as_ref()
        .filter(|it| it.constant_millis() != Some(0))
    {
        write!(text, " offset {}", seconds(offset)).expect("strings take all");
    }
    text
}

/// The name as one more matcher: the other crate keeps a quoted name so.
fn selector(selector: &Selector) -> String {
    let mut matchers: Vec<_> = selector
        .matchers
        .iter()
        .map(|matcher| {
            format!(
                "{:?}{}{:?}",
                matcher.name.text, matcher.op, matcher.value.value
            )
        })
        .collect();
    if let Some(name) = &selector.name {
        matchers.push(format!("\"__name__\"={:?}", name.text));
    }
    matchers.sort();
    format!("{{{}}}", matchers.join(" "))
}

impl Shape for Expr {
    fn shape(&self) -> String {
        match self {
            Self::Number(node) => node.value.to_string(),
            Self::String(node) => format!("{:?}", node.value),
            Self::Selector(node) => {
                format!("(select {}{})", selector(node), modifiers(&node.modifiers))
            }
            Self::Range(node) => format!(
                "(range {} {}{})",
                selector(&node.selector),
                seconds(&node.range),
                modifiers(&node.selector.modifiers)
            ),
            Self::Subquery(node) => format!(
                "(subquery {} {}:{}{})",
                node.expr.shape(),
                seconds(&node.range),
                node.step.as_ref().map(seconds).unwrap_or_default(),
                modifiers(&node.modifiers)
            ),
            Self::Call(node) => {
                format!(
                    "(call {} {})",
                    node.func.text,
                    list(node.args.iter().map(Shape::shape))
                )
            }
            Self::Aggregate(node) => {
                // The other crate does not tell `by ()` from no clause.
                let grouping = node
                    .grouping
                    .as_ref()
                    .filter(|it| it.without || !it.labels.is_empty());
                let grouping = grouping.map(|grouping| {
                    let word = if grouping.without { "without" } else { "by" };
                    format!("{word}[{}]", names(&grouping.labels))
                });
                format!(
                    "({} {} {} {})",
                    node.op,
                    grouping.unwrap_or_default(),
                    node.param
                        .as_ref()
                        .map(|param| param.shape())
                        .unwrap_or_default(),
                    node.expr.shape()
                )
            }
            Self::Binary(node) => {
                let mut clauses = String::new();
                if node.bool_modifier {
                    clauses += " bool";
                }
                if let Some(matching) = &node.matching {
                    if let Some(labels) = matching
                        .labels
                        .as_ref()
                        .filter(|it| it.on || !it.labels.is_empty())
                    {
                        let word = if labels.on { "on" } else { "ignoring" };
                        write!(clauses, " {word}[{}]", names(&labels.labels))
                            .expect("strings take all");
                    }
                    if let Some(group) = &matching.group {
                        let word = if group.left { "left" } else { "right" };
                        write!(clauses, " {word}[{}]", names(&group.include))
                            .expect("strings take all");
                    }
                    for (word, value) in [
                        ("fill_left", &matching.fill_left),
                        ("fill_right", &matching.fill_right),
                    ] {
                        if let Some(value) = value {
                            write!(clauses, " {word}[{}]", value.value).expect("strings take all");
                        }
                    }
                }
                format!(
                    "({}{clauses} {} {})",
                    node.op,
                    node.lhs.shape(),
                    node.rhs.shape()
                )
            }
            Self::Unary(node) if node.minus => format!("(minus {})", node.expr.shape()),
            Self::Unary(node) => node.expr.shape(),
            Self::Paren(node) => format!("(paren {})", node.expr.shape()),
            Self::Variable(_) | Self::Error(_) => panic!("no Grafana here"),
        }
    }
}

fn millis(duration: &Duration) -> String {
    format!("{}ms", duration.as_millis())
}

fn other_modifiers(at: Option<&AtModifier>, offset: Option<&Offset>) -> String {
    let mut text = match at {
        Some(AtModifier::Start) => " @start".to_owned(),
        Some(AtModifier::End) => " @end".to_owned(),
        Some(AtModifier::At(time)) => match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => format!(" @{}", millis(&after)),
            Err(before) => format!(" @-{}", millis(&before.duration())),
        },
        None => String::new(),
    };
    match offset {
        Some(Offset::Pos(duration) | Offset::Neg(duration)) if duration.is_zero() => {}
        Some(Offset::Pos(duration)) => {
            write!(text, " offset {}", millis(duration)).expect("strings take all");
        }
        Some(Offset::Neg(duration)) => {
            write!(text, " offset -{}", millis(duration)).expect("strings take all");
        }
        None => {}
    }
    text
}

fn other_selector(name: Option<&String>, matchers: &Matchers) -> String {
    let mut texts: Vec<_> = matchers
        .matchers
        .iter()
        .map(|matcher| {
            let op = match matcher.op {
                MatchOp::Equal => "=",
                MatchOp::NotEqual => "!=",
                MatchOp::Re(_) => "=~",
                MatchOp::NotRe(_) => "!~",
            };
            format!("{:?}{op}{:?}", matcher.name, matcher.value)
        })
        .collect();
    texts.extend(name.map(|name| format!("\"__name__\"={name:?}")));
    texts.sort();
    texts.dedup();
    format!("{{{}}}", texts.join(" "))
}

fn other_labels(labels: &promql_parser::label::Labels) -> String {
    list(labels.labels.iter().map(|label| format!("{label:?}")))
}

impl Shape for other::Expr {
    fn shape(&self) -> String {
        match self {
            Self::NumberLiteral(node) => node.val.to_string(),
            Self::StringLiteral(node) => format!("{:?}", node.val),
            Self::VectorSelector(node) => format!(
                "(select {}{})",
                other_selector(node.name.as_ref(), &node.matchers),
                other_modifiers(node.at.as_ref(), node.offset.as_ref())
            ),
            Self::MatrixSelector(node) => format!(
                "(range {} {}{})",
                other_selector(node.vs.name.as_ref(), &node.vs.matchers),
                millis(&node.range),
                other_modifiers(node.vs.at.as_ref(), node.vs.offset.as_ref())
            ),
            Self::Subquery(node) => format!(
                "(subquery {} {}:{}{})",
                node.expr.shape(),
                millis(&node.range),
                node.step.as_ref().map(millis).unwrap_or_default(),
                other_modifiers(node.at.as_ref(), node.offset.as_ref())
            ),
            Self::Call(node) => {
                let args = list(node.args.args.iter().map(|arg| arg.shape()));
                format!("(call {} {args})", node.func.name)
            }
            Self::Aggregate(node) => {
                let grouping = match &node.modifier {
                    Some(LabelModifier::Exclude(labels)) => {
                        format!("without[{}]", other_labels(labels))
                    }
                    Some(LabelModifier::Include(labels)) if !labels.labels.is_empty() => {
                        format!("by[{}]", other_labels(labels))
                    }
                    _ => String::new(),
                };
                let param = node
                    .param
                    .as_ref()
                    .map(|param| param.shape())
                    .unwrap_or_default();
                format!("({} {grouping} {param} {})", node.op, node.expr.shape())
            }
            Self::Binary(node) => {
                let mut clauses = String::new();
                if let Some(modifier) = &node.modifier {
                    if modifier.return_bool {
                        clauses += " bool";
                    }
                    match &modifier.matching {
                        Some(LabelModifier::Include(labels)) => {
                            write!(clauses, " on[{}]", other_labels(labels))
                                .expect("strings take all");
                        }
                        Some(LabelModifier::Exclude(labels)) if !labels.labels.is_empty() => {
                            write!(clauses, " ignoring[{}]", other_labels(labels))
                                .expect("strings take all");
                        }
                        _ => {}
                    }
                    match &modifier.card {
                        VectorMatchCardinality::ManyToOne(labels) => {
                            write!(clauses, " left[{}]", other_labels(labels))
                                .expect("strings take all");
                        }
                        VectorMatchCardinality::OneToMany(labels) => {
                            write!(clauses, " right[{}]", other_labels(labels))
                                .expect("strings take all");
                        }
                        _ => {}
                    }
                    let fill = &modifier.fill_values;
                    for (word, value) in [("fill_left", fill.lhs), ("fill_right", fill.rhs)] {
                        if let Some(value) = value {
                            write!(clauses, " {word}[{value}]").expect("strings take all");
                        }
                    }
                }
                format!(
                    "({}{clauses} {} {})",
                    node.op,
                    node.lhs.shape(),
                    node.rhs.shape()
                )
            }
            Self::Unary(node) => format!("(minus {})", node.expr.shape()),
            Self::Paren(node) => format!("(paren {})", node.expr.shape()),
            Self::Extension(_) => panic!("the parser makes none"),
        }
    }
}

/// Whether both accept the text; then the trees agree.
fn agree(text: &str) -> bool {
    let ours = parse_with(text, Dialect::Prometheus);
    let Ok(theirs) = other::parse(text) else {
        return false;
    };
    if !ours.errors.is_empty() || !typecheck(&ours.expr).1.is_empty() {
        return false;
    }
    assert_eq!(ours.expr.shape(), theirs.shape(), "{text}");
    true
}

#[test]
fn the_trees_of_the_corpus_agree() {
    let (both, alone): (Vec<_>, Vec<_>) =
        corpus::expressions(corpus::VALID).partition(|text| agree(text));
    assert!(both.len() > 200, "only {} compared", both.len());
    for text in alone {
        let known = UNREAD.iter().any(|(part, _)| text.contains(part));
        assert!(known, "{text}: {:?}", other::parse(text));
    }
}

/// Texts of right types with few parentheses, so that precedence decides.
fn vector() -> impl Strategy<Value = String> {
    let selector = prop::sample::select(vec![
        "a",
        "b{x=\"1\"}",
        "c{x!=\"1\", y=~\"p.*\"}",
        "{z!~\"\", z=\"q\"}",
        "job:a:rate5m",
        "d offset 5m",
        "e @ 100 offset -1h",
        "f @ start()",
        "sum",
        "rate(g[5m])",
        "max_over_time(h[1h:5m])",
        "increase(i{x=\"1\"}[1h30m] offset 1d)",
        "vector(1)",
        "{\"k.l\", \"m.n\"=\"o\"}",
    ])
    .prop_map(str::to_owned);
    selector.prop_recursive(6, 20, 2, |inner| {
        let op = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", "<=", ">", ">=", "== bool", "> bool",
            "+ on (x)", "* ignoring (x, y)", "/ on (x) group_left (y)", "- ignoring (x) group_right ()", "< on () ",
        ]);
        let set = prop::sample::select(vec!["and", "or", "unless", "AND on (x)", "or ignoring (y)"]);
        let number = prop::sample::select(vec!["1", "0.5", "-2", "1e3", "5m", "0x1F", "Inf"]);
        let aggregate = prop::sample::select(vec![
            "sum", "avg by (x)", "max without (x, y)", "count by (on, by)", "topk(3, ", "quantile by (x) (0.9, ",
            "count_values(\"v\", ",
        ]);
        prop_oneof![
            4 => (inner.clone(), op.clone(), inner.clone()).prop_map(|(l, op, r)| format!("{l} {op} {r}")),
            2 => (inner.clone(), set, inner.clone()).prop_map(|(l, op, r)| format!("{l} {op} {r}")),
            2 => (inner.clone(), prop::sample::select(vec!["+", "*", "^", ">", "- ", "%"]), number.clone())
                .prop_map(|(l, op, r)| format!("{l} {op} {r}")),
            1 => (number, prop::sample::select(vec!["+", "*", "^", "/"]), inner.clone())
                .prop_map(|(l, op, r)| format!("{l} {op} {r}")),
            1 => inner.clone().prop_map(|inner| format!("-{inner}")),
            1 => inner.clone().prop_map(|inner| format!("({inner})")),
            1 => inner.clone().prop_map(|inner| format!("avg_over_time(({inner})[1h:1m] offset 5m)")),
            2 => (aggregate, inner).prop_map(|(head, inner)| {
                if head.ends_with(", ") { format!("{head}{inner})") } else { format!("{head} ({inner})") }
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn the_trees_of_random_queries_agree(text in vector()) {
        let parsed = parse_with(&text, Dialect::Prometheus);
        prop_assert_eq!(parsed.errors, [], "{}", text);
        agree(&text);
        agree(&parsed.expr.to_string());
        agree(&parsed.expr.pretty_within(30));
    }
}
