//! From the syntax tree to what is evaluated: numbers computed, stages compiled.

use obsctl_promql::eval::{EvalError, Labels, Matcher, compile_search};
use regex::Regex;

use super::extract::{self, Extractor};
use super::stage::error;
use crate::Span;
use crate::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Call, Duration, Expr, LogQuery, MatchOp, Matching,
    RangeAggregate, RangeOp, RangeQuery, Selector,
};
use crate::types::typecheck_before_evaluation;

/// An expression that is ready to be evaluated.
#[derive(Debug)]
pub(super) enum Node {
    Number(f64),
    /// `vector(1)`
    Vector(f64),
    Range(Box<Range>),
    Aggregate(Box<Aggregation>),
    /// Two vectors.
    Binary(Box<Operation>),
    /// A vector and a number.
    WithNumber(Box<WithNumber>),
    LabelReplace(Box<LabelReplace>),
}

/// A function over a range.
#[derive(Debug)]
pub(super) struct Range {
    pub matchers: Vec<Matcher>,
    pub extractor: Extractor,
    pub window: Window,
    /// The series that `absent_over_time` gives.
    pub absent: Labels,
    pub span: Span,
}

/// What is computed of the samples of a range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub op: RangeOp,
    /// The quantile.
    pub param: f64,
    /// Whether the samples are values of a label.
    pub unwrapped: bool,
    /// Nanoseconds.
    pub range: i64,
    /// Nanoseconds.
    pub offset: i64,
}

#[derive(Debug)]
pub(super) struct Aggregation {
    pub op: AggregateOp,
    /// How many series `topk` and its like give.
    pub count: usize,
    pub labels: Vec<String>,
    pub without: bool,
    pub of: Node,
}

#[derive(Debug)]
pub(super) struct Operation {
    pub op: BinaryOp,
    pub lhs: Node,
    pub rhs: Node,
    pub returns_bool: bool,
    pub matching: Option<Matching>,
    pub span: Span,
}

#[derive(Debug)]
pub(super) struct WithNumber {
    pub op: BinaryOp,
    pub number: f64,
    /// Whether the number is on the left side.
    pub number_first: bool,
    pub vector: Node,
    pub returns_bool: bool,
}

#[derive(Debug)]
pub(super) struct LabelReplace {
    pub of: Node,
    pub target: String,
    pub replacement: String,
    pub source: String,
    pub regex: Regex,
}

/// What Loki would refuse before it evaluates anything.
pub(super) fn check(expr: &Expr) -> Result<(), EvalError> {
    let (_, errors) = typecheck_before_evaluation(expr);
    let first = errors.into_iter().next();
    first.map_or(Ok(()), |found| Err(error(found.span, found.message)))
}

pub(super) fn lower(expr: &Expr, now: i64) -> Result<Node, EvalError> {
    match expr {
        Expr::Number(number) => Ok(Node::Number(number.value)),
        Expr::Paren(paren) => lower(&paren.expr, now),
        Expr::RangeAggregate(node) => {
            range_aggregate(node, None, now).map(|range| Node::Range(Box::new(range)))
        }
        Expr::Aggregate(node) => aggregate(node, now),
        Expr::Call(call) => self::call(call, now),
        Expr::Binary(node) => binary(node, now),
        Expr::Variable(variable) => Err(no_value(variable.span)),
        Expr::Error(node) => Err(error(
            node.span,
            format!("`{}` is no expression", node.text),
        )),
        Expr::String(_) | Expr::Log(_) | Expr::Range(_) | Expr::Variants(_) => {
            Err(error(expr.span(), "this has no value here"))
        }
    }
}

pub(super) fn no_value(span: Span) -> EvalError {
    error(span, "the variable has no value: put one in its place")
}

/// The range query of a function, parentheses left out.
pub(super) fn range_query(expr: &Expr) -> Result<&RangeQuery, EvalError> {
    match expr {
        Expr::Range(range) => Ok(range),
        Expr::Paren(paren) => range_query(&paren.expr),
        Expr::Variable(variable) => Err(no_value(variable.span)),
        other => Err(error(other.span(), "this is no log query with a range")),
    }
}

pub(super) fn nanos(duration: &Duration) -> Result<i64, EvalError> {
    match duration {
        Duration::Literal(literal) => Ok(literal.nanos),
        Duration::Variable(variable) => Err(no_value(variable.span)),
        Duration::Error(node) => Err(error(node.span, "this is no duration")),
    }
}

pub(super) fn matchers(selector: &Selector) -> Result<Vec<Matcher>, EvalError> {
    if let Some(variable) = selector.whole.as_ref().or(selector.variables.first()) {
        return Err(no_value(variable.span));
    }
    selector.matchers.iter().map(super::matcher).collect()
}

/// The window of a function over a range.
pub(super) fn window(node: &RangeAggregate, range: &RangeQuery) -> Result<Window, EvalError> {
    let param = match node.param.as_deref() {
        None => 0.0,
        Some(param) => number(param)?,
    };
    let offset = range.offset.as_ref().map_or(Ok(0), nanos)?;
    Ok(Window {
        op: node.op,
        param,
        unwrapped: is_unwrapped(&range.query),
        range: nanos(&range.range)?,
        offset,
    })
}

