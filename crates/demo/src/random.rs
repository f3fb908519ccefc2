//! Seeded randomness: the same seed gives the same choices, in each service a sequence of its own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A sequence that the tasks of a service share.
#[derive(Clone, Debug)]
pub struct Random(Arc<Mutex<fastrand::Rng>>);

impl Random {
    /// The sequence of `service` under a seed.
    #[must_use]
    pub fn new(seed: u64, service: &str) -> Self {
        let own = service.bytes().fold(seed, |seed, byte| {
            (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(Arc::new(Mutex::new(fastrand::Rng::with_seed(own))))
    }

    fn with<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether something of that probability happens.
    #[must_use]
    pub fn happens(&self, probability: f64) -> bool {
        self.with(fastrand::Rng::f64) < probability
    }

    /// One of them; `None` of none.
    #[must_use]
    pub fn choose<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        self.with(|rng| rng.choice(from))
    }

    /// A whole number below `end`.
    #[must_use]
    pub fn below(&self, end: u64) -> u64 {
        self.with(|rng| rng.u64(0..end.max(1)))
    }

    /// How long something usually takes: around `typical`, now and then several times as long (log-normal).
    #[must_use]
    pub fn latency(&self, typical: Duration) -> Duration {
        // The sum of twelve uniform numbers is nearly normal, with deviation one.
        let normal = self.with(|rng| (0..12).map(|_| rng.f64()).sum::<f64>()) - 6.0;
        typical.mul_f64((0.4 * normal).exp())
    }

    /// How long until the next of events that come independently, `every` so often on average.
    #[must_use]
    pub fn arrival(&self, every: Duration) -> Duration {
        let uniform = self.with(fastrand::Rng::f64);
        every.mul_f64(-(1.0 - uniform).ln())
    }

    /// An identifier, in the form of a UUID.
    #[must_use]
    pub fn id(&self) -> String {
        let bits = self.with(|rng| rng.u128(..));
        let hex = format!("{bits:032x}");
        format!(
            "{}-{}-4{}-8{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            &hex[17..20],
            &hex[20..]
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_services_differ() {
        let draw = |seed, service| {
            let random = Random::new(seed, service);
            (0..5).map(|_| random.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1, "load"), draw(1, "load"));
        assert_ne!(draw(1, "load"), draw(2, "load"));
        assert_ne!(draw(1, "load"), draw(1, "worker"));
    }

    #[test]
    fn waits_are_as_long_as_said_on_average() {
        let random = Random::new(7, "load");
        let total: Duration = (0..10_000)
            .map(|_| random.arrival(Duration::from_secs(2)))
            .sum();
        let mean = total.as_secs_f64() / 10_000.0;
        assert!((1.9..2.1).contains(&mean), "{mean}");
        let mut drawn: Vec<_> = (0..1001)
            .map(|_| random.latency(Duration::from_millis(100)))
            .collect();
        drawn.sort();
        let median = drawn[500].as_millis();
        assert!((90..110).contains(&median), "{median}");
    }
}
