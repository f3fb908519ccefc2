//! Thirty days of an SLO, minute by minute: made-up series, and what the generated rules make of them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use obsctl::diagnostic::Diagnostic;
use obsctl::generate::rule_tests::series::{Inputs, Phase, inputs};
use obsctl::model::{Duration, Slo, SloWindow};
use obsctl::project::Project;
use obsctl::project::slo::{self, Lowering, SloFigures};
use obsctl::read::{self, File};
use obsctl_logql::eval::Storage;
use obsctl_promql::eval::notation::{self, Point, WrittenSeries};
use obsctl_promql::eval::{STALE, Value};
use obsctl_rules::unit::{AlertCase, QueryCase, Test, What};
use obsctl_rules::{Action, Group, Place, RuleSet};

use crate::common::repository;

pub const HOUR: u64 = 60;
pub const DAY: u64 = 24 * HOUR;
/// Minutes of a month.
pub const MONTH: u64 = 30 * DAY;

/// Milliseconds between two samples, and between two evaluations.
const STEP: i64 = 60_000;

/// An SLO with its figures and its rules as they are committed.
pub struct Subject<'a> {
    pub lowering: Lowering<'a>,
    pub figures: SloFigures<'a>,
    project: &'a Project,
    rules: RuleSet,
}

/// What the rules of an SLO see.
#[derive(Default)]
pub struct Input {
    pub series: Vec<WrittenSeries>,
    pub lines: Storage,
}

/// What the rules of an SLO did in a month.
#[derive(Debug, Default)]
pub struct Month {
    /// What fired, by alert and time.
    pub fired: BTreeMap<String, Vec<Stretch>>,
    /// What is left of the budget, where least is left, at each time that was asked for.
    pub remaining: Vec<f64>,
}

/// An alert fires.
#[derive(Debug)]
pub struct Stretch {
    /// The minutes, without a gap.
    pub minutes: Range<u64>,
    /// For so many parts of the SLO at most.
    pub parts: usize,
}

impl<'a> Subject<'a> {
    pub fn new(project: &'a Project, slo: &'a Slo) -> Self {
        let lowering = slo::read(slo, project.catalog()).unwrap();
        let names = slo::group_names(slo);
        // Loki's rules come first: without lines they record nothing.
        let groups = names.iter().flat_map(|name| {
            [
                committed(&format!("alerts/loki/{name}.yml"), read::log_rule_file),
                committed(&format!("alerts/prometheus/{name}.yml"), read::rule_file),
            ]
        });
        let groups = groups.flatten().map(without_texts);
        Self {
            figures: slo::figures(slo, &lowering.measure),
            rules: RuleSet::new(groups.collect(), &names),
            lowering,
            project,
        }
    }

    pub fn name(&self) -> &str {
        self.lowering.slo.name.as_str()
    }

    pub fn counts_events(&self) -> bool {
        self.figures.counts_events
    }

    /// Whether it counts events by counters, which can restart.
    pub fn has_counters(&self) -> bool {
        self.lowering.measure.direct().is_some()
    }

    /// The part of the budget that is spent when so many minutes of that error ratio are among so many, at the end of the
    /// thirty days.
    pub fn spent(&self, ratio: f64, minutes: f64, of: u64) -> f64 {
        // They begin with 1970: with January, and with a quarter of 90 days.
        let gone = match self.lowering.slo.window {
            SloWindow::Rolling(_) => 1.0,
            SloWindow::Month => 30.0 / 31.0,
            SloWindow::Quarter => 30.0 / 90.0,
        };
        ratio * minutes / of as f64 / self.lowering.slo.objective.budget() * gone
    }

    /// What it counts, going through phases.
    pub fn series(&self, phases: &[Phase]) -> Option<Vec<WrittenSeries>> {
        let Inputs { series, .. } = inputs(&self.lowering, self.project.catalog(), phases)?;
        let texts = series
            .iter()
            .map(|one| format!("{} {}", one.series, one.values));
        Some(texts.map(|text| notation::series(&text).unwrap()).collect())
    }

    /// Evaluates all its rules every minute of the thirty days.
    pub fn month(&self, series: Vec<WrittenSeries>) -> Month {
        let lines = Storage::new();
        self.play(Input { series, lines }, &[MONTH])
    }

