//! Operators between the matching series of two vectors.

use std::collections::BTreeMap;

use super::matching::Signatures;
use super::{Notes, element, outcome, result_name};
use crate::Span;
use crate::eval::evaluator::{Evaluator, Sink};
use crate::eval::labels::Labels;
use crate::eval::merge::merge;
use crate::eval::plan::{Binary, Many, Match};
use crate::eval::value::{STALE, Series, is_stale};
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
    let steps = evaluator.steps.count;
    // Where there is nothing to be matched, duplicates on the "one" side do not matter.
    let filled = fill_many.is_some() || fill_one.is_some();
    let any = |step| filled || many.series.iter().any(|series| series.has(step));
    let partners = Partners::new(binary, &one, signatures.count, steps, any, swapped, span)?;
    let mut join = Join {
        evaluator,
        binary,
        swapped,
        span,
        matched: vec![Matched::default(); signatures.count],
        notes: Notes::default(),
        results: Vec::new(),
    };
    let mut columns = join.columns(&many, &one, &partners);
    for (index, (series, signature)) in many.pairs().enumerate() {
        if let Some(column) = columns[index].take() {
            join.results.push(column);
            continue;
        }
        let mut pairs = Pairs::new(series);
        for step in 0..steps {
            let Some(value) = series.at(step) else {
                continue;
            };
            match partners.at(&one, signature, step) {
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

/// The operator applied to the numbers of each step; nothing where there are histograms, or where numbers
/// do not have the operator.
fn numbers(binary: &Binary, left: &Series, right: &Series) -> Option<Vec<f64>> {
    if !left.histograms.is_empty() || !right.histograms.is_empty() {
        return None;
    }
    element::floats(binary.op, 0.0, 0.0)?;
    let cells = left.floats.iter().zip(&right.floats).map(|(left, right)| {
        if is_stale(*left) || is_stale(*right) {
            return STALE;
        }
        match element::floats(binary.op, *left, *right) {
            Some((_, keep)) if binary.bool_modifier => f64::from(u8::from(keep)),
            Some((value, true)) => value,
            _ => STALE,
        }
    });
    Some(cells.collect())
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
    /// One series, which may have no value at some steps.
    One(usize),
    /// Several series that take turns.
    Turns(Vec<Option<usize>>),
}

impl Partners {
    /// `counts` tells at which steps it matters that there are several.
    fn new(
        binary: &Binary,
        one: &Side<'_>,
        count: usize,
        steps: usize,
        counts: impl Fn(usize) -> bool,
        swapped: bool,
        span: Span,
    ) -> Result<Self, EvalError> {
        let mut of = vec![Partner::None; count];
        for (index, (series, signature)) in one.pairs().enumerate() {
            let mut turns = match std::mem::replace(&mut of[signature], Partner::None) {
                Partner::None => {
                    of[signature] = Partner::One(index);
                    continue;
                }
                Partner::One(first) => {
                    let has = |step| one.series[first].has(step).then_some(first);
                    (0..steps).map(has).collect()
                }
                Partner::Turns(turns) => turns,
            };
            for (step, turn) in turns.iter_mut().enumerate() {
                if !series.has(step) {
                    continue;
                }
                if let Some(other) = turn.filter(|_| counts(step)) {
                    let other = &one.series[other].labels;
                    return Err(duplicates(binary, &series.labels, other, swapped, span));
                }
                *turn = Some(index);
            }
            of[signature] = Partner::Turns(turns);
        }
        Ok(Self { of })
    }

    fn at(&self, one: &Side<'_>, signature: usize, step: usize) -> Option<usize> {
        match &self.of[signature] {
            Partner::None => None,
            Partner::One(index) => one.series[*index].has(step).then_some(*index),
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
    /// The results of those series of the "many" side that are computed column by column: both sides have
    /// only numbers, there is one partner, nothing is filled in, and no other result has the same labels.
    fn columns(&self, many: &Side<'_>, one: &Side<'_>, partners: &Partners) -> Vec<Option<Series>> {
        let matching = &self.binary.matching;
        if matching.fill_left.is_some() || matching.fill_right.is_some() {
            return vec![None; many.series.len()];
        }
        // Between one and one, a second series of a signature is a mistake if both have a value.
        let mut known = BTreeMap::new();
        let columns = many.pairs().map(|(series, signature)| {
            let Partner::One(index) = partners.of[signature] else {
                return None;
            };
            let result = self.result_series(&series.labels, &one.series[index].labels);
            let labels = matching.many.map(|_| result.labels.clone());
            *known.entry((signature, labels)).or_insert(0) += 1;
            Some((result, signature, &one.series[index]))
        });
        let columns: Vec<_> = columns.collect();
        let fill = |(column, series): (Option<(Series, usize, &Series)>, &Series)| {
            let (mut result, signature, partner) = column?;
            let labels = matching.many.map(|_| result.labels.clone());
            if known.get(&(signature, labels)) != Some(&1) {
                return None;
            }
            let (left, right) = if self.swapped {
                (partner, series)
            } else {
                (series, partner)
            };
            result.floats = numbers(self.binary, left, right)?;
            Some(result)
        };
        columns.into_iter().zip(many.series).map(fill).collect()
    }

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
