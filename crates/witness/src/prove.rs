//! From what is proposed to a witness: phases are laid out, and the rules are run over them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use obsctl_promql::Expr;
use obsctl_promql::eval::labels::METRIC_NAME;
use obsctl_promql::eval::{Labels, Matcher};
use obsctl_promql::literal;
use obsctl_rules::unit::{AlertCase, ExpectedAlert, Test};
use obsctl_rules::{Action, Alerting, Group, Place, Rule, RuleSet};

use crate::interval::Interval;
use crate::plan::{Plan, Shape, notation, samples};
use crate::scene::{DEEPEST, Scene};
use crate::solve::{Need, Solver, selected};
use crate::{Alert, Facts, Obstacle, Series, Witness, metric_name};

/// How many choices are tried.
const ATTEMPTS: u32 = 8;

/// How long a sample counts where nothing says that the series has ended: milliseconds.
const LOOKBACK: i64 = 5 * 60_000;

/// More evaluations than this are not run.
const MOST_STEPS: i64 = 5_000;

const MINUTE: i64 = 60_000;

/// A time between two samples at which every range of a condition has several: milliseconds.
#[must_use]
pub fn step(expr: &Expr, facts: &dyn Facts) -> i64 {
    of_scene(&Scene::new(expr, facts, &BTreeSet::new()), 0)
}

fn of_scene(scene: &Scene<'_>, hold: i64) -> i64 {
    let shortest = scene.shortest.unwrap_or(i64::MAX);
    let fits = |step: &i64| *step <= shortest / 4;
    // Nobody reads days minute by minute.
    let long = scene.horizon.max(hold) >= 2 * 24 * 60 * MINUTE;
    let steps = [LOOKBACK, MINUTE, 30_000, 15_000, 5_000, 1_000];
    let mut steps = steps.into_iter().skip(usize::from(!long));
    steps.find(fits).unwrap_or(1_000)
}

/// Derives series that make an alert fire and stop, and runs its rule over them.
///
/// # Errors
/// Where the search gave up. That nothing can make the alert fire is said by
/// [`contradiction`](crate::contradiction()) alone.
pub fn find(alert: &Alert<'_>, facts: &dyn Facts) -> Result<Witness, Obstacle> {
    let scene = Scene::new(alert.expr, facts, &alert.labels);
    let step = alert.step.unwrap_or_else(|| of_scene(&scene, alert.hold));
    let phases = Phases::new(&scene, alert, step);
    if phases.end() > MOST_STEPS {
        let message = "it would take too many evaluations to see it fire";
        return Err(Obstacle::new(alert.expr, message));
    }
    let run = Run {
        alert,
        step,
        phases,
        rules: rules(alert, facts),
    };
    let need = Need::new(&alert.labels);
    let mut obstacle = None;
    let mut tried: Vec<(Plan, Plan)> = vec![];
    for gone in [false, true] {
        for attempt in 0..ATTEMPTS {
            let mut firing = Solver::new(&scene, step, attempt);
            if let Err(found) = firing.solve(alert.expr, Interval::ANY, &need) {
                obstacle.get_or_insert(found);
                continue;
            }
            let mut quiet = Solver::new(&scene, step, attempt);
            if !gone && let Err(found) = quiet.silence(alert.expr, &need) {
                // What nothing can silence is run all the same.
                if !scene.chosen.is_empty() {
                    obstacle.get_or_insert(found);
                    continue;
                }
            }
            let series = joined(&firing, &quiet, gone);
            let plans = split(&series);
            if tried.contains(&plans) {
                continue;
            }
            for lead in run.leads(&series) {
                match run.witness(&series, lead) {
                    Ok(witness) => return Ok(witness),
                    Err(found) => {
                        obstacle.get_or_insert(found);
                    }
                }
            }
            tried.push(plans);
        }
    }
    let unknown = || Obstacle::new(alert.expr, "nothing that was tried makes it fire");
    Err(obstacle.unwrap_or_else(unknown))
}

/// What a series does while all is well and in trouble.
type Both = (Option<Shape>, Option<Shape>);

