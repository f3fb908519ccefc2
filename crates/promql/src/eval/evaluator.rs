//! Evaluating a plan over all steps, series by series.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::plan::{self, Kind, Node, QueryTimes, Range, Source};
use super::value::{Series, is_stale};
use super::{
    Annotation, Annotations, Data, EvalError, Options, Output, Sample, SeriesPoints, Storage, Value,
};
use super::{aggregate, binary, functions, select, subquery};
use crate::ast::Expr;
use crate::{Span, ValueType};

/// The times of an evaluation: of the query, or of a subquery inside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// Milliseconds since the epoch.
    pub start: i64,
    /// Milliseconds.
    pub step: i64,
    pub count: usize,
}

impl Steps {
    pub fn new(start: i64, end: i64, step: i64) -> Self {
        let count = if end < start {
            0
        } else {
            end.abs_diff(start) / step.unsigned_abs().max(1) + 1
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Self { start, step, count }
    }

    /// The time of a step.
    #[expect(
        clippy::cast_possible_wrap,
        reason = "there are fewer steps than milliseconds"
    )]
    pub fn time(self, step: usize) -> i64 {
        self.start + self.step * step as i64
    }

    /// The time of the last step.
    pub fn end(self) -> i64 {
        self.time(self.count.saturating_sub(1))
    }
}

/// What takes series one after the other.
pub(super) type Sink<'s> = &'s mut dyn FnMut(Series) -> Result<(), EvalError>;

#[derive(Clone, Copy)]
pub(super) struct Evaluator<'a> {
    pub storage: &'a Storage,
    pub options: &'a Options,
    pub steps: Steps,
    notes: &'a RefCell<Annotations>,
    /// How many cells are held.
    live: &'a Cell<usize>,
}

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
                let mut series = Series::new(super::Labels::empty());
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
    let evaluator = Evaluator {
        storage,
        options,
        steps,
        notes: &notes,
        live: &live,
    };
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

pub(super) const SAME_LABELS: &str = "vector cannot contain metrics with the same labelset";

/// Joins series of the same labels, which may not have values at the same step.
pub(super) fn merge(
    series: Vec<Series>,
    steps: usize,
    span: Span,
) -> Result<Vec<Series>, EvalError> {
    let mut known = BTreeMap::new();
    let mut merged: Vec<Series> = Vec::with_capacity(series.len());
    for series in series {
        let at = *known.entry(series.labels.clone()).or_insert(merged.len());
        let Some(first) = merged.get_mut(at) else {
            merged.push(series);
            continue;
        };
        join(first, series, steps, span)?;
    }
    Ok(merged)
}

fn join(into: &mut Series, from: Series, steps: usize, span: Span) -> Result<(), EvalError> {
    let same = || EvalError::new(span, SAME_LABELS);
    for (step, value) in from.floats.iter().enumerate() {
        if is_stale(*value) {
            continue;
        }
        if into.has(step) {
            return Err(same());
        }
        into.set_float(step, *value, steps);
    }
    if from.histograms.is_empty() {
        return Ok(());
    }
    for (step, _) in &from.histograms {
        if into.has(*step) {
            return Err(same());
        }
    }
    into.histograms.extend(from.histograms);
    into.histograms.sort_by_key(|(step, _)| *step);
    Ok(())
}

impl<'a> Evaluator<'a> {
    /// An evaluation over other steps.
    pub fn over(&self, steps: Steps) -> Self {
        Self { steps, ..*self }
    }

    pub fn note(&self, annotation: Annotation) {
        self.notes.borrow_mut().add(annotation);
    }

    /// Counts cells that are held from now on.
    pub fn hold(&self, cells: usize, span: Span) -> Result<(), EvalError> {
        let live = self.live.get().saturating_add(cells);
        if live > self.options.max_samples {
            let message = format!(
                "the query needs more than {} samples at once: select fewer series or a shorter time",
                self.options.max_samples
            );
            return Err(EvalError::new(span, message));
        }
        self.live.set(live);
        Ok(())
    }

