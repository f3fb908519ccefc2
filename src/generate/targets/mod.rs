//! The list of targets: a `mod` line and a line in [`ALL`] for each, both sorted.

use super::Target;

pub mod alertmanager_config;
pub mod alloy_config;
pub mod compose;
pub mod grafana_dashboard_providers;
pub mod grafana_dashboards;
pub mod grafana_datasources;
pub mod loki_config;
mod loki_rules;
pub mod prometheus_config;
mod prometheus_rules;
pub mod tempo_config;

/// All targets, by name.
pub static ALL: &[&Target] = &[
    &alertmanager_config::ALERTMANAGER_CONFIG,
    &alloy_config::ALLOY_CONFIG,
    &compose::COMPOSE,
    &grafana_dashboard_providers::GRAFANA_DASHBOARD_PROVIDERS,
    &grafana_dashboards::GRAFANA_DASHBOARDS,
    &grafana_datasources::GRAFANA_DATASOURCES,
    &loki_config::LOKI_CONFIG,
    &loki_rules::LOKI_RULES,
    &prometheus_config::PROMETHEUS_CONFIG,
    &prometheus_rules::PROMETHEUS_RULES,
    &tempo_config::TEMPO_CONFIG,
];
