//! The clock: the one place of the crate that reads it.
#![expect(
    clippy::disallowed_methods,
    reason = "log lines and spans carry the time they happen at"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time now.
#[must_use]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// What has passed since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// What has passed since the start, in milliseconds.
    #[must_use]
    pub fn milliseconds(&self) -> f64 {
        milliseconds(self.elapsed())
    }
}

/// A duration as log lines carry it: in milliseconds, to the microsecond.
#[must_use]
pub fn milliseconds(duration: Duration) -> f64 {
    let micros = u32::try_from(duration.as_micros())
        .map_or_else(|_| (duration.as_secs_f64() * 1e6).round(), f64::from);
    micros / 1000.0
}

/// A point in time as log lines carry it: ISO 8601 in UTC, to the microsecond.
#[must_use]
pub fn timestamp(time: SystemTime) -> String {
    let mut out = String::new();
    Utc::of(time).write(&mut out);
    out
}

/// A point in time, broken down in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Utc {
    year: u64,
    month: u64,
    day: u64,
    second_of_day: u64,
    micros: u32,
}

impl Utc {
    /// Breaks down `time`; anything before 1970 counts as its first moment.
    pub(crate) fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (days, second_of_day) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
        // Days are counted from 0000-03-01, so that the leap day is the last of its year.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        Self {
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * from_march + 2) / 5 + 1,
            second_of_day,
            micros: since.subsec_micros(),
        }
    }

    /// Appends `2026-02-16`.
    pub(crate) fn write_date(&self, out: &mut String) {
        out.push_str(&self.format(&mut [0; 27])[..10]);
    }

    /// Appends `2026-02-16T14:30:00.123456Z`.
    pub(crate) fn write(&self, out: &mut String) {
        out.push_str(self.format(&mut [0; 27]));
    }

    /// `2026-02-16T14:30:00.123456Z`.
    pub(crate) fn format<'a>(&self, buffer: &'a mut [u8; 27]) -> &'a str {
        *buffer = *b"0000-00-00T00:00:00.000000Z";
        let micros = u64::from(self.micros);
        let pairs = [
            (0, self.year / 100),
            (2, self.year),
            (5, self.month),
            (8, self.day),
            (11, self.second_of_day / 3600),
            (14, self.second_of_day / 60 % 60),
            (17, self.second_of_day % 60),
            (20, micros / 10_000),
            (22, micros / 100),
            (24, micros),
        ];
        for (at, value) in pairs {
            let value = (value % 100) as u8;
            buffer[at] = b'0' + value / 10;
            buffer[at + 1] = b'0' + value % 10;
        }
        // Digits are text.
        str::from_utf8(buffer).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(seconds: u64, micros: u32) -> String {
        timestamp(UNIX_EPOCH + Duration::new(seconds, micros * 1000))
    }

    #[test]
    fn timestamps_are_iso_8601_in_utc() {
        assert_eq!(iso(0, 0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(iso(951_782_400, 1), "2000-02-29T00:00:00.000001Z");
        assert_eq!(iso(1_771_252_200, 123_456), "2026-02-16T14:30:00.123456Z");
        assert_eq!(iso(4_102_444_799, 999_999), "2099-12-31T23:59:59.999999Z");
    }

    #[test]
    fn durations_are_milliseconds_to_the_microsecond() {
        assert_eq!(
            milliseconds(Duration::from_nanos(1_234_567)).to_string(),
            "1.234"
        );
        assert_eq!(
            milliseconds(Duration::from_secs(4523)).to_string(),
            "4523000"
        );
    }
}
