//! Functions of histograms, classic and native.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::text;
use crate::Span;
use crate::eval::evaluator::{Evaluator, SAME_LABELS, Sink};
use crate::eval::labels::{BUCKET, Labels};
use crate::eval::number;
use crate::eval::plan::Node;
use crate::eval::value::{Series, is_stale};
use crate::eval::{Annotation, EvalError, FloatHistogram};
use crate::histogram::NanEffect;
use crate::histogram::classic::{self, CumulativeBucket};

pub(super) fn call(
    evaluator: &Evaluator<'_>,
    name: &str,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let of: fn(&FloatHistogram) -> f64 = match name {
        "histogram_count" => |histogram| histogram.count,
        "histogram_sum" => |histogram| histogram.sum,
        "histogram_avg" => FloatHistogram::mean,
        "histogram_stddev" => FloatHistogram::deviation,
        "histogram_stdvar" => FloatHistogram::variance,
        "histogram_quantile" => return quantile(evaluator, args, span, sink),
        "histogram_quantiles" => return quantiles(evaluator, args, span, sink),
        "histogram_fraction" => return fraction(evaluator, args, span, sink),
        _ => {
            return Err(EvalError::new(
                span,
                format!("`{name}` cannot be evaluated"),
            ));
        }
    };
    let steps = evaluator.steps.count;
    evaluator.named(span, sink, |sink| {
        evaluator.each(&args[0], &mut |series| {
            if series.histograms.is_empty() {
                return Ok(());
            }
            let mut result = Series::new(series.labels);
            result.drop_name = series.drop_name;
            for (step, histogram) in &series.histograms {
                result.set_float(*step, of(histogram), steps);
            }
            evaluator.drop_name(&mut result);
            sink(result)
        })
    })
}

/// Negates all histograms.
pub(super) fn negate(series: &mut Series) {
    for (_, histogram) in &mut series.histograms {
        Arc::make_mut(histogram).mul(-1.0);
    }
}

/// The histograms of a vector: series of buckets brought together, and native ones.
struct Input {
    classic: Vec<Classic>,
    native: Vec<Series>,
}

/// The buckets of a classic histogram.
struct Classic {
    labels: Labels,
    buckets: Vec<(f64, Vec<f64>)>,
    /// Steps at which there is a native histogram of the same labels: neither is evaluated.
    conflicts: BTreeSet<usize>,
}

impl Classic {
    fn at(&self, step: usize) -> Vec<CumulativeBucket> {
        if self.conflicts.contains(&step) {
            return Vec::new();
        }
        let buckets = self
            .buckets
            .iter()
            .filter(|(_, counts)| !is_stale(counts[step]));
        buckets
            .map(|(upper, counts)| CumulativeBucket {
                upper: *upper,
                count: counts[step],
            })
            .collect()
    }
}

fn input(evaluator: &Evaluator<'_>, vector: &Node, span: Span) -> Result<Input, EvalError> {
    let mut known: BTreeMap<Labels, usize> = BTreeMap::new();
    let mut classic: Vec<Classic> = Vec::new();
    let mut native: Vec<Series> = Vec::new();
    for mut series in evaluator.vector(vector)? {
        let floats = std::mem::take(&mut series.floats);
        if floats.iter().any(|value| !is_stale(*value)) {
            let text = series.labels.value(BUCKET);
            match bound(text) {
                Some(upper) => {
                    let labels = series.labels.with(BUCKET, "");
                    let at = *known.entry(labels.clone()).or_insert_with(|| {
                        classic.push(Classic {
                            labels,
                            buckets: Vec::new(),
                            conflicts: BTreeSet::new(),
                        });
                        classic.len() - 1
                    });
                    classic[at].buckets.push((upper, floats));
                }
                None => {
                    let metric = shown_name(evaluator, &series.labels);
                    evaluator.note(Annotation::bad_bucket_label(metric, text, span));
                }
            }
        }
        if !series.histograms.is_empty() {
            native.push(series);
        }
    }
    for series in &mut native {
        let Some(at) = known.get(&series.labels) else {
            continue;
        };
        let classic = &mut classic[*at];
        let steps = series.histograms.iter().map(|(step, _)| *step);
        let conflicts: BTreeSet<_> = steps.filter(|step| !classic.at(*step).is_empty()).collect();
        if conflicts.is_empty() {
            continue;
        }
        let metric = shown_name(evaluator, &series.labels);
        evaluator.note(Annotation::mixed_classic_native(metric, span));
        series
            .histograms
            .retain(|(step, _)| !conflicts.contains(step));
        classic.conflicts.extend(conflicts);
    }
    Ok(Input { classic, native })
}

/// The metric's name for annotations, which know it only where names are dropped at the end of the query.
fn shown_name<'l>(evaluator: &Evaluator<'_>, labels: &'l Labels) -> &'l str {
    if evaluator.options.delayed_name_removal {
        labels.metric_name()
    } else {
        ""
    }
}

/// A bucket's bound as Go reads numbers.
fn bound(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['+', '-']);
    if digits.len() + 1 < text.len() || text.is_empty() {
        return None;
    }
    if digits.eq_ignore_ascii_case("nan") && digits.len() < text.len() {
        return None;
    }
    text.parse().ok()
}

