//! `variants(…) of (…)`: several aggregations of the lines of one range.

use obsctl_promql::eval::{EvalError, Labels, Matcher};

use super::evaluator::{Evaluator, Steps};
use super::extract::{self, Extractor};
use super::lines::Pipeline;
use super::plan::{self, Aggregation, Node, Window};
use super::range::Samples;
use super::stage::error;
use super::{Engine, aggregate};
use crate::Span;
use crate::ast::{self, AggregateOp, Expr, RangeAggregate};

/// The label that tells the variants apart: their numbers from 0.
const VARIANT: &str = "__variant__";

#[derive(Debug)]
pub(super) struct Variants {
    matchers: Vec<Matcher>,
    pipeline: Pipeline,
    /// Nanoseconds, of the common range.
    range: i64,
    offset: i64,
    variants: Vec<Variant>,
}

#[derive(Debug)]
struct Variant {
    extractor: Extractor,
    window: Window,
    around: Option<Aggregation>,
    span: Span,
}

pub(super) fn lower(
    engine: &Engine,
    node: &ast::Variants,
    now: i64,
) -> Result<Variants, EvalError> {
    if !engine.options.variants {
        let message = "multi variant queries are disabled for this instance";
        return Err(error(node.span, message));
    }
    let of = plan::range_query(&node.of)?;
    let variants = node.exprs.iter().map(|expr| variant(expr, now));
    Ok(Variants {
        matchers: plan::matchers(&of.query.selector)?,
        pipeline: Pipeline::compile(&of.query.stages, now)?,
        range: plan::nanos(&of.range)?,
        offset: of.offset.as_ref().map_or(Ok(0), plan::nanos)?,
        variants: variants.collect::<Result<_, _>>()?,
    })
}

fn variant(expr: &Expr, now: i64) -> Result<Variant, EvalError> {
    match expr.without_parens() {
        Expr::RangeAggregate(range) => {
            let groups = extract::groups(range, None, false);
            window(range, groups, None, now)
        }
        Expr::Aggregate(node) => {
            let Expr::RangeAggregate(range) = node.expr.without_parens() else {
                return Err(error(
                    node.expr.span(),
                    "a variant aggregates a range, and no more",
                ));
            };
            let summed = node.op == AggregateOp::Sum;
            let groups = extract::groups(range, node.grouping.as_ref(), summed);
            let around = plan::lower(expr, now)?;
            let Node::Aggregate(mut around) = around else {
                return Err(error(
                    expr.span(),
                    "a variant aggregates a range, and no more",
                ));
            };
            around.labels.push(VARIANT.to_owned());
            window(range, groups, Some(*around), now)
        }
        other => Err(error(
            other.span(),
            "a variant aggregates a range, and no more",
        )),
    }
}

/// A variant reads the lines behind the common pipeline. Only one with an aggregation around it runs its
/// own pipeline behind that.
fn window(
    range: &RangeAggregate,
    groups: super::hints::Groups,
    around: Option<Aggregation>,
    now: i64,
) -> Result<Variant, EvalError> {
    let query = plan::range_query(&range.expr)?;
    let stages = &query.query.stages;
    let run_stages = around.is_some();
    Ok(Variant {
        extractor: Extractor::compile(range.op, stages, run_stages, groups, now)?,
        window: plan::window(range, query)?,
        around,
        span: range.span,
    })
}

impl Variants {
    pub fn steps(&self, evaluator: &Evaluator<'_>) -> Result<Steps, EvalError> {
        let times = evaluator.times;
        let first = times
            .first()
            .copied()
            .unwrap_or_default()
            .saturating_sub(self.offset);
        let last = times
            .last()
            .copied()
            .unwrap_or_default()
            .saturating_sub(self.offset);
        let from = first.saturating_sub(self.range);
        let mut samples: Vec<Samples> = vec![Samples::new(); self.variants.len()];
        for (stream, entries) in evaluator.storage.select(&self.matchers, from, last) {
            for entry in entries {
                let Some(record) = self.pipeline.run(stream, entry) else {
                    continue;
                };
                let (labels, metadata) = (record.labels(), record.metadata_labels());
                for (index, variant) in self.variants.iter().enumerate() {
                    let extractor = &variant.extractor;
                    let sample = extractor.sample_of(&labels, entry.time, &record.line, &metadata);
                    if let Some((labels, value)) = sample {
                        let labels = labels.with(VARIANT, &index.to_string());
                        samples[index]
                            .entry(labels)
                            .or_default()
                            .push((entry.time, value));
                    }
                }
            }
        }
        let mut steps: Steps = vec![Vec::new(); times.len()];
        for (variant, samples) in self.variants.iter().zip(samples) {
            let window = &variant.window;
            let found = window.steps(samples, times, &Labels::empty(), variant.span)?;
            for (all, found) in steps.iter_mut().zip(found) {
                all.extend(match &variant.around {
                    Some(around) => aggregate::aggregate(around, found),
                    None => found,
                });
            }
        }
        Ok(steps)
    }
}
