//! What objects of OpenSLO say together: names are looked up, and what is measured becomes an indicator.

use std::collections::{BTreeMap, BTreeSet};

use obsctl_model::{Duration, Indicator, LabelName, Origin, Promql, Slo};
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, DurationExpr};

use super::sli::{self, Metric, Query, Source};
use super::{Meaning, Measured, Method, Object, Spec, What, lines};
use crate::diagnostic::Diagnostic;
use crate::read::Found;
use crate::read::slo::query::{self, Events, Windows};
use crate::read::slo::{wordless, wrong};

/// A name that an object has to have.
#[derive(Clone, Debug)]
pub(in crate::read) struct Named {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) at: Origin,
}

/// Puts together what was read of all files.
pub(in crate::read) fn all(found: &mut Found) {
    let objects = std::mem::take(&mut found.openslo);
    let mut known: BTreeMap<(&str, &str), &Object> = BTreeMap::new();
    for object in &objects {
        let Some(first) = known.insert((object.kind, &object.name), object) else {
            continue;
        };
        let message = format!("another `{}` is named `{}` too", object.kind, object.name);
        let problem = wrong(object.at, message).also(first.at, "the other one");
        found.problems.push(problem);
    }
    let world = World { known };
    for named in std::mem::take(&mut found.references) {
        if let Err(problem) = world.find(named.kind, &named.name, named.at) {
            found.problems.push(*problem);
        }
    }
    let own: BTreeSet<_> = found.slos.iter().map(id).collect();
    for object in &objects {
        if let What::Slo(spec) = &object.what {
            match world.slo(spec) {
                // What definitions were written out as says nothing beside them.
                Ok(Some(slo)) if object.generated && own.contains(&id(&slo)) => {}
                Ok(slo) => found.slos.extend(slo),
                Err(problem) => found.problems.push(*problem),
            }
        }
    }
}

fn id(slo: &Slo) -> (String, String) {
    (slo.service.clone(), slo.name.to_string())
}

/// All objects by kind and name.
struct World<'a> {
    known: BTreeMap<(&'a str, &'a str), &'a Object>,
}

pub(super) type Judged<T> = Result<T, Box<Diagnostic>>;

impl World<'_> {
    fn find(&self, kind: &str, name: &str, at: Origin) -> Judged<&Object> {
        if let Some(object) = self.known.get(&(kind, name)) {
            return Ok(object);
        }
        let names = self.known.keys().filter(|(other, _)| *other == kind);
        let names = names.map(|(_, name)| *name);
        let problem = wrong(at, format!("no `{kind}` is named `{name}`"));
        Err(Box::new(
            problem
                .did_you_mean(name, names)
                .help("read the file that has it together with this one"),
        ))
    }

    /// The SLO; none where its indicator was found wrong in its own place.
    fn slo(&self, spec: &Spec) -> Judged<Option<Slo>> {
        let metric = match &spec.indicator {
            Measured::Here(metric) => metric,
            Measured::There(there) => match &self.find(there.kind, &there.name, there.at)?.what {
                What::Sli(Some(metric)) => metric,
                _ => return Ok(None),
            },
        };
        let (indicator, by) = self.indicator(spec, metric)?;
        let mut slo = Slo {
            indicator,
            ..spec.slo.clone()
        };
        if slo.by.is_empty() {
            slo.by = by;
        }
        Ok(Some(slo))
    }

    fn indicator(&self, spec: &Spec, metric: &Metric) -> Judged<(Indicator, Vec<LabelName>)> {
        let alone = |indicator| Ok((indicator, vec![]));
        match metric {
            Metric::Threshold(query) => alone(threshold(spec, &self.promql(query)?)?),
            Metric::Raw { success, query } => {
                let query = self.promql(query)?;
                alone(raw(spec, *success, &query)?)
            }
            Metric::Ratio {
                counter,
                good,
                some,
                all,
            } => {
                let logs = self.is_of_loki(some)? && self.is_of_loki(all)?;
                if logs && spec.method == Method::Occurrences {
                    return lines::ratio(*good, some, all);
                }
                let (some, all) = (self.promql(some)?, self.promql(all)?);
                ratio(spec, *counter, *good, &some, &all)
            }
        }
    }

    /// A query that Prometheus answers.
    fn promql(&self, query: &Query) -> Judged<Promql> {
        let kind = self.kind(query)?;
        if let Some(kind) = kind.filter(|kind| !kind.eq_ignore_ascii_case("prometheus")) {
            let read = match kind.eq_ignore_ascii_case("loki") {
                true => "of those only counts of bad lines and of all are read",
                false => "only those for Prometheus are read",
            };
            let message = format!("its queries are for `{kind}`: {read}");
            return Err(Box::new(wordless(query.at, message)));
        }
        if query.text.is_empty() {
            return Err(Box::new(wrong(query.at, sli::NO_QUERY)));
        }
        // OpenSLO knows no templates: what others put into it is tried where the text is no query.
        query::read(&query.text, query.at).or_else(|_| query::filled(&query.text, query.at))
    }

    fn is_of_loki(&self, query: &Query) -> Judged<bool> {
        let kind = self.kind(query)?;
        Ok(kind.is_some_and(|kind| kind.eq_ignore_ascii_case("loki")))
    }

    /// The type of what answers a query, where somebody says.
    fn kind<'a>(&'a self, query: &'a Query) -> Judged<Option<&'a str>> {
        Ok(match &query.source {
            Source::Type(kind) => Some(kind.as_str()),
            Source::Named(name, at) => match &self.find("DataSource", name, *at)?.what {
                What::DataSource(kind) => Some(kind.as_str()),
                _ => None,
            },
            Source::Unsaid => None,
        })
    }
}

