//! Recording and alerting rules of Prometheus and Loki, evaluated over series and log lines in memory as the
//! rule manager of Prometheus 3.14 does, which is Loki's too, and the unit tests of rules that
//! `promtool test rules` runs.
//!
//! A [`RuleSet`] is made of rule [`Group`]s once. [`unit::Test`]s are run against it, in any number of
//! threads. Nothing here reads a file or a clock: who calls has read the files into these types.
//!
//! # How a test is run
//!
//! Prometheus evaluates all rules of all groups at every step. Here only those rules are evaluated that the
//! test can notice (`sight`), and each of them over all steps at once, in the order of the groups. That is
//! the same whenever no rule reads what a later rule writes and no query looks into the future; where that
//! is not sure, or where anything goes wrong, the test is run again step by step (`run`), which is how
//! Prometheus does it.
//!
//! Rules of Loki read lines, which no rule writes. What they record, and their `ALERTS`, are series that rules
//! of Prometheus can read, as if Loki had sent them by remote write at once.
//!
//! # Differences from promtool
//!
//! - Templates can print native histograms, but not call their methods.
//! - Groups that `group_eval_order` does not name keep the order of their files; promtool takes them in any
//!   order.
//! - The template functions `externalURL` and `pathPrefix` give the test's `external_url`; in promtool they
//!   fail.
//! - A query may hold more than 10,000 samples.

mod alert;
mod ask;
mod coverage;
mod group;
#[cfg(test)]
mod line_tests;
mod run;
mod sight;
mod template;
#[cfg(test)]
mod tests;
pub mod unit;
mod writer;

pub use ask::Expression;
pub use coverage::{Branch, Coverable, Item};
pub use group::{Action, Alerting, Group, Place, Rule, RuleSet};
pub use template::Text;
