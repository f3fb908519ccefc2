//! Rate limits: a bucket of tokens for everyone who asks.
#![expect(
    clippy::disallowed_methods,
    reason = "a bucket fills as time passes: the clock is read here"
)]

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::pace::Pace;

/// How many seconds' worth of calls may come at once.
const BURST: f64 = 5.0;

/// Buckets, one for each key.
#[derive(Debug)]
pub struct Limiter<K> {
    pace: Pace,
    buckets: Mutex<BTreeMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Ord + Clone> Limiter<K> {
    /// Buckets that fill in simulated time.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            buckets: Mutex::default(),
        }
    }

    /// Whether one more call of `key` is within `rate` calls per simulated second.
    pub fn allows(&self, key: &K, rate: f64) -> bool {
        self.allows_at(key, rate, Instant::now())
    }

    fn allows_at(&self, key: &K, rate: f64, now: Instant) -> bool {
        let most = (rate * BURST).max(1.0);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(key.clone()).or_insert(Bucket {
            tokens: most,
            at: now,
        });
        let passed = now.duration_since(bucket.at).as_secs_f64() * f64::from(self.pace.speed());
        bucket.tokens = (bucket.tokens + passed * rate).min(most);
        bucket.at = now;
        let allowed = bucket.tokens >= 1.0;
        if allowed {
            bucket.tokens -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_in_simulated_time() {
        let limiter = Limiter::new(Pace::new(10));
        let begin = Instant::now();
        let allowed = |at| {
            let at = begin + Duration::from_millis(at);
            (0..100)
                .filter(|_| limiter.allows_at(&"acme", 2.0, at))
                .count()
        };
        assert_eq!(allowed(0), 10);
        // A tenth of a second is a simulated one.
        assert_eq!(allowed(100), 2);
        assert_eq!(allowed(100_000), 10);
        assert!(limiter.allows_at(&"birch", 2.0, begin));
    }
}
