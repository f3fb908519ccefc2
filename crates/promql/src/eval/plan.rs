//! From an expression to what is evaluated: names looked up, durations and times resolved, series
//! selected, and what does not depend on the step marked.

mod time;

use std::cell::Cell;

use super::labels::METRIC_NAME;
use super::matcher::Matcher;
use super::{EvalError, Options, Storage};
use crate::ast::{
    self, Aggregate, AggregateOp, BinaryOp, Call, Expr, Extended, Grouping, Matching, Modifiers,
};
use crate::functions::{self, Function};
use crate::{Span, ValueType, typecheck};

/// The times of the whole query, in milliseconds, which `start()`, `end()`, `range()`, `step()` ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct QueryTimes {
    pub start: i64,
    pub end: i64,
    /// 0 for an instant query.
    pub step: i64,
}

#[derive(Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub span: Span,
    pub ty: ValueType,
    /// Whether the value is the same at every step.
    pub fixed: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    Number(f64),
    Text(String),
    Selector(Selector),
    Range(Range),
    Call {
        function: &'static Function,
        args: Vec<Node>,
    },
    Aggregate {
        op: AggregateOp,
        param: Option<Box<Node>>,
        expr: Box<Node>,
        grouping: Groups,
    },
    Binary(Box<Binary>),
    Negate(Box<Node>),
}

/// An instant vector selector.
#[derive(Debug)]
pub(super) struct Selector {
    pub matchers: Vec<Matcher>,
    /// The series, ordered by labels.
    pub series: Vec<u32>,
    pub shift: Shift,
    pub extended: Option<Extended>,
    /// Whether only count and sum of histograms are asked for.
    pub totals: bool,
}

/// `@` and `offset`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift {
    pub at: Option<i64>,
    pub offset: i64,
}

impl Shift {
    /// The time that is looked at, at a step.
    pub fn time(self, step_time: i64) -> i64 {
        self.at.unwrap_or(step_time).saturating_sub(self.offset)
    }
}

/// A range of samples.
#[derive(Debug)]
pub(super) struct Range {
    pub source: Source,
    /// Milliseconds.
    pub range: i64,
    pub shift: Shift,
}

#[derive(Debug)]
pub(super) enum Source {
    Selector(Selector),
    Subquery {
        expr: Box<Node>,
        /// Milliseconds.
        step: i64,
    },
}

impl Range {
    pub fn extended(&self) -> Option<Extended> {
        match &self.source {
            Source::Selector(selector) => selector.extended,
            Source::Subquery { .. } => None,
        }
    }
}

#[derive(Debug)]
pub(super) struct Binary {
    pub op: BinaryOp,
    pub lhs: Node,
    pub rhs: Node,
    pub bool_modifier: bool,
    pub matching: Match,
}

/// How the series of two sides are paired.
#[derive(Debug, Default)]
pub(super) struct Match {
    pub on: bool,
    pub labels: Vec<String>,
    /// The side with many series, if any.
    pub many: Option<Many>,
    /// Labels taken over from the other side.
    pub include: Vec<String>,
    pub fill_left: Option<f64>,
    pub fill_right: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Many {
    Left,
    Right,
}

/// `by` and `without`; without either everything is one group.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub without: bool,
    pub labels: Vec<String>,
}

pub(super) fn lower(
    options: &Options,
    storage: &Storage,
    expr: &Expr,
    times: QueryTimes,
) -> Result<Node, EvalError> {
    let planner = Planner {
        options,
        storage,
        times,
        buckets: Cell::new(Buckets::Used),
    };
    planner.readable(expr)?;
    planner.extended(expr)?;
    if let Some(error) = typecheck(expr).1.into_iter().next() {
        return Err(EvalError::new(error.span, error.message));
    }
    planner.node(expr)
}

struct Planner<'a> {
    options: &'a Options,
    storage: &'a Storage,
    times: QueryTimes,
    buckets: Cell<Buckets>,
}

/// Whether what surrounds an expression asks for the buckets of its histograms.
#[derive(Clone, Copy, PartialEq)]
enum Buckets {
    Used,
    /// By a function of count and sum only.
    Unused,
    /// Whatever else surrounds it.
    Needed,
}

