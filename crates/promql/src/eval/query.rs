//! Whole queries: from an expression to its output.

use std::cell::{Cell, RefCell};

use super::evaluator::{Evaluator, Steps};
use super::merge::merge;
use super::plan::{self, Kind, QueryTimes};
use super::select;
use super::value::{Series, is_stale};
use super::{Data, EvalError, Labels, Options, Output, Sample, SeriesPoints, Storage, Value};
use crate::ast::Expr;
use crate::{Span, ValueType};

pub(super) fn instant(
    options: &Options,
    storage: &Storage,
    expr: &Expr,
    time: i64,
) -> Result<Output, EvalError> {
    let time = check_time(time, expr)?;
    let times = QueryTimes {
        start: time,
        end: time,
        step: 0,
    };
    let plan = plan::lower(options, storage, expr, times)?;
    let steps = Steps::new(time, time, 1);
    run(options, storage, steps, |evaluator| {
        Ok(match (&plan.kind, plan.ty) {
            (Kind::Text(text), _) => Data::String(text.clone()),
            (Kind::Range(range), _) => {
                Data::Matrix(sorted(select::whole(evaluator, range, plan.span)?))
            }
            (_, ValueType::Scalar) => Data::Scalar(evaluator.scalar(&plan)?[0]),
            _ => {
                let series = evaluator.vector(&plan)?;
                let series = finish(evaluator, series, expr.span())?;
                Data::Vector(series.into_iter().filter_map(sample).collect())
            }
        })
    })
}

pub(super) fn range(
    options: &Options,
    storage: &Storage,
    expr: &Expr,
    start: i64,
    end: i64,
    step: i64,
) -> Result<Output, EvalError> {
    let span = expr.span();
    if step <= 0 {
        return Err(EvalError::new(span, "the step must be greater than 0"));
    }
    let (start, end) = (check_time(start, expr)?, check_time(end, expr)?);
    let plan = plan::lower(options, storage, expr, QueryTimes { start, end, step })?;
    let steps = Steps::new(start, end, step);
    run(options, storage, steps, |evaluator| {
        let series = match plan.ty {
            ValueType::Scalar => {
                let mut series = Series::new(Labels::empty());
                series.floats = evaluator.scalar(&plan)?;
                vec![series]
            }
            ValueType::Vector => finish(evaluator, evaluator.vector(&plan)?, span)?,
            other => {
                let message = format!(
                    "invalid expression type \"{other}\" for range query, must be Scalar or instant Vector"
                );
                return Err(EvalError::new(span, message));
            }
        };
        let points = series.into_iter().map(|series| points(series, steps));
        Ok(Data::Matrix(sorted(points.collect())))
    })
}

/// Times that are further from 1970 cannot be calculated with, in milliseconds.
pub(super) const FURTHEST: i64 = 1 << 61;

fn check_time(time: i64, expr: &Expr) -> Result<i64, EvalError> {
    if (-FURTHEST..=FURTHEST).contains(&time) {
        return Ok(time);
    }
    Err(EvalError::new(
        expr.span(),
        format!("the time {time} is out of range"),
    ))
}

fn run(
    options: &Options,
    storage: &Storage,
    steps: Steps,
    evaluate: impl FnOnce(&Evaluator<'_>) -> Result<Data, EvalError>,
) -> Result<Output, EvalError> {
    let notes = RefCell::default();
    let live = Cell::default();
    let evaluator = Evaluator::new(storage, options, steps, &notes, &live);
    evaluator.hold(steps.count, Span::default())?;
    let data = evaluate(&evaluator)?;
    Ok(Output {
        data,
        annotations: notes.into_inner(),
    })
}

/// Drops the names that are still to be dropped.
fn finish(
    evaluator: &Evaluator<'_>,
    mut series: Vec<Series>,
    span: Span,
) -> Result<Vec<Series>, EvalError> {
    if evaluator.options.delayed_name_removal {
        for series in &mut series {
            if series.drop_name {
                series.labels = series.labels.without_metadata();
            }
        }
        series = merge(series, evaluator.steps.count, span)?;
    }
    Ok(series)
}

fn sample(series: Series) -> Option<Sample> {
    let value = series.at(0)?;
    let labels = series.labels;
    Some(Sample { labels, value })
}

fn points(series: Series, steps: Steps) -> SeriesPoints {
    let floats = series
        .floats
        .iter()
        .enumerate()
        .filter(|(_, value)| !is_stale(**value));
    let floats = floats.map(|(step, value)| (steps.time(step), Value::Float(*value)));
    let mut points: Vec<_> = floats.collect();
    if !series.histograms.is_empty() {
        let histograms = series.histograms.into_iter();
        points.extend(histograms.map(|(step, value)| (steps.time(step), Value::Histogram(value))));
        points.sort_by_key(|(time, _)| *time);
    }
    SeriesPoints {
        labels: series.labels,
        points,
    }
}

fn sorted(mut series: Vec<SeriesPoints>) -> Vec<SeriesPoints> {
    series.retain(|series| !series.points.is_empty());
    series.sort_by(|a, b| a.labels.cmp(&b.labels));
    series
}
