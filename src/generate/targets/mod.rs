//! The list of targets: a `mod` line and a line in [`ALL`] for each, both sorted.

use super::Target;

pub mod alertmanager_config;
pub mod alloy_config;
mod check_docs;
pub mod compose;
pub mod grafana_dashboard_providers;
pub mod grafana_dashboards;
pub mod grafana_datasources;
pub mod host_commands;
mod log_docs;
mod log_rule_tests;
pub mod loki_config;
mod loki_rules;
pub mod metric_catalog;
mod metric_docs;
pub mod openslo;
mod output_docs;
pub mod prometheus_config;
mod prometheus_rules;
pub mod routing_tests;
mod rule_tests;
mod runbook_docs;
mod slo_docs;
pub mod slo_list;
pub mod tempo_config;
mod trace_docs;
mod typed_tests;

/// All targets, by name.
pub static ALL: &[&Target] = &[
    &alertmanager_config::ALERTMANAGER_CONFIG,
    &alloy_config::ALLOY_CONFIG,
    &check_docs::CHECK_DOCS,
    &compose::COMPOSE,
    &grafana_dashboard_providers::GRAFANA_DASHBOARD_PROVIDERS,
    &grafana_dashboards::GRAFANA_DASHBOARDS,
    &grafana_datasources::GRAFANA_DATASOURCES,
    &host_commands::HOST_COMMANDS,
    &log_docs::LOG_DOCS,
    &log_rule_tests::LOG_RULE_TESTS,
    &loki_config::LOKI_CONFIG,
    &loki_rules::LOKI_RULES,
    &metric_catalog::METRIC_CATALOG,
    &metric_docs::METRIC_DOCS,
    &openslo::OPENSLO,
    &output_docs::OUTPUT_DOCS,
    &prometheus_config::PROMETHEUS_CONFIG,
    &prometheus_rules::PROMETHEUS_RULES,
    &routing_tests::ROUTING_TESTS,
    &rule_tests::RULE_TESTS,
    &runbook_docs::RUNBOOK_DOCS,
    &slo_docs::SLO_DOCS,
    &slo_list::SLO_LIST,
    &tempo_config::TEMPO_CONFIG,
    &trace_docs::TRACE_DOCS,
    &typed_tests::TYPED_TESTS,
];
