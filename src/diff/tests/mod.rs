//! Tests over whole sides, as files have them.

mod dashboards;
mod metrics;
mod render;
mod routing;
mod rules;
mod sides;
mod slos;

use super::{Report, Side, Text, compare};

fn side(files: &[(&'static str, &str)]) -> Side {
    let files = files.iter().map(|(path, text)| {
        let text = (*text).to_owned();
        ((*path).to_owned(), Text { path, text })
    });
    Side {
        name: "a side".to_owned(),
        files: files.collect(),
    }
}

fn report(before: &[(&'static str, &str)], after: &[(&'static str, &str)]) -> Report {
    let report = compare(side(before), side(after));
    assert!(report.unread.is_empty(), "{:#?}", report.unread);
    report
}

/// The report without colours.
fn shown(report: &Report) -> String {
    let text = super::render::human(report);
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

fn rules(before: &str, after: &str) -> String {
    shown(&report(&[("rules.yml", before)], &[("rules.yml", after)]))
}

const CATALOG: &str = r"
metrics:
- title: API
  metrics:
  - name: requests_total
    kind: counter
    help: Requests served.
    exposed_by: { service: api }
    labels:
    - { name: path, domain: { bounded: { at_most: 40, example: / } } }
    - { name: code, domain: { values: ['200', '500', '503'] } }
  - name: request_seconds
    kind: { histogram: { buckets: [0.1, 0.5, 1.0] } }
    unit: seconds
    help: Time to serve a request.
    exposed_by: { service: api }
  - name: queue_length
    kind: gauge
    help: Jobs that wait.
    exposed_by: { service: api }
logs:
  standard_fields:
  - { name: tenant, kind: text, presence: optional, description: The tenant., example: acme }
  events:
  - { name: login_failed, level: warning, description: A login failed., service: api }
";

const RULES: &str = r#"
groups:
- name: api
  rules:
  - record: path:requests:rate5m
    expr: sum by (path) (rate(requests_total[5m]))
  - record: job:requests:rate5m
    expr: sum(path:requests:rate5m)
  - alert: Errors
    expr: sum(rate(requests_total{code=~"5.."}[5m])) / job:requests:rate5m > 0.05
    for: 5m
    labels: { severity: critical, team: api }
    annotations: { summary: Errors, runbook_url: http://grafana/d/errors }
  - alert: Quiet
    expr: path:requests:rate5m == 0
    annotations: { summary: "{{ $labels.path }} is quiet" }
  - alert: Slow
    expr: histogram_quantile(0.9, rate(request_seconds_bucket[5m])) > 1
"#;

const LOG_RULES: &str = r#"
groups:
- name: logs
  rules:
  - alert: Logins
    expr: sum(count_over_time({app="api"} | json | event="login_failed" [5m])) > 10
"#;

const TESTS: &str = r"
rule_files: [rules.yml]
tests:
- name: errors page
  input_series: [{ series: 'requests_total{code=500}', values: 0+1x10 }]
  alert_rule_test: [{ eval_time: 5m, alertname: Errors, exp_alerts: [] }]
";

fn all(catalog: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("catalog.yml", catalog),
        ("rules.yml", RULES),
        ("logs.yml", LOG_RULES),
        ("rules.test.yml", TESTS),
    ]
}