fn quantile(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let [q, vector] = args else {
        return Err(EvalError::new(
            span,
            "histogram_quantile needs two arguments",
        ));
    };
    let column = evaluator.scalar(q)?;
    note_quantiles(evaluator, &column, q.span);
    let input = input(evaluator, vector, vector.span)?;
    evaluator.named(span, sink, |sink| {
        input.quantiles(evaluator, &column, vector.span, sink)
    })
}

fn quantiles(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let [vector, label, quantiles @ ..] = args else {
        return Err(EvalError::new(
            span,
            "histogram_quantiles needs three arguments",
        ));
    };
    let label = text(label)?;
    let mut columns = Vec::new();
    for q in quantiles {
        let column = evaluator.scalar(q)?;
        note_quantiles(evaluator, &column, q.span);
        columns.push(column);
    }
    let input = input(evaluator, vector, vector.span)?;
    let steps = evaluator.steps.count;
    evaluator.named(span, sink, |sink| {
        let mut all: BTreeMap<Labels, Series> = BTreeMap::new();
        for column in &columns {
            input.quantiles(evaluator, column, vector.span, &mut |series| {
                for (step, value) in series.floats.iter().enumerate() {
                    if is_stale(*value) {
                        continue;
                    }
                    let labels = series
                        .labels
                        .with(label, &number::open_metrics(column[step]));
                    let result = all.entry(labels.clone()).or_insert_with(|| {
                        let mut result = Series::new(labels);
                        result.drop_name = series.drop_name;
                        result
                    });
                    if result.has(step) {
                        return Err(EvalError::new(span, SAME_LABELS));
                    }
                    result.set_float(step, *value, steps);
                }
                Ok(())
            })?;
        }
        all.into_values().try_for_each(sink)
    })
}

fn note_quantiles(evaluator: &Evaluator<'_>, column: &[f64], span: Span) {
    let mut last = 0.0_f64;
    for q in column {
        // Most are the same at all steps.
        if !(0.0..=1.0).contains(q) && q.to_bits() != last.to_bits() {
            evaluator.note(Annotation::invalid_quantile(*q, span));
            last = *q;
        }
    }
}

impl Input {
    /// The quantiles; the span is that of the vector.
    fn quantiles(
        &self,
        evaluator: &Evaluator<'_>,
        column: &[f64],
        span: Span,
        sink: Sink<'_>,
    ) -> Result<(), EvalError> {
        let steps = evaluator.steps;
        for series in &self.native {
            let mut result = Series::new(series.labels.clone());
            for (step, histogram) in &series.histograms {
                let quantile = histogram.quantile(column[*step]);
                let metric = shown_name(evaluator, &series.labels);
                match quantile.nan {
                    Some(NanEffect::Result) => {
                        evaluator.note(Annotation::quantile_is_nan(metric, span));
                    }
                    Some(NanEffect::Skew) => {
                        evaluator.note(Annotation::quantile_is_skewed(metric, span));
                    }
                    None => {}
                }
                result.set_float(*step, quantile.value, steps.count);
            }
            give(evaluator, result, sink)?;
        }
        for classic in &self.classic {
            let mut result = Series::new(classic.labels.clone());
            for (step, q) in column.iter().enumerate() {
                let buckets = classic.at(step);
                if buckets.is_empty() {
                    continue;
                }
                let quantile = classic::quantile(*q, buckets);
                if let Some(forced) = quantile.forced {
                    let metric = shown_name(evaluator, &classic.labels);
                    evaluator.note(Annotation::forced_monotonicity(
                        metric,
                        span,
                        steps.time(step),
                        (forced.lowest, forced.highest),
                        forced.difference,
                    ));
                }
                result.set_float(step, quantile.value, steps.count);
            }
            give(evaluator, result, sink)?;
        }
        Ok(())
    }
}

fn give(evaluator: &Evaluator<'_>, mut series: Series, sink: Sink<'_>) -> Result<(), EvalError> {
    if series.floats.is_empty() {
        return Ok(());
    }
    evaluator.drop_name(&mut series);
    sink(series)
}

fn fraction(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let [lower, upper, vector] = args else {
        return Err(EvalError::new(
            span,
            "histogram_fraction needs three arguments",
        ));
    };
    let (lowers, uppers) = (evaluator.scalar(lower)?, evaluator.scalar(upper)?);
    let input = input(evaluator, vector, vector.span)?;
    let steps = evaluator.steps.count;
    evaluator.named(span, sink, |sink| {
        for series in &input.native {
            let mut result = Series::new(series.labels.clone());
            for (step, histogram) in &series.histograms {
                let fraction = histogram.fraction(lowers[*step], uppers[*step]);
                if fraction.nan {
                    let metric = shown_name(evaluator, &series.labels);
                    evaluator.note(Annotation::fraction_excludes_nan(metric, vector.span));
                }
                result.set_float(*step, fraction.value, steps);
            }
            give(evaluator, result, sink)?;
        }
        for classic in &input.classic {
            let mut result = Series::new(classic.labels.clone());
            for step in 0..steps {
                let buckets = classic.at(step);
                if !buckets.is_empty() {
                    let value = classic::fraction(lowers[step], uppers[step], buckets);
                    result.set_float(step, value, steps);
                }
            }
            give(evaluator, result, sink)?;
        }
        Ok(())
    })
}
