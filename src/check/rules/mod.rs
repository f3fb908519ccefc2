//! The list of checks: a `mod` line and a line in [`ALL`] for each, both sorted.

pub mod counter_without_rate;
pub mod expired_suppression;
pub mod rate_of_gauge;
pub mod syntax;
pub mod unknown_label;
pub mod unknown_metric;
pub mod unknown_suppression;
pub mod unused_metric;
pub mod unused_suppression;

use super::Check;

/// All checks, by name.
pub static ALL: &[&Check] = &[
    &counter_without_rate::CHECK,
    &expired_suppression::CHECK,
    &rate_of_gauge::CHECK,
    &syntax::CHECK,
    &unknown_label::CHECK,
    &unknown_metric::CHECK,
    &unknown_suppression::CHECK,
    &unused_metric::CHECK,
    &unused_suppression::CHECK,
];
