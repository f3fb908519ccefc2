//! What SLOs promise and when their alerts tell of it: the computed times, the times at which the generated rules did so
//! over series in memory, and how that looks: for people, as JSON.

mod human;
mod json;
mod simulate;
#[cfg(test)]
mod tests;

use obsctl_model::{Duration, Slo};

use crate::parallel;
use crate::project::Project;
use crate::project::slo::{self, BurnFigures, BurnWindow, EVERY, Lowering, SloFigures};

pub use human::human;
pub use json::json;

/// What is said of an SLO.
#[derive(Clone, Debug, PartialEq)]
pub struct Report<'a> {
    /// Its figures.
    pub figures: SloFigures<'a>,
    /// The conditions of its alerts, from the most urgent to the least.
    pub conditions: Vec<Condition>,
    /// The conditions that no error ratio meets.
    pub out_of_reach: Vec<BurnWindow>,
}

/// What is said of a condition of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Its figures.
    pub burn: BurnFigures,
    /// What it does when so many events fail.
    pub cases: Vec<Case>,
}

/// Errors that begin after none, and end.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// How many there are.
    pub errors: Errors,
    /// The part of all events that is bad.
    pub ratio: f64,
    /// When it fires, counted from the first error.
    pub fires: Duration,
    /// When it stops, counted from the last error.
    pub stops: Duration,
    /// What the rules did; none where they were not asked.
    pub seen: Option<Seen>,
}

/// How many events are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Errors {
    /// All of them.
    All,
    /// So many times as many as the condition bears.
    Times(u32),
}

/// What the generated rules did, evaluated over made-up series.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// No series that the indicator counts could be made up.
    Nothing,
    /// The rules could not be evaluated.
    Failed(String),
    /// When the condition fired and stopped, in whole evaluations; `None` where it did not.
    Times {
        /// Counted from the first error.
        fires: Option<Duration>,
        /// Counted from the last error.
        stops: Option<Duration>,
    },
}

impl Errors {
    const ALL: [Self; 3] = [Self::All, Self::Times(10), Self::Times(2)];

    /// The part of all events that is bad; `None` where that is more than all of them.
    fn ratio(self, threshold: f64) -> Option<f64> {
        match self {
            Self::All => Some(1.0),
            Self::Times(times) => Some(threshold * f64::from(times)).filter(|ratio| *ratio < 1.0),
        }
    }
}

impl Case {
    /// Whether the rules did what was computed, give or take one evaluation; `None` where nothing was seen.
    #[must_use]
    pub fn is_confirmed(&self) -> Option<bool> {
        let near = |seen: Option<Duration>, computed: Duration| {
            seen.is_some_and(|seen| {
                seen.as_millis().abs_diff(computed.as_millis()) <= EVERY.as_millis()
            })
        };
        match self.seen.as_ref()? {
            Seen::Nothing => None,
            Seen::Failed(_) => Some(false),
            Seen::Times { fires, stops } => {
                Some(near(*fires, self.fires) && near(*stops, self.stops))
            }
        }
    }
}

impl Report<'_> {
    /// Whether the rules did something else than was computed.
    #[must_use]
    pub fn differs(&self) -> bool {
        let mut cases = self.conditions.iter().flat_map(|it| &it.cases);
        cases.any(|case| case.is_confirmed() == Some(false))
    }
}

/// The reports of those SLOs that can be measured, in the same order. With `confirm` their rules are evaluated.
#[must_use]
pub fn reports<'a>(project: &Project, slos: &[&'a Slo], confirm: bool) -> Vec<Report<'a>> {
    let read = slos
        .iter()
        .filter_map(|slo| slo::read(slo, project.catalog()));
    let mut works = vec![];
    let mut reports = vec![];
    for lowering in read {
        let figures = slo::figures(lowering.slo, &lowering.measure);
        for burn in &figures.burns {
            for errors in Errors::ALL {
                works.extend(Work::new(reports.len(), &lowering, burn, errors));
            }
        }
        reports.push(Report {
            conditions: vec![],
            out_of_reach: slo::out_of_reach(lowering.slo),
            figures,
        });
    }
    let cases = parallel::map(&works, |work| work.case(confirm.then_some(project)));
    for (work, case) in works.into_iter().zip(cases) {
        let conditions = &mut reports[work.report].conditions;
        match conditions.last_mut().filter(|last| last.burn == work.burn) {
            Some(condition) => condition.cases.push(case),
            None => conditions.push(Condition {
                burn: work.burn,
                cases: vec![case],
            }),
        }
    }
    reports
}

/// A case that is to be simulated.
struct Work<'a> {
    report: usize,
    lowering: Lowering<'a>,
    burn: BurnFigures,
    errors: Errors,
    ratio: f64,
    fires: Duration,
}

impl<'a> Work<'a> {
    /// `None` where there cannot be so many errors.
    fn new(
        report: usize,
        lowering: &Lowering<'a>,
        burn: &BurnFigures,
        errors: Errors,
    ) -> Option<Self> {
        let ratio = errors.ratio(burn.threshold)?;
        Some(Self {
            report,
            lowering: lowering.clone(),
            burn: burn.clone(),
            errors,
            ratio,
            fires: burn.fires_after(ratio)?,
        })
    }

    /// With a project whose rules are evaluated, or without.
    fn case(&self, project: Option<&Project>) -> Case {
        let stops = self.burn.stops_after(self.ratio);
        Case {
            errors: self.errors,
            ratio: self.ratio,
            fires: self.fires,
            stops,
            seen: project.map(|project| {
                simulate::simulate(
                    project,
                    &self.lowering,
                    &self.burn.window,
                    self.ratio,
                    [self.fires, stops],
                )
            }),
        }
    }
}
