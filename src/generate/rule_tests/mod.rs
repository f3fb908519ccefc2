//! Unit tests for promtool that prove the alerts of SLOs: the right one fires at the computed time and no
//! other, and it stops after recovery. Those of all other alerts are in [`witnesses`].
//!
//! Rules are evaluated every ten minutes there, not every minute: a slow burn takes days to be seen, and
//! no ratio depends on the interval.

mod figures;
pub mod file;
mod labels;
pub mod series;
pub mod witnesses;

use std::collections::BTreeMap;

use obsctl_model::{Alert, Rule, SloWindow, mins};
use obsctl_promql::Expr;
use obsctl_promql::ast::AggregateOp;

use self::figures::{down, minutes, three_digits, up};
use self::file::{AlertTest, ExprTest, FiringAlert, InputSeries, Sample, Test, TestFile};
use self::labels::Labels;
use self::series::{Inputs, Phase, inputs};
use super::links::{self, Links};
use super::rule_file::Entry;
use super::{Environment, rule_file};
use crate::project::slo::{self, Lowering, SloFigures, Urgency, tree};
use crate::project::{Catalog, Project};

/// How often the tests evaluate the rules, in minutes.
const GRID: u64 = 10;

/// Events per minute: many enough that a small part of them is a whole number.
const BUSY: f64 = 1_000_000.0;

/// The tests of an SLO; `None` where no series can be made up for it.
#[must_use]
pub fn tests(
    project: &Project,
    lowering: &Lowering<'_>,
    environment: Environment,
) -> Option<TestFile> {
    let groups = slo::group_names(lowering.slo);
    let alerts: Vec<_> = project
        .groups()
        .iter()
        .filter(|group| groups.contains(&group.name))
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert),
            Rule::Record(_) => None,
        })
        .collect();
    let prover = Prover {
        lowering,
        figures: slo::figures(lowering.slo, &lowering.measure),
        alerts,
        catalog: project.catalog(),
        links: Links::new(project, environment),
    };
    let tests: Vec<_> = [
        prover.fast_burn(),
        prover.slow_burn(),
        prover.sustainable(),
        prover.quiet_traffic(),
        prover.weighs_by_events(),
        prover.absent_data(),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!tests.is_empty()).then(|| TestFile {
        rule_files: groups
            .iter()
            .map(|group| format!("../prometheus/{}.yml", rule_file::file_name(group)))
            .collect(),
        evaluation_interval: mins(GRID),
        group_eval_order: groups.to_vec(),
        tests,
        ..TestFile::default()
    })
}

struct Prover<'a> {
    lowering: &'a Lowering<'a>,
    figures: SloFigures<'a>,
    alerts: Vec<&'a Alert>,
    catalog: &'a Catalog,
    links: Links<'a>,
}

