//! The rhythm of a day: quiet at night, busiest in the early afternoon.
#![expect(
    clippy::disallowed_methods,
    reason = "the hour of the simulated day comes from the clock"
)]

use std::f64::consts::TAU;
use std::time::Instant;

use crate::pace::Pace;

/// The busiest hour.
const NOON: f64 = 14.0;
/// What is left of the load in the quietest hour.
const NIGHT: f64 = 0.15;

/// A day that began at some hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rhythm {
    pace: Pace,
    begun: Instant,
    hour: f64,
}

impl Rhythm {
    pub(super) fn starting_at(pace: Pace, hour: u32) -> Self {
        Self {
            pace,
            begun: Instant::now(),
            hour: f64::from(hour),
        }
    }

    /// The share of the busiest hour's load that there is now, above 0 and at most 1.
    pub(super) fn now(&self) -> f64 {
        let passed = self.begun.elapsed().as_secs_f64() * f64::from(self.pace.speed());
        share(self.hour + passed / 3600.0)
    }
}

fn share(hour: f64) -> f64 {
    let wave = ((hour - NOON) / 24.0 * TAU).cos();
    NIGHT + (1.0 - NIGHT) * (wave + 1.0) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_rhythm() {
        assert!((share(14.0) - 1.0).abs() < 1e-9);
        assert!((share(2.0) - NIGHT).abs() < 1e-9);
        assert!((share(38.0) - share(14.0)).abs() < 1e-9);
        assert!(share(9.0) > share(6.0) && share(9.0) < share(12.0));
    }
}