impl Planner<'_> {
    /// A part of an expression whose buckets are asked for in another way.
    fn with_buckets<T>(&self, buckets: Buckets, part: impl FnOnce() -> T) -> T {
        let outside = self.buckets.get();
        if outside != Buckets::Needed {
            self.buckets.set(buckets);
        }
        let part = part();
        self.buckets.set(outside);
        part
    }

    /// Refuses what could not be read, and variables.
    fn readable(&self, expr: &Expr) -> Result<(), EvalError> {
        for expr in expr.descendants() {
            match expr {
                Expr::Error(node) => {
                    return Err(EvalError::new(node.span, "the query has syntax errors"));
                }
                Expr::Variable(node) => return Err(variable(node)),
                _ => {}
            }
        }
        Ok(())
    }

    /// `anchored` and `smoothed` in functions that cannot take them, in Prometheus' words.
    fn extended(&self, expr: &Expr) -> Result<(), EvalError> {
        for expr in expr.descendants() {
            let Expr::Call(call) = expr else { continue };
            for arg in &call.args {
                let Expr::Range(range) = unwrap(arg) else {
                    continue;
                };
                let (modifier, functions) = match range.selector.extended {
                    None => continue,
                    Some(Extended::Anchored) => ("anchored", ANCHORED),
                    Some(Extended::Smoothed) => ("smoothed", SMOOTHED),
                };
                if !functions.contains(&call.func.text.as_str()) {
                    let functions = functions.join(", ");
                    return Err(EvalError::new(
                        call.span,
                        format!(
                            "{modifier} modifier can only be used with: {functions} - not with {}",
                            call.func.text
                        ),
                    ));
                }
            }
        }
        Ok(())
    }

    fn node(&self, expr: &Expr) -> Result<Node, EvalError> {
        let span = expr.span();
        let node = |kind, ty, fixed| Node {
            kind,
            span,
            ty,
            fixed,
        };
        Ok(match expr {
            Expr::Number(number) => node(Kind::Number(number.value), ValueType::Scalar, true),
            Expr::String(text) => node(Kind::Text(text.value.clone()), ValueType::String, true),
            Expr::Selector(selector) => {
                let selector = self.selector(selector)?;
                let fixed = selector.shift.at.is_some();
                node(Kind::Selector(selector), ValueType::Vector, fixed)
            }
            Expr::Range(range) => {
                let selector = self.selector(&range.selector)?;
                let shift = selector.shift;
                let range = Range {
                    source: Source::Selector(selector),
                    range: self.duration(&range.range, false)?,
                    shift,
                };
                node(Kind::Range(range), ValueType::Range, shift.at.is_some())
            }
            Expr::Subquery(subquery) => {
                let shift = self.shift(&subquery.modifiers)?;
                let step = match &subquery.step {
                    Some(step) => self.duration(step, false)?,
                    None => self.options.subquery_step.max(1),
                };
                let range = Range {
                    source: Source::Subquery {
                        // Resets between the steps are found by buckets.
                        expr: Box::new(
                            self.with_buckets(Buckets::Needed, || self.node(&subquery.expr))?,
                        ),
                        step,
                    },
                    range: self.duration(&subquery.range, false)?,
                    shift,
                };
                node(Kind::Range(range), ValueType::Range, shift.at.is_some())
            }
            Expr::Call(call) => self.call(call)?,
            Expr::Aggregate(aggregate) => self.aggregate(aggregate)?,
            Expr::Binary(binary) => self.binary(binary)?,
            Expr::Paren(paren) => self.node(&paren.expr)?,
            Expr::Unary(unary) => {
                let inner = self.node(&unary.expr)?;
                if !unary.minus {
                    return Ok(inner);
                }
                let (ty, fixed) = (inner.ty, inner.fixed);
                node(Kind::Negate(Box::new(inner)), ty, fixed)
            }
            Expr::Variable(node) => return Err(variable(node)),
            Expr::Error(node) => {
                return Err(EvalError::new(node.span, "the query has syntax errors"));
            }
        })
    }

    fn selector(&self, selector: &ast::Selector) -> Result<Selector, EvalError> {
        if let Some(node) = selector.variables.first() {
            return Err(variable(node));
        }
        let name = selector.name.iter().filter(|name| !name.text.is_empty());
        let mut matchers: Vec<Matcher> = name
            .map(|name| Matcher::equal(METRIC_NAME, &name.text))
            .collect();
        for matcher in &selector.matchers {
            matchers.push(Matcher::compile(matcher)?);
        }
        Ok(Selector {
            series: self.storage.select(&matchers),
            matchers,
            shift: self.shift(&selector.modifiers)?,
            extended: selector.extended,
            totals: self.buckets.get() == Buckets::Unused,
        })
    }

    fn shift(&self, modifiers: &Modifiers) -> Result<Shift, EvalError> {
        let at = modifiers.at.as_ref().map(|at| self.at(at)).transpose()?;
        let offset = match &modifiers.offset {
            Some(offset) => self.duration(offset, true)?,
            None => 0,
        };
        Ok(Shift { at, offset })
    }

    fn call(&self, call: &Call) -> Result<Node, EvalError> {
        let name = call.func.text.as_str();
        let Some(function) = functions::find(name) else {
            let message = format!("unknown function `{name}`");
            return Err(EvalError::new(call.func.span, message));
        };
        if let Some(number) = self.folded(name) {
            return Ok(Node {
                kind: Kind::Number(number),
                span: call.span,
                ty: ValueType::Scalar,
                fixed: true,
            });
        }
        let buckets = match name {
            "histogram_count" | "histogram_sum" | "histogram_avg" => Buckets::Unused,
            "histogram_quantile" | "histogram_quantiles" | "histogram_fraction" => Buckets::Needed,
            _ => self.buckets.get(),
        };
        let args = self.with_buckets(buckets, || {
            let args = call.args.iter().map(|arg| self.node(unwrap(arg)));
            args.collect::<Result<Vec<_>, _>>()
        })?;
        let of_selector = matches!(args.as_slice(), [arg] if matches!(arg.kind, Kind::Selector(_)));
        let safe = !functions::depends_on_time(name) || name.ends_with("timestamp") && of_selector;
        Ok(Node {
            fixed: safe && args.iter().all(|arg| arg.fixed),
            kind: Kind::Call { function, args },
            span: call.span,
            ty: function.returns,
        })
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Result<Node, EvalError> {
        let expr = self.node(unwrap(&aggregate.expr))?;
        let param = aggregate
            .param
            .as_ref()
            .map(|param| self.node(unwrap(param)));
        let param = param.transpose()?.map(Box::new);
        Ok(Node {
            fixed: expr.fixed,
            kind: Kind::Aggregate {
                op: aggregate.op,
                param,
                expr: Box::new(expr),
                grouping: Groups::new(aggregate.grouping.as_ref()),
            },
            span: aggregate.span,
            ty: ValueType::Vector,
        })
    }

    fn binary(&self, binary: &ast::Binary) -> Result<Node, EvalError> {
        let buckets = match binary.op {
            BinaryOp::TrimLower | BinaryOp::TrimUpper => Buckets::Needed,
            _ => self.buckets.get(),
        };
        let (lhs, rhs) = self.with_buckets(buckets, || {
            Ok((self.node(&binary.lhs)?, self.node(&binary.rhs)?))
        })?;
        let scalar = lhs.ty == ValueType::Scalar && rhs.ty == ValueType::Scalar;
        Ok(Node {
            fixed: lhs.fixed && rhs.fixed,
            span: binary.span,
            ty: if scalar {
                ValueType::Scalar
            } else {
                ValueType::Vector
            },
            kind: Kind::Binary(Box::new(Binary {
                op: binary.op,
                lhs,
                rhs,
                bool_modifier: binary.bool_modifier,
                matching: binary.matching.as_ref().map(Match::new).unwrap_or_default(),
            })),
        })
    }
}

