//! Evaluating a plan over all steps, series by series.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::merge::{SAME_LABELS, merge};
use super::plan::{Kind, Node, Range, Source};
use super::value::Series;
use super::{Annotation, Annotations, EvalError, Options, Storage};
use super::{aggregate, binary, functions, select, subquery};
use crate::Span;

/// The times of an evaluation: of the query, or of a subquery inside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// Milliseconds since the epoch.
    pub start: i64,
    /// Milliseconds.
    pub step: i64,
    pub count: usize,
    /// Whether they are those of a range of times, even if only one step fits into it.
    pub range: bool,
}

impl Steps {
    pub fn new(start: i64, end: i64, step: i64) -> Self {
        let count = if end < start {
            0
        } else {
            end.abs_diff(start) / step.unsigned_abs().max(1) + 1
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Self {
            start,
            step,
            count,
            range: start != end,
        }
    }

    /// The first of them alone.
    fn first(self) -> Self {
        Self {
            count: 1,
            range: false,
            ..self
        }
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

/// An evaluation over steps; what it says and holds is that of the whole query.
#[derive(Clone, Copy)]
pub(super) struct Evaluator<'a> {
    pub storage: &'a Storage,
    pub options: &'a Options,
    pub steps: Steps,
    notes: &'a RefCell<Annotations>,
    /// How many cells are held.
    live: &'a Cell<usize>,
}

impl<'a> Evaluator<'a> {
    pub fn new(
        storage: &'a Storage,
        options: &'a Options,
        steps: Steps,
        notes: &'a RefCell<Annotations>,
        live: &'a Cell<usize>,
    ) -> Self {
        Self {
            storage,
            options,
            steps,
            notes,
            live,
        }
    }

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
        if node.fixed && self.steps.range {
            let one = self.over(self.steps.first());
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
        if node.fixed && self.steps.range {
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
        let one = self.over(self.steps.first());
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
