//! The windows and burn rates of alerts, from the period of an objective.
//!
//! The Site Reliability Workbook (<https://sre.google/workbook/alerting-on-slos/>, its sixth approach) recommends
//! for 30 days: page when 2 percent of the error budget burned within an hour, or 5 percent within six hours;
//! open a ticket when 10 percent burned within a day or within three. Each long window is confirmed by a short
//! one of a twelfth of its length, so that the alert stops soon after the errors do.
//!
//! For other periods the parts of the budget stay. The long windows grow and shrink with the period, in
//! quarters (28 and 31 days keep the windows of 30), no short window is below five minutes, and the burn
//! rate is what consumes that part in that window: `burn rate = part x period / long window`.

use obsctl_model::{Duration, Objective, days, hours, mins};

/// How an alert wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// At once.
    Page,
    /// Within the day.
    Ticket,
}

impl Urgency {
    /// The value of Sloth's `sloth_severity` label.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        }
    }
}

/// A condition of a burn-rate alert: the error ratio of both windows is above the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurnWindow {
    /// Which alert it belongs to.
    pub urgency: Urgency,
    /// The window in which the budget burned.
    pub long: Duration,
    /// The window that says it still burns.
    pub short: Duration,
    /// The part of the budget that is gone when it fires, in percent.
    pub consumed_percent: u32,
    period: Duration,
}

/// The windows Sloth records for every SLO, whatever its alerts use: existing dashboards ask for them.
const RECORDED: [Duration; 7] = [
    mins(5),
    mins(30),
    hours(1),
    hours(2),
    hours(6),
    days(1),
    days(3),
];

/// Urgency, long window for 30 days, part of the budget in percent.
const WORKBOOK: [(Urgency, Duration, u32); 4] = [
    (Urgency::Page, hours(1), 2),
    (Urgency::Page, hours(6), 5),
    (Urgency::Ticket, days(1), 10),
    (Urgency::Ticket, days(3), 10),
];

/// No short window is shorter: the rates below it are of five minutes.
const SHORTEST: Duration = mins(5);

impl BurnWindow {
    /// The conditions for a period, from the most urgent to the least.
    #[must_use]
    pub fn of(period: Duration) -> Vec<Self> {
        let quarters = quarters(period);
        WORKBOOK
            .iter()
            .map(|&(urgency, base, consumed_percent)| {
                let long = obsctl_model::millis(base.as_millis() * quarters / 4);
                let short = obsctl_model::millis(long.as_millis() / 12).max(SHORTEST);
                Self {
                    urgency,
                    long,
                    short,
                    consumed_percent,
                    period,
                }
            })
            .collect()
    }

    /// How many times faster than sustainable the budget burns at the threshold: 14.4.
    #[must_use]
    pub fn factor(&self) -> f64 {
        let (numerator, denominator) = self.fraction();
        numerator as f64 / denominator as f64
    }

    /// The error ratio above which it fires.
    #[must_use]
    pub fn threshold(&self, objective: Objective) -> f64 {
        let (numerator, denominator) = self.fraction();
        objective.budget_times(numerator, denominator)
    }

    /// Whether any error ratio is above the threshold: with a large budget none is.
    #[must_use]
    pub fn can_fire(&self, objective: Objective) -> bool {
        self.threshold(objective) < 1.0
    }

    fn fraction(&self) -> (u64, u64) {
        (
            u64::from(self.consumed_percent) * (self.period.as_millis() / 1000),
            100 * (self.long.as_millis() / 1000),
        )
    }
}

/// The period in quarters of 30 days, rounded, at least one.
fn quarters(period: Duration) -> u64 {
    let quarter = days(30).as_millis() / 4;
    ((period.as_millis() + quarter / 2) / quarter).max(1)
}

/// All windows whose error ratio is recorded, ascending, the period last.
#[must_use]
pub fn recorded(period: Duration) -> Vec<Duration> {
    let mut windows = RECORDED.to_vec();
    for window in BurnWindow::of(period) {
        windows.extend([window.long, window.short]);
    }
    windows.retain(|window| *window < period);
    windows.push(period);
    windows.sort();
    windows.dedup();
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(period: Duration, percent: f64) -> Vec<String> {
        let objective = Objective::percent(percent).unwrap();
        BurnWindow::of(period)
            .iter()
            .map(|window| {
                format!(
                    "{} {}/{} {:.3}x {}",
                    window.urgency.word(),
                    window.long,
                    window.short,
                    window.factor(),
                    window.threshold(objective),
                )
            })
            .collect()
    }

    #[test]
    fn thirty_days_are_the_workbook() {
        assert_eq!(
            table(days(30), 99.9),
            [
                "page 1h/5m 14.400x 0.0144",
                "page 6h/30m 6.000x 0.006",
                "ticket 1d/2h 3.000x 0.003",
                "ticket 3d/6h 1.000x 0.001",
            ]
        );
    }

    #[test]
    fn four_weeks_keep_the_windows() {
        assert_eq!(
            table(days(28), 99.9),
            [
                "page 1h/5m 13.440x 0.01344",
                "page 6h/30m 5.600x 0.0056",
                "ticket 1d/2h 2.800x 0.0028",
                "ticket 3d/6h 0.933x 0.000933333",
            ]
        );
    }

    #[test]
    fn a_week_shrinks_them() {
        assert_eq!(
            table(days(7), 99.5),
            [
                "page 15m/5m 13.440x 0.0672",
                "page 1h30m/7m30s 5.600x 0.028",
                "ticket 6h/30m 2.800x 0.014",
                "ticket 18h/1h30m 0.933x 0.00466667",
            ]
        );
    }

    #[test]
    fn a_quarter_stretches_them() {
        assert_eq!(
            table(days(90), 99.9),
            [
                "page 3h/15m 14.400x 0.0144",
                "page 18h/1h30m 6.000x 0.006",
                "ticket 3d/6h 3.000x 0.003",
                "ticket 9d/18h 1.000x 0.001",
            ]
        );
    }

    #[test]
    fn recorded_windows_are_sloths_and_those_of_the_alerts() {
        let names =
            |period| -> Vec<_> { recorded(period).iter().map(ToString::to_string).collect() };
        assert_eq!(
            names(days(30)),
            ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"]
        );
        assert_eq!(
            names(days(7)),
            [
                "5m", "7m30s", "15m", "30m", "1h", "1h30m", "2h", "6h", "18h", "1d", "3d", "7d"
            ]
        );
    }

    #[test]
    fn a_large_budget_cannot_burn_fast() {
        let objective = Objective::percent(90.0).unwrap();
        let can: Vec<_> = BurnWindow::of(days(30))
            .iter()
            .map(|window| window.can_fire(objective))
            .collect();
        assert_eq!(can, [false, true, true, true]);
    }
}
