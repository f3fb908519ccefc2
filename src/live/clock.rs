//! Waiting, and the time of day that queries end at.
#![expect(clippy::disallowed_methods, reason = "running engines are waited for")]

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// When all has to be over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    end: Instant,
    /// How long it was in all.
    pub(super) whole: Duration,
}

impl Deadline {
    pub(super) fn after(whole: Duration) -> Self {
        let now = Instant::now();
        // Longer than the clock goes is as good as for ever.
        let end = now.checked_add(whole);
        Self {
            end: end.unwrap_or(now + Duration::from_secs(86_400)),
            whole,
        }
    }

    /// What is left, if anything.
    pub(super) fn left(self) -> Option<Duration> {
        let left = self.end.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// Milliseconds since 1970.
pub(super) fn now_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// Waits.
pub(super) fn pause(time: Duration) {
    thread::sleep(time);
}

/// Tries again and again until something comes of it, or the time is over: then what came last.
pub(super) fn until<T>(
    limit: Duration,
    pause: Duration,
    mut attempt: impl FnMut() -> (bool, T),
) -> T {
    let end = Instant::now() + limit;
    loop {
        let (done, result) = attempt();
        if done || Instant::now() >= end {
            return result;
        }
        thread::sleep(pause);
    }
}