    /// The number of each step.
    pub fn scalar(&self, node: &Node) -> Result<Vec<f64>, EvalError> {
        let steps = self.steps.count;
        if let Kind::Number(number) = node.kind {
            return Ok(vec![number; steps]);
        }
        if node.fixed && steps > 1 {
            let one = self.over(Steps {
                count: 1,
                ..self.steps
            });
            return Ok(vec![one.scalar(node)?[0]; steps]);
        }
        match &node.kind {
            Kind::Call { function, args } => functions::scalar(self, function.name, args),
            Kind::Binary(binary) => binary::scalars(self, binary),
            Kind::Negate(inner) => {
                let mut values = self.scalar(inner)?;
                values.iter_mut().for_each(|value| *value = -*value);
                Ok(values)
            }
            _ => Err(EvalError::new(node.span, "this is no number")),
        }
    }

    /// All series of a vector.
    pub fn vector(&self, node: &Node) -> Result<Vec<Series>, EvalError> {
        let before = self.live.get();
        let mut all = Vec::new();
        self.each(node, &mut |series| {
            self.hold(series.size(), node.span)?;
            all.push(series);
            Ok(())
        })?;
        let held: usize = all.iter().map(Series::size).sum();
        self.live.set(before + held);
        Ok(all)
    }

    /// The series of a vector, one after the other. Those that follow from one series each are never
    /// held all at once.
    pub fn each(&self, node: &Node, sink: Sink<'_>) -> Result<(), EvalError> {
        if self.steps.count == 0 {
            return Ok(());
        }
        if node.fixed && self.steps.count > 1 {
            return self.repeat(node, sink);
        }
        match &node.kind {
            Kind::Selector(selector) => select::instant(self, selector, node.span, sink),
            Kind::Call { function, args } => functions::call(self, function, args, node.span, sink),
            Kind::Negate(inner) => functions::negate(self, inner, node.span, sink),
            Kind::Binary(binary) => binary::eval(self, binary, node.span, sink),
            Kind::Aggregate {
                op,
                param,
                expr,
                grouping,
            } => aggregate::eval(self, *op, param.as_deref(), expr, grouping, node.span, sink),
            Kind::Number(_) | Kind::Text(_) | Kind::Range(_) => {
                Err(EvalError::new(node.span, "this is no instant vector"))
            }
        }
    }

    /// Evaluates what is the same at every step once.
    fn repeat(&self, node: &Node, sink: Sink<'_>) -> Result<(), EvalError> {
        let steps = self.steps.count;
        let one = self.over(Steps {
            count: 1,
            ..self.steps
        });
        one.each(node, &mut |mut series| {
            if let Some(value) = series.float_at(0) {
                series.floats = vec![value; steps];
            } else if let Some((_, histogram)) = series.histograms.pop() {
                series.histograms = (0..steps).map(|step| (step, histogram.clone())).collect();
            }
            sink(series)
        })
    }

    /// Drops name, type and unit: now, or at the end of the query.
    pub fn drop_name(&self, series: &mut Series) {
        if !self.options.delayed_name_removal {
            series.labels = series.labels.without_metadata();
        }
        series.drop_name = true;
    }

    /// Takes the series that `make` gives, and joins those that have become the same by the loss of their
    /// names. With delayed removal of names that is done at the end of the query.
    pub fn named(
        &self,
        span: Span,
        sink: Sink<'_>,
        make: impl FnOnce(Sink<'_>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        if self.options.delayed_name_removal {
            return make(sink);
        }
        let mut all = Vec::new();
        make(&mut |series| {
            all.push(series);
            Ok(())
        })?;
        merge(all, self.steps.count, span)?
            .into_iter()
            .try_for_each(sink)
    }

    /// Like [`Self::named`], but series of the same labels are an error, at whatever steps they have values.
    pub fn named_apart(
        &self,
        span: Span,
        sink: Sink<'_>,
        make: impl FnOnce(Sink<'_>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        if self.options.delayed_name_removal {
            return make(sink);
        }
        let mut known = BTreeSet::new();
        make(&mut |series| {
            if !known.insert(series.labels.clone()) {
                return Err(EvalError::new(span, SAME_LABELS));
            }
            sink(series)
        })
    }

    /// The series of a range, with all samples that any step can see.
    pub fn each_range(
        &self,
        range: &Range,
        sink: &mut dyn FnMut(select::RangeSeries<'_>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        match &range.source {
            Source::Selector(selector) => {
                let first = range.shift.time(self.steps.start) - range.range;
                select::ranges(self, selector, first, sink)
            }
            Source::Subquery { expr, step } => subquery::eval(self, range, expr, *step, sink),
        }
    }
}
