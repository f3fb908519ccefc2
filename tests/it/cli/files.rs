//! `check` and `queries` over files that a team already has.

use insta::assert_snapshot;

use crate::common::CliTest;

const RULES: &str = r#"groups:
  - name: app
    rules:
      - record: job:http_requests:rate5m
        expr: sum by (job) (rate(http_requests_total[5m]))
      - alert: ManyErrors
        expr: |
          sum(rate(http_requests_total{code=~"5.."}[5m]))
            / sum(job:http_request:rate5m) > 0.05
        for: 5m
        labels:
          severity: page
        annotations:
          summary: "{{ $labels.job }} fails"
      # obsctl:allow rate-of-gauge: the exporter calls its counter a gauge
      - alert: Jobs
        expr: rate(jobs_in_queue[5m]) > 1
      - alert: Typo
        exprr: up == 0
"#;

const DASHBOARD: &str = r#"{"title": "App", "uid": "app", "schemaVersion": 39, "panels": [
 {"type": "timeseries", "title": "Requests", "datasource": {"type": "prometheus", "uid": "p"}, "targets": [
  {"refId": "A", "expr": "sum by (code) (rate(http_request_total[$__rate_interval]))", "legendFormat": "{{method}}"}]},
 {"type": "logs", "title": "Errors", "datasource": {"type": "loki", "uid": "l"}, "targets": [
  {"refId": "A", "expr": "{app=\"x\"} |= error"}]}
]}
"#;

const METRICS: &str = "\
# TYPE http_requests_total counter
http_requests_total{code=\"200\"} 1
# TYPE jobs_in_queue gauge
jobs_in_queue 3
";

fn team() -> CliTest {
    let test = CliTest::new();
    test.write("rules/app.yml", RULES);
    test.write("rules/values.yaml", "replicas: 3\n");
    test.write("dashboards/app.json", DASHBOARD);
    test.write("metrics.txt", METRICS);
    test
}

#[test]
fn rules_and_dashboards_are_checked_against_what_is_exposed() {
    let report = team().run(&["check", "rules", "dashboards", "--metrics", "metrics.txt"]);
    assert_snapshot!(report);
}

#[test]
fn without_metrics_nothing_is_said_about_their_names() {
    let report = team().run(&["check", "rules", "dashboards"]);
    assert!(
        !report.contains("http_request_total` does not exist"),
        "{report}"
    );
    assert!(report.contains("label-lost-by-aggregation"), "{report}");
}

#[test]
fn ready_catalogs_know_the_types_of_exporters() {
    let test = CliTest::new();
    let rules = "groups:\n- name: host\n  rules:\n  - alert: Memory\n    expr: rate(node_memory_MemFree_bytes[5m]) > 1\n";
    test.write("rules.yml", rules);
    let report = test.run(&["check", "rules.yml"]);
    assert!(
        report.contains("`rate` of gauge `node_memory_MemFree_bytes`"),
        "{report}"
    );
    // Naming a catalog says that its metrics are all there are.
    test.write(
        "rules.yml",
        &rules.replace("MemFree_bytes", "MemFreee_bytes"),
    );
    assert!(
        test.run(&["check", "rules.yml"])
            .starts_with("exit status: 0")
    );
    let report = test.run(&["check", "rules.yml", "--metrics", "node_exporter"]);
    assert!(
        report.contains("did you mean `node_memory_MemFree_bytes`?"),
        "{report}"
    );
}

#[test]
fn what_is_no_rule_and_no_dashboard_is_said_where_it_is_named() {
    let test = team();
    assert_snapshot!(test.run(&["check", "metrics.txt"]));
    assert_snapshot!(test.run(&["check", "nothing-here"]));
    assert_snapshot!(test.run(&["check", "rules", "--metrics", "nothing-here"]));
}

#[test]
fn every_query_is_listed_with_what_it_uses() {
    let test = team();
    assert_snapshot!(test.run(&["queries", "rules", "dashboards"]));
    assert_snapshot!(test.run(&["queries", "rules", "dashboards", "--format", "metrics-used"]));
}
