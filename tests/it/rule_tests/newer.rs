//! What files of tests can say since Prometheus 3: the verdicts are those of its promtool 3.14.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::verdicts;
use crate::common::CliTest;
use crate::promtool::has_promtool;

const RULES: &str = r#"
groups:
- name: g
  labels: {team: core, severity: low}
  rules:
  - record: job:x:sum
    expr: sum by (job) (x)
  - alert: Big
    expr: x > 5
    labels: {severity: page}
    annotations: {summary: "{{ $labels.job }}{{ $labels.team }} {{ $value }}"}
"#;

/// A series of this value, which a query has to give as that value.
fn number(value: &str, expected: &str) -> String {
    format!(
        "  input_series: [{{series: 'x{{job=\"a\"}}', values: '{value} {value}'}}]\n  \
         promql_expr_test:\n  - {{expr: x, eval_time: 1m, exp_samples: [{{labels: 'x{{job=\"a\"}}', value: {expected}}}]}}\n"
    )
}

/// A query of a histogram, and what it has to give.
fn histogram(points: &str, query: &str, time: &str, expected: &str) -> String {
    let name = if query == "h" { "h" } else { "" };
    format!(
        "  input_series: [{{series: 'h{{job=\"a\"}}', values: '{points}'}}]\n  \
         promql_expr_test:\n  - {{expr: '{query}', eval_time: {time}, exp_samples: [{{labels: '{name}{{job=\"a\"}}', {expected}}}]}}\n"
    )
}

fn cases() -> Vec<(bool, &'static str, String)> {
    let steady = "{{schema:0 sum:4 count:3 buckets:[1 2]}}x5";
    let growing = "{{schema:0 buckets:[0 0]}}+{{schema:0 sum:120 count:180 buckets:[60 120]}}x10";
    let custom = "{{schema:-53 sum:4 count:3 custom_values:[1 2] buckets:[1 2]}}x5";
    let six = "  input_series: [{series: 'x{job=\"a\"}', values: 6x5}]\n";
    vec![
        (
            true,
            "the next number",
            number("0.30000000000000004", "0.3"),
        ),
        (
            false,
            "the number after the next",
            number("0.3000000000000001", "0.3"),
        ),
        (true, "the number next to zero", number("5e-324", "0")),
        (
            true,
            "the number next to infinity",
            number("1.7976931348623157e308", ".inf"),
        ),
        (false, "no number", number("NaN", ".nan")),
        (
            true,
            "labels of a group, which templates do not see",
            format!(
                "{six}  alert_rule_test:\n  - {{eval_time: 1m, alertname: Big, exp_alerts: [{{exp_labels: {{job: a, \
                 severity: page, team: core}}, exp_annotations: {{summary: a 6}}}}]}}\n  promql_expr_test:\n  \
                 - {{expr: 'job:x:sum', eval_time: 1m, exp_samples: [{{labels: 'job:x:sum{{job=\"a\", severity=\"low\", team=\"core\"}}', value: 6}}]}}\n"
            ),
        ),
        (
            true,
            "a start as text",
            format!(
                "  start_timestamp: 2026-01-31T12:00:00Z\n{six}  promql_expr_test:\n  \
                 - {{expr: 'hour() * 100 + minute()', eval_time: 3m, exp_samples: [{{labels: '{{}}', value: 1203}}]}}\n  \
                 - {{expr: 'timestamp(x)', eval_time: 1m, exp_samples: [{{labels: '{{job=\"a\"}}', value: 1769860860}}]}}\n"
            ),
        ),
        (
            true,
            "a start in seconds",
            format!(
                "  start_timestamp: 1000\n{six}  promql_expr_test:\n  \
                 - {{expr: 'timestamp(x)', eval_time: 1m, exp_samples: [{{labels: '{{job=\"a\"}}', value: 1060}}]}}\n"
            ),
        ),
        (
            true,
            "the first histogram",
            histogram(
                steady,
                "h",
                "0m",
                "histogram: '{{sum:4 count:3 buckets:[1 2]}}'",
            ),
        ),
        (
            false,
            "a later one without its hint",
            histogram(
                steady,
                "h",
                "1m",
                "histogram: '{{sum:4 count:3 buckets:[1 2]}}'",
            ),
        ),
        (
            true,
            "a later one with its hint",
            histogram(
                steady,
                "h",
                "1m",
                "histogram: '{{sum:4 count:3 counter_reset_hint:not_reset buckets:[1 2]}}'",
            ),
        ),
        (
            false,
            "other buckets",
            histogram(
                steady,
                "h",
                "0m",
                "histogram: '{{sum:4 count:3 buckets:[2 1]}}'",
            ),
        ),
        (
            true,
            "an empty bucket more",
            histogram(
                steady,
                "h * 1",
                "0m",
                "histogram: '{{sum:4 count:3 buckets:[1 2 0]}}'",
            ),
        ),
        (
            false,
            "a number for a histogram",
            histogram(steady, "h", "1m", "value: 0"),
        ),
        (
            true,
            "a rate is a gauge",
            histogram(
                growing,
                "rate(h[5m])",
                "10m",
                "histogram: '{{count:3 sum:2 counter_reset_hint:gauge buckets:[1 2]}}'",
            ),
        ),
        (
            false,
            "a rate is no counter",
            histogram(
                growing,
                "rate(h[5m])",
                "10m",
                "histogram: '{{count:3 sum:2 buckets:[1 2]}}'",
            ),
        ),
        (
            true,
            "a quantile of custom bounds",
            histogram(custom, "histogram_quantile(0.5, h)", "1m", "value: 1.25"),
        ),
        (
            true,
            "custom bounds",
            histogram(
                custom,
                "h",
                "0m",
                "histogram: '{{schema:-53 sum:4 count:3 custom_values:[1 2] buckets:[1 2]}}'",
            ),
        ),
    ]
}

#[test]
fn newer_cases_are_judged_as_prometheus_3_judges_them() {
    let folder = CliTest::new();
    folder.write("rules.yml", RULES);
    for (passes, name, text) in cases() {
        let mut file =
            "rule_files: [rules.yml]\nevaluation_interval: 1m\nfuzzy_compare: true\ntests:\n"
                .to_owned();
        write!(file, "- name: {name}\n{text}").unwrap();
        folder.write("one.yml", &file);
        let own = verdicts(&folder, "one.yml");
        assert_eq!(own, BTreeMap::from([(name.to_owned(), passes)]), "{text}");
        if !has_promtool() {
            continue;
        }
        let output = folder
            .command_of("promtool", &["test", "rules", "one.yml"])
            .output()
            .unwrap();
        // An older promtool does not know the key, which is no verdict.
        let said = String::from_utf8_lossy(&output.stderr);
        if !said.contains("field fuzzy_compare not found") {
            assert_eq!(output.status.success(), passes, "{name}: {said}");
        }
    }
}
