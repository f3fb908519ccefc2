//! Operators between the matching series of two vectors.

use std::collections::BTreeMap;

use super::matching::Signatures;
use super::{Notes, outcome, result_name};
use crate::Span;
use crate::eval::evaluator::{Evaluator, Sink, merge};
use crate::eval::labels::Labels;
use crate::eval::plan::{Binary, Many, Match};
use crate::eval::value::Series;
use crate::eval::{EvalError, Value};

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    binary: &Binary,
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let left = evaluator.vector(&binary.lhs)?;
    let right = evaluator.vector(&binary.rhs)?;
    let signatures = Signatures::new(&binary.matching, &left, &right);
    // From here on the left side is the "many" side: `group_right` swaps the sides.
    let swapped = binary.matching.many == Some(Many::Right);
    let (many, one) = if swapped {
        (
            Side::new(&right, signatures.right),
            Side::new(&left, signatures.left),
        )
    } else {
        (
            Side::new(&left, signatures.left),
            Side::new(&right, signatures.right),
        )
    };
    // Of `group_right` too, `fill_left` is what Prometheus fills in on the "many" side.
    let (fill_many, fill_one) = (binary.matching.fill_left, binary.matching.fill_right);
    let partners = Partners::new(evaluator, binary, &one, signatures.count, swapped, span)?;
    let mut join = Join {
        evaluator,
        binary,
        swapped,
        span,
        matched: vec![Matched::default(); signatures.count],
        notes: Notes::default(),
        results: Vec::new(),
    };
    let steps = evaluator.steps.count;
    for (series, signature) in many.pairs() {
        let mut pairs = Pairs::new(series);
        for step in 0..steps {
            let Some(value) = series.at(step) else {
                continue;
            };
            match partners.at(signature, step) {
                Some(index) => {
                    let partner = &one.series[index];
                    let Some(partner_value) = partner.at(step) else {
                        continue;
                    };
                    join.pair(
                        &mut pairs,
                        Some((index, partner)),
                        signature,
                        step,
                        &value,
                        &partner_value,
                    )?;
                }
                None => {
                    let Some(fill) = fill_one else { continue };
                    join.pair(
                        &mut pairs,
                        None,
                        signature,
                        step,
                        &value,
                        &Value::Float(fill),
                    )?;
                }
            }
        }
        join.results.extend(pairs.results.into_values());
    }
    if let Some(fill) = fill_many {
        for (series, signature) in one.pairs() {
            let labels = matched_labels(&binary.matching, &series.labels);
            let filled = Series::new(labels);
            let mut pairs = Pairs::new(&filled);
            for step in 0..steps {
                let Some(value) = series.at(step) else {
                    continue;
                };
                if !join.matched[signature].any(step) {
                    let fill = Value::Float(fill);
                    join.pair(
                        &mut pairs,
                        Some((0, series)),
                        signature,
                        step,
                        &fill,
                        &value,
                    )?;
                }
            }
            join.results.extend(pairs.results.into_values());
        }
    }
    let Join { notes, results, .. } = join;
    notes.report(evaluator);
    let mut results: Vec<_> = results
        .into_iter()
        .filter(|series| !series.is_empty())
        .collect();
    if steps > 1 || !evaluator.options.delayed_name_removal {
        results = merge(results, steps, span)?;
    }
    results.into_iter().try_for_each(sink)
}

/// The series of one side and the numbers of their signatures.
struct Side<'a> {
    series: &'a [Series],
    signatures: Vec<usize>,
}

impl<'a> Side<'a> {
    fn new(series: &'a [Series], signatures: Vec<usize>) -> Self {
        Self { series, signatures }
    }

    fn pairs(&self) -> impl Iterator<Item = (&'a Series, usize)> {
        self.series.iter().zip(self.signatures.iter().copied())
    }
}

/// For each signature the series on the "one" side, at each step.
struct Partners {
    of: Vec<Partner>,
}

#[derive(Clone)]
enum Partner {
    None,
    /// One series; whether it has a value at a step is seen there.
    Always(usize),
    /// Several series that take turns.
    Turns(Vec<Option<usize>>),
}

impl Partners {
    fn new(
        evaluator: &Evaluator<'_>,
        binary: &Binary,
        one: &Side<'_>,
        count: usize,
        swapped: bool,
        span: Span,
    ) -> Result<Self, EvalError> {
        let steps = evaluator.steps.count;
        let mut of = vec![Partner::None; count];
        for (index, (series, signature)) in one.pairs().enumerate() {
            let turns = match &of[signature] {
                Partner::None => {
                    of[signature] = Partner::Always(index);
                    continue;
                }
                Partner::Always(first) => {
                    let has = |step| one.series[*first].has(step).then_some(*first);
                    (0..steps).map(has).collect()
                }
                Partner::Turns(turns) => turns.clone(),
            };
            let mut turns: Vec<Option<usize>> = turns;
            for (step, turn) in turns.iter_mut().enumerate() {
                if !series.has(step) {
                    continue;
                }
                if let Some(other) = turn {
                    let other = &one.series[*other].labels;
                    return Err(duplicates(binary, &series.labels, other, swapped, span));
                }
                *turn = Some(index);
            }
            of[signature] = Partner::Turns(turns);
        }
        for partner in &mut of {
            if let Partner::Always(index) = partner {
                let series = &one.series[*index];
                if !(0..steps).all(|step| series.has(step)) {
                    let index = *index;
                    let turns = (0..steps).map(|step| series.has(step).then_some(index));
                    *partner = Partner::Turns(turns.collect());
                }
            }
        }
        Ok(Self { of })
    }