/// A series that only one of the phases speaks of goes on in the other, unless it must not be there.
fn joined(firing: &Solver<'_>, quiet: &Solver<'_>, gone: bool) -> BTreeMap<Labels, Both> {
    let absent = |missing: &[Vec<Matcher>], labels: &Labels| {
        missing.iter().any(|matchers| selected(matchers, labels))
    };
    let names: BTreeSet<_> = firing.plan.keys().chain(quiet.plan.keys()).collect();
    let both = names.into_iter().map(|labels| {
        let (well, trouble) = (quiet.plan.get(labels), firing.plan.get(labels));
        let well = match (well, trouble) {
            (Some(well), _) => Some(*well),
            (None, _) if gone || absent(&quiet.missing, labels) => None,
            (None, trouble) => trouble.copied(),
        };
        let trouble = match trouble {
            Some(trouble) => Some(*trouble),
            None if absent(&firing.missing, labels) => None,
            None => well,
        };
        (labels.clone(), (well, trouble))
    });
    both.collect()
}

fn split(series: &BTreeMap<Labels, Both>) -> (Plan, Plan) {
    let of = |pick: fn(&Both) -> Option<Shape>| {
        let shapes = series.iter();
        shapes
            .filter_map(|(labels, both)| Some((labels.clone(), pick(both)?)))
            .collect()
    };
    (of(|it| it.0), of(|it| it.1))
}

/// How many samples each phase has.
#[derive(Clone, Copy, Debug)]
struct Phases {
    before: i64,
    trouble: i64,
    after: i64,
}

impl Phases {
    fn new(scene: &Scene<'_>, alert: &Alert<'_>, step: i64) -> Self {
        let steps = |time: i64| time / step + i64::from(time % step > 0);
        let before = steps(scene.horizon) + 2;
        Self {
            before,
            trouble: before + steps(alert.hold) + 2,
            after: before + steps(alert.keep_firing) + 2,
        }
    }

    /// The number of evaluations.
    fn end(self) -> i64 {
        self.before + self.trouble + self.after
    }
}

struct Run<'a> {
    alert: &'a Alert<'a>,
    step: i64,
    phases: Phases,
    rules: RuleSet,
}

