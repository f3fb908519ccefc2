//! Made-up series for what an SLO counts: so many events, so many of them bad, phase after phase.

use obsctl_model::LabelName;
use obsctl_promql::Expr;
use obsctl_promql::ast::{BinaryOp, MatchOp, Matcher, Selector};

use super::file::InputSeries;
use super::labels::{Labels, accepted, choose};
use crate::project::slo::{Lowering, Measure, tree};
use crate::project::{Catalog, Series};

/// A stretch of even traffic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// How long.
    pub minutes: u64,
    /// Events per minute; time slices come as they are.
    pub events: f64,
    /// The part of them that is bad.
    pub bad: f64,
}

/// Made-up series, and the labels that tell the failing part of a grouped SLO from the healthy one.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The series.
    pub series: Vec<InputSeries>,
    /// The labels of what fails.
    pub failing: Labels,
}

/// Error ratios that few series of a gauge can show: so many of so many.
pub const SHARES: [(u32, u32); 10] = [
    (1, 1),
    (1, 2),
    (1, 4),
    (1, 5),
    (1, 10),
    (1, 20),
    (1, 25),
    (2, 5),
    (3, 5),
    (4, 5),
];

/// As many series of a gauge are made up at most.
const MOST: u32 = 50;

/// Minutes that a stored rate looks back on.
const RATE: usize = 5;

/// Series in which what `lowering` counts goes through `phases`; `None` where none can be made up: promtool 2.42
/// reads no native histograms, and not every condition can be turned around. Of log lines it is what Loki records of them.
pub fn inputs(lowering: &Lowering<'_>, catalog: &Catalog, phases: &[Phase]) -> Option<Inputs> {
    let maker = Maker {
        by: &lowering.slo.by,
        catalog,
        phases,
    };
    match &lowering.measure {
        Measure::Bad { bad, total } => maker.events(bad, total, true),
        Measure::Good { good, total } => maker.events(good, total, false),
        Measure::Logs { .. } => maker.recorded(lowering),
        Measure::Native { .. } | Measure::Raw { .. } => None,
        Measure::Slices { good } => {
            let (selector, good, bad) = condition(good)?;
            maker.slices(selector, good, bad)
        }
        Measure::Freshness { age, at_most } => match age {
            Expr::Selector(selector) => maker.slices(selector, at_most / 2.0, at_most * 2.0),
            _ => None,
        },
    }
}

/// The gauge of a condition, with a value that is good and one that is bad.
fn condition(good: &Expr) -> Option<(&Selector, f64, f64)> {
    match good {
        Expr::Paren(paren) => condition(&paren.expr),
        Expr::Selector(selector) => Some((selector, 1.0, 0.0)),
        Expr::Binary(binary) => {
            let (Expr::Selector(selector), Expr::Number(limit)) = (&*binary.lhs, &*binary.rhs)
            else {
                return None;
            };
            let limit = limit.value;
            let (below, above) = (limit - 1.0, limit + 1.0);
            let (good, bad) = match binary.op {
                BinaryOp::Less | BinaryOp::LessEqual => (below, above),
                BinaryOp::Greater | BinaryOp::GreaterEqual => (above, below),
                BinaryOp::Equal => (limit, above),
                BinaryOp::NotEqual => (above, limit),
                _ => return None,
            };
            Some((selector, good, bad))
        }
        _ => None,
    }
}

struct Maker<'a> {
    by: &'a [LabelName],
    catalog: &'a Catalog,
    phases: &'a [Phase],
}

