//! Aggregations that make one value of all values of a group: `sum`, `avg`, `min`, `quantile` and others.

use std::collections::BTreeMap;

use super::Numbered;
use crate::Span;
use crate::ast::AggregateOp;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::functions::{Mean, quantile as quantile_of};
use crate::eval::labels::Labels;
use crate::eval::number::KahanSum;
use crate::eval::plan::{Groups, Node};
use crate::eval::value::{STALE, Series, is_stale};
use crate::eval::{Annotation, EvalError, FloatHistogram, Value};
use crate::histogram::{HistogramMean, HistogramSum, IncompatibleSchemas};

/// What becomes of the numbers of a group at one step.
trait Fold: Clone + Default {
    fn add(&mut self, value: f64);

    /// The result; [`STALE`] where nothing was added.
    fn result(&self) -> f64;
}

/// What becomes of histograms.
#[derive(Clone, Copy)]
enum Histograms {
    /// They count like numbers.
    Counted,
    /// They are left out, which is said.
    Ignored(&'static str),
    Summed,
    Averaged,
}

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    op: AggregateOp,
    expr: &Node,
    groups: &Groups,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let ignored = Histograms::Ignored(op.name());
    match op {
        AggregateOp::Sum => fold::<Sum>(evaluator, expr, groups, Histograms::Summed, sink),
        AggregateOp::Avg => fold::<Mean>(evaluator, expr, groups, Histograms::Averaged, sink),
        AggregateOp::Count => fold::<Count>(evaluator, expr, groups, Histograms::Counted, sink),
        AggregateOp::Group => fold::<Group>(evaluator, expr, groups, Histograms::Counted, sink),
        AggregateOp::Min => fold::<Extreme<true>>(evaluator, expr, groups, ignored, sink),
        AggregateOp::Max => fold::<Extreme<false>>(evaluator, expr, groups, ignored, sink),
        AggregateOp::Stdvar => fold::<Variance<false>>(evaluator, expr, groups, ignored, sink),
        AggregateOp::Stddev => fold::<Variance<true>>(evaluator, expr, groups, ignored, sink),
        _ => Err(EvalError::new(
            expr.span,
            format!("`{op}` needs a parameter"),
        )),
    }
}

/// A group while its series are added.
struct Members<F> {
    labels: Labels,
    drop_name: bool,
    cells: Vec<F>,
    histograms: BTreeMap<usize, Histogram>,
}

fn fold<F: Fold>(
    evaluator: &Evaluator<'_>,
    expr: &Node,
    groups: &Groups,
    mode: Histograms,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let steps = evaluator.steps.count;
    let mut numbered = Numbered::default();
    let mut all: Vec<Members<F>> = Vec::new();
    evaluator.each(expr, &mut |series| {
        let labels = groups.of(&series.labels);
        let (number, new) = numbered.number(&labels);
        if new {
            evaluator.hold(steps, expr.span)?;
            all.push(Members {
                labels,
                drop_name: false,
                cells: vec![F::default(); steps],
                histograms: BTreeMap::new(),
            });
        }
        let group = &mut all[number];
        group.drop_name |= series.drop_name;
        for (cell, value) in group.cells.iter_mut().zip(&series.floats) {
            if !is_stale(*value) {
                cell.add(*value);
            }
        }
        for (step, histogram) in &series.histograms {
            match mode {
                Histograms::Counted => group.cells[*step].add(1.0),
                Histograms::Ignored(name) => {
                    evaluator.note(Annotation::histogram_ignored_in_aggregation(
                        name, expr.span,
                    ));
                }
                Histograms::Summed | Histograms::Averaged => {
                    let known = group.histograms.remove(step);
                    let mean = matches!(mode, Histograms::Averaged);
                    let added = Histogram::add(known, histogram, mean);
                    if matches!(added, Histogram::Incompatible(false)) {
                        let metric = series.labels.metric_name();
                        evaluator.note(Annotation::mixed_exponential_custom(metric, expr.span));
                    }
                    group.histograms.insert(*step, added);
                }
            }
        }
        Ok(())
    })?;
    for group in all {
        let mut series = Series::new(group.labels);
        series.drop_name = group.drop_name;
        series.floats = group.cells.iter().map(F::result).collect();
        for (step, histogram) in group.histograms {
            let mixed = !is_stale(series.floats[step]);
            series.floats[step] = STALE;
            if mixed {
                evaluator.note(Annotation::mixed_floats_histograms_in_aggregation(
                    expr.span,
                ));
            } else if let Some(histogram) = histogram.finish(evaluator, expr.span) {
                series.set(step, histogram.into(), steps);
            }
        }
        if !series.is_empty() {
            sink(series)?;
        }
    }
    Ok(())
}

/// The histograms of a group at one step.
enum Histogram {
    Sum(Box<HistogramSum>),
    Mean(Box<HistogramMean>),
    /// Exponential and custom bounds do not add up. Whether that has been said.
    Incompatible(bool),
}

impl Histogram {
    fn add(known: Option<Self>, histogram: &FloatHistogram, mean: bool) -> Self {
        let (sum, added) = match known {
            None if mean => return Self::Mean(Box::new(HistogramMean::new(histogram))),
            None => return Self::Sum(Box::new(HistogramSum::new(histogram))),
            Some(Self::Sum(mut sum)) => {
                let added = sum.add(histogram);
                (Self::Sum(sum), added)
            }
            Some(Self::Mean(mut mean)) => {
                let added = mean.add(histogram);
                (Self::Mean(mean), added)
            }
            Some(Self::Incompatible(_)) => return Self::Incompatible(true),
        };
        match added {
            Ok(()) => sum,
            Err(IncompatibleSchemas) => Self::Incompatible(false),
        }
    }