impl Prover<'_> {
    /// Errors that page long before they would open a ticket.
    fn fast_burn(&self) -> Option<Test> {
        let page = self.burns(Urgency::Page).next()?;
        let ratio = self.ratio(page.threshold * 1.2, page.threshold * 1.4, 1.0)?;
        self.burn(
            "a fast burn pages, and stops soon after the errors",
            Urgency::Page,
            ratio,
        )
    }

    /// Errors that never page, and open a ticket when a tenth of the budget is gone.
    fn slow_burn(&self) -> Option<Test> {
        let ticket = self.burns(Urgency::Ticket).next()?;
        let page = self
            .burns(Urgency::Page)
            .map(|burn| burn.threshold)
            .fold(1.0, f64::min);
        let ratio = self.ratio(ticket.threshold * 1.1, page * 0.8, page * 0.95)?;
        self.burn(
            "a slow burn opens a ticket and pages nobody",
            Urgency::Ticket,
            ratio,
        )
    }

    fn burn(&self, name: &str, urgency: Urgency, ratio: f64) -> Option<Test> {
        let (fires, seen) = self.fires(urgency, ratio)?;
        let lasting = seen + GRID;
        let history = self.history(urgency, ratio, lasting);
        let stopped = lasting + up(self.reset(urgency)) + GRID;
        let Inputs { series, failing } = self.inputs(&[
            phase(history, BUSY, 0.0),
            phase(lasting, BUSY, ratio),
            phase(stopped - lasting + GRID, BUSY, 0.0),
        ])?;
        let mut checks = vec![];
        checks.extend(self.expect(history, None, &failing, ratio));
        checks.extend(self.expect(history + down(fires - 1.0), None, &failing, ratio));
        checks.extend(self.expect(history + seen, Some(urgency), &failing, ratio));
        checks.extend(self.expect(history + stopped, None, &failing, ratio));
        Some(Test {
            name: format!("{}: {name}", self.lowering.slo.name),
            interval: mins(1),
            input_series: series,
            alert_rule_test: checks,
            ..Test::default()
        })
    }

    /// Errors that the budget bears set nothing off; what is left of it is exact.
    fn sustainable(&self) -> Option<Test> {
        let budget = self.lowering.slo.objective.budget();
        let lowest = self
            .figures
            .burns
            .iter()
            .map(|burn| burn.threshold)
            .fold(budget, f64::min);
        let ratio = self.ratio(0.0, lowest * 0.9, lowest * 0.95)?;
        let end = 360;
        let Inputs { series, failing } = self.inputs(&[phase(end, BUSY, ratio)])?;
        // The tests begin with 1970: in January, which has 31 days, and in a quarter of 90.
        let gone = match self.lowering.slo.window {
            SloWindow::Rolling(_) => 1.0,
            SloWindow::Month => end as f64 / (31.0 * 1440.0),
            SloWindow::Quarter => end as f64 / (90.0 * 1440.0),
        };
        let left = (1.0 - ratio / budget * gone) * 1000.0;
        Some(Test {
            name: format!(
                "{}: errors that the budget bears set nothing off",
                self.lowering.slo.name
            ),
            interval: mins(1),
            input_series: series,
            alert_rule_test: [60, end]
                .into_iter()
                .flat_map(|at| self.expect(at, None, &failing, ratio))
                .collect(),
            promql_expr_test: vec![self.value(
                AggregateOp::Min,
                "slo:period_error_budget_remaining:ratio",
                end,
                left.round() / 1000.0,
            )],
            ..Test::default()
        })
    }

    /// The errors of a fast burn, on so little traffic that they are too few.
    fn quiet_traffic(&self) -> Option<Test> {
        let least = f64::from(self.lowering.slo.min_bad_events?);
        if !self.lowering.measure.counts_events() {
            return None;
        }
        let page = self.burns(Urgency::Page).next()?;
        let ratio = self.ratio(page.threshold * 1.2, page.threshold * 1.4, 1.0)?;
        let (_, lasting) = self.fires(Urgency::Page, ratio)?;
        let history = up(self.longest(Urgency::Page));
        let events = three_digits(least / 2.0 / (ratio * lasting as f64));
        let Inputs { series, failing } =
            self.inputs(&[phase(history, events, 0.0), phase(lasting, events, ratio)])?;
        Some(Test {
            name: format!(
                "{}: a fast burn of too few events sets nothing off",
                self.lowering.slo.name
            ),
            interval: mins(1),
            input_series: series,
            alert_rule_test: self.expect(history + lasting, None, &failing, ratio),
            ..Test::default()
        })
    }

    /// As many quiet minutes of errors only as busy minutes without: a mean of ratios would say half.
    fn weighs_by_events(&self) -> Option<Test> {
        if !self.lowering.measure.counts_events() {
            return None;
        }
        // Where rates are given rather than counters, those of the minutes between weigh as well.
        let (busy, quiet) = match self.lowering.measure.direct() {
            Some(_) => (90, 100),
            None => (900, 1000),
        };
        let Inputs { series, .. } =
            self.inputs(&[phase(busy, BUSY, 0.0), phase(quiet, BUSY / 10.0, 1.0)])?;
        Some(Test {
            name: format!(
                "{}: the budget counts events, not minutes",
                self.lowering.slo.name
            ),
            interval: mins(1),
            input_series: series,
            alert_rule_test: vec![],
            promql_expr_test: vec![self.value(
                AggregateOp::Max,
                &self.lowering.period_ratio(),
                busy + quiet,
                0.1,
            )],
            ..Test::default()
        })
    }

    /// Series that end are missed, and each group by its name.
    fn absent_data(&self) -> Option<Test> {
        let lasting = minutes(self.lowering.slo.absent_for?);
        let name = slo::absent_name(self.lowering.slo);
        let alert = self.alerts.iter().find(|alert| alert.name == name)?;
        let there = 60;
        let Inputs {
            mut series,
            failing,
        } = self.inputs(&[phase(there, BUSY, 0.0)])?;
        // The group that the inputs let fail is the one that ends here; the others go on.
        let of_group = |series: &InputSeries| {
            failing
                .iter()
                .all(|(name, value)| series.series.contains(&format!("{name}=\"{value}\"")))
        };
        // What was seen last is looked at for five minutes more, and the evaluation after that finds nothing.
        let pending = there + GRID;
        let fires = pending + up(lasting);
        for one in &mut series {
            let end = fires + GRID - there;
            if of_group(one) {
                one.values.push_str(&format!(" _x{end}"));
            } else {
                let more = inputs(
                    self.lowering,
                    self.catalog,
                    &[phase(there + end, BUSY, 0.0)],
                )?;
                let same = more
                    .series
                    .iter()
                    .find(|other| other.series == one.series)?;
                one.values.clone_from(&same.values);
            }
        }
        let check = |minute: u64, fires: bool| AlertTest {
            eval_time: mins(minute),
            alertname: alert.name.clone(),
            exp_alerts: if fires {
                vec![self.firing(alert, &failing, 0.0)]
            } else {
                vec![]
            },
        };
        Some(Test {
            name: format!("{}: series that end are missed", self.lowering.slo.name),
            interval: mins(1),
            input_series: series,
            alert_rule_test: vec![
                check(there, false),
                check(pending + down(lasting - 1.0), false),
                check(fires, true),
            ],
            ..Test::default()
        })
    }

    fn inputs(&self, phases: &[Phase]) -> Option<Inputs> {
        inputs(self.lowering, self.catalog, phases)
    }

    /// At that minute the alert of `urgency` fires for what fails, and no other.
    fn expect(
        &self,
        minute: u64,
        urgency: Option<Urgency>,
        failing: &Labels,
        ratio: f64,
    ) -> Vec<AlertTest> {
        self.alerts
            .iter()
            .map(|alert| {
                let fires = urgency.is_some_and(|urgency| {
                    alert.name == slo::alert_name(self.lowering.slo, urgency)
                });
                AlertTest {
                    eval_time: mins(minute),
                    alertname: alert.name.clone(),
                    exp_alerts: if fires {
                        vec![self.firing(alert, failing, ratio)]
                    } else {
                        vec![]
                    },
                }
            })
            .collect()
    }

    fn firing(&self, alert: &Alert, failing: &Labels, ratio: f64) -> FiringAlert {
        let entry = Entry::new(&Rule::Alert(alert.clone()), self.links);
        let mut labels = self.lowering.labels();
        labels.extend(failing.clone());
        labels.extend(entry.labels);
        let expand = |text: String| {
            let text = text.replace("{{ $value | humanizePercentage }}", &percentage(ratio));
            labels
                .iter()
                .fold(links::expand(&text, &labels), |text, (name, value)| {
                    text.replace(&format!("{{{{ $labels.{name} }}}}"), value)
                })
        };
        let exp_annotations: BTreeMap<_, _> = entry
            .annotations
            .into_iter()
            .map(|(name, text)| (name, expand(text)))
            .collect();
        FiringAlert {
            exp_labels: labels,
            exp_annotations,
        }
    }

    /// The value of a series of the SLO where it fails, to three digits: promtool compares exactly.
    fn value(&self, worst: AggregateOp, series: &str, minute: u64, value: f64) -> ExprTest {
        let own = Expr::from(self.lowering.own(series));
        let rounded = tree::call("round", vec![own, tree::number(0.001)]);
        ExprTest {
            expr: tree::by(worst, &[], rounded).to_string(),
            eval_time: mins(minute),
            exp_samples: vec![Sample {
                labels: "{}".to_owned(),
                value,
                ..Sample::default()
            }],
        }
    }
}

