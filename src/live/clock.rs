//! Waiting, and the time of day that queries end at.
#![expect(clippy::disallowed_methods, reason = "running engines are waited for")]

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
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