impl Run<'_> {
    /// How many samples may be missing before the first: time begins at 0, so a point in time of long ago is a number
    /// below 0 as long as there are none.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "steps stay far below 2^53"
    )]
    fn leads(&self, series: &BTreeMap<Labels, Both>) -> Vec<i64> {
        let shapes = series.values().flat_map(|(well, bad)| [well, bad]);
        let ages = shapes.flatten().filter_map(|shape| match shape {
            Shape::Age(ago, _) => Some(*ago),
            _ => None,
        });
        let oldest = ages.fold(0.0, f64::max);
        let steps = (oldest * 1000.0 / self.step as f64).ceil() + 1.0;
        let steps = steps.min(MOST_STEPS as f64) as i64;
        let fits = oldest > 0.0 && steps + self.phases.end() <= MOST_STEPS;
        std::iter::once(0).chain(fits.then_some(steps)).collect()
    }

    fn witness(&self, series: &BTreeMap<Labels, Both>, lead: i64) -> Result<Witness, Obstacle> {
        let Phases {
            before,
            trouble,
            after,
        } = self.phases;
        let count = |steps: i64| u32::try_from(steps).unwrap_or(u32::MAX);
        #[expect(clippy::cast_precision_loss, reason = "steps stay far below 2^53")]
        let seconds = self.step as f64 / 1000.0;
        let values: Vec<_> = series
            .iter()
            .map(|(labels, (well, bad))| {
                let phases = [
                    (None, count(lead)),
                    (*well, count(before)),
                    (*bad, count(trouble)),
                    (*well, count(after)),
                ];
                Series {
                    labels: written(labels),
                    values: notation(&samples(&phases, seconds)),
                }
            })
            .collect();
        let end = lead + self.phases.end() - 1;
        let fires = self.fires(&values, end)?;
        let (quiet, firing) = (lead + before - 1, lead + before + trouble - 1);
        let at = |step: i64| usize::try_from(step).unwrap_or(usize::MAX);
        let wrong = |message: &str| Obstacle::new(self.alert.expr, message);
        let is_firing = |step: i64| fires.get(at(step)).is_some_and(|it| !it.is_empty());
        if !is_firing(firing) {
            return Err(wrong("the series that were derived do not make it fire"));
        }
        let heartbeat = series.is_empty();
        if is_firing(quiet) && !heartbeat {
            return Err(wrong("it fires already while all is well"));
        }
        if is_firing(end) && !heartbeat {
            return Err(wrong("the series that were derived do not make it stop"));
        }
        let first = (0..=firing)
            .rev()
            .take_while(|step| is_firing(*step))
            .last();
        let stops = (firing..=end)
            .rev()
            .take_while(|step| !is_firing(*step))
            .last();
        let labels = fires.get(at(firing)).into_iter().flatten();
        Ok(Witness {
            step: self.step,
            series: values,
            quiet: (!heartbeat).then_some(quiet * self.step),
            fires: first.unwrap_or(firing) * self.step,
            firing: firing * self.step,
            stops: stops.map(|it| it * self.step),
            end: end * self.step,
            labels: labels.map(|it| it.labels.clone()).collect(),
        })
    }

    /// What fires at each evaluation to the last one.
    fn fires(&self, series: &[Series], end: i64) -> Result<Vec<Vec<ExpectedAlert>>, Obstacle> {
        let input: Result<Vec<_>, _> = series.iter().map(Series::read).collect();
        let input = input.map_err(|error| Obstacle::new(self.alert.expr, error.message))?;
        let cases = (0..=end).map(|step| AlertCase {
            time: step * self.step,
            alert: self.alert.name.to_owned(),
            expected: vec![],
            place: Place::default(),
        });
        let test = Test {
            interval: self.step,
            evaluation_interval: self.step,
            input,
            alerts: cases.collect(),
            ..Test::default()
        };
        test.firing(&self.rules).map_err(|failure| {
            let message = format!(
                "`{}` cannot be evaluated: {}",
                failure.rule, failure.message
            );
            Obstacle::new(self.alert.expr, message)
        })
    }
}

/// A series as test files write it: `up{job="api"}`.
fn written(labels: &Labels) -> String {
    let mut text = labels.metric_name().to_owned();
    let others = labels.iter().filter(|it| &*it.name != METRIC_NAME);
    for (at, label) in others.enumerate() {
        text.push(if at == 0 { '{' } else { ',' });
        let _ = write!(text, "{}=", label.name);
        let _ = literal::quote(&mut text, &label.value);
    }
    if labels.len() > 1 {
        text.push('}');
    }
    text
}

/// The alert's rule behind all that it reads, each before those that read it.
fn rules(alert: &Alert<'_>, facts: &dyn Facts) -> RuleSet {
    let mut rules = vec![];
    read(alert.expr, facts, 0, &mut rules);
    rules.push(Rule {
        name: alert.name.to_owned(),
        action: Action::Alert(Alerting {
            hold: alert.hold,
            keep_firing: alert.keep_firing,
            annotations: BTreeMap::new(),
        }),
        expr: alert.expr.clone().into(),
        labels: BTreeMap::new(),
        place: Place::default(),
    });
    let group = Group {
        name: "witness".to_owned(),
        file: "".into(),
        query_offset: 0,
        limit: 0,
        rules,
    };
    RuleSet::new(vec![Arc::new(group)], &[])
}

fn read(expr: &Expr, facts: &dyn Facts, depth: u32, rules: &mut Vec<Rule>) {
    if depth > DEEPEST {
        return;
    }
    for name in expr.selectors().filter_map(|it| metric_name(it.selector)) {
        if rules.iter().any(|rule| rule.name == name) {
            continue;
        }
        for recorded in facts.recorded(name) {
            read(recorded.expr, facts, depth + 1, rules);
            rules.push(Rule::record(name, recorded.expr.clone(), recorded.labels));
        }
    }
}