    /// Evaluates all its rules every minute up to the last of those at which it is asked what is left of the budget.
    pub fn play(&self, input: Input, asked: &[u64]) -> Month {
        let query = self
            .lowering
            .own("slo:period_error_budget_remaining:ratio")
            .to_string();
        let query = format!("min({query})");
        let case = |minute: u64, alert: &str| AlertCase {
            time: minute as i64 * STEP,
            alert: alert.to_owned(),
            expected: vec![],
            place: Place::default(),
        };
        let left = |minute: &u64| QueryCase {
            time: *minute as i64 * STEP,
            expr: obsctl_promql::parse(&query).expr,
            text: query.clone(),
            expected: vec![],
            place: Place::default(),
        };
        let minutes = 0..=asked.iter().copied().max().unwrap_or_default();
        let alerts = self.rules.alerts();
        let test = Test {
            interval: STEP,
            evaluation_interval: STEP,
            input: input.series,
            lines: input.lines,
            alerts: alerts
                .flat_map(|alert| minutes.clone().map(move |minute| case(minute, alert)))
                .collect(),
            queries: asked.iter().map(left).collect(),
            ..Test::default()
        };
        let mut month = Month::default();
        // Nothing is expected: all that fires is told of, in the order of time.
        for failure in test.run(&self.rules).failures {
            match failure.what {
                What::Alerts {
                    alert, time, got, ..
                } => {
                    month.fires(alert, (time / STEP) as u64, got.len());
                }
                What::Answer { got, .. } => {
                    let value = got[0].rsplit(' ').next().unwrap().parse();
                    month.remaining.push(value.unwrap());
                }
                other => panic!("{}: {other:?}", self.name()),
            }
        }
        month
    }
}

/// The groups of a rule file of the repository; none where there is no such file.
fn committed(
    path: &str,
    read: impl Fn(File<'_>) -> (Vec<Arc<Group>>, Vec<Diagnostic>),
) -> Vec<Arc<Group>> {
    let Ok(text) = std::fs::read_to_string(repository().join(path)) else {
        return vec![];
    };
    let (path, text) = ("rules.yml", text.as_str());
    let (groups, problems) = read(File { path, text });
    assert_eq!(problems, []);
    groups
}

impl Month {
    fn fires(&mut self, alert: String, minute: u64, parts: usize) {
        let stretches = self.fired.entry(alert).or_default();
        match stretches.last_mut() {
            Some(last) if last.minutes.end == minute => {
                last.minutes.end += 1;
                last.parts = last.parts.max(parts);
            }
            _ => stretches.push(Stretch {
                minutes: minute..minute + 1,
                parts,
            }),
        }
    }
}

/// Texts of alerts are for other tests: to fill them in at every minute would take most of the time.
fn without_texts(group: Arc<Group>) -> Arc<Group> {
    let mut group = Arc::unwrap_or_clone(group);
    for rule in &mut group.rules {
        if let Action::Alert(alerting) = &mut rule.action {
            alerting.annotations.clear();
        }
    }
    Arc::new(group)
}

/// The series end, all of them, and are there again after so many minutes.
pub fn end(series: &mut [WrittenSeries], minutes: Range<u64>) {
    for one in series {
        let gone = &mut one.points[minutes.start as usize..minutes.end as usize];
        gone.fill(Point::Missing);
        gone[0] = Point::float(STALE);
    }
}

/// The counters of an instance begin at zero again, between two samples, each time so many minutes later.
pub fn restart(series: &mut [WrittenSeries], every: u64) {
    for one in series {
        let counted: Vec<_> = one.points.iter().map(number).collect();
        let mut lost = 0.0;
        for (minute, point) in one.points.iter_mut().enumerate().skip(1) {
            if (minute as u64).is_multiple_of(every) {
                // Of the minute in which it restarts half of the events are not counted.
                lost = f64::midpoint(counted[minute - 1], counted[minute]);
            }
            *point = Point::float(counted[minute] - lost);
        }
    }
}

/// The same series of an instance.
pub fn of_instance(series: &[WrittenSeries], instance: &str) -> Vec<WrittenSeries> {
    let labelled = series.iter().map(|one| {
        let labels = one.labels.iter();
        let labels = labels.map(|label| (label.name.clone(), label.value.clone()));
        let instance = ("instance".into(), instance.into());
        WrittenSeries {
            labels: labels.chain([instance]).collect(),
            points: one.points.clone(),
        }
    });
    labelled.collect()
}

fn number(point: &Point) -> f64 {
    match point.value() {
        Some(Value::Float(value)) => *value,
        other => panic!("{other:?} is no number"),
    }
}

pub fn minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}
