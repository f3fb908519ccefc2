//! Tests that pass and tests that fail, each for one reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{promtool_passes, verdicts};
use crate::common::CliTest;
use crate::promtool::has_promtool;

/// Rules for the cases below: everything that promtool 2.42 knows.
pub const RULES: &str = r#"
groups:
- name: recordings
  rules:
  - record: job:errors:rate5m
    expr: sum by (job) (rate(errors_total[4m30s]))
  - record: job:requests:rate5m
    expr: sum by (job) (rate(requests_total[4m30s]))
    labels: {tier: web}
- name: alerts
  rules:
  - alert: ErrorRate
    expr: job:errors:rate5m > 0.5
    for: 2m
    labels: {severity: page, pager: "{{ $labels.job }}-oncall", gone: "{{ $labels.nothing }}"}
    annotations:
      summary: "{{ $labels.job }}: {{ $value | humanize }} errors a second in {{ $externalLabels.region }}"
      first: '{{ with query "sum(job:errors:rate5m)" }}{{ . | first | value }}{{ end }}'
  - alert: Lingering
    expr: requests_total > 100 < 400
    keep_firing_for: 5m
  - alert: Absent
    expr: absent(requests_total{job="batch"})
  - record: alerts:firing
    expr: count by (alertname) (ALERTS{alertstate="firing"})
- name: meta
  rules:
  - alert: ManyAlerts
    expr: sum(alerts:firing) > 1
  - record: evaluations
    expr: sum(evaluations or vector(0)) + 1
"#;

const SERIES: &str = r#"
  external_labels: {region: eu}
  input_series:
  - series: errors_total{job="api"}
    values: 0x3 0+60x10 600x10
  - series: errors_total{job="web"}
    values: 0x30
  - series: requests_total{job="api"}
    values: 0+50x20 _x3 stale 5 6
"#;

const ALERT: &str = "exp_labels: {job: api, severity: page, pager: api-oncall}";
const TEXTS: &str = "{summary: 'api: 1 errors a second in eu', first: '1'}";

/// A file with one test for each pair of a name and what is expected.
pub fn file(cases: &[(&str, String)]) -> String {
    let mut text = "rule_files: [rules.yml]\nevaluation_interval: 1m\n\
        group_eval_order: [recordings, alerts, meta]\ntests:\n"
        .to_owned();
    for (name, expected) in cases {
        writeln!(text, "- name: {name}\n  interval: 1m{SERIES}{expected}").unwrap();
    }
    text
}

fn alert(time: &str, name: &str, alerts: &[(&str, &str)]) -> String {
    let mut text = format!("  alert_rule_test:\n  - eval_time: {time}\n    alertname: {name}\n");
    if !alerts.is_empty() {
        text.push_str("    exp_alerts:\n");
    }
    for (labels, annotations) in alerts {
        writeln!(text, "    - {labels}\n      exp_annotations: {annotations}").unwrap();
    }
    text
}

fn query(time: &str, query: &str, samples: &[(&str, &str)]) -> String {
    let mut text = format!("  promql_expr_test:\n  - expr: {query}\n    eval_time: {time}\n");
    if !samples.is_empty() {
        text.push_str("    exp_samples:\n");
    }
    for (labels, value) in samples {
        writeln!(text, "    - {{labels: '{labels}', value: {value}}}").unwrap();
    }
    text
}

