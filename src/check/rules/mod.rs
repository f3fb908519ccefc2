//! The list of checks: a `mod` line and a line in [`ALL`] for each, both sorted.

pub mod alert_always_fires;
pub mod alert_policy;
pub mod alert_without_runbook;
pub mod conflicting_containers;
pub mod costly_stream_label;
pub mod counter_without_rate;
pub mod dashboard_policy;
pub mod dependency_cycle;
pub mod duplicate_metric;
pub mod duplicate_rule;
pub mod duplicate_uid;
pub mod expired_suppression;
pub mod group_policy;
pub mod impossible_label_value;
pub mod label_lost_by_aggregation;
pub mod metric_naming;
pub mod operands_never_match;
pub mod panel_without_unit;
pub mod parser_without_filter;
pub mod quantile_of_non_histogram;
pub mod quantile_without_le;
pub mod range_shorter_than_scrapes;
pub mod rate_of_gauge;
pub mod recording_rule_policy;
pub mod runbook_without_alert;
pub mod syntax;
pub mod template_unknown_label;
pub mod unbounded_label_kept;
pub mod unit_mismatch;
pub mod unknown_label;
pub mod unknown_log_field;
pub mod unknown_metric;
pub mod unknown_reference;
pub mod unknown_span_attribute;
pub mod unknown_suppression;
pub mod unmeasurable_slo;
pub mod unused_baseline;
pub mod unused_metric;
pub mod unused_suppression;
pub mod variable_undefined;
pub mod variable_unused;

use super::Check;

/// All checks, by name.
pub static ALL: &[&Check] = &[
    &alert_always_fires::CHECK,
    &alert_policy::CHECK,
    &alert_without_runbook::CHECK,
    &conflicting_containers::CHECK,
    &costly_stream_label::CHECK,
    &counter_without_rate::CHECK,
    &dashboard_policy::CHECK,
    &dependency_cycle::CHECK,
    &duplicate_metric::CHECK,
    &duplicate_rule::CHECK,
    &duplicate_uid::CHECK,
    &expired_suppression::CHECK,
    &group_policy::CHECK,
    &impossible_label_value::CHECK,
    &label_lost_by_aggregation::CHECK,
    &metric_naming::CHECK,
    &operands_never_match::CHECK,
    &panel_without_unit::CHECK,
    &parser_without_filter::CHECK,
    &quantile_of_non_histogram::CHECK,
    &quantile_without_le::CHECK,
    &range_shorter_than_scrapes::CHECK,
    &rate_of_gauge::CHECK,
    &recording_rule_policy::CHECK,
    &runbook_without_alert::CHECK,
    &syntax::CHECK,
    &template_unknown_label::CHECK,
    &unbounded_label_kept::CHECK,
    &unit_mismatch::CHECK,
    &unknown_label::CHECK,
    &unknown_log_field::CHECK,
    &unknown_metric::CHECK,
    &unknown_reference::CHECK,
    &unknown_span_attribute::CHECK,
    &unknown_suppression::CHECK,
    &unmeasurable_slo::CHECK,
    &unused_baseline::CHECK,
    &unused_metric::CHECK,
    &unused_suppression::CHECK,
    &variable_undefined::CHECK,
    &variable_unused::CHECK,
];