/// What a Timeslices SLO needs.
fn slices(spec: &Spec) -> Judged<(Duration, f64)> {
    let target = spec.bound.slice_target;
    match slice(spec) {
        Ok(slice) if target.is_some() => Ok((slice, target.unwrap_or_default())),
        _ => Err(Box::new(wrong(
            spec.bound.at,
            "`Timeslices` needs `timeSliceWindow` and `timeSliceTarget`",
        ))),
    }
}

fn slice(spec: &Spec) -> Judged<Duration> {
    spec.bound.slice.ok_or_else(|| {
        Box::new(wrong(
            spec.bound.at,
            "`RatioTimeslices` needs `timeSliceWindow`",
        ))
    })
}

/// A value that is good or bad, every minute.
fn threshold(spec: &Spec, value: &Promql) -> Judged<Indicator> {
    let written = |expr: &Expr| Promql::from_tree(expr, value.origin());
    let (Some(op), Some(limit)) = (spec.bound.op, spec.bound.value) else {
        return Err(Box::new(wrong(
            spec.bound.at,
            "an objective of a `thresholdMetric` needs `op` and `value`",
        )));
    };
    let is_at_most = op == BinaryOp::LessEqual;
    let condition = match spec.meaning {
        Meaning::Condition => value.expr().clone(),
        Meaning::Age if is_at_most && (0.0..1e12).contains(&limit) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be in range"
            )]
            let millis = (limit * 1000.0).round() as u64;
            return Ok(Indicator::Freshness {
                age: value.clone(),
                at_most: obsctl_model::millis(millis),
            });
        }
        _ => query::test(op, value.expr(), &query::number(limit)),
    };
    if spec.method != Method::Timeslices {
        return Ok(Indicator::time_slices(written(&condition)));
    }
    let (slice, target) = slices(spec)?;
    if slice <= obsctl_model::mins(1) && target == 1.0 {
        return Ok(Indicator::time_slices(written(&condition)));
    }
    // A slice is good when enough of its minutes are.
    let minutes = query::within(&condition, query::literal(slice));
    let part = query::call("avg_over_time", minutes);
    let good = query::test(BinaryOp::GreaterEqual, &part, &query::number(target));
    Ok(Indicator::time_slices(written(&good)))
}

/// A part that is there already.
fn raw(spec: &Spec, success: bool, part: &Promql) -> Judged<Indicator> {
    if success && let Some(latency) = native_latency(part) {
        return Ok(latency);
    }
    let written = |expr: &Expr| Promql::from_tree(expr, part.origin());
    let rest = query::binary(BinaryOp::Sub, &query::number(1.0), part.expr());
    if spec.method == Method::Timeslices {
        let (_, target) = slices(spec)?;
        let good = if success { part.expr() } else { &rest };
        let good = query::test(BinaryOp::GreaterEqual, good, &query::number(target));
        return Ok(Indicator::time_slices(written(&good)));
    }
    Ok(match success {
        true => Indicator::raw(written(&rest)),
        false => Indicator::raw(part.clone()),
    })
}

