//! `info`: labels of info metrics (`target_info`) added to the series of the same target.

use std::collections::{BTreeMap, BTreeSet};

use crate::Span;
use crate::ast::MatchOp;
use crate::eval::EvalError;
use crate::eval::evaluator::{Evaluator, SAME_LABELS, Sink};
use crate::eval::labels::{Labels, METRIC_NAME};
use crate::eval::matcher::Matcher;
use crate::eval::plan::{Kind, Node, Shift, Source};
use crate::eval::select::Cursor;
use crate::eval::value::{Series, is_stale};

/// The labels by which targets are told apart.
const IDENTIFYING: [&str; 2] = ["instance", "job"];

pub(super) fn eval(
    evaluator: &Evaluator<'_>,
    args: &[Node],
    span: Span,
    sink: Sink<'_>,
) -> Result<(), EvalError> {
    let base = evaluator.vector(&args[0])?;
    let matchers = match args.get(1).map(|arg| &arg.kind) {
        Some(Kind::Selector(selector)) => selector.matchers.as_slice(),
        _ => &[],
    };
    let (names, data): (Vec<_>, Vec<_>) = matchers
        .iter()
        .cloned()
        .partition(|matcher| matcher.name == METRIC_NAME);
    let names = name_matchers(names, span)?;
    let info = Info::fetch(evaluator, &args[0], &base, &names, &data, span)?;
    let steps = evaluator.steps.count;
    let mut results: BTreeMap<Labels, Series> = BTreeMap::new();
    for series in &base {
        let is_info = is_named(series, &names);
        for step in 0..steps {
            let Some(value) = series.at(step) else {
                continue;
            };
            let labels = if is_info {
                series.labels.clone()
            } else {
                match info.enriched(&series.labels, step, &data, span)? {
                    Some(labels) => labels,
                    None => continue,
                }
            };
            let result = match results.get_mut(&labels) {
                Some(result) => result,
                None => {
                    evaluator.hold(steps, span)?;
                    let mut result = Series::new(labels.clone());
                    result.drop_name = series.drop_name;
                    results.entry(labels).or_insert(result)
                }
            };
            if result.has(step) {
                return Err(EvalError::new(span, SAME_LABELS));
            }
            result.set(step, value, steps);
        }
    }
    for result in results.values_mut() {
        result.histograms.sort_by_key(|(step, _)| *step);
    }
    results.into_values().try_for_each(sink)
}

/// The matchers of the info metrics' names: `target_info` where nothing is asked for, and names that end in
/// `_info` where some are only ruled out.
fn name_matchers(names: Vec<Matcher>, span: Span) -> Result<Vec<Matcher>, EvalError> {
    if names.is_empty() {
        return Ok(vec![Matcher::equal(METRIC_NAME, "target_info")]);
    }
    if names.iter().any(Matcher::is_positive) {
        return Ok(names);
    }
    let any = Matcher::new(METRIC_NAME, MatchOp::Regex, ".+_info");
    let mut all = vec![any.map_err(|reason| EvalError::new(span, reason))?];
    all.extend(names);
    Ok(all)
}

fn is_named(series: &Series, names: &[Matcher]) -> bool {
    names
        .iter()
        .all(|matcher| matcher.matches(series.labels.metric_name()))
}

/// The info series by target and name, at each step the one with the newest sample.
struct Info {
    names: BTreeSet<String>,
    /// By name and identifying labels; of each step the series and the time of its sample.
    of: BTreeMap<(String, Labels), Vec<Option<(Labels, i64)>>>,
}

fn target(labels: &Labels) -> Labels {
    labels.filter(|name| IDENTIFYING.contains(&name))
}

impl Info {
    fn fetch(
        evaluator: &Evaluator<'_>,
        vector: &Node,
        base: &[Series],
        names: &[Matcher],
        data: &[Matcher],
        span: Span,
    ) -> Result<Self, EvalError> {
        let mut info = Self {
            names: BTreeSet::new(),
            of: BTreeMap::new(),
        };
        // For each identifying label the values that are asked for.
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for series in base.iter().filter(|series| !is_named(series, names)) {
            for name in IDENTIFYING {
                if let Some(value) = series.labels.get(name) {
                    values.entry(name).or_default().insert(value);
                }
            }
        }
        if values.is_empty() {
            return Ok(info);
        }
        let shift = first_shift(vector).unwrap_or(Shift {
            at: None,
            offset: 0,
        });
        let matchers: Vec<_> = names.iter().chain(data).cloned().collect();
        for id in evaluator.storage.select(&matchers) {
            let stored = evaluator.storage.get(id);
            let wanted = |(name, values): (&&str, &BTreeSet<&str>)| {
                values.contains(stored.labels.value(name))
            };
            if !values.iter().all(wanted) {
                continue;
            }
            if !stored.histograms.times.is_empty() {
                let message = format!(
                    "this should be an info metric, with float samples: {}",
                    stored.labels
                );
                return Err(EvalError::new(span, message));
            }
            info.add(
                evaluator,
                &stored.labels,
                stored.floats.samples(),
                shift,
                span,
            )?;
        }
        Ok(info)
    }

