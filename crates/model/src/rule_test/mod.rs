//! Tests of rules beside the rules: given these series, when it is evaluated then, these alerts fire and these
//! queries give this.
//!
//! ```
//! use obsctl_model::prelude::*;
//! # obsctl_model::labels! { pub bounded Route, at_most 40, like "/"; }
//! metrics! {
//!     family "API", owner "platform", exposed_by Exposer::Service("api".into());
//!     /// Failed requests.
//!     pub counter ApiErrors("api_errors_total") { path: Route }
//! }
//!
//! fn errors() -> Alert {
//!     Alert::new("ApiErrors")
//!         .when(ApiErrors::rate(mins(5)).sum_by(ApiErrors::path).gt(1.0))
//!         .lasting(mins(5))
//!         .severity(Severity::Critical)
//!         .owner("platform")
//!         .summary("{{ $value | humanize }} requests to {{ $labels.path }} fail every second")
//!         .runbook(Slug::from_static("api-errors"))
//! }
//!
//! let test = RuleTest::new("a failing API pages")
//!     .given(ApiErrors { path: "/a".into() }.on(TargetLabel::JOB, "api"), "0+120x30")
//!     .at(mins(4), silent(errors()))
//!     .at(
//!         mins(10),
//!         fires(errors())
//!             .with(ApiErrors::path, "/a")
//!             .summary("2 requests to /a fail every second"),
//!     );
//! let _ = Stack::new(Slug::from_static("shop")).metric_family(family()).test(test);
//! ```

mod outcome;
mod series;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Allow, Duration, Origin, mins};

pub use outcome::{
    AlertName, Firing, Outcome, Sample, SampleValue, fires, gives, gives_histogram, gives_nothing,
    silent,
};
pub use series::{Bucketed, IntoSeries, LabelKey, TestSeries};

/// A test of rules. Everything happens in a time of its own that begins with the first samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTest {
    /// What it shows, in a few words; unique in the stack, and the name of the generated file.
    pub name: String,
    /// The time between two samples, and between two evaluations of the rules.
    #[serde(default = "minute")]
    pub every: Duration,
    /// The time between two evaluations, where it is not the one between two samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluated_every: Option<Duration>,
    /// The time of the first samples, in seconds since 1970.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub starts_at: u32,
    /// Labels of the Prometheus server, which templates can show.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external_labels: BTreeMap<String, String>,
    /// The address of the Prometheus server, which templates can show.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub external_url: String,
    /// Whether numbers that queries give may differ in the last bit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fuzzy: bool,
    /// The series that are there before any rule.
    #[serde(default)]
    pub series: Vec<Given>,
    /// What becomes of them.
    #[serde(default)]
    pub expected: Vec<Expectation>,
    /// Accepted findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allow>,
    /// Where it is defined.
    #[serde(skip)]
    pub origin: Origin,
}

/// A series and its samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Name and labels: `up{job="api"}`.
    pub series: String,
    /// The samples in promtool's notation: `0+60x30 _x5 stale`, `{{schema:0 sum:4 count:3 buckets:[1 2]}}x30`.
    pub values: String,
    /// Where it is given.
    #[serde(skip)]
    pub origin: Origin,
}

/// Something that holds at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The time since the first samples.
    pub at: Duration,
    /// What holds then.
    pub outcome: Outcome,
    /// Where it is expected.
    #[serde(skip)]
    pub origin: Origin,
}

