//! The figures of one SLO: what may fail, which error ratio sets an alert off, and how long that takes.

use obsctl_model::{Duration, Slo, millis};

use super::lower::RATE;
use super::{BurnWindow, Measure, Urgency, alert_name, conditions};
use crate::project::Project;

/// The figures of an SLO.
#[derive(Clone, Debug, PartialEq)]
pub struct SloFigures<'a> {
    /// The SLO.
    pub slo: &'a Slo,
    /// What it counts.
    pub noun: &'static str,
    /// Whether that is events, rather than time slices.
    pub counts_events: bool,
    /// How long everything can fail, at even traffic, until the budget is gone.
    pub outage: Duration,
    /// What sets its alerts off, from the most urgent to the least.
    pub burns: Vec<BurnFigures>,
}

/// The figures of one condition of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct BurnFigures {
    /// The alert.
    pub alert: String,
    /// The windows.
    pub window: BurnWindow,
    /// The error ratio above which it fires.
    pub threshold: f64,
    /// Windows longer than this add up rates that are stored every evaluation; none where slices are counted.
    pub stored_above: Option<Duration>,
}

impl BurnFigures {
    /// How long errors last until it fires, when there were none before; `None` where they never suffice.
    ///
    /// The workbook's formula: (1 - objective) / error ratio x long window x burn rate.
    #[must_use]
    pub fn detection(&self, error_ratio: f64) -> Option<Duration> {
        (error_ratio > self.threshold)
            .then(|| part_of(self.window.long, self.threshold / error_ratio))
    }

    /// How long errors last until its rules see that: [`Self::detection`], and what stored rates take to show all errors.
    /// A rate over five minutes rises in a line: after `t` minutes of errors the rates stored so far add up to `t²/10` up to five minutes,
    /// then to `t - 2.5`.
    #[must_use]
    pub fn fires_after(&self, error_ratio: f64) -> Option<Duration> {
        let detection = self.detection(error_ratio)?;
        if !self.stores(self.window.long) {
            return Some(detection);
        }
        let (seconds, rate) = (detection.as_secs_f64(), RATE.as_secs_f64());
        Some(seconds_of(if seconds <= rate / 2.0 {
            (2.0 * rate * seconds).sqrt()
        } else {
            seconds + rate / 2.0
        }))
    }

    /// How long it goes on after the errors ended: until the short window holds too few. Errors that are shorter than that window, but
    /// long enough to set it off, are seen for as long.
    #[must_use]
    pub fn stops_after(&self, error_ratio: f64) -> Duration {
        let reset = self.window.short.as_secs_f64() * (1.0 - self.threshold / error_ratio);
        let late = if self.stores(self.window.short) {
            RATE.as_secs_f64() / 2.0
        } else {
            0.0
        };
        seconds_of(reset + late)
    }

    fn stores(&self, window: Duration) -> bool {
        self.stored_above.is_some_and(|above| window > above)
    }
}

/// The figures of an SLO.
#[must_use]
pub fn figures<'a>(slo: &'a Slo, measure: &Measure) -> SloFigures<'a> {
    let burns = [Urgency::Page, Urgency::Ticket]
        .into_iter()
        .flat_map(|urgency| {
            conditions(slo, urgency)
                .into_iter()
                .map(move |window| BurnFigures {
                    alert: alert_name(slo, urgency),
                    window,
                    threshold: window.threshold(slo.objective),
                    stored_above: measure
                        .counts_events()
                        .then(|| measure.direct().unwrap_or(RATE)),
                })
        })
        .collect();
    SloFigures {
        slo,
        noun: measure.noun(),
        counts_events: measure.counts_events(),
        outage: part_of(slo.window.nominal(), slo.objective.budget()),
        burns,
    }
}

/// The figures of the SLO of that name, as text; `None` where there is none or it cannot be measured.
#[must_use]
pub fn explain(project: &Project, name: &str) -> Option<String> {
    let slo = project
        .stack()
        .slos
        .iter()
        .find(|slo| slo.name.as_str() == name || super::id(slo) == name)?;
    let lowering = super::read(slo, project.catalog())?;
    Some(text(&figures(slo, &lowering.measure)))
}

