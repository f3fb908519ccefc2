//! Summaries: quantiles over the last ten minutes, computed where they are recorded.
#![expect(
    clippy::disallowed_methods,
    reason = "what is old leaves the window, by the clock"
)]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sketches_ddsketch::{Config, DDSketch};

/// The window moves in steps of this length.
const STEP: Duration = Duration::from_secs(120);
/// So many steps are the window.
const STEPS: u32 = 5;
/// Beyond so many buckets the smallest values of a sketch are joined.
const MOST_BUCKETS: u32 = 2048;
/// How far a quantile may be off, as a part of it.
const ACCURACY: f64 = 0.01;
/// What is not farther from zero counts as zero.
const SMALLEST: f64 = 1e-9;

/// One series of a summary, resolved: a cheap clone for a hot path.
#[derive(Clone, Debug)]
pub struct SummaryHandle(Arc<Summary>);

#[derive(Debug)]
struct Summary {
    quantiles: Box<[f64]>,
    start: Instant,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    /// Since the start: they only grow.
    count: u64,
    sum: f64,
    /// The newest last, each with the number of its step.
    steps: Vec<(u128, Sketch)>,
}

/// What fell within one step.
struct Sketch(DDSketch);

impl std::fmt::Debug for Sketch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sketch of {} values", self.0.count())
    }
}

impl Sketch {
    fn new() -> Self {
        Self(DDSketch::new(Config::new(ACCURACY, MOST_BUCKETS, SMALLEST)))
    }
}

/// What a scrape sees of a summary.
#[derive(Debug, PartialEq)]
pub(super) struct Quantiles {
    /// Quantile and value; not a number where the window is empty.
    pub(super) values: Vec<(f64, f64)>,
    pub(super) sum: f64,
    pub(super) count: u64,
}

impl SummaryHandle {
    pub(super) fn new(quantiles: &[f64]) -> Self {
        Self(Arc::new(Summary {
            quantiles: quantiles.into(),
            start: Instant::now(),
            window: Mutex::default(),
        }))
    }

    /// Records a value, in the metric's unit. What is not a finite number is left out: it would spoil the sum for good.
    pub fn observe(&self, value: f64) {
        self.observe_at(value, self.0.start.elapsed());
    }

    pub(super) fn snapshot(&self) -> Quantiles {
        self.snapshot_at(self.0.start.elapsed())
    }

    fn observe_at(&self, value: f64, age: Duration) {
        if !value.is_finite() {
            return;
        }
        let mut window = self.window();
        window.count += 1;
        window.sum += value;
        let step = step(age);
        match window.steps.last_mut() {
            // Two threads may come in another order than they looked at the clock.
            Some((newest, sketch)) if *newest >= step => sketch.0.add(value),
            _ => {
                window.steps.retain(|(old, _)| within(*old, step));
                let mut sketch = Sketch::new();
                sketch.0.add(value);
                window.steps.push((step, sketch));
            }
        }
    }

    fn snapshot_at(&self, age: Duration) -> Quantiles {
        let window = self.window();
        let now = step(age);
        let mut all = Sketch::new();
        for (_, sketch) in window.steps.iter().filter(|(old, _)| within(*old, now)) {
            // Refused only for sketches that were configured differently.
            let _ = all.0.merge(&sketch.0);
        }
        let value = |quantile: f64| all.0.quantile(quantile).ok().flatten().unwrap_or(f64::NAN);
        Quantiles {
            values: (self.0.quantiles.iter())
                .map(|quantile| (*quantile, value(*quantile)))
                .collect(),
            sum: window.sum,
            count: window.count,
        }
    }

    fn window(&self) -> std::sync::MutexGuard<'_, Window> {
        self.0.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn step(age: Duration) -> u128 {
    age.as_millis() / STEP.as_millis()
}

fn within(step: u128, now: u128) -> bool {
    step + u128::from(STEPS) > now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_near_and_what_is_old_leaves() {
        let summary = SummaryHandle::new(&[0.5, 0.9]);
        let at = |steps| STEP * steps;
        for value in 1..=1000 {
            summary.observe_at(f64::from(value), at(0));
        }
        summary.observe_at(f64::NAN, at(0));
        let near = |seen: f64, wanted: f64| (seen - wanted).abs() <= wanted * 2.0 * ACCURACY;
        let first = summary.snapshot_at(at(1));
        assert!(near(first.values[0].1, 500.0), "{first:?}");
        assert!(near(first.values[1].1, 900.0), "{first:?}");

        for _ in 0..10_000 {
            summary.observe_at(7.0, at(3));
        }
        let both = summary.snapshot_at(at(4));
        assert!(near(both.values[0].1, 7.0), "{both:?}");
        assert_eq!(both.count, 11_000);

        let later = summary.snapshot_at(at(7));
        assert!(near(later.values[1].1, 7.0), "the thousand left: {later:?}");
        let last = summary.snapshot_at(at(8));
        assert!(last.values.iter().all(|(_, value)| value.is_nan()));
        assert_eq!((last.count, last.sum), (11_000, 570_500.0));
        summary.observe_at(1.0, at(9));
        assert_eq!(summary.window().steps.len(), 1, "old steps are given back");
    }
}