impl Maker<'_> {
    /// `part` counts the bad events where `part_is_bad`, the good ones otherwise.
    fn events(&self, part: &Selector, total: &Selector, part_is_bad: bool) -> Option<Inputs> {
        let both = [part.matchers.clone(), total.matchers.clone()].concat();
        let groups = self.groups(total, &both)?;
        let mut series = vec![];
        for (index, group) in groups.iter().enumerate() {
            let fails = index == 0;
            let bad = self.counter(|phase| if fails { phase.events * phase.bad } else { 0.0 });
            let good =
                self.counter(|phase| phase.events * if fails { 1.0 - phase.bad } else { 1.0 });
            let (in_part, rest) = if part_is_bad {
                (bad, good)
            } else {
                (good, bad)
            };
            if name(part) == name(total) {
                let metric = self.catalog_entry(part);
                let inside = choose(&both, None, group, metric.as_ref())?;
                let outside = choose(
                    &total.matchers,
                    Some(&part.matchers),
                    group,
                    metric.as_ref(),
                )?;
                series.push(input(part, &inside, in_part));
                series.push(input(total, &outside, rest));
            } else {
                let inside = choose(
                    &part.matchers,
                    None,
                    group,
                    self.catalog_entry(part).as_ref(),
                )?;
                let all = choose(
                    &total.matchers,
                    None,
                    group,
                    self.catalog_entry(total).as_ref(),
                )?;
                series.push(input(part, &inside, in_part));
                series.push(input(total, &all, self.counter(|phase| phase.events)));
            }
        }
        Some(Inputs {
            series,
            failing: groups.into_iter().next()?,
        })
    }

    /// The series that Loki's rules record.
    fn recorded(&self, lowering: &Lowering<'_>) -> Option<Inputs> {
        let groups = self.groups_of(&[], None)?;
        let mut series = vec![];
        for (index, group) in groups.iter().enumerate() {
            let mut labels = lowering.labels();
            labels.extend(group.clone());
            let bad = if index == 0 { 1.0 } else { 0.0 };
            let mut rate = |name, level: &dyn Fn(&Phase) -> f64| {
                let selector = tree::selector(name, vec![]);
                series.push(input(&selector, &labels, self.rate(level)));
            };
            rate(lowering.total_series(), &|phase| phase.events);
            rate(lowering.bad_series(), &|phase| {
                phase.events * phase.bad * bad
            });
        }
        Some(Inputs {
            series,
            failing: groups.into_iter().next()?,
        })
    }

    fn slices(&self, gauge: &Selector, good: f64, bad: f64) -> Option<Inputs> {
        let groups = self.groups(gauge, &gauge.matchers)?;
        let metric = self.catalog_entry(gauge);
        let (_, instances) = self
            .phases
            .iter()
            .map(|phase| share(phase.bad))
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .max_by_key(|(_, of)| *of)?;
        let mut series = vec![];
        for (index, group) in groups.iter().enumerate() {
            for instance in 0..instances {
                let mut labels = choose(&gauge.matchers, None, group, metric.as_ref())?;
                if instances > 1 {
                    labels.insert("instance".to_owned(), format!("i{}", instance + 1));
                }
                let values = self.gauge(|phase| {
                    let failing = phase.bad * f64::from(instances);
                    if index == 0 && f64::from(instance) + 0.5 < failing {
                        bad
                    } else {
                        good
                    }
                });
                series.push(input(gauge, &labels, values));
            }
        }
        Some(Inputs {
            series,
            failing: groups.into_iter().next()?,
        })
    }

    /// The label values of the part that fails and, where there is another, of one that does not.
    fn groups(&self, selector: &Selector, matchers: &[Matcher]) -> Option<Vec<Labels>> {
        self.groups_of(matchers, self.catalog_entry(selector).as_ref())
    }

    fn groups_of(
        &self,
        matchers: &[Matcher],
        metric: Option<&obsctl_model::MetricDef>,
    ) -> Option<Vec<Labels>> {
        let mut failing = Labels::new();
        let mut healthy = None;
        for label in self.by {
            let mut values = accepted(label.as_str(), matchers, metric).into_iter();
            failing.insert(label.to_string(), values.next()?);
            if let (None, Some(other)) = (&healthy, values.next()) {
                healthy = Some((label.to_string(), other));
            }
        }
        let mut groups = vec![failing.clone()];
        if let Some((label, value)) = healthy {
            failing.insert(label, value);
            groups.push(failing);
        }
        Some(groups)
    }

    fn catalog_entry(&self, selector: &Selector) -> Option<obsctl_model::MetricDef> {
        match self.catalog.get(name(selector)) {
            Some(Series::Exposed { metric, .. }) => Some((**metric).clone()),
            _ => None,
        }
    }

    /// A counter that grows by so much every minute of a phase, from zero.
    fn counter(&self, growth: impl Fn(&Phase) -> f64) -> String {
        let mut value = 0.0;
        let mut values = vec!["0".to_owned()];
        for phase in self.phases {
            let step = tidy(growth(phase));
            values.push(format!(
                "{}+{step}x{}",
                tidy(value + step),
                phase.minutes - 1
            ));
            value = tidy(value + step * phase.minutes as f64);
        }
        values.join(" ")
    }

    /// Events per second over the last minutes, from the first minute on: what changes at once shows in a line.
    fn rate(&self, events: impl Fn(&Phase) -> f64) -> String {
        let minutes: Vec<_> = self
            .phases
            .iter()
            .flat_map(|phase| std::iter::repeat_n(events(phase), phase.minutes as usize))
            .collect();
        // As if it had been so before, too.
        let before = minutes.first().copied().into_iter().cycle().take(RATE - 1);
        let all: Vec<_> = before.chain(minutes).collect();
        let rates = all
            .windows(RATE)
            .map(|window| tidy(window.iter().sum::<f64>() / (RATE * 60) as f64));
        let mut runs: Vec<(f64, usize)> = vec![];
        for rate in rates {
            match runs.last_mut() {
                Some((same, more)) if *same == rate => *more += 1,
                _ => runs.push((rate, 0)),
            }
        }
        let runs = runs
            .into_iter()
            .map(|(rate, more)| format!("{rate}+0x{more}"));
        std::iter::once("_".to_owned())
            .chain(runs)
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn gauge(&self, level: impl Fn(&Phase) -> f64) -> String {
        let first = self.phases.first().map_or(0.0, &level);
        let mut values = vec![first.to_string()];
        for phase in self.phases {
            values.push(format!("{}+0x{}", level(phase), phase.minutes - 1));
        }
        values.join(" ")
    }
}

/// A ratio as so many of so few series as possible.
fn share(ratio: f64) -> Option<(u32, u32)> {
    (1..=MOST).find_map(|of| {
        let part = (0..=of).find(|part| (f64::from(*part) / f64::from(of) - ratio).abs() < 1e-9)?;
        Some((part, of))
    })
}

fn name(selector: &Selector) -> &str {
    selector.name.as_ref().map_or("", |name| &name.text)
}

fn input(selector: &Selector, labels: &Labels, values: String) -> InputSeries {
    let matchers = labels
        .iter()
        .map(|(name, value)| tree::matcher(name, MatchOp::Equal, value))
        .collect();
    let series = tree::selector(name(selector), matchers);
    InputSeries {
        series: Expr::from(series).to_string(),
        values,
    }
}

/// Without the noise of binary fractions.
fn tidy(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}