fn text(figures: &SloFigures<'_>) -> String {
    let slo = figures.slo;
    let budget = slo.objective.budget();
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(format!(
        "SLO `{}` of `{}`, owned by `{}`",
        slo.name, slo.service, slo.owner
    ));
    if !slo.description.is_empty() {
        line(format!("  {}", slo.description));
    }
    line(String::new());
    line(format!(
        "  objective   {}% of {} over {}{}",
        slo.objective.as_percent(),
        figures.noun,
        slo.window.phrase(),
        by(slo)
    ));
    line(format!(
        "  budget      {}: {} of complete outage",
        percent(budget),
        figures.outage
    ));
    let (pace, each) = if figures.counts_events {
        ("at one per second", 1.0)
    } else {
        ("of one series", super::lower::EVERY.as_secs_f64())
    };
    line(format!(
        "              {} bad in a million {}; {pace} {} in {}",
        count(budget * 1e6),
        figures.noun,
        count(budget * slo.window.nominal().as_secs_f64() / each),
        slo.window.nominal()
    ));
    if let Some(least) = slo.min_bad_events {
        line(format!(
            "  guard       fewer than {least} bad {} in the long window set nothing off",
            figures.noun
        ));
    }
    for urgency in [Urgency::Page, Urgency::Ticket] {
        let burns: Vec<_> = figures
            .burns
            .iter()
            .filter(|burn| burn.window.urgency == urgency)
            .collect();
        let Some(first) = burns.first() else {
            line(String::new());
            line(match urgency.is_of(slo.alerts) {
                true => format!(
                    "  no {}: even when everything fails, a budget of {} does not burn fast enough",
                    urgency.word(),
                    percent(budget)
                ),
                false => format!("  no {}: it is not wanted", urgency.word()),
            });
            continue;
        };
        line(String::new());
        line(format!(
            "  {} ({}, {})",
            first.alert,
            urgency.word(),
            urgency.severity().word()
        ));
        line(format!(
            "    {:<7} {:<12} {:<10} {:<8} {:<12} {:<12} {}",
            "burn", "windows", "errors", "budget", "fires after", "fires after", "stops after"
        ));
        line(format!(
            "    {:<7} {:<12} {:<10} {:<8} {:<12} {:<12} {}",
            "rate", "long/short", "above", "gone", "at 100%", "at twice", "at most"
        ));
        for burn in burns {
            let after = |ratio: f64| {
                burn.detection(ratio.min(1.0))
                    .map_or_else(|| "never".to_owned(), |time| time.to_string())
            };
            line(format!(
                "    {:<7} {:<12} {:<10} {:<8} {:<12} {:<12} {}",
                format!("{}x", rounded(burn.window.factor())),
                format!("{}/{}", burn.window.long, burn.window.short),
                percent(burn.threshold),
                format!("{}%", burn.window.consumed_percent),
                after(1.0),
                after(burn.threshold * 2.0),
                burn.window.short
            ));
        }
    }
    line(String::new());
    line(format!(
        "  Times are from the first error, with none before; rules are evaluated every {}.",
        super::lower::EVERY
    ));
    line("  At twice: at twice the error ratio above which it fires.".to_owned());
    out
}

fn by(slo: &Slo) -> String {
    let labels: Vec<_> = slo.by.iter().map(|label| format!("`{label}`")).collect();
    if labels.is_empty() {
        String::new()
    } else {
        format!(", for each {}", labels.join(" and "))
    }
}

/// 0.0144 as `1.44%`.
pub fn percent(ratio: f64) -> String {
    format!("{}%", rounded(ratio * 100.0))
}

/// To six digits, without trailing zeros.
pub fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// A whole number with its thousands apart; small ones keep their fraction.
fn count(value: f64) -> String {
    let value = rounded(value);
    if value < 100.0 {
        return value.to_string();
    }
    let digits = format!("{value:.0}");
    let mut apart = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

/// A part of a time, to the second.
fn part_of(time: Duration, part: f64) -> Duration {
    seconds_of(time.as_secs_f64() * part)
}

fn seconds_of(seconds: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a window of at most 90 days"
    )]
    let seconds = seconds.round().max(0.0) as u64;
    millis(seconds * 1000)
}