fn phase(minutes: u64, events: f64, bad: f64) -> Phase {
    Phase {
        minutes,
        events,
        bad,
    }
}

/// What `humanizePercentage` makes of a ratio.
fn percentage(ratio: f64) -> String {
    let percent: f64 = format!("{:.3e}", ratio * 100.0).parse().unwrap_or(ratio);
    format!("{percent}%")
}

#[cfg(test)]
mod unit {
    use obsctl_model::Service;
    use obsctl_model::prelude::*;
    use obsctl_stack::metrics::api::ApiRequests;

    use super::*;

    /// What each test expects, on a line: the time, and who fires.
    fn outline(slo: Slo) -> Vec<String> {
        let project = Project::link(
            Stack::new(Slug::from_static("test"))
                .service(Service::new("api", "platform", "API"))
                .metrics(obsctl_stack::metrics::families())
                .slo(slo),
        );
        let slo = &project.stack().slos[0];
        let lowering = slo::read(slo, project.catalog()).expect("it can be measured");
        let file = tests(&project, &lowering, Environment::Compose).expect("it can be tested");
        let mut lines = vec![];
        for test in file.tests {
            lines.push(test.name);
            let times: std::collections::BTreeSet<_> = test
                .alert_rule_test
                .iter()
                .map(|check| check.eval_time)
                .collect();
            for time in times {
                let firing: Vec<_> = test
                    .alert_rule_test
                    .iter()
                    .filter(|check| check.eval_time == time && !check.exp_alerts.is_empty())
                    .map(|check| check.alertname.as_str())
                    .collect();
                lines.push(format!("  {time} {}", firing.join(" ")));
            }
        }
        lines
    }

    #[test]
    fn alerts_fire_between_two_evaluations_around_the_computed_time() {
        let failed = ApiRequests::with(ApiRequests::status_code.matches("5.."));
        let slo = Slo::new(
            Slug::from_static("requests"),
            "api",
            99.9,
            Indicator::bad(failed, ApiRequests::select()),
        )
        .owner("platform");
        assert_eq!(
            outline(slo),
            [
                "requests: a fast burn pages, and stops soon after the errors",
                "  1d1h20m ",
                "  1d2h ",
                "  1d2h10m RequestsFastBurn",
                "  1d3h ",
                "requests: a slow burn opens a ticket and pages nobody",
                "  3d ",
                "  3d14h50m ",
                "  3d15h20m RequestsSlowBurn",
                "  3d21h40m ",
                "requests: errors that the budget bears set nothing off",
                "  1h ",
                "  6h ",
                "requests: the budget counts events, not minutes",
            ]
        );
    }

    #[test]
    fn ratios_read_as_prometheus_writes_them() {
        assert_eq!(percentage(0.0202), "2.02%");
        assert_eq!(percentage(1.0 / 3.0), "33.33%");
        assert_eq!(percentage(0.000_048), "0.0048%");
    }
}
