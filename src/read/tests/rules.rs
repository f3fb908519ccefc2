//! Rule files of all engines.

use insta::assert_snapshot;
use obsctl_model::Rule;

use super::said;

/// Rules of Prometheus, with everything a group and a rule can have.
pub(super) const RULES: &str = r#"# obsctl:allow-file unknown-metric: from another team
groups:
  - name: api
    interval: 30s
    limit: 10
    query_offset: 1m
    labels: {tier: one}
    rules:
      - record: job:requests:rate5m
        expr: sum by (job) (rate(requests_total[5m]))
        labels: {kind: sum}
      # obsctl:allow alert-without-runbook until 2027-01-01: to be written
      - alert: Slow
        # obsctl:allow counter-without-rate: it is none
        expr: |
          latency > 1
            and up
        for: 5m
        keep_firing_for: 10m
        labels: {severity: critical, team: web, zone: eu, count: 3}
        annotations: {summary: slow, runbook_url: https://x}
      - alert: Down
        expr: >-
          up
          == 0
        labels: {severity: page}
"#;

#[test]
fn of_prometheus() {
    assert_snapshot!(said(RULES), @r#"
        group api every 30s limit 10 offset 1m labels {"tier": "one"}
          allows unknown-metric until ever: from another team
          9:9 record job:requests:rate5m {"kind": "sum"}
            10:15 promql sum by (job) (rate(requests_total[5m]))
          13:9 alert Slow for 5m critical team=web summary=slow count=3 zone=eu runbook_url=https://x
            16:11 promql latency > 1
          and up
            allows alert-without-runbook until 2027-01-01: to be written
            allows counter-without-rate until ever: it is none
          22:9 alert Down severity=page
            24:11 promql up == 0
        "#);
}

#[test]
fn groups_accept_findings() {
    assert_snapshot!(said("
groups:
# obsctl:allow a: above the first
- name: first
  # obsctl:allow b until 2027-01-01: inside the first
  interval: 1h
  rules:
  # obsctl:allow c: above the rule
  - {record: a:b, expr: up}
  - record: c:d
    expr: up # obsctl:allow d: behind the last rule
# obsctl:allow e: above the second
- name: second
  rules: [{record: a:b, expr: up}]
---
groups:
# obsctl:allow f: of another document
- name: third
  rules:
  - {record: a:b, expr: up}
"), @"
    group first every 1h
      allows a until ever: above the first
      allows b until 2027-01-01: inside the first
      9:5 record a:b {}
        9:25 promql up
        allows c until ever: above the rule
      10:5 record c:d {}
        11:11 promql up
        allows d until ever: behind the last rule
    group second
      allows e until ever: above the second
      14:11 record a:b {}
        14:31 promql up
    group third
      allows f until ever: of another document
      20:5 record a:b {}
        20:25 promql up
    ");
}

#[test]
fn of_mimir_thanos_and_loki() {
    assert_snapshot!(said("
namespace: shop
groups:
  - name: mimir
    source_tenants: [a, b]
    evaluation_delay: 1m
    align_evaluation_time_on_interval: true
    rules: [{record: a:b, expr: up}]
---
groups:
  - name: thanos
    partial_response_strategy: warn
    rules: [{record: a:b, expr: up}]
---
groups:
  - name: loki
    rules:
      - {alert: Errors, expr: 'sum(rate({app=\"x\"} |= \"error\" [5m])) > 1'}
      - {record: 'x:y', expr: 'sum(rate({app=\"x\"}[5m]))'}
"), @r#"
        group mimir tenants a,b
          8:13 record a:b {}
            8:33 promql up
        group thanos
          13:13 record a:b {}
            13:33 promql up
        group loki
          18:9 alert Errors
            18:31 logql sum(rate({app="x"} |= "error" [5m])) > 1
          19:9 record x:y {}
            19:31 logql sum(rate({app="x"}[5m]))
        "#);
}

#[test]
fn of_kubernetes() {
    assert_snapshot!(said("
apiVersion: v1
kind: List
items:
  - apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata: {name: one}
    spec: {groups: [{name: p, rules: [{record: a, expr: up}]}]}
  - apiVersion: operator.victoriametrics.com/v1beta1
    kind: VMRule
    spec: {groups: [{name: vm, concurrency: 2, rules: [{record: b, expr: up, debug: true}]}]}
  - apiVersion: loki.grafana.com/v1
    kind: AlertingRule
    spec: {tenantID: application, groups: [{name: l, rules: [{alert: X, expr: 'count_over_time({a=\"b\"}[5m]) > 1'}]}]}
  - apiVersion: apps/v1
    kind: Deployment
    spec: {replicas: 1}
  - apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    spec: {}
"), @r#"
        group p
          8:39 record a {}
            8:57 promql up
        group vm
          11:56 record b {}
            11:74 promql up
        group l
          14:62 alert X
            14:79 logql count_over_time({a="b"}[5m]) > 1
        18:5 `spec` needs `groups`, a list of rule groups
        "#);
}

#[test]
fn as_json() {
    assert_snapshot!(said(r#"{"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "up == 0", "for": "5m", "labels": {"severity": "warning"}}]}]}"#), @"
        group g
          1:37 alert A for 5m warning
            1:60 promql up == 0
        ");
}

#[test]
fn with_anchors_aliases_and_merged_maps() {
    assert_snapshot!(said("
x-labels: &page {severity: critical, team: web}
x-rule: &rule
  for: 5m
  labels: *page
groups:
  - name: g
    rules:
      - <<: *rule
        alert: A
        expr: &expr up == 0
      - <<: [{for: 1m}, *rule]
        alert: B
        expr: *expr
        labels: {<<: *page, team: own}
"), @"
        group g
          9:9 alert A for 5m critical team=web
            11:21 promql up == 0
          12:9 alert B for 1m critical team=own
            14:15 promql up == 0
        2:1 a rule file has no key `x-labels`
        3:1 a rule file has no key `x-rule`
        ");
}

#[test]
fn what_is_wrong_has_a_place_and_a_suggestion() {
    assert_snapshot!(said("groups:
  - name: g
    intervall: 1m
    rules:
      - alert: A
        exp: up
      - alert: A
        record: b
        expr: up
      - expr: up
      - record: a b
        expr: up
        for: 5m
      - [1]
      - alert: A
        expr: {a: b}
        for: soon
        labels: [x]
        annotations: {a: [b]}
  - rules: []
  - name: g
    limit: -1
  - text
gruops: 1
"), @"
    group g
    group g
    3:5 a rule group has no key `intervall` (did you mean `interval`?) (its keys are `name`, `interval`, `limit`, `query_offset`, `labels`, `source_tenants`, `rules`, `partial_response_strategy`, `evaluation_delay`, `align_evaluation_time_on_interval`, `concurrency`, `remote_write`, `type`, `tenant`, `params`, `headers`, `notifier_headers`, `eval_offset`, `eval_delay`, `eval_alignment`, `debug`)
    6:9 a rule has no key `exp` (did you mean `expr`?) (its keys are `alert`, `record`, `expr`, `labels`, `for`, `keep_firing_for`, `annotations`, `update_entries_limit`, `debug`)
    5:9 a rule needs `expr`, a query as text
    7:9 a rule has either `alert` or `record`, not both
    10:9 a rule needs `alert` or `record`
    11:9 only alerts have `for`: this rule records `a b`
    11:9 `a b` is not a metric name: letters, digits, `_` and `:`, not starting with a digit (Prometheus 3 alone takes other names: `_` stands for every other sign)
    14:9 a rule is a map, not a list
    18:17 `labels` is a map, not a list
    17:14 `for`: `soon` is not a duration: write it as `30s`, `5m` or `1h30m`
    19:26 `a` of `annotations` is a text, not a list
    15:9 a rule needs `expr`, a query as text
    20:5 a rule group needs `name`
    22:12 `limit` is a whole number, 0 or more
    21:5 two groups of one file are named `g`
    23:5 a rule group is a map, not a text
    24:1 a rule file has no key `gruops` (did you mean `groups`?)
    ");
    assert_snapshot!(said("# obsctl:allow x\ngroups: [{name: g, rules: [{alert: A, expr: up}]}]\n"), @"
        group g
          2:28 alert A
            2:45 promql up
        1:1 the comment `# obsctl:allow x` is not understood (write `# obsctl:allow CHECK: reason`, `# obsctl:allow CHECK until YYYY-MM-DD: reason`, or the same with `allow-file` for the whole file)
        ");
    let no_day = "# obsctl:allow x until 2026-02-30: soon\ngroups: []\n";
    assert!(
        said(no_day).contains("until 2026-02-30: soon` is not understood"),
        "{}",
        said(no_day)
    );
}

#[test]
fn as_rulers_answer() {
    // `mimirtool rules print`, `GET /config/v1/rules` of Mimir and `GET /loki/api/v1/rules` of Loki.
    assert_snapshot!(said("
shop/orders.yml:
    - name: orders
      interval: 1m
      rules:
        - record: a:b
          expr: up
        - alert: Down
          expr: up == 0
          for: 5m
    - name: nothing yet
      rules: []
shop/logs.yml:
    - name: orders
      rules:
        - record: 'x:y'
          expr: 'sum(rate({app=\"x\"} |= \"error\" [5m]))'
"), @r#"
        group orders every 1m
          6:11 record a:b {}
            7:17 promql up
          8:11 alert Down for 5m
            9:17 promql up == 0
        group nothing yet
        group orders
          16:11 record x:y {}
            17:17 logql sum(rate({app="x"} |= "error" [5m]))
        "#);
    // One group: `GET /config/v1/rules/{namespace}/{group}`.
    assert_snapshot!(said("
name: orders
interval: 1m
source_tenants: [a]
rules:
    - record: a:b
      expr: up
"), @"
    group orders every 1m tenants a
      6:7 record a:b {}
        7:13 promql up
    ");
}

/// Go's library for YAML counts the depth of a text in a list wrongly.
#[test]
fn yaml_that_rulers_write_wrongly_is_told() {
    let text = "shop:\n    - name: g\n      rules:\n        - alert: A\n          expr: |4-\n                a\n              /\n            >\n              0.01\n          for: 10m\n";
    let found = super::read(text);
    let help: Vec<_> = found
        .problems
        .iter()
        .chain(&found.unread)
        .flat_map(|one| &one.help)
        .collect();
    assert!(
        help.iter()
            .any(|help| help.contains("`/api/v1/rules` instead")),
        "{help:?}"
    );
}

/// Thanos tells a group of any size by name: here each rule uses the one after it, and the last one the first.
#[test]
fn what_is_used_comes_first() {
    const COUNT: usize = 5000;
    let rule = |index: usize| {
        let (name, used) = (format!("a:r{index:04}"), (index + 1) % COUNT);
        serde_json::json!({ "name": name, "query": format!("a:r{used:04} + 1"), "type": "recording" })
    };
    let rules: Vec<_> = (0..COUNT).map(rule).collect();
    let group =
        serde_json::json!({ "name": "g", "partialResponseStrategy": "ABORT", "rules": rules });
    let answer = serde_json::json!({ "status": "success", "data": { "groups": [group] } });
    let found = super::read(&answer.to_string());
    let names = found.groups[0].rules.iter().map(Rule::name);
    let expected = (0..COUNT).rev().map(|index| format!("a:r{index:04}"));
    assert_eq!(names.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

/// `GET /api/v1/rules` says what became of each rule besides, and Thanos which labels who evaluates has.
#[test]
fn as_engines_have_them() {
    assert_snapshot!(said(r#"{"status": "success", "data": {"groups": [
  {"name": "g", "file": "a.yml", "interval": 15, "limit": 0, "evaluationTime": 0.1, "partialResponseStrategy": "ABORT",
   "rules": [
    {"state": "inactive", "name": "Down", "query": "up == 0", "duration": 300, "keepFiringFor": 60.5,
     "labels": {"cluster": "eu", "severity": "critical"}, "annotations": {"summary": "down"}, "alerts": [],
     "health": "ok", "type": "alerting"},
    {"name": "a:a", "query": "a:b > 0", "health": "ok", "type": "recording"},
    {"name": "a:b", "query": "up", "labels": {"cluster": "eu"}, "health": "err", "lastError": "x", "type": "recording"},
    {"name": "lost", "query": "up", "health": "ok", "duration": 0, "type": "alerting"}]},
  {"name": "empty", "file": "b.yml", "rules": []}
]}, "warnings": []}"#), @r#"
        group g every 15s
          4:5 alert Down for 5m critical summary=down cluster=eu
            4:52 promql up == 0
          8:5 record a:b {"cluster": "eu"}
            8:30 promql up
          7:5 record a:a {}
            7:30 promql a:b > 0
          9:5 alert lost
            9:31 promql up
        group empty
        "#);
    // Without any rules it is one too.
    let none = super::read(r#"{"status": "success", "data": {"groups": []}}"#);
    assert!(none.has_rules && none.others.is_empty());
    let logs = r#"{"status": "success", "data": {"groups": [{"name": "g", "rules": [
        {"name": "a:b", "query": "sum(rate({app=\"x\"} |= \"e\" [5m]))", "type": "recording"}]}]}}"#;
    assert!(said(logs).contains("logql sum(rate("), "{}", said(logs));
}

/// Of the API of rulers, of an export, and of the API of provisioning.
#[test]
fn rules_that_grafana_evaluates_are_told_apart() {
    for text in [
        r#"{"Shop": [{"name": "a", "rules": [{"expr": "", "for": "5m", "grafana_alert": {"title": "Down", "data": []}}]}]}"#,
        r#"{"apiVersion": 1, "groups": [{"orgId": 1, "name": "a", "folder": "Shop", "rules": [
            {"uid": "x", "title": "Down", "data": [], "record": {"metric": "a:b", "from": "A"}}]}]}"#,
        r#"[{"uid": "x", "title": "Down", "ruleGroup": "a", "condition": "C", "data": []}]"#,
    ] {
        let found = super::read(text);
        assert!(
            found.groups.is_empty() && found.problems.is_empty(),
            "{text}"
        );
        let why: Vec<_> = found.unread.iter().map(|one| &one.message).collect();
        assert_eq!(
            why,
            ["these rules Grafana evaluates itself: only those of Prometheus and Loki are read"],
            "{text}"
        );
    }
}

#[test]
fn lists_of_kubernetes() {
    assert_snapshot!(said("
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRuleList
items:
- apiVersion: monitoring.coreos.com/v1
  kind: PrometheusRule
  spec:
    groups: [{name: one, rules: [{record: a:b, expr: up}]}]
"), @"
        group one
          8:34 record a:b {}
            8:54 promql up
        ");
}
