//! The list of checks: a `mod` line and a line in [`ALL`] for each, both sorted.

pub mod absent_of_groups;
pub mod alert_always_fires;
pub mod alert_cannot_fire;
pub mod alert_policy;
pub mod alert_without_runbook;
pub mod alert_without_witness;
pub mod all_values_joined;
pub mod average_of_quantiles;
pub mod broken_rule_test;
pub mod buckets_not_summed;
pub mod burn_rate_out_of_reach;
pub mod chained_comparison;
pub mod comparison_always_true;
pub mod comparison_never_true;
pub mod comparison_with_nan;
pub mod conflicting_containers;
pub mod contradicting_matchers;
pub mod costly_stream_label;
pub mod counter_without_rate;
pub mod dashboard_policy;
pub mod datasource_choice_ignored;
pub mod delta_of_counter;
pub mod dependency_cycle;
pub mod deprecated_panel_type;
pub mod duplicate_metric;
pub mod duplicate_panel_id;
pub mod duplicate_ref_id;
pub mod duplicate_rule;
pub mod duplicate_uid;
pub mod empty_row;
pub mod expired_suppression;
pub mod external_label_overridden;
pub mod failing_rule_test;
pub mod for_longer_than_range;
pub mod for_shorter_than_interval;
pub mod group_policy;
pub mod hidden_query_unused;
pub mod impossible_label_value;
pub mod inhibition_never_applies;
pub mod interval_over_lookback;
pub mod invalid_routing;
pub mod irate_in_alert;
pub mod label_lost_by_aggregation;
pub mod metric_naming;
pub mod multi_value_in_equality;
pub mod nan_in_aggregation;
pub mod needless_regex;
pub mod operands_never_match;
pub mod panel_not_shown;
pub mod panel_without_query;
pub mod panel_without_title;
pub mod panel_without_unit;
pub mod panels_overlap;
pub mod parser_without_filter;
pub mod pattern_in_equality;
pub mod personal_data_in_label;
pub mod quantile_of_non_histogram;
pub mod quantile_out_of_range;
pub mod quantile_without_le;
pub mod query_policy;
pub mod query_reference_missing;
pub mod range_shorter_than_scrapes;
pub mod rate_of_gauge;
pub mod rate_of_result;
pub mod rate_over_interval;
pub mod raw_value_in_text;
pub mod recorded_after_use;
pub mod recording_rule_policy;
pub mod redundant_part;
pub mod repeat_of_single_value;
pub mod runbook_without_alert;
pub mod same_operands;
pub mod series_budget;
pub mod sort_in_rule;
pub mod subquery_step_over_range;
pub mod syntax;
pub mod template_syntax;
pub mod template_unknown_label;
pub mod threshold_out_of_reach;
pub mod topk_in_alert;
pub mod unbounded_label_kept;
pub mod unescaped_dot;
pub mod unformatted_query;
pub mod unit_mismatch;
pub mod unknown_capture_group;
pub mod unknown_external_label;
pub mod unknown_label;
pub mod unknown_link_field;
pub mod unknown_log_field;
pub mod unknown_metric;
pub mod unknown_reference;
pub mod unknown_span_attribute;
pub mod unknown_suppression;
pub mod unmeasurable_slo;
pub mod unreachable_route;
pub mod unrouted_alert;
pub mod unused_baseline;
pub mod unused_metric;
pub mod unused_path;
pub mod unused_recording;
pub mod unused_suppression;
pub mod value_in_label;
pub mod variable_cycle;
pub mod variable_ignored;
pub mod variable_undefined;
pub mod variable_unused;
pub mod whole_range_at_every_step;
pub mod window_shorter_than_step;

use super::Check;