    fn at(&self, signature: usize, step: usize) -> Option<usize> {
        match &self.of[signature] {
            Partner::None => None,
            Partner::Always(index) => Some(*index),
            Partner::Turns(turns) => turns[step],
        }
    }
}

fn duplicates(
    binary: &Binary,
    series: &Labels,
    other: &Labels,
    swapped: bool,
    span: Span,
) -> EvalError {
    let group = matched_labels(&binary.matching, series);
    // The order of the text does not depend on which one comes first.
    let (series, other) = (series.to_string(), other.to_string());
    let (series, other) = if series > other {
        (other, series)
    } else {
        (series, other)
    };
    let side = if swapped { "left" } else { "right" };
    let message = format!(
        "found duplicate series for the match group {group} on the {side} hand-side of the operation: \
         [{series}, {other}];many-to-many matching not allowed: matching labels must be unique on one side"
    );
    EvalError::new(span, message)
}

/// The labels of a series by which it is matched; metric names never are.
fn matched_labels(matching: &Match, labels: &Labels) -> Labels {
    matching.signature(labels)
}

/// At which steps a signature has been matched, with which results.
#[derive(Clone, Default)]
struct Matched {
    /// Between one and one: all results; between many and one: those of each label set.
    steps: BTreeMap<Labels, Vec<bool>>,
}

impl Matched {
    fn any(&self, step: usize) -> bool {
        self.steps.values().any(|steps| steps[step])
    }
}

/// The results of one series with its partners.
struct Pairs<'a> {
    series: &'a Series,
    results: BTreeMap<usize, Series>,
}

impl<'a> Pairs<'a> {
    fn new(series: &'a Series) -> Self {
        Self {
            series,
            results: BTreeMap::new(),
        }
    }
}

struct Join<'a> {
    evaluator: &'a Evaluator<'a>,
    binary: &'a Binary,
    swapped: bool,
    span: Span,
    matched: Vec<Matched>,
    notes: Notes,
    results: Vec<Series>,
}

impl Join<'_> {
    /// Applies the operator to the value of the "many" side and that of its partner at a step. Without a
    /// partner its value was filled in.
    fn pair(
        &mut self,
        pairs: &mut Pairs<'_>,
        partner: Option<(usize, &Series)>,
        signature: usize,
        step: usize,
        value: &Value,
        partner_value: &Value,
    ) -> Result<(), EvalError> {
        let (left, right) = if self.swapped {
            (partner_value, value)
        } else {
            (value, partner_value)
        };
        let outcome = outcome(self.binary, left, right, self.span);
        if let Some(note) = outcome.note {
            self.notes.set(step, note);
        }
        let Some((result, keep)) = outcome.value else {
            return Ok(());
        };
        let steps = self.evaluator.steps.count;
        let key = partner.map_or(usize::MAX, |(index, _)| index);
        let many = pairs.series;
        let series = pairs.results.entry(key).or_insert_with(|| {
            let of_partner = match partner {
                Some((_, partner)) => partner.labels.clone(),
                None => matched_labels(&self.binary.matching, &many.labels),
            };
            self.result_series(&many.labels, &of_partner)
        });
        let group = self.binary.matching.many;
        let labels = if group.is_some() {
            series.labels.clone()
        } else {
            Labels::empty()
        };
        let matched = self.matched[signature].steps.entry(labels);
        let matched = matched.or_insert_with(|| vec![false; steps]);
        if matched[step] {
            let message = if group.is_some() {
                "multiple matches for labels: grouping labels must ensure unique matches"
            } else {
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            };
            return Err(EvalError::new(self.span, message));
        }
        matched[step] = true;
        if keep {
            series.set(step, result, steps);
        }
        Ok(())
    }

    /// A series with the labels of a result.
    fn result_series(&self, many: &Labels, one: &Labels) -> Series {
        let matching = &self.binary.matching;
        let mut series = Series::new(many.clone());
        result_name(&mut series, self.binary, self.evaluator);
        if matching.many.is_none() {
            let named = |name: &str| matching.labels.iter().any(|label| label == name);
            series.labels = series.labels.filter(|name| named(name) == matching.on);
        }
        for name in &matching.include {
            series.labels = series.labels.with(name, one.value(name));
        }
        series
    }
}
