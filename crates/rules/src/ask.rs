//! What rules ask: PromQL of series, LogQL of lines.

use obsctl_logql::eval as logs;
use obsctl_promql::eval::{Data, Engine, Labels, Sample, SeriesPoints, Storage, Value};
use obsctl_promql::{Expr, parse};

use crate::run::Steps;

/// A query of a rule.
#[derive(Clone, Debug)]
pub enum Expression {
    /// Of series: a rule of Prometheus.
    Promql(Expr),
    /// Of log lines: a rule of Loki.
    Logql(obsctl_logql::Expr),
}

impl From<Expr> for Expression {
    fn from(expr: Expr) -> Self {
        Self::Promql(expr)
    }
}

impl From<obsctl_logql::Expr> for Expression {
    fn from(expr: obsctl_logql::Expr) -> Self {
        Self::Logql(expr)
    }
}

/// Who answers the queries of a test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub engine: &'a Engine,
    pub lines: Lines<'a>,
}

/// Nanoseconds in a millisecond: rules count in these, Loki in those.
const NANOS: i64 = 1_000_000;

impl Asked<'_> {
    /// The series of a rule at a time; a number is a series without labels.
    pub fn instant(
        self,
        storage: &Storage,
        expr: &Expression,
        time: i64,
    ) -> Result<Vec<Sample>, String> {
        match expr {
            Expression::Promql(expr) => instant(self.engine, storage, expr, time),
            Expression::Logql(expr) => self.lines.instant(expr, time),
        }
    }

    /// The series of a rule at all steps; nothing where it has to be asked step by step.
    pub fn range(
        self,
        storage: &Storage,
        expr: &Expression,
        steps: Steps,
    ) -> Option<Vec<SeriesPoints>> {
        match expr {
            Expression::Promql(expr) => {
                let (start, end) = (steps.start, steps.end());
                let output = self.engine.range(storage, expr, start, end, steps.step);
                match output.ok()?.data {
                    Data::Matrix(series) => Some(series),
                    _ => None,
                }
            }
            Expression::Logql(expr) => self.lines.range(expr, steps),
        }
    }

    /// A query inside of a template, in the language of its rule: both engines' rules hand it to who answers
    /// the rule itself.
    pub fn text(
        self,
        storage: &Storage,
        rule: &Expression,
        text: &str,
        time: i64,
    ) -> Result<Vec<Sample>, String> {
        match rule {
            Expression::Promql(_) => {
                let parsed = parse(text);
                match parsed.errors.first() {
                    Some(error) => Err(error.message.clone()),
                    None => instant(self.engine, storage, &parsed.expr, time),
                }
            }
            Expression::Logql(_) => {
                let parsed = obsctl_logql::parse(text);
                match parsed.errors.first() {
                    Some(error) => Err(error.message.clone()),
                    None => self.lines.instant(&parsed.expr, time),
                }
            }
        }
    }
}

const NO_SERIES: &str = "rule result is not a vector or scalar";

/// The series of an instant query.
pub(crate) fn instant(
    engine: &Engine,
    storage: &Storage,
    expr: &Expr,
    time: i64,
) -> Result<Vec<Sample>, String> {
    let output = engine.instant(storage, expr, time);
    match output.map_err(|error| error.message)?.data {
        Data::Vector(samples) => Ok(samples),
        Data::Scalar(value) => Ok(vec![number(value)]),
        _ => Err(NO_SERIES.to_owned()),
    }
}

fn number(value: f64) -> Sample {
    Sample {
        labels: Labels::empty(),
        value: Value::Float(value),
    }
}

/// Log lines, and how they are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<'a> {
    storage: &'a logs::Storage,
}

impl<'a> Lines<'a> {
    pub const fn new(storage: &'a logs::Storage) -> Self {
        Self { storage }
    }

    /// The series of an instant query, in the order that it asks for.
    pub fn instant(self, expr: &obsctl_logql::Expr, time: i64) -> Result<Vec<Sample>, String> {
        let engine = logs::Engine::default();
        let answer = engine.instant(self.storage, expr, time.saturating_mul(NANOS));
        match answer.map_err(|error| error.message)? {
            logs::Data::Scalar(value) => Ok(vec![number(value)]),
            logs::Data::Vector(samples) => {
                let samples = samples.into_iter().map(|sample| Sample {
                    labels: sample.labels,
                    value: Value::Float(sample.value),
                });
                Ok(samples.collect())
            }
            _ => Err(NO_SERIES.to_owned()),
        }
    }

    fn range(self, expr: &obsctl_logql::Expr, steps: Steps) -> Option<Vec<SeriesPoints>> {
        let nanos = |millis: i64| millis.checked_mul(NANOS);
        // A test may have any number of steps. How many series a query may give counts for each of them: where
        // all together are more, it is asked step by step.
        let engine = logs::Engine::new(logs::Options {
            max_steps: usize::MAX,
            ..logs::Options::default()
        });
        let (start, end, step) = (nanos(steps.start)?, nanos(steps.end())?, nanos(steps.step)?);
        let answer = engine.range(self.storage, expr, start, end, step);
        let Ok(logs::Data::Matrix(series)) = answer else {
            return None;
        };
        let series = series.into_iter().map(|one| SeriesPoints {
            labels: one.labels,
            points: {
                let points = one.points.into_iter();
                let points = points.map(|(time, value)| (time / NANOS, Value::Float(value)));
                points.collect()
            },
        });
        Some(series.collect())
    }

    /// The lines of a log query from one time to another, both included, in the order of time.
    pub fn lines(
        self,
        expr: &obsctl_logql::Expr,
        from: i64,
        to: i64,
    ) -> Result<Vec<String>, String> {
        let engine = logs::Engine::new(logs::Options {
            max_lines: usize::MAX,
            direction: logs::Direction::Forward,
            ..logs::Options::default()
        });
        let (from, to) = (from.saturating_mul(NANOS), to.saturating_mul(NANOS));
        let answer = engine.range(self.storage, expr, from, to.saturating_add(1), NANOS);
        let logs::Data::Streams(streams) = answer.map_err(|error| error.message)? else {
            return Err("this query gives series, not lines".to_owned());
        };
        let mut lines: Vec<_> = streams.into_iter().flat_map(|it| it.lines).collect();
        lines.sort_by_key(|(time, _)| *time);
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }
}
