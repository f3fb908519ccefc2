//! The time a dashboard shows, and the steps in it.

use obsctl_model::{Duration, millis};

/// How many points a range query asks for: enough to see that there is data.
const POINTS: u64 = 300;

/// A span of time up to now, and the step between two points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// How far back.
    pub length: Duration,
    /// The step.
    pub step: Duration,
    /// The shortest step of the datasource: how often it is given new values.
    pub scrape: Duration,
}

impl Window {
    /// The window of a query: `length` back, with steps of `min_step` at least.
    #[must_use]
    pub fn new(length: Duration, min_step: Option<Duration>, scrape: Duration) -> Self {
        let scrape = min_step.unwrap_or(scrape).max(millis(1000));
        let step = millis(length.as_millis() / POINTS).max(scrape);
        // Engines take whole seconds everywhere.
        let step = millis(step.as_millis().div_ceil(1000) * 1000);
        Self {
            length,
            step,
            scrape,
        }
    }

    /// What `$__rate_interval` stands for: at least four scrapes.
    #[must_use]
    pub fn rate_interval(self) -> Duration {
        let (step, scrape) = (self.step.as_millis(), self.scrape.as_millis());
        millis((step + scrape).max(4 * scrape))
    }

    /// What a variable of Grafana's own stands for; `None` for those that are no length of time.
    #[must_use]
    pub fn builtin(self, name: &str) -> Option<String> {
        let length = self.length.as_millis();
        Some(match name {
            "__interval" | "__auto" => self.step.to_string(),
            "__interval_ms" => self.step.as_millis().to_string(),
            "__rate_interval" => self.rate_interval().to_string(),
            "__rate_interval_ms" => self.rate_interval().as_millis().to_string(),
            "__range" => format!("{}s", length / 1000),
            "__range_s" => (length / 1000).to_string(),
            "__range_ms" => length.to_string(),
            _ => return None,
        })
    }
}

/// Reads how far back `now-1h` is.
#[must_use]
pub fn length(from: &str) -> Option<Duration> {
    let back = from.strip_prefix("now-").unwrap_or(from);
    let back = back.split('/').next()?;
    Duration::parse(back).ok().filter(|time| !time.is_zero())
}

#[cfg(test)]
mod tests {
    use obsctl_model::{days, hours, mins, secs};

    use super::*;

    #[test]
    fn steps_grow_with_the_time_shown_and_never_pass_the_scrapes() {
        let hour = Window::new(hours(1), None, secs(15));
        assert_eq!((hour.step, hour.rate_interval()), (secs(15), mins(1)));
        let month = Window::new(days(30), None, secs(15));
        assert_eq!(month.step, secs(8640));
        assert_eq!(month.rate_interval(), secs(8655));
        let slow = Window::new(hours(1), Some(mins(5)), secs(15));
        assert_eq!((slow.step, slow.rate_interval()), (mins(5), mins(20)));
        assert_eq!(hour.builtin("__range").as_deref(), Some("3600s"));
        assert_eq!(hour.builtin("__user"), None);
    }

    #[test]
    fn the_time_shown_is_read_as_grafana_writes_it() {
        assert_eq!(length("now-1h"), Some(hours(1)));
        assert_eq!(length("now-7d/d"), Some(days(7)));
        assert_eq!(length("30m"), Some(mins(30)));
        assert_eq!(length("now"), None);
        assert_eq!(length("2026-01-01"), None);
    }
}