    fn add(
        &mut self,
        evaluator: &Evaluator<'_>,
        labels: &Labels,
        floats: crate::eval::select::Floats<'_>,
        shift: Shift,
        span: Span,
    ) -> Result<(), EvalError> {
        let steps = evaluator.steps;
        let lookback = evaluator.options.lookback;
        let key = (labels.metric_name().to_owned(), target(labels));
        let mut cursor = Cursor::default();
        for step in 0..steps.count {
            let time = shift.time(steps.time(step));
            let Some(at) = cursor.after(floats.times, time).checked_sub(1) else {
                continue;
            };
            let found = floats.times[at];
            if found <= time - lookback || is_stale(floats.values[at]) {
                continue;
            }
            self.names.insert(key.0.clone());
            let newest = self
                .of
                .entry(key.clone())
                .or_insert_with(|| vec![None; steps.count]);
            match &newest[step] {
                Some((_, other)) if *other > found => {}
                Some((existing, other)) if *other == found => {
                    let message = format!(
                        "found duplicate series for info metric: existing {existing} @ {other}, new \
                         {labels} @ {found}"
                    );
                    return Err(EvalError::new(span, message));
                }
                _ => newest[step] = Some((labels.clone(), found)),
            }
        }
        Ok(())
    }

    /// The labels of a series with those of its info series; nothing where matchers ask for labels that
    /// it does not get.
    fn enriched(
        &self,
        base: &Labels,
        step: usize,
        data: &[Matcher],
        span: Span,
    ) -> Result<Option<Labels>, EvalError> {
        let mut added: BTreeMap<&str, &str> = BTreeMap::new();
        let mut found = false;
        for name in &self.names {
            let newest = self.of.get(&(name.clone(), target(base)));
            let Some((info, _)) = newest.and_then(|newest| newest[step].as_ref()) else {
                continue;
            };
            found = true;
            for label in info {
                let wanted = data.is_empty() || data.iter().any(|it| *it.name == *label.name);
                if &*label.name == METRIC_NAME || !wanted {
                    continue;
                }
                if added
                    .get(&*label.name)
                    .is_some_and(|known| *known != &*label.value)
                {
                    return Err(EvalError::new(
                        span,
                        format!("conflicting label: {}", label.name),
                    ));
                }
                if base.get(&label.name).is_none() {
                    added.insert(&label.name, &label.value);
                }
            }
        }
        if !found && !data.iter().all(|matcher| matcher.matches("")) {
            return Ok(None);
        }
        let labels = base.iter().map(|label| (&*label.name, &*label.value));
        Ok(Some(labels.chain(added).collect()))
    }
}

/// The time that info series are taken from: that of the first selector, shifted by the subqueries around it
/// up to the innermost `@`.
fn first_shift(node: &Node) -> Option<Shift> {
    match &node.kind {
        Kind::Selector(selector) => Some(selector.shift),
        Kind::Range(range) => match &range.source {
            Source::Selector(selector) => Some(selector.shift),
            Source::Subquery { expr, .. } => first_shift(expr).map(|inner| match inner.at {
                Some(_) => inner,
                None => Shift {
                    at: range.shift.at,
                    offset: inner.offset + range.shift.offset,
                },
            }),
        },
        Kind::Call { args, .. } => args.iter().find_map(first_shift),
        Kind::Aggregate { expr, param, .. } => {
            first_shift(expr).or_else(|| param.as_deref().and_then(first_shift))
        }
        Kind::Binary(binary) => first_shift(&binary.lhs).or_else(|| first_shift(&binary.rhs)),
        Kind::Negate(inner) => first_shift(inner),
        Kind::Number(_) | Kind::Text(_) => None,
    }
}