/// `histogram_fraction(-Inf, bound, sum(rate(histogram[…])))`: the part at most so large.
fn native_latency(part: &Promql) -> Option<Indicator> {
    let Expr::Call(call) = part.expr().without_parens() else {
        return None;
    };
    let [least, most, histogram] = call.args.as_slice() else {
        return None;
    };
    let number = |expr: &Expr| match expr {
        Expr::Number(number) => Some(number.value),
        Expr::Unary(unary) if unary.minus => match &*unary.expr {
            Expr::Number(number) => Some(-number.value),
            _ => None,
        },
        _ => None,
    };
    let all_below = call.func.text == "histogram_fraction" && number(least)? == f64::NEG_INFINITY;
    let (selector, _) = query::rate_of(histogram).filter(|_| all_below)?;
    Some(Indicator::NativeLatency {
        histogram: query::written(&selector, part.origin()),
        threshold: number(most)?,
    })
}

/// Events that are good or bad.
fn ratio(
    spec: &Spec,
    counter: bool,
    good: bool,
    some: &Promql,
    all: &Promql,
) -> Judged<(Indicator, Vec<LabelName>)> {
    let windows = if counter { Windows::None } else { Windows::Any };
    let events = match good {
        true => query::good_of(some.expr(), all.expr(), windows),
        false => query::bad_of(some.expr(), all.expr(), windows),
    };
    let written = |expr: &Expr| Promql::from_tree(expr, some.origin());
    match (spec.method, events) {
        (Method::Occurrences, Some(events)) => {
            let by = events.by.clone();
            Ok((events.indicator(some.origin(), all.origin()), by))
        }
        (Method::Occurrences, None) if query::names_window(some) && query::names_window(all) => {
            let ratio = bad_part(good, some.expr(), all.expr());
            Ok((Indicator::raw(written(&ratio)), vec![]))
        }
        (Method::Occurrences, None) if !counter => {
            let sum = |level: &Promql| {
                let levels = query::within(level.expr(), query::window());
                query::sum(&[], query::call("sum_over_time", levels))
            };
            let ratio = bad_part(good, &sum(some), &sum(all));
            Ok((Indicator::raw(written(&ratio)), vec![]))
        }
        (Method::Timeslices, Some(events)) => {
            let (slice, target) = slices(spec)?;
            let part = part_of(&events, true, query::literal(slice));
            let good = query::test(BinaryOp::GreaterEqual, &part, &query::number(target));
            Ok((Indicator::time_slices(written(&good)), events.by))
        }
        (Method::RatioTimeslices, Some(events)) => {
            let bad = part_of(&events, false, query::literal(slice(spec)?));
            Ok((Indicator::raw(written(&bad)), events.by))
        }
        (_, None) => {
            let message = "its queries are no counters that are added up: `sum(counter{…})` or `sum(rate(counter{…}[5m]))`";
            Err(Box::new(wordless(some.origin(), message)))
        }
    }
}

fn bad_part(good: bool, some: &Expr, all: &Expr) -> Expr {
    let part = query::binary(BinaryOp::Div, some, all);
    match good {
        true => query::binary(BinaryOp::Sub, &query::number(1.0), &part),
        false => part,
    }
}

/// The good or the bad part of the events of a slice; nothing where there were none.
fn part_of(events: &Events, good: bool, range: DurationExpr) -> Expr {
    let rate = |selector: &obsctl_promql::ast::Selector| {
        let selected = query::within(&Expr::from(selector.clone()), range.clone());
        query::sum(&events.by, query::call("rate", selected))
    };
    let none = query::number(0.0);
    let all = query::binary(BinaryOp::Greater, &rate(&events.all), &none);
    let part = query::binary(BinaryOp::Div, &rate(&events.some), &all);
    match events.good == good {
        true => part,
        false => query::binary(BinaryOp::Sub, &query::number(1.0), &part),
    }
}