const ANCHORED: &[&str] = &["changes", "delta", "increase", "rate", "resets"];
const SMOOTHED: &[&str] = &["delta", "increase", "rate"];

fn variable(node: &ast::Variable) -> EvalError {
    let message = format!("the query has the variable `{}`", node.name);
    EvalError::new(node.span, message)
}

/// The expression inside parentheses.
fn unwrap(mut expr: &Expr) -> &Expr {
    while let Expr::Paren(paren) = expr {
        expr = &paren.expr;
    }
    expr
}

impl Groups {
    fn new(grouping: Option<&Grouping>) -> Self {
        let Some(grouping) = grouping else {
            return Self::default();
        };
        Self {
            without: grouping.without,
            labels: grouping.labels.iter().map(|it| it.text.clone()).collect(),
        }
    }
}

impl Match {
    fn new(matching: &Matching) -> Self {
        let names = |names: &[ast::Name]| names.iter().map(|it| it.text.clone()).collect();
        let labels = matching.labels.as_ref();
        let group = matching.group.as_ref();
        Self {
            on: labels.is_some_and(|labels| labels.on),
            labels: labels.map(|it| names(&it.labels)).unwrap_or_default(),
            many: group.map(|group| if group.left { Many::Left } else { Many::Right }),
            include: group.map(|group| names(&group.include)).unwrap_or_default(),
            fill_left: matching.fill_left.as_ref().map(|number| number.value),
            fill_right: matching.fill_right.as_ref().map(|number| number.value),
        }
    }
}
