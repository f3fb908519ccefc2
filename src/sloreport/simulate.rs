//! The rules of an SLO over made-up series: even traffic without errors, then errors, then none again.

use std::collections::BTreeMap;
use std::sync::Arc;

use obsctl_model::{Duration, Rule, mins};
use obsctl_promql::eval::notation;
use obsctl_rules::unit::{AlertCase, Test};
use obsctl_rules::{Action, Alerting, Group, Place, RuleSet};

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
    let evaluations = before..=before + errors + after;
    let alerts = evaluations.map(|minute| AlertCase {
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
    let firing = match test.firing(&rules(project, lowering, window)) {
        Ok(firing) => firing,
        Err(failure) => return Seen::Failed(failure.message),
    };
    let firing = (0..).zip(firing.iter().map(|alerts| !alerts.is_empty()));
    let firing: Vec<(u64, bool)> = firing.collect();
    let first = firing.iter().find(|(_, fires)| *fires);
    let mut ended = firing.iter().filter(|(minute, _)| *minute >= errors);
    let stops = first.and_then(|_| ended.find(|(_, fires)| !fires));
    Seen::Times {
        // That it fires before the first error is no way to fire in time.
        fires: first
            .filter(|(late, _)| *late > 0)
            .map(|(late, _)| mins(*late)),
        stops: stops.map(|(minute, _)| mins(minute - errors)),
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
    // Loki evaluates the others: no series is made up for what they count.
    let expr = rule.query.promql()?.expr().clone();
    let name = rule.record.as_str();
    Some(obsctl_rules::Rule::record(name, expr, &rule.labels))
}

/// Evaluations in a time, the last one begun counted.
fn minutes(time: Duration) -> u64 {
    time.as_millis().div_ceil(EVERY.as_millis())
}

/// The time of an evaluation, in milliseconds.
fn millis(minute: u64) -> i64 {
    i64::try_from(minute * EVERY.as_millis()).unwrap_or(i64::MAX)
}