/// All checks, by name.
pub static ALL: &[&Check] = &[
    &absent_of_groups::CHECK,
    &alert_always_fires::CHECK,
    &alert_cannot_fire::CHECK,
    &alert_policy::CHECK,
    &alert_without_runbook::CHECK,
    &alert_without_witness::CHECK,
    &all_values_joined::CHECK,
    &average_of_quantiles::CHECK,
    &broken_rule_test::CHECK,
    &buckets_not_summed::CHECK,
    &burn_rate_out_of_reach::CHECK,
    &chained_comparison::CHECK,
    &comparison_always_true::CHECK,
    &comparison_never_true::CHECK,
    &comparison_with_nan::CHECK,
    &conflicting_containers::CHECK,
    &contradicting_matchers::CHECK,
    &costly_stream_label::CHECK,
    &counter_without_rate::CHECK,
    &dashboard_policy::CHECK,
    &datasource_choice_ignored::CHECK,
    &delta_of_counter::CHECK,
    &dependency_cycle::CHECK,
    &deprecated_panel_type::CHECK,
    &duplicate_metric::CHECK,
    &duplicate_panel_id::CHECK,
    &duplicate_ref_id::CHECK,
    &duplicate_rule::CHECK,
    &duplicate_uid::CHECK,
    &empty_row::CHECK,
    &expired_suppression::CHECK,
    &external_label_overridden::CHECK,
    &failing_rule_test::CHECK,
    &for_longer_than_range::CHECK,
    &for_shorter_than_interval::CHECK,
    &group_policy::CHECK,
    &hidden_query_unused::CHECK,
    &impossible_label_value::CHECK,
    &inhibition_never_applies::CHECK,
    &interval_over_lookback::CHECK,
    &invalid_routing::CHECK,
    &irate_in_alert::CHECK,
    &label_lost_by_aggregation::CHECK,
    &metric_naming::CHECK,
    &multi_value_in_equality::CHECK,
    &nan_in_aggregation::CHECK,
    &needless_regex::CHECK,
    &operands_never_match::CHECK,
    &panel_not_shown::CHECK,
    &panel_without_query::CHECK,
    &panel_without_title::CHECK,
    &panel_without_unit::CHECK,
    &panels_overlap::CHECK,
    &parser_without_filter::CHECK,
    &pattern_in_equality::CHECK,
    &personal_data_in_label::CHECK,
    &quantile_of_non_histogram::CHECK,
    &quantile_out_of_range::CHECK,
    &quantile_without_le::CHECK,
    &query_policy::CHECK,
    &query_reference_missing::CHECK,
    &range_shorter_than_scrapes::CHECK,
    &rate_of_gauge::CHECK,
    &rate_of_result::CHECK,
    &rate_over_interval::CHECK,
    &raw_value_in_text::CHECK,
    &recorded_after_use::CHECK,
    &recording_rule_policy::CHECK,
    &redundant_part::CHECK,
    &repeat_of_single_value::CHECK,
    &runbook_without_alert::CHECK,
    &same_operands::CHECK,
    &series_budget::CHECK,
    &sort_in_rule::CHECK,
    &subquery_step_over_range::CHECK,
    &syntax::CHECK,
    &template_syntax::CHECK,
    &template_unknown_label::CHECK,
    &threshold_out_of_reach::CHECK,
    &topk_in_alert::CHECK,
    &unbounded_label_kept::CHECK,
    &unescaped_dot::CHECK,
    &unformatted_query::CHECK,
    &unit_mismatch::CHECK,
    &unknown_capture_group::CHECK,
    &unknown_external_label::CHECK,
    &unknown_label::CHECK,
    &unknown_link_field::CHECK,
    &unknown_log_field::CHECK,
    &unknown_metric::CHECK,
    &unknown_reference::CHECK,
    &unknown_span_attribute::CHECK,
    &unknown_suppression::CHECK,
    &unmeasurable_slo::CHECK,
    &unreachable_route::CHECK,
    &unrouted_alert::CHECK,
    &unused_baseline::CHECK,
    &unused_metric::CHECK,
    &unused_path::CHECK,
    &unused_recording::CHECK,
    &unused_suppression::CHECK,
    &value_in_label::CHECK,
    &variable_cycle::CHECK,
    &variable_ignored::CHECK,
    &variable_undefined::CHECK,
    &variable_unused::CHECK,
    &whole_range_at_every_step::CHECK,
    &window_shorter_than_step::CHECK,
];