fn is_unwrapped(query: &LogQuery) -> bool {
    query
        .stages
        .iter()
        .any(|stage| matches!(stage.kind, crate::ast::StageKind::Unwrap(_)))
}

fn number(expr: &Expr) -> Result<f64, EvalError> {
    match expr {
        Expr::Number(number) => Ok(number.value),
        Expr::Paren(paren) => number(&paren.expr),
        Expr::Variable(variable) => Err(no_value(variable.span)),
        other => Err(error(other.span(), "this is no plain number")),
    }
}

/// A function over a range; `sum` is the aggregation right around it, which may push its groups into it.
fn range_aggregate(
    node: &RangeAggregate,
    sum: Option<&Aggregate>,
    now: i64,
) -> Result<Range, EvalError> {
    let range = range_query(&node.expr)?;
    let groups = extract::groups(node, sum.and_then(|it| it.grouping.as_ref()), sum.is_some());
    let stages = &range.query.stages;
    Ok(Range {
        matchers: matchers(&range.query.selector)?,
        extractor: Extractor::compile(node.op, stages, true, groups, now)?,
        window: window(node, range)?,
        absent: absent_labels(&range.query.selector),
        span: node.span,
    })
}

/// The labels that a selector asks for by `=`; those that it asks for twice are not known.
fn absent_labels(selector: &Selector) -> Labels {
    let mut labels = Labels::empty();
    let mut unknown = Vec::new();
    for matcher in &selector.matchers {
        let name = &matcher.name.text;
        if matcher.op == MatchOp::Equal && labels.get(name).is_none() {
            labels = labels.with(name, &matcher.value.value);
        } else {
            unknown.push(name.as_str());
        }
    }
    labels.filter(|name| name != "__name__" && !unknown.contains(&name))
}

fn aggregate(node: &Aggregate, now: i64) -> Result<Node, EvalError> {
    let inner = node.expr.without_parens();
    let of = match inner {
        Expr::RangeAggregate(range) if node.op == AggregateOp::Sum => {
            Node::Range(Box::new(range_aggregate(range, Some(node), now)?))
        }
        _ => lower(inner, now)?,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count; what is too large stands for all"
    )]
    let count = node.param.as_deref().map_or(Ok(0.0), number)? as usize;
    let grouping = node.grouping.as_ref();
    let labels = grouping.iter().flat_map(|it| &it.labels);
    Ok(Node::Aggregate(Box::new(Aggregation {
        op: node.op,
        count,
        labels: labels.map(|name| name.text.clone()).collect(),
        without: grouping.is_some_and(|it| it.without),
        of,
    })))
}

fn call(call: &Call, now: i64) -> Result<Node, EvalError> {
    match (
        call.func.text.to_ascii_lowercase().as_str(),
        call.args.as_slice(),
    ) {
        ("vector", [value]) => number(value).map(Node::Vector),
        ("label_replace", [of, target, replacement, source, regex]) => {
            let pattern = text(regex)?;
            let compiled = compile_search(&format!("^(?:{pattern})$")).map_err(|reason| {
                let message = format!("invalid regex in label_replace: {reason}");
                error(regex.span(), message)
            })?;
            Ok(Node::LabelReplace(Box::new(LabelReplace {
                of: lower(of, now)?,
                target: text(target)?.to_owned(),
                replacement: text(replacement)?.to_owned(),
                source: text(source)?.to_owned(),
                regex: compiled,
            })))
        }
        (name, _) => Err(error(
            call.span,
            format!("there is no function `{name}` of these"),
        )),
    }
}

fn text(expr: &Expr) -> Result<&str, EvalError> {
    match expr {
        Expr::String(text) => Ok(&text.value),
        Expr::Variable(variable) => Err(no_value(variable.span)),
        other => Err(error(other.span(), "this is no text")),
    }
}

fn binary(node: &Binary, now: i64) -> Result<Node, EvalError> {
    let (lhs, rhs) = (lower(&node.lhs, now)?, lower(&node.rhs, now)?);
    let (op, returns_bool) = (node.op, node.bool_modifier);
    let with_number = |number, number_first, vector| {
        Node::WithNumber(Box::new(WithNumber {
            op,
            number,
            number_first,
            vector,
            returns_bool,
        }))
    };
    Ok(match (lhs, rhs) {
        (Node::Number(lhs), Node::Number(rhs)) => Node::Number(op.compute(lhs, rhs)),
        (Node::Number(_), _) | (_, Node::Number(_)) if op.is_set() => {
            return Err(error(
                node.span,
                format!("`{op}` works on vectors, found a number"),
            ));
        }
        (Node::Number(number), vector) => with_number(number, true, vector),
        (vector, Node::Number(number)) => with_number(number, false, vector),
        (lhs, rhs) => Node::Binary(Box::new(Operation {
            op,
            lhs,
            rhs,
            returns_bool,
            matching: node.matching.clone(),
            span: node.span,
        })),
    })
}
