//! The same project with time running faster: an hour in a minute, for demos, game days and tests against real engines.
//!
//! Every duration that rules, scrapes and notifications are timed by is divided. Thresholds stay, and so do the names of
//! recorded series and what people read: alerts are judged by the same numbers of the same events, only sooner. What is
//! counted per second grows with the load, which a system that runs faster too makes faster.

mod logql;
mod promql;

use obsctl_model::{Duration, Origin, Route, Rule, RuleQuery, Stack, millis};

use super::Project;
use crate::diagnostic::Diagnostic;

/// How many times as fast time runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(u8);

impl Speed {
    /// Time as it is.
    pub const REAL: Self = Self(1);
    /// An hour in a minute.
    pub const FASTEST: Self = Self(60);

    /// This many times as fast, up to [`Speed::FASTEST`].
    #[must_use]
    pub const fn new(times: u8) -> Option<Self> {
        match times {
            1..=60 => Some(Self(times)),
            _ => None,
        }
    }

    /// How many times.
    #[must_use]
    pub const fn times(self) -> u8 {
        self.0
    }

    /// How long it takes at this speed, to the millisecond; `None` where less than one is left.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Option<Duration> {
        self.millis(duration.as_millis()).map(millis)
    }

    fn millis(self, millis: u64) -> Option<u64> {
        let times = u64::from(self.0);
        match millis {
            0 => Some(0),
            millis if millis < times => None,
            millis => Some((millis + times / 2) / times),
        }
    }
}

impl Project {
    /// The project with time running `speed` times as fast.
    ///
    /// # Errors
    /// The durations of which less than a millisecond would be left.
    pub fn at_speed(mut self, speed: Speed) -> Result<Self, Vec<Diagnostic>> {
        if speed == Speed::REAL {
            return Ok(self);
        }
        self.speed = speed;
        let mut pace = Pace::new(speed);
        pace.stack(&mut self.stack);
        if pace.problems.is_empty() {
            Ok(self)
        } else {
            Err(pace.problems)
        }
    }

    /// How many times as fast time runs.
    #[must_use]
    pub fn speed(&self) -> Speed {
        self.speed
    }
}

/// Divides durations; what cannot be divided becomes a finding.
struct Pace {
    speed: Speed,
    problems: Vec<Diagnostic>,
}

/// Whose durations are divided.
struct Owner {
    subject: String,
    origin: Origin,
}

impl Pace {
    fn new(speed: Speed) -> Self {
        Self {
            speed,
            problems: vec![],
        }
    }

    fn stack(&mut self, stack: &mut Stack) {
        let owner = Owner {
            subject: format!("stack `{}`", stack.name),
            origin: Origin::none(),
        };
        self.divide(&owner, "scrape interval", &mut stack.scrape_interval);
        let interval = &mut stack.evaluation_interval;
        self.divide(&owner, "evaluation interval", interval);
        for job in &mut stack.scrape_jobs {
            let owner = Owner {
                subject: format!("scrape job `{}`", job.job),
                origin: job.origin,
            };
            self.maybe(&owner, "interval", &mut job.interval);
        }
        for group in &mut stack.rule_groups {
            let owner = Owner {
                subject: format!("rule group `{}`", group.name),
                origin: group.origin,
            };
            self.maybe(&owner, "interval", &mut group.interval);
            for rule in &mut group.rules {
                self.rule(rule);
            }
        }
        if let Some(routing) = &mut stack.routing {
            self.route(&mut routing.root);
        }
    }

    fn rule(&mut self, rule: &mut Rule) {
        let kind = match rule {
            Rule::Record(_) => "recording rule",
            Rule::Alert(_) => "alert",
        };
        let owner = Owner {
            subject: format!("{kind} `{}`", rule.name()),
            origin: rule.origin(),
        };
        let query = match rule {
            Rule::Record(record) => &mut record.query,
            Rule::Alert(alert) => {
                self.divide(&owner, "`for`", &mut alert.lasting);
                self.maybe(&owner, "`keep_firing_for`", &mut alert.keep_firing);
                &mut alert.query
            }
        };
        match query {
            RuleQuery::Promql(query) => self.promql(&owner, query),
            RuleQuery::Logql(query) => self.logql(&owner, query),
        }
    }

    fn route(&mut self, route: &mut Route) {
        let owner = Owner {
            subject: format!("route to `{}`", route.receiver),
            origin: route.origin,
        };
        self.maybe(&owner, "`group_wait`", &mut route.group_wait);
        self.maybe(&owner, "`group_interval`", &mut route.group_interval);
        self.maybe(&owner, "`repeat_interval`", &mut route.repeat_interval);
        for child in &mut route.routes {
            self.route(child);
        }
    }

    fn maybe(&mut self, owner: &Owner, what: &str, duration: &mut Option<Duration>) {
        if let Some(duration) = duration {
            self.divide(owner, what, duration);
        }
    }

    fn divide(&mut self, owner: &Owner, what: &str, duration: &mut Duration) {
        match self.speed.duration(*duration) {
            Some(faster) => *duration = faster,
            None => self.too_short(owner, owner.origin, what, &duration.to_string()),
        }
    }

    fn too_short(&mut self, owner: &Owner, origin: Origin, what: &str, duration: &str) {
        let times = self.speed.times();
        let message = format!("{what} of `{duration}` is too short to run {times} times as fast");
        self.problems.push(
            Diagnostic::new(&owner.subject, origin, message).help(format!(
                "less than a millisecond would be left: choose a lower speed, or at least `{times}ms`"
            )),
        );
    }
}

#[cfg(test)]
mod tests;