fn minute() -> Duration {
    mins(1)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl RuleTest {
    /// A test of that name, with a minute between samples and between evaluations.
    #[track_caller]
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            every: minute(),
            evaluated_every: None,
            starts_at: 0,
            external_labels: BTreeMap::new(),
            external_url: String::new(),
            fuzzy: false,
            series: vec![],
            expected: vec![],
            allow: vec![],
            origin: Origin::here(),
        }
    }

    /// Samples and evaluations come this often.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.every = interval;
        self
    }

    /// Rules are evaluated this often, while samples keep coming as [`RuleTest::every`] says.
    #[must_use]
    pub fn evaluated_every(mut self, interval: Duration) -> Self {
        self.evaluated_every = Some(interval);
        self
    }

    /// The first samples come at this time, in seconds since 1970: for rules that ask for the hour or the day.
    /// `promtool` reads it from Prometheus 3.9 on.
    #[must_use]
    pub fn starts_at(mut self, seconds: u32) -> Self {
        self.starts_at = seconds;
        self
    }

    /// A label of the Prometheus server, as templates show it.
    #[must_use]
    pub fn external_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.external_labels.insert(name.into(), value.into());
        self
    }

    /// The address of the Prometheus server, as templates show it.
    #[must_use]
    pub fn external_url(mut self, url: impl Into<String>) -> Self {
        self.external_url = url.into();
        self
    }

    /// Numbers that queries give may differ in the last bit. `promtool` reads it from Prometheus 3.5 on.
    #[must_use]
    pub fn fuzzy(mut self) -> Self {
        self.fuzzy = true;
        self
    }

    /// Given the series of a label set, with samples in promtool's notation: `0+60x30` is 0, 60, 120, …
    #[track_caller]
    #[must_use]
    pub fn given(self, series: impl IntoSeries, values: impl Into<String>) -> Self {
        self.with(series.into_series().to_string(), values, Origin::here())
    }

    /// Given a series of a metric that nobody declared in Rust: `up{job="api"}`.
    #[track_caller]
    #[must_use]
    pub fn given_series(self, series: impl Into<String>, values: impl Into<String>) -> Self {
        self.with(series, values, Origin::here())
    }

    fn with(mut self, series: impl Into<String>, values: impl Into<String>, at: Origin) -> Self {
        self.series.push(Given {
            series: series.into(),
            values: values.into(),
            origin: at,
        });
        self
    }

    /// What holds at a time since the first samples: [`fires`], [`silent`], [`gives`], [`gives_nothing`].
    ///
    /// What is said of one alert, or of one query, at one time is all there is then: several alerts of a name
    /// are several calls.
    #[track_caller]
    #[must_use]
    pub fn at(mut self, time: Duration, outcome: impl Into<Outcome>) -> Self {
        self.expected.push(Expectation {
            at: time,
            outcome: outcome.into(),
            origin: Origin::here(),
        });
        self
    }

    /// Accepts the findings of a check here.
    #[track_caller]
    #[must_use]
    pub fn allow(mut self, check: &str, reason: &str) -> Self {
        self.allow.push(Allow::new(check, reason));
        self
    }

    /// The time between two evaluations of the rules.
    #[must_use]
    pub fn evaluation(&self) -> Duration {
        self.evaluated_every.unwrap_or(self.every)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    labels! {
        pub enum Outcome { Good = "good", Bad = "b\"ad" }
    }

    metrics! {
        family "Test", owner "platform", exposed_by Exposer::Service("api".into());

        /// Things done.
        pub counter Done("done_total") { outcome: Outcome }
        /// How long it took.
        pub histogram Took("took_seconds", Seconds, [0.1, 1.0]) { outcome: Outcome }
        /// How long that took.
        pub native_histogram Lasted("lasted_seconds", Seconds) {}
    }

    fn test() -> RuleTest {
        RuleTest::new("it works")
            .every(secs(30))
            .given(
                Done {
                    outcome: Outcome::Bad,
                }
                .on(TargetLabel::JOB, "api")
                .on("zone", "eu"),
                "0+1x5",
            )
            .given(
                Took {
                    outcome: Outcome::Good,
                }
                .bucket(0.1),
                "1x5",
            )
            .given(
                Took {
                    outcome: Outcome::Good,
                }
                .bucket(f64::INFINITY),
                "1x5",
            )
            .given(
                Took {
                    outcome: Outcome::Good,
                }
                .count(),
                "1x5",
            )
            .given(Lasted {}, "{{schema:0 sum:4 count:3 buckets:[1 2]}}x30")
            .given_series("up", "1x5")
            .at(mins(1), silent("Slow"))
            .at(
                mins(2),
                fires("Slow").with(Done::outcome, Outcome::Bad).summary("x"),
            )
            .at(
                mins(2),
                gives(promql("up"), 1.0).with(Took::outcome, Outcome::Good),
            )
            .at(mins(2), gives_nothing(promql("down")))
    }

    #[test]
    fn label_sets_are_series() {
        let test = test();
        let series: Vec<_> = test.series.iter().map(|one| one.series.as_str()).collect();
        assert_eq!(
            series,
            [
                r#"done_total{job="api", outcome="b\"ad", zone="eu"}"#,
                r#"took_seconds_bucket{le="0.1", outcome="good"}"#,
                r#"took_seconds_bucket{le="+Inf", outcome="good"}"#,
                r#"took_seconds_count{outcome="good"}"#,
                "lasted_seconds",
                "up",
            ]
        );
        assert_eq!(family().metrics.len(), 3);
    }

    #[test]
    fn tests_survive_text_and_unknown_keys_do_not() {
        let text = serde_json::to_string(&test()).unwrap();
        assert_eq!(serde_json::from_str::<RuleTest>(&text).unwrap(), test());
        let wrong = text.replacen("\"every\"", "\"evry\"", 1);
        assert!(serde_json::from_str::<RuleTest>(&wrong).is_err());
    }
}