    fn finish(self, evaluator: &Evaluator<'_>, span: Span) -> Option<FloatHistogram> {
        let result = match self {
            Self::Sum(sum) => sum.finish(),
            Self::Mean(mean) => mean.finish(),
            Self::Incompatible(_) => return None,
        };
        if result.combined.hints_collide {
            evaluator.note(Annotation::counter_reset_collision("aggregation", span));
        }
        if result.combined.bounds_reconciled {
            evaluator.note(Annotation::mismatched_custom_buckets("aggregation", span));
        }
        let mut histogram = result.histogram;
        histogram.compact(0);
        Some(histogram)
    }
}

#[derive(Clone)]
struct Sum(KahanSum);

impl Default for Sum {
    fn default() -> Self {
        Self(KahanSum {
            sum: STALE,
            lost: 0.0,
        })
    }
}

impl Fold for Sum {
    #[inline]
    fn add(&mut self, value: f64) {
        if is_stale(self.0.sum) {
            self.0.sum = value;
        } else {
            self.0.add(value);
        }
    }

    fn result(&self) -> f64 {
        if is_stale(self.0.sum) {
            STALE
        } else {
            self.0.total()
        }
    }
}

impl Fold for Mean {
    fn add(&mut self, value: f64) {
        Self::add(self, value);
    }

    fn result(&self) -> f64 {
        if self.count == 0.0 {
            STALE
        } else {
            self.mean()
        }
    }
}

#[derive(Clone, Default)]
struct Count(f64);

impl Fold for Count {
    fn add(&mut self, _: f64) {
        self.0 += 1.0;
    }

    fn result(&self) -> f64 {
        if self.0 == 0.0 { STALE } else { self.0 }
    }
}

#[derive(Clone, Default)]
struct Group(bool);

impl Fold for Group {
    fn add(&mut self, _: f64) {
        self.0 = true;
    }

    fn result(&self) -> f64 {
        if self.0 { 1.0 } else { STALE }
    }
}

/// The smallest or largest value; any value is better than NaN.
#[derive(Clone)]
struct Extreme<const SMALLEST: bool>(f64);

impl<const SMALLEST: bool> Default for Extreme<SMALLEST> {
    fn default() -> Self {
        Self(STALE)
    }
}

impl<const SMALLEST: bool> Fold for Extreme<SMALLEST> {
    #[inline]
    fn add(&mut self, value: f64) {
        let better = if SMALLEST {
            value < self.0
        } else {
            value > self.0
        };
        // The staleness marker is a NaN as well.
        if better || self.0.is_nan() {
            self.0 = value;
        }
    }

    fn result(&self) -> f64 {
        self.0
    }
}

/// By Welford's method.
#[derive(Clone, Default)]
struct Variance<const ROOT: bool> {
    count: f64,
    mean: f64,
    squares: f64,
}

impl<const ROOT: bool> Fold for Variance<ROOT> {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.mean = value;
            self.squares = if value.is_finite() { 0.0 } else { f64::NAN };
            return;
        }
        let delta = value - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (value - self.mean);
    }

    fn result(&self) -> f64 {
        let variance = self.squares / self.count;
        match (self.count, ROOT) {
            (0.0, _) => STALE,
            (_, true) => variance.sqrt(),
            (_, false) => variance,
        }
    }
}

pub(super) fn quantile(
    evaluator: &Evaluator<'_>,
    param: &Node,
    expr: &Node,
    groups: &Groups,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let steps = evaluator.steps.count;
    let q = evaluator.scalar(param)?;
    let all = evaluator.vector(expr)?;
    note_quantiles(evaluator, &q, param.span);
    for series in &all {
        if !series.histograms.is_empty() {
            evaluator.note(Annotation::histogram_ignored_in_aggregation(
                "quantile", expr.span,
            ));
        }
    }
    let mut numbered = Numbered::default();
    let mut members: Vec<Vec<&Series>> = Vec::new();
    for series in &all {
        let (number, new) = numbered.number(&groups.of(&series.labels));
        if new {
            members.push(Vec::new());
        }
        members[number].push(series);
    }
    for members in members {
        let Some(first) = members.first() else {
            continue;
        };
        let mut series = Series::new(groups.of(&first.labels));
        series.drop_name = members.iter().any(|member| member.drop_name);
        let mut values = Vec::with_capacity(members.len());
        for (step, q) in q.iter().enumerate() {
            values.clear();
            values.extend(members.iter().filter_map(|member| member.float_at(step)));
            if !values.is_empty() {
                series.set(step, Value::Float(quantile_of(*q, &mut values)), steps);
            }
        }
        if !series.is_empty() {
            sink(series)?;
        }
    }
    Ok(())
}

/// Says that quantiles are out of range: the largest, the smallest and NaN.
fn note_quantiles(evaluator: &Evaluator<'_>, q: &[f64], span: Span) {
    let largest = q.iter().copied().fold(f64::MIN, f64::max);
    let smallest = q.iter().copied().fold(f64::MAX, f64::min);
    for (wrong, q) in [
        (q.iter().any(|q| q.is_nan()), f64::NAN),
        (largest > 1.0, largest),
        (smallest < 0.0, smallest),
    ] {
        if wrong {
            evaluator.note(Annotation::invalid_quantile(q, span));
        }
    }
}
