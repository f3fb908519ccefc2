//! Simulated time: everything takes as long as it says, divided by the speed.
//!
//! What is measured is told in simulated time: the real time that passed, plus the credit of what was slept faster.
//! At speed 1 there is no credit, and a measurement is what a watch would show. Credit goes from service to service in the
//! header [`CREDIT`], so that a caller's measurement has what the callee slept.
#![expect(
    clippy::disallowed_methods,
    reason = "simulated time is real time, run faster: it is read here"
)]

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue};

/// How much longer an answer would have taken at speed 1, in microseconds.
pub const CREDIT: HeaderName = HeaderName::from_static("x-demo-credit-us");

tokio::task_local! {
    static SLEPT_FASTER: Cell<Duration>;
}

/// How many times as fast as the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(u32);

impl Pace {
    /// `speed` seconds in one; at least one.
    #[must_use]
    pub fn new(speed: u32) -> Self {
        Self(speed.max(1))
    }

    /// The factor.
    #[must_use]
    pub fn speed(self) -> u32 {
        self.0
    }

    /// How long that takes on the wall.
    #[must_use]
    pub fn real(self, simulated: Duration) -> Duration {
        simulated / self.0
    }

    /// As [`real`](Self::real), in milliseconds: what is added to a time in the database.
    #[must_use]
    pub fn real_millis(self, simulated: Duration) -> i64 {
        i64::try_from(self.real(simulated).as_millis()).unwrap_or(i64::MAX)
    }

    /// How much simulated time lies between two times of the database, in seconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a few days")]
    pub fn seconds_between(self, from: i64, to: i64) -> f64 {
        to.saturating_sub(from).max(0) as f64 / 1000.0 * f64::from(self.0)
    }

    /// Does nothing for that long.
    pub async fn sleep(self, simulated: Duration) {
        let real = self.real(simulated);
        tokio::time::sleep(real).await;
        add(simulated - real);
    }

    /// Does the work; tells how long it took in simulated time.
    pub async fn measure<F: Future>(self, work: F) -> (F::Output, Duration) {
        let begun = Instant::now();
        let (output, credit) = credited(work).await;
        // Whoever measures around this has slept as well.
        add(credit);
        (output, begun.elapsed() + credit)
    }
}

/// Does the work; tells what it slept faster.
async fn credited<F: Future>(work: F) -> (F::Output, Duration) {
    let scope = async {
        let output = work.await;
        (output, SLEPT_FASTER.with(Cell::get))
    };
    SLEPT_FASTER.scope(Cell::new(Duration::ZERO), scope).await
}

fn add(credit: Duration) {
    // Nobody measures: nothing to note.
    let _ = SLEPT_FASTER.try_with(|slept| slept.set(slept.get() + credit));
}

/// Tells the caller what was slept faster so far.
pub fn give_credit(headers: &mut HeaderMap) {
    let slept = SLEPT_FASTER
        .try_with(Cell::get)
        .unwrap_or_default()
        .as_micros();
    if slept > 0
        && let Ok(value) = HeaderValue::from_str(&slept.to_string())
    {
        headers.insert(CREDIT, value);
    }
}

/// Takes what a callee slept faster.
pub fn take_credit(headers: &HeaderMap) {
    let told = headers.get(CREDIT).and_then(|value| value.to_str().ok());
    if let Some(micros) = told.and_then(|text| text.parse().ok()) {
        add(Duration::from_micros(micros));
    }
}

/// The time as the database has it: milliseconds since 1970.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_measured_is_what_would_have_passed() {
        let pace = Pace::new(60);
        let ((), took) = pace.measure(pace.sleep(Duration::from_secs(6))).await;
        // A busy machine may take longer, never shorter.
        assert!(took >= Duration::from_secs(6), "{took:?}");
    }

    #[tokio::test]
    async fn credit_goes_from_service_to_service_and_outwards() {
        let pace = Pace::new(10);
        let mut headers = HeaderMap::new();
        let callee = async {
            pace.sleep(Duration::from_secs(1)).await;
            give_credit(&mut headers);
        };
        let _ = pace.measure(callee).await;
        assert_eq!(headers[CREDIT], "900000");
        let caller = async {
            let ((), inner) = pace.measure(async { take_credit(&headers) }).await;
            assert!(inner >= Duration::from_millis(900), "{inner:?}");
        };
        let ((), outer) = pace.measure(caller).await;
        assert!(outer >= Duration::from_millis(900), "{outer:?}");
        let watch = Instant::now();
        let pace = Pace::new(1);
        let ((), real) = pace.measure(pace.sleep(Duration::from_millis(1))).await;
        assert!(real <= watch.elapsed(), "{real:?}");
    }
}
