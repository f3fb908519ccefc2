//! The rules of an SLO over made-up series: even traffic without errors, then errors, then none again.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_model::{Duration, Rule, RuleQuery, mins};
use obsctl_promql::Expr;
use obsctl_promql::eval::notation;
use obsctl_rules::unit::{AlertCase, Test, What};
use obsctl_rules::{Action, Alerting, Group, Place, RuleSet, Text};

use super::Seen;
use crate::generate::rule_tests::series::{Inputs, Phase, inputs};
use crate::project::Project;
use crate::project::slo::{self, BurnWindow, EVERY, Lowering};

/// Events per minute: many enough that a small part of them is a whole number, and that none are too few.
const EVENTS: f64 = 1_000_000.0;

/// The name of the condition, as an alert of its own.
const CONDITION: &str = "condition";

/// When the condition fires and stops, asked of the rules that are generated. `computed` says how long the
/// simulation has to be.
pub(super) fn simulate(
    project: &Project,
    lowering: &Lowering<'_>,
    window: &BurnWindow,
    ratio: f64,
    computed: [Duration; 2],
) -> Seen {
    let [fires, stops] = computed.map(minutes);
    let spare = 10;
    let before = minutes(window.long);
    // Errors last until both windows hold what they need.
    let errors = fires.max(minutes(window.short)) + spare;
    let after = stops + spare;
    let phase = |minutes: u64, bad: f64| Phase {
        minutes,
        events: EVENTS,
        bad,
    };
    let phases = [phase(before, 0.0), phase(errors, ratio), phase(after, 0.0)];
    let Some(Inputs { series, .. }) = inputs(lowering, project.catalog(), &phases) else {
        return Seen::Nothing;
    };
    let series = series
        .iter()
        .map(|one| notation::series(&format!("{} {}", one.series, one.values)));
    let input = match series.collect::<Result<_, _>>() {
        Ok(input) => input,
        Err(error) => return Seen::Failed(error.message),
    };
    let asked = before..=before + errors + after;
    let alerts = asked.clone().map(|minute| AlertCase {
        time: millis(minute),
        alert: CONDITION.to_owned(),
        expected: vec![],
        place: Place::default(),
    });
    let test = Test {
        interval: millis(1),
        evaluation_interval: millis(1),
        input,
        alerts: alerts.collect(),
        ..Test::default()
    };
    // Where nothing is expected, every evaluation at which it fires is told of.
    let mut firing = vec![];
    for failure in test.run(&rules(project, lowering, window)).failures {
        match failure.what {
            What::Alerts { time, .. } => firing.push(time),
            What::Rule(failure) => return Seen::Failed(failure.message),
            What::Answer { .. } | What::Query { .. } => {}
        }
    }
    let first = firing.first().copied();
    // That it fires before the first error is no way to fire in time.
    let fires = first
        .and_then(|first| u64::try_from(first / millis(1)).ok())
        .and_then(|first| first.checked_sub(before))
        .filter(|late| *late > 0);
    let stops = first
        .and_then(|_| {
            asked
                .filter(|minute| *minute >= before + errors)
                .find(|minute| firing.binary_search(&millis(*minute)).is_err())
        })
        .map(|minute| minute - before - errors);
    Seen::Times {
        fires: fires.map(mins),
        stops: stops.map(mins),
    }
}

/// The recording rules of an SLO as they are generated: ratios first, as in its files.
pub(super) fn recordings(
    project: &Project,
    lowering: &Lowering<'_>,
) -> impl Iterator<Item = obsctl_rules::Rule> {
    slo::group_names(lowering.slo).into_iter().flat_map(|name| {
        let group = project.groups().iter().find(|group| group.name == name);
        let rules = group.map_or(&[][..], |group| &group.rules);
        rules.iter().filter_map(recorded).collect::<Vec<_>>()
    })
}

/// The recording rules of an SLO, and one condition of its alerts.
fn rules(project: &Project, lowering: &Lowering<'_>, window: &BurnWindow) -> RuleSet {
    let condition = obsctl_rules::Rule {
        name: CONDITION.to_owned(),
        action: Action::Alert(Alerting::default()),
        expr: lowering.condition(window).into(),
        labels: BTreeMap::new(),
        place: Place::default(),
    };
    let group = Group {
        name: lowering.id(),
        file: lowering.id().into(),
        query_offset: 0,
        limit: 0,
        rules: recordings(project, lowering).chain([condition]).collect(),
    };
    RuleSet::new(vec![Arc::new(group)], &[])
}

fn recorded(rule: &Rule) -> Option<obsctl_rules::Rule> {
    let Rule::Record(rule) = rule else {
        return None;
    };
    let expr: Expr = match &rule.query {
        RuleQuery::Promql(query) => query.expr().clone(),
        // Loki evaluates those: no series is made up for what they count.
        RuleQuery::Logql(_) => return None,
    };
    let labels = rule.labels.iter();
    Some(obsctl_rules::Rule {
        name: rule.record.to_string(),
        action: Action::Record,
        expr: expr.into(),
        labels: labels
            .map(|(name, value)| (name.clone(), Text::plain(value)))
            .collect(),
        place: Place::default(),
    })
}

/// Evaluations in a time, the last one begun counted.
fn minutes(time: Duration) -> u64 {
    time.as_millis().div_ceil(EVERY.as_millis())
}

/// The time of an evaluation, in milliseconds.
fn millis(minute: u64) -> i64 {
    i64::try_from(minute * EVERY.as_millis()).unwrap_or(i64::MAX)
}
