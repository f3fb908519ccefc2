//! The list of targets: a `mod` line and a line in [`ALL`] for each, both sorted.

use super::Target;

pub mod alertmanager_config;
mod loki_rules;
pub mod prometheus_config;
mod prometheus_rules;

/// All targets, by name.
pub static ALL: &[&Target] = &[
    &alertmanager_config::ALERTMANAGER_CONFIG,
    &loki_rules::LOKI_RULES,
    &prometheus_config::PROMETHEUS_CONFIG,
    &prometheus_rules::PROMETHEUS_RULES,
];