/// The cases and whether each of them passes.
pub fn cases() -> Vec<(bool, &'static str, String)> {
    let firing = (ALERT, TEXTS);
    vec![
        (true, "fires", alert("9m", "ErrorRate", &[firing])),
        (true, "is pending before", alert("8m", "ErrorRate", &[])),
        (
            true,
            "the evaluation before counts",
            alert("9m59s", "ErrorRate", &[firing]),
        ),
        (false, "wrong time", alert("8m", "ErrorRate", &[firing])),
        (false, "missing alert", alert("9m", "ErrorRate", &[])),
        (
            false,
            "additional alert",
            alert("9m", "ErrorRate", &[firing, (ALERT, "{}")]),
        ),
        (
            false,
            "wrong annotation",
            alert("9m", "ErrorRate", &[(ALERT, "{summary: other}")]),
        ),
        (
            false,
            "wrong label",
            alert("9m", "ErrorRate", &[("exp_labels: {job: web}", TEXTS)]),
        ),
        (
            false,
            "an empty label is a label",
            alert(
                "9m",
                "ErrorRate",
                &[(
                    "exp_labels: {job: api, severity: page, pager: api-oncall, gone: ''}",
                    TEXTS,
                )],
            ),
        ),
        (
            true,
            "nothing fires of what is no alert",
            alert("6m", "Nonsense", &[]),
        ),
        (
            true,
            "kept firing",
            alert("12m", "Lingering", &[("exp_labels: {job: api}", "{}")]),
        ),
        (
            true,
            "kept firing no longer",
            alert("13m", "Lingering", &[]),
        ),
        (
            false,
            "kept firing too long",
            alert("13m", "Lingering", &[("exp_labels: {job: api}", "{}")]),
        ),
        (
            true,
            "absent",
            alert("1m", "Absent", &[("exp_labels: {job: batch}", "{}")]),
        ),
        (
            true,
            "alerts of alerts",
            alert("8m", "ManyAlerts", &[("exp_labels: {}", "{}")]),
        ),
        (
            false,
            "alerts of alerts come later",
            alert("1m", "ManyAlerts", &[("exp_labels: {}", "{}")]),
        ),
        (
            true,
            "recorded",
            query(
                "8m",
                "job:requests:rate5m",
                &[(
                    r#"job:requests:rate5m{job="api",tier="web"}"#,
                    "0.8333333333333334",
                )],
            ),
        ),
        (
            false,
            "wrong sample",
            query(
                "8m",
                "job:requests:rate5m",
                &[(r#"job:requests:rate5m{job="api",tier="web"}"#, "0.83")],
            ),
        ),
        (
            false,
            "wrong series",
            query(
                "8m",
                "job:requests:rate5m",
                &[(r#"job:requests:rate5m{job="api"}"#, "0.8333333333333334")],
            ),
        ),
        (true, "stale", query("24m", "requests_total", &[])),
        (true, "a number", query("3m", "time() + 1", &[("", "181")])),
        (
            false,
            "NaN equals nothing",
            query("3m", "vector(NaN)", &[("{}", ".nan")]),
        ),
        (
            true,
            "a rule that reads itself",
            query("9m", "evaluations", &[("evaluations", "10")]),
        ),
        (
            true,
            "series of alerts",
            query(
                "8m",
                "ALERTS_FOR_STATE{alertname='ErrorRate'}",
                &[(
                    r#"ALERTS_FOR_STATE{alertname="ErrorRate",job="api",severity="page",pager="api-oncall",gone="{{ $labels.nothing }}"}"#,
                    "420",
                )],
            ),
        ),
        (
            true,
            "a query sees the last evaluation",
            query("9m30s", "evaluations", &[("evaluations", "10")]),
        ),
        (
            false,
            "many to many",
            query("9m", "errors_total + on() errors_total", &[]),
        ),
    ]
}

#[test]
fn cases_are_judged_as_promtool_judges_them() {
    let folder = CliTest::new();
    folder.write("rules.yml", RULES);
    for (passes, name, text) in cases() {
        folder.write("one.yml", &file(&[(name, text.clone())]));
        let own = verdicts(&folder, "one.yml");
        assert_eq!(own, BTreeMap::from([(name.to_owned(), passes)]), "{text}");
        if has_promtool() {
            assert_eq!(
                promtool_passes(&folder, "one.yml"),
                passes,
                "{name}:\n{text}"
            );
        }
    }
}

#[test]
fn a_rule_that_fails_ends_the_test() {
    let folder = CliTest::new();
    for (passes, expr) in [
        (true, "a / b"),
        (false, "a / on (x) b"),
        (true, "a / on (x) missing"),
        (false, "label_replace(a, \"y\", \"\", \"\", \"\")"),
        (true, "label_replace(a, \"z\", \"v\", \"\", \"\")"),
        (false, "label_replace(a, \"z\", \"v\", \"x\", \"(\")"),
        (
            true,
            "sum without (y) (a) * on (x) group_left () sum by (x) (b)",
        ),
        (false, "a * on (x) group_left () b"),
    ] {
        // No test asks for it.
        let rules =
            format!("groups:\n- name: g\n  rules:\n  - record: unseen\n    expr: '{expr}'\n");
        folder.write("rules.yml", &rules);
        let series = "  input_series:\n  - {series: 'a{x=\"1\",y=\"1\"}', values: 1x5}\n  \
            - {series: 'a{x=\"1\",y=\"2\"}', values: 1x5}\n  - {series: 'b{x=\"1\",y=\"1\"}', values: 1x5}\n  \
            - {series: 'b{x=\"1\",y=\"2\"}', values: 1x5}\n";
        let expected = query("3m", "vector(1)", &[("{}", "1")]);
        let file = format!("rule_files: [rules.yml]\ntests:\n- name: t\n{series}{expected}");
        folder.write("one.yml", &file);
        assert_eq!(verdicts(&folder, "one.yml")["t"], passes, "{expr}");
        if has_promtool() {
            assert_eq!(promtool_passes(&folder, "one.yml"), passes, "{expr}");
        }
    }
}
