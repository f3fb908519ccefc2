//! Tests over whole sides, as files have them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Report, Side, Text, compare, render};

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
    let text = render::human(report);
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

#[test]
fn a_metric_names_what_it_touches() {
    let after = CATALOG
        .replace(
            "    - { name: path, domain: { bounded: { at_most: 40, example: / } } }\n",
            "",
        )
        .replace("['200', '500', '503']", "['200', '500', '404']")
        .replace("[0.1, 0.5, 1.0]", "[0.1, 0.25, 1.0]")
        .replace("name: queue_length", "name: jobs_waiting");
    assert_snapshot!(shown(&report(&all(CATALOG), &all(&after))), @"
    breaking: metric `jobs_waiting`
      --> catalog.yml:16
      was named `queue_length`

    breaking: metric `request_seconds`
      --> catalog.yml:11
      bucket `0.5` gone, `0.25` new
      touches 1 alert:
        alert `Slow` of group `api`  (rules.yml:17)

    breaking: metric `requests_total`
      --> catalog.yml:5
      label `path` is gone
      label `code`: value `503` gone, `404` new
      touches 1 alert, 1 recording rule:
        alert `Quiet` of group `api`, through `path:requests:rate5m`  (rules.yml:14)
        recording rule `path:requests:rate5m` of group `api`  (rules.yml:5)

    a side → a side: 3 changes: 3 breaking
    ");
}

#[test]
fn what_is_added_is_additive() {
    let after = CATALOG
        .replace("'503']", "'503', '504']")
        .replace("[0.1, 0.5, 1.0]", "[0.1, 0.5, 1.0, 2.0]")
        .replace(
            "    help: Jobs that wait.",
            "    help: Jobs that wait to be done.",
        );
    assert_snapshot!(shown(&report(&all(CATALOG), &all(&after))), @"
    additive: metric `request_seconds`
      --> catalog.yml:12
      bucket `2` new

    additive: metric `requests_total`
      --> catalog.yml:5
      label `code`: value `504` new

    cosmetic: metric `queue_length`
      --> catalog.yml:17
      help `Jobs that wait.` → `Jobs that wait to be done.`

    a side → a side: 3 changes: 2 additive, 1 cosmetic
    ");
}

#[test]
fn a_unit_breaks_whatever_uses_the_metric() {
    let after = CATALOG.replace("unit: seconds", "unit: milliseconds");
    assert_snapshot!(shown(&report(&all(CATALOG), &all(&after))), @"
    breaking: metric `request_seconds`
      --> catalog.yml:12
      unit `seconds` → `milliseconds`
      touches 1 alert:
        alert `Slow` of group `api`  (rules.yml:17)

    a side → a side: 1 change: 1 breaking
    ");
}

#[test]
fn log_events_touch_queries_of_logs() {
    let after = CATALOG
        .replace("name: login_failed", "name: login_refused")
        .replace("name: tenant, kind: text", "name: tenant, kind: integer");
    assert_snapshot!(shown(&report(&all(CATALOG), &all(&after))), @"
    breaking: log event `login_refused`
      --> catalog.yml:25
      was named `login_failed`
      touches 1 alert:
        alert `Logins` of group `logs`  (logs.yml:5)

    breaking: log field `tenant`
      type `text` → `integer`

    a side → a side: 2 changes: 2 breaking
    ");
}

#[test]
fn one_catalog_alone_says_nothing_about_changes() {
    let report = report(&all(CATALOG)[1..], &all(CATALOG));
    assert_snapshot!(shown(&report), @"
    note: metrics, log events and spans are not compared: a side has a catalog and a side has none
    a side → a side: no changes
    ");
}

#[test]
fn alerts_say_what_of_them_changed() {
    let after = RULES
        .replace("for: 5m", "for: 10m")
        .replace(
            "severity: critical, team: api",
            "severity: warning, team: web",
        )
        .replace("> 0.05", "> 0.1")
        .replace("summary: Errors", "summary: Many errors")
        .replace("/d/errors", "/d/api-errors")
        .replace("alert: Slow", "alert: SlowRequests");
    assert_snapshot!(rules(RULES, &after), @"
    behaviour: alert `Errors` of group `api`
      --> rules.yml:9
      query: threshold `0.05` → `0.1`
      duration `5m` → `10m`
      runbook `http://grafana/d/errors` → `http://grafana/d/api-errors`
      summary `Errors` → `Many errors` (cosmetic)
      severity `critical` → `warning`
      label `team` `api` → `web`

    behaviour: alert `SlowRequests` of group `api`
      --> rules.yml:17
      was named `Slow`

    a side → a side: 2 changes: 2 behaviour
    ");
}

#[test]
fn an_alert_says_who_is_told_now() {
    let config = "
route:
  receiver: inbox
  routes:
  - { receiver: log, matchers: ['severity=~\".+\"'], continue: true }
  - { receiver: pager, matchers: [severity=\"critical\"] }
  - match: { team: api }
    receiver: chat
receivers: [{ name: inbox }]
";
    let rules = RULES.replace("severity: critical", "severity: warning");
    let report = report(
        &[("alertmanager.yml", config), ("rules.yml", RULES)],
        &[
            (
                "alertmanager.yml",
                &config.replace("receiver: inbox\n", "receiver: mail\n"),
            ),
            ("rules.yml", &rules),
        ],
    );
    assert_snapshot!(shown(&report), @"
    behaviour: alert `Errors` of group `api`
      --> rules.yml:9
      severity `critical` → `warning`
      receivers `log, pager` → `log, chat`

    behaviour: alert `Quiet` of group `api`
      --> rules.yml:14
      receivers `inbox` → `mail`

    behaviour: alert `Slow` of group `api`
      --> rules.yml:17
      receivers `inbox` → `mail`

    a side → a side: 3 changes: 3 behaviour
    ");
}

#[test]
fn a_recording_rule_that_is_gone_breaks_what_is_built_on_it() {
    let after = RULES.replace(
        "record: path:requests:rate5m",
        "record: route:requests:rate5m",
    );
    assert_snapshot!(rules(RULES, &after), @"
    breaking: recording rule `route:requests:rate5m` of group `api`
      --> rules.yml:5
      was named `path:requests:rate5m`
      touches 2 alerts, 1 recording rule:
        alert `Errors` of group `api`, through `job:requests:rate5m`  (rules.yml:9)
        alert `Quiet` of group `api`  (rules.yml:14)
        recording rule `job:requests:rate5m` of group `api`  (rules.yml:7)

    a side → a side: 1 change: 1 breaking
    ");
}

#[test]
fn groups_are_no_place_for_identity() {
    let after = RULES.replace("- name: api\n", "- name: http\n  interval: 1m\n");
    assert_snapshot!(rules(RULES, &after), @"
    behaviour: rule group `http`
      --> rules.yml:3
      was named `api` (cosmetic)
      interval `1m` is new

    a side → a side: 1 change: 1 behaviour
    ");
    let reordered = r"
groups:
- name: api
  rules:
  - { alert: B, expr: 'up == 0', labels: { severity: info } }
  - { alert: A, expr: 'up   ==   0' }
";
    let before = r"
groups:
- name: api
  rules:
  - { alert: A, expr: '(up) == 0' }
  - { alert: B, expr: up == 0, labels: { severity: info } }
";
    assert_snapshot!(rules(before, reordered), @"a side → a side: no changes");
}

fn dashboard() -> Value {
    let panel = |title: &str, y: u8, expr: &str| {
        json!({
            "id": y, "title": title, "type": "timeseries",
            "gridPos": { "x": 0, "y": y, "w": 12, "h": 8 },
            "datasource": { "type": "prometheus", "uid": "prom" },
            "fieldConfig": { "defaults": { "unit": "reqps" } },
            "options": { "legend": { "showLegend": true } },
            "targets": [{ "refId": "A", "expr": expr }],
        })
    };
    json!({
        "uid": "api", "title": "API", "schemaVersion": 39, "version": 3, "id": 7,
        "time": { "from": "now-1h", "to": "now" },
        "templating": { "list": [{
            "name": "path", "type": "query", "datasource": { "type": "prometheus" },
            "query": "label_values(requests_total, path)",
            "current": { "text": "/", "value": "/" },
        }] },
        "panels": [
            panel("Rate", 0, "sum(rate(requests_total[5m]))"),
            panel("Errors", 8, "sum(rate(requests_total{code=\"500\"}[5m]))"),
            panel("Latency", 16, "histogram_quantile(0.9, rate(request_seconds_bucket[5m]))"),
        ],
    })
}

fn dashboards(before: &Value, after: &Value) -> String {
    let (before, after) = (before.to_string(), after.to_string());
    shown(&report(&[("api.json", &before)], &[("api.json", &after)]))
}

#[test]
fn what_grafana_writes_when_it_saves_is_no_change() {
    let before = dashboard();
    let mut after = before.clone();
    after["version"] = json!(4);
    after["id"] = json!(1234);
    after["iteration"] = json!(1_700_000_000);
    after["schemaVersion"] = json!(41);
    after["fiscalYearStartMonth"] = json!(0);
    after["templating"]["list"][0]["current"] = json!({ "text": "/x", "value": "/x" });
    after["templating"]["list"][0]["options"] = json!([]);
    let panels = after["panels"].as_array_mut().unwrap();
    panels.swap(0, 2);
    for panel in panels {
        panel["pluginVersion"] = json!("12.1.0");
        panel["id"] = json!(panel["id"].as_u64().unwrap() + 100);
        panel["fieldConfig"]["defaults"]["mappings"] = json!([]);
        panel["options"]["tooltip"] = Value::Null;
    }
    assert_eq!(dashboards(&before, &after), "a side → a side: no changes\n");
}

#[test]
fn panels_say_what_of_them_changed() {
    let before = dashboard();
    let mut after = before.clone();
    after["title"] = json!("The API");
    let panels = after["panels"].as_array_mut().unwrap();
    panels[0]["title"] = json!("Request rate");
    panels[1]["targets"][0]["expr"] =
        json!("sum by (path) (rate(requests_total{code=~\"5..\"}[5m]))");
    panels[2]["fieldConfig"]["defaults"]["unit"] = json!("ms");
    panels[2]["options"]["legend"]["showLegend"] = json!(false);
    panels[2]["targets"][0]["expr"] = json!("avg(request_seconds_sum)");
    panels[2]["gridPos"]["y"] = json!(0);
    panels[0]["gridPos"]["y"] = json!(8);
    panels[1]["gridPos"]["y"] = json!(16);
    after["templating"]["list"][0]["query"] = json!("label_values(requests_total, code)");
    assert_snapshot!(dashboards(&before, &after), @r#"
    behaviour: panel `Errors` of dashboard `The API`
      --> api.json:1
      query: grouping `by (path)` is new; matcher `code="500"` → `code=~"5.."`

    behaviour: panel `Latency` of dashboard `The API`
      --> api.json:1
      moved from behind `Errors` to the beginning of its row (cosmetic)
      query is another
        - histogram_quantile(0.9, rate(request_seconds_bucket[5m]))
        + avg(request_seconds_sum)
      unit `reqps` → `ms`
      `options.legend.showLegend` `true` → `false` (cosmetic)

    behaviour: variable `path` of dashboard `The API`
      --> api.json:1
      values `label_values(requests_total, path)` → `label_values(requests_total, code)`

    cosmetic: dashboard `The API`
      --> api.json:1
      was named `API`

    cosmetic: panel `Request rate` of dashboard `The API`
      --> api.json:1
      was named `Rate`

    a side → a side: 5 changes: 3 behaviour, 2 cosmetic
    "#);
}

#[test]
fn a_panel_in_another_row_has_moved() {
    let row = |title: &str, y: u8| {
        json!({
            "type": "row", "title": title, "collapsed": false, "panels": [],
            "gridPos": { "x": 0, "y": y, "w": 24, "h": 1 },
        })
    };
    let mut before = dashboard();
    let panels = before["panels"].as_array_mut().unwrap();
    panels.insert(1, row("Details", 8));
    let mut after = before.clone();
    let panels = after["panels"].as_array_mut().unwrap();
    panels[1] = row("Details", 16);
    assert_snapshot!(dashboards(&before, &after), @"
    cosmetic: panel `Errors` of dashboard `API`
      --> api.json:1
      moved from row `Details` to the top

    a side → a side: 1 change: 1 cosmetic
    ");
    // The row is another, the panels are not.
    let mut after = before.clone();
    after["panels"][1]["title"] = json!("More");
    assert_snapshot!(dashboards(&before, &after), @"
    cosmetic: dashboard `API`
      --> api.json:1
      row `Details` → `More`

    a side → a side: 1 change: 1 cosmetic
    ");
}

#[test]
fn another_uid_breaks_links() {
    let before = dashboard();
    let mut after = before.clone();
    after["uid"] = json!("api-v2");
    let linking = json!({
        "uid": "home", "title": "Home", "schemaVersion": 39, "panels": [],
        "links": [{ "type": "link", "title": "API", "url": "/d/api?var-path=$path" }],
    })
    .to_string();
    let texts = (before.to_string(), after.to_string());
    let report = report(
        &[("api.json", &texts.0), ("home.json", &linking)],
        &[("api.json", &texts.1), ("home.json", &linking)],
    );
    assert_snapshot!(shown(&report), @"
    breaking: dashboard `API`
      --> api.json:1
      uid `api` → `api-v2`
      touches 1 dashboard:
        dashboard `Home`  (home.json:1)

    a side → a side: 1 change: 1 breaking
    ");
}

#[test]
fn markdown_is_short_first_and_folds_the_rest() {
    let after = CATALOG.replace("'500', ", "");
    let report = report(&all(CATALOG), &all(&after));
    assert_snapshot!(render::markdown(&report), @"
    ### Observability: 1 change: 1 breaking

    <sub>a side → a side</sub>

    | | Change | Touches |
    | --- | --- | --- |
    | 🔴 breaking | **metric `requests_total`** label `code`: value `500` gone |  |

    <details><summary>Breaking: 1</summary>

    - **metric `requests_total`** <sub>catalog.yml:5</sub>
      - label `code`: value `500` gone

    </details>
    ");
}

#[test]
fn markdown_fits_into_a_comment() {
    let groups = |count: usize, threshold: usize| {
        let mut text = "groups:\n- name: many\n  rules:\n".to_owned();
        for index in 0..count {
            text.push_str(&format!(
                "  - {{ alert: Alert{index}, expr: 'some_metric_{index}{{path=\"a|b\"}} > {threshold}' }}\n"
            ));
        }
        text
    };
    let texts = (groups(3000, 1), groups(3000, 2));
    let report = report(&[("rules.yml", &texts.0)], &[("rules.yml", &texts.1)]);
    let markdown = render::markdown(&report);
    assert!(markdown.len() < 65_536, "{}", markdown.len());
    assert!(markdown.contains("more changes do not fit here"));
    assert_eq!(
        markdown.matches("<details>").count(),
        markdown.matches("</details>").count()
    );
}

#[test]
fn json_has_all_of_it() {
    let after = RULES.replace("> 0.05", "> 0.1");
    let report = report(&[("rules.yml", RULES)], &[("rules.yml", &after)]);
    let json: Value = serde_json::from_str(&render::json(&report)).unwrap();
    assert_eq!(
        json["summary"],
        json!({ "breaking": 0, "behaviour": 1, "additive": 0, "cosmetic": 0 })
    );
    let change = &json["changes"][0];
    assert_eq!(change["name"], "Errors");
    let edit = &change["details"][0]["edits"][0];
    assert_eq!(edit["piece"], "threshold");
    assert_eq!(
        (&edit["from"], &edit["to"]),
        (&json!("0.05"), &json!("0.1"))
    );
    let text = change["details"][0]["from"].as_str().unwrap();
    let range = |at: usize| edit["before"][at].as_u64().unwrap() as usize;
    assert_eq!(&text[range(0)..range(1)], "0.05");
}
