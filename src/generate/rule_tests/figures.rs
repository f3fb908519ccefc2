//! What the figures of an SLO say of its tests: how long errors last, and how many there are.

use obsctl_model::Duration;

use super::series::SHARES;
use super::{GRID, Prover};
use crate::project::slo::{BurnFigures, Urgency};

impl Prover<'_> {
    pub(super) fn burns(&self, urgency: Urgency) -> impl Iterator<Item = &BurnFigures> {
        self.figures
            .burns
            .iter()
            .filter(move |burn| burn.window.urgency == urgency)
    }

    /// Minutes of errors until the alert fires, and until an evaluation here sees that. Windows measured on
    /// the counters are exact; those of stored rates and slices are up to one rate and one evaluation late.
    pub(super) fn fires(&self, urgency: Urgency, ratio: f64) -> Option<(f64, u64)> {
        let direct = self.lowering.measure.direct();
        let (fires, window) = self
            .burns(urgency)
            .filter_map(|burn| Some((minutes(burn.detection(ratio)?), burn.window)))
            .min_by(|(a, _), (b, _)| a.total_cmp(b))?;
        let late = if direct.is_some_and(|direct| window.long <= direct) {
            1.0
        } else {
            1.5 * GRID as f64
        };
        Some((fires, up(fires + late)))
    }

    /// Minutes without errors until the alert has stopped.
    pub(super) fn reset(&self, urgency: Urgency) -> f64 {
        self.burns(urgency)
            .map(|burn| minutes(burn.window.short))
            .fold(0.0, f64::max)
    }

    /// Minutes without errors before: they fill all windows of the alert, and are enough to keep less urgent
    /// alerts, whose windows they may not fill, from firing too.
    pub(super) fn history(&self, urgency: Urgency, ratio: f64, lasting: u64) -> u64 {
        let enough = self
            .figures
            .burns
            .iter()
            .filter(|burn| burn.window.urgency > urgency)
            .map(|burn| {
                let calm = ratio * lasting as f64 / (0.8 * burn.threshold);
                calm.min(minutes(burn.window.long))
            })
            .fold(self.longest(urgency), f64::max);
        up(enough)
    }

    /// The longest window of an alert, in minutes.
    pub(super) fn longest(&self, urgency: Urgency) -> f64 {
        self.burns(urgency)
            .map(|burn| minutes(burn.window.long))
            .fold(0.0, f64::max)
    }

    /// An error ratio near `wanted` between two others that the made-up series can show.
    pub(super) fn ratio(&self, above: f64, wanted: f64, below: f64) -> Option<f64> {
        if self.lowering.measure.counts_events() {
            let ratio = three_digits(wanted.min(1.0));
            return (ratio > above && ratio <= below).then_some(ratio);
        }
        SHARES
            .iter()
            .map(|(part, of)| f64::from(*part) / f64::from(*of))
            .filter(|ratio| *ratio > above && *ratio <= below)
            .min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))
    }
}

pub(super) fn minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}

/// The first evaluation at or after a minute.
pub(super) fn up(minute: f64) -> u64 {
    whole((minute / GRID as f64).ceil()) * GRID
}

/// The last evaluation at or before a minute.
pub(super) fn down(minute: f64) -> u64 {
    whole((minute / GRID as f64).floor()) * GRID
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "minutes of at most some months"
)]
fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}

pub(super) fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}
