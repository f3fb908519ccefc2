//! Evaluating a plan over all steps.

use std::collections::BTreeMap;

use obsctl_promql::eval::{EvalError, Labels};

use super::plan::{self, Node};
use super::stage::error;
use super::value::{Data, Sample, SeriesPoints};
use super::{Engine, Options, Storage, aggregate, binary, lines, range, replace, variants};
use crate::ast::AggregateOp;
use crate::{Expr, Span};

/// The series of each step.
pub(super) type Steps = Vec<Vec<Sample>>;

pub(super) struct Evaluator<'a> {
    pub storage: &'a Storage,
    /// The time of each step.
    pub times: &'a [i64],
}

pub(super) fn instant(
    engine: &Engine,
    storage: &Storage,
    expr: &Expr,
    time: i64,
) -> Result<Data, EvalError> {
    plan::check(expr)?;
    if let Expr::Log(_) = expr.without_parens() {
        let message = "log queries are not supported as an instant query type, please change your \
                       query to a range query type";
        return Err(error(expr.span(), message));
    }
    let evaluator = Evaluator {
        storage,
        times: &[time],
    };
    let steps = match plan(engine, expr, time)? {
        Plan::Variants(variants) => variants.steps(&evaluator)?,
        Plan::Node(Node::Number(number)) => return Ok(Data::Scalar(number)),
        Plan::Node(node) => evaluator.steps(&node)?,
    };
    let mut samples = steps.into_iter().next().unwrap_or_default();
    limit(samples.len(), &engine.options, expr.span())?;
    if !sorts(expr) {
        samples.sort_by(|a, b| a.labels.cmp(&b.labels));
    }
    Ok(Data::Vector(samples))
}

pub(super) fn range(
    engine: &Engine,
    storage: &Storage,
    expr: &Expr,
    start: i64,
    end: i64,
    step: i64,
) -> Result<Data, EvalError> {
    plan::check(expr)?;
    if let Expr::Log(query) = expr.without_parens() {
        return lines::query(engine, storage, query, start, end).map(Data::Streams);
    }
    let times = times(&engine.options, expr.span(), start, end, step)?;
    let evaluator = Evaluator {
        storage,
        times: &times,
    };
    let steps = match plan(engine, expr, end)? {
        Plan::Variants(variants) => variants.steps(&evaluator)?,
        Plan::Node(Node::Number(number)) => evaluator.constant(number),
        Plan::Node(node) => evaluator.steps(&node)?,
    };
    let mut series: BTreeMap<Labels, Vec<(i64, f64)>> = BTreeMap::new();
    for (time, samples) in times.iter().zip(steps) {
        for sample in samples {
            series
                .entry(sample.labels)
                .or_default()
                .push((*time, sample.value));
        }
    }
    limit(series.len(), &engine.options, expr.span())?;
    let series = series.into_iter();
    let series = series.map(|(labels, points)| SeriesPoints { labels, points });
    Ok(Data::Matrix(series.collect()))
}

/// The times of a range query.
fn times(
    options: &Options,
    span: Span,
    start: i64,
    end: i64,
    step: i64,
) -> Result<Vec<i64>, EvalError> {
    if step <= 0 {
        return Err(error(
            span,
            "zero or negative query resolution step widths are not accepted: the step must be positive",
        ));
    }
    if end < start {
        return Err(error(span, "end timestamp must not be before start time"));
    }
    let count = usize::try_from(end.abs_diff(start) / step.unsigned_abs()).unwrap_or(usize::MAX);
    if count >= options.max_steps {
        let message = format!(
            "exceeded maximum resolution of {} points per time series: take a longer step",
            options.max_steps
        );
        return Err(error(span, message));
    }
    let times = std::iter::successors(Some(start), |time| time.checked_add(step));
    Ok(times.take_while(|time| *time <= end).collect())
}

fn limit(count: usize, options: &Options, span: Span) -> Result<(), EvalError> {
    if count <= options.max_series {
        return Ok(());
    }
    let message = format!(
        "maximum number of series ({}) reached for a single query: select fewer streams, or aggregate \
         them with functions like sum() or topk()",
        options.max_series
    );
    Err(error(span, message))
}

/// Whether the order of the answer is asked for.
fn sorts(expr: &Expr) -> bool {
    let sort = |expr: &Expr| match expr {
        Expr::Aggregate(node) => matches!(node.op, AggregateOp::Sort | AggregateOp::SortDesc),
        _ => false,
    };
    !matches!(expr.without_parens(), Expr::Variants(_)) && expr.descendants().any(sort)
}

enum Plan {
    Node(Node),
    Variants(variants::Variants),
}

fn plan(engine: &Engine, expr: &Expr, now: i64) -> Result<Plan, EvalError> {
    match expr.without_parens() {
        Expr::Variants(node) => variants::lower(engine, node, now).map(Plan::Variants),
        expr => plan::lower(expr, now).map(Plan::Node),
    }
}

impl Evaluator<'_> {
    pub fn steps(&self, node: &Node) -> Result<Steps, EvalError> {
        Ok(match node {
            Node::Number(number) | Node::Vector(number) => self.constant(*number),
            Node::Range(node) => range::steps(self, node)?,
            Node::Aggregate(node) => {
                let steps = self.steps(&node.of)?.into_iter();
                steps
                    .map(|samples| aggregate::aggregate(node, samples))
                    .collect()
            }
            Node::Binary(node) => {
                let (lhs, rhs) = (self.steps(&node.lhs)?, self.steps(&node.rhs)?);
                let steps = lhs.into_iter().zip(rhs);
                let steps = steps.map(|(lhs, rhs)| binary::vectors(node, lhs, rhs));
                steps.collect::<Result<_, _>>()?
            }
            Node::WithNumber(node) => {
                let steps = self.steps(&node.vector)?.into_iter();
                steps
                    .map(|samples| binary::with_number(node, samples))
                    .collect()
            }
            Node::LabelReplace(node) => {
                let steps = self.steps(&node.of)?.into_iter();
                steps
                    .map(|samples| replace::replace(node, samples))
                    .collect()
            }
        })
    }

    fn constant(&self, value: f64) -> Steps {
        let sample = Sample {
            labels: Labels::empty(),
            value,
        };
        vec![vec![sample]; self.times.len()]
    }
}
