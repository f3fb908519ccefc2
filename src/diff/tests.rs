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

    behaviour: route `default`
      --> alertmanager.yml:3
      receiver `inbox` → `mail`
      touches 2 alerts:
        alert `Quiet` of group `api`  (rules.yml:14)
        alert `Slow` of group `api`  (rules.yml:17)

    a side → a side: 2 changes: 2 behaviour
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

const ALERTMANAGER: &str = r#"
global: { smtp_from: alerts@example.com }
route:
  receiver: inbox
  group_by: [alertname]
  repeat_interval: 4h
  routes:
  - { receiver: pager, matchers: ['severity="critical"'] }
  - matchers: [team="api"]
    receiver: chat
    routes: [{ matchers: ['env="test"'], mute_time_intervals: [nights] }]
receivers:
- { name: inbox }
- { name: pager, pagerduty_configs: [{ routing_key: secret-1 }] }
- { name: chat }
inhibit_rules:
- { source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: [job] }
time_intervals:
- { name: nights, time_intervals: [{ times: [{ start_time: '22:00', end_time: '24:00' }] }] }
"#;

/// The same rules, routed in another way.
fn routed(after: &str) -> String {
    let side = |config| [("alertmanager.yml", config), ("rules.yml", RULES)];
    let (before, after) = ([side(ALERTMANAGER)], [side(after)]);
    shown(&report(&before[0], &after[0]))
}

#[test]
fn routing_says_what_of_it_changed_and_no_secret() {
    let after = ALERTMANAGER
        .replace("smtp_from: alerts@", "smtp_from: obs@")
        .replace("group_by: [alertname]", "group_by: [alertname, job]")
        .replace("repeat_interval: 4h", "repeat_interval: 12h")
        .replace(
            "mute_time_intervals: [nights]",
            "active_time_intervals: [nights]",
        )
        .replace("secret-1", "secret-2")
        .replace("- { name: chat }", "- { name: chat }\n- { name: mail }")
        .replace("equal: [job]", "equal: [job, env]")
        .replace("'22:00'", "'21:00'");
    let report = routed(&after);
    assert!(!report.contains("secret-"), "{report}");
    assert_snapshot!(report, @r#"
    behaviour: route `default`
      --> alertmanager.yml:4
      group by `job` new
      repeat interval `4h` → `12h`

    behaviour: route `{team="api"} {env="test"}`
      --> alertmanager.yml:11
      muted during `nights` gone, `outside of nights` new

    behaviour: receiver `global`
      --> alertmanager.yml:2
      settings changed: `smtp_from`

    behaviour: receiver `pager`
      --> alertmanager.yml:14
      settings changed: `pagerduty_configs[0].routing_key`

    behaviour: inhibition `{severity="critical"} silences {severity="warning"} of the same job` is gone
      --> alertmanager.yml:17

    behaviour: inhibition `{severity="critical"} silences {severity="warning"} of the same job, env` is new
      --> alertmanager.yml:18

    behaviour: mute time `nights`
      --> alertmanager.yml:20
      settings changed: `time_intervals[0].times[0].start_time`

    additive: receiver `mail` is new
      --> alertmanager.yml:16

    a side → a side: 8 changes: 7 behaviour, 1 additive
    "#);
}

#[test]
fn a_route_names_the_alerts_that_go_elsewhere() {
    let new =
        "  - { receiver: chat, matchers: ['alertname=~\"Slow|Quiet\"'] }\n  - matchers: [team";
    assert_snapshot!(routed(&ALERTMANAGER.replace("  - matchers: [team", new)), @r#"
    behaviour: route `{alertname=~"Slow|Quiet"}` is new, with receiver `chat`
      --> alertmanager.yml:9
      touches 2 alerts:
        alert `Quiet` of group `api`  (rules.yml:14)
        alert `Slow` of group `api`  (rules.yml:17)

    a side → a side: 1 change: 1 behaviour
    "#);
    let critical = "  - { receiver: pager, matchers: ['severity=\"critical\"'] }\n";
    assert_snapshot!(routed(&ALERTMANAGER.replace(critical, "")), @r#"
    behaviour: route `{severity="critical"}` is gone
      --> alertmanager.yml:8
      touches 1 alert:
        alert `Errors` of group `api`  (rules.yml:9)

    a side → a side: 1 change: 1 behaviour
    "#);
    let team = "receiver: chat\n    routes: [{ matchers: ['env=\"test\"'], mute_time_intervals: [nights] }]\n";
    let after = ALERTMANAGER
        .replace(critical, "")
        .replace(team, &format!("{team}{critical}"));
    assert_snapshot!(routed(&after), @r#"
    behaviour: route `{team="api"}`
      --> alertmanager.yml:8
      reached by alert `Errors` new
      touches 1 alert:
        alert `Errors` of group `api`  (rules.yml:9)

    a side → a side: 1 change: 1 behaviour
    "#);
}

#[test]
fn one_configuration_of_alertmanager_alone_says_nothing() {
    let after = [("alertmanager.yml", ALERTMANAGER), ("rules.yml", RULES)];
    assert_snapshot!(shown(&report(&after[1..], &after)), @"
    note: who is told of alerts is not compared: that takes one configuration of Alertmanager on each side
    a side → a side: no changes
    ");
}

const SLOS: &str = r#"
slos:
- name: availability
  service: api
  description: Requests succeed.
  indicator: { bad: { bad: 'requests_total{code="500"}', total: requests_total } }
  objective: 99.9
  window: 30d
  owner: platform
"#;

/// What is generated of it, in short.
const SLO_RULES: &str = r#"
groups:
- name: sloth-slo-sli-recordings-api-availability
  rules:
  - record: slo:error_budget:ratio
    expr: vector(0.001)
    labels: { sloth_id: api-availability, sloth_slo: availability, sloth_service: api }
- name: sloth-slo-alerts-api-availability
  rules:
  - alert: BudgetBurn
    expr: slo:sli_error:ratio_rate1h > 0.0144
"#;

const SLO_TESTS: &str = "
tests:
- name: the budget burns
  alert_rule_test: [{ eval_time: 5m, alertname: BudgetBurn }]
";

const SLO_PANEL: &str = r#"
{ "title": "SLOs", "uid": "slos", "panels": [{ "title": "Budget", "type": "stat",
  "targets": [{ "expr": "slo:error_budget:ratio" }] }] }
"#;

/// An SLO and what was generated of it.
fn promised(slos: &'static str, rules: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("slos.yml", slos),
        ("rules.yml", rules),
        ("tests.yml", SLO_TESTS),
        ("slos.json", SLO_PANEL),
    ]
}

#[test]
fn an_slo_is_told_once_with_the_rules_it_became() {
    let slos = SLOS.replace("99.9", "99.5").replace("30d", "28d").leak();
    let rules = SLO_RULES
        .replace("0.0144", "0.072")
        .replace("0.001", "0.005")
        .leak();
    let (before, after) = (promised(SLOS, SLO_RULES), promised(slos, rules));
    let report = report(&before, &after);
    assert_snapshot!(shown(&report), @"
    behaviour: SLO `availability` of service `api`
      --> slos.yml:3
      objective `99.9 %` → `99.5 %`
      window `30d` → `28d`
      changes with it: 1 alert, 1 recording rule
      touches 1 panel, 1 test:
        panel `Budget` of dashboard `SLOs`  (slos.json:3)
        test `the budget burns`  (tests.yml:3)

    a side → a side: 1 change: 1 behaviour
    ");
    assert_snapshot!(render::markdown(&report), @"
    ### Observability: 1 change: 1 behaviour

    <sub>a side → a side</sub>

    | | Change | Touches |
    | --- | --- | --- |
    | 🟠 behaviour | **SLO `availability` of service `api`** objective `99.9 %` → `99.5 %`; window `30d` → `28d` | 1 panel, 1 test |

    <details><summary>Behaviour: 1</summary>

    - **SLO `availability` of service `api`** <sub>slos.yml:3</sub>
      - objective `99.9 %` → `99.5 %`
      - window `30d` → `28d`
      - changes with it: 1 alert, 1 recording rule
      - touches 1 panel, 1 test:
        - panel `Budget` of dashboard `SLOs`
        - test `the budget burns`

    </details>
    ");
    let json: Value = serde_json::from_str(&render::json(&report)).unwrap();
    assert_eq!(json["changes"][0]["follows"][0]["name"], "BudgetBurn");
}

#[test]
fn what_an_slo_measures_is_compared_as_queries() {
    let after = SLOS
        .replace(
            r#"'requests_total{code="500"}'"#,
            r#"'requests_total{ code=~"5.." }'"#,
        )
        .replace("total: requests_total", "total: '(requests_total)'")
        .replace("owner: platform", "owner: api\n  min_bad_events: 10");
    assert_snapshot!(shown(&report(&[("slos.yml", SLOS)], &[("slos.yml", &after)])), @r#"
    behaviour: SLO `availability` of service `api`
      --> slos.yml:3
      query `bad`: matcher `code="500"` → `code=~"5.."`
      fewest bad events that count `10` is new
      owner `platform` → `api`

    a side → a side: 1 change: 1 behaviour
    "#);
}

#[test]
fn an_slo_that_is_gone_breaks_what_shows_it() {
    let (before, after) = (
        promised(SLOS, SLO_RULES),
        promised("slos: []", "groups: []"),
    );
    assert_snapshot!(shown(&report(&before, &after)), @"
    breaking: SLO `availability` of service `api` is gone
      --> slos.yml:3
      changes with it: 1 alert, 1 recording rule
      touches 1 panel, 1 test:
        panel `Budget` of dashboard `SLOs`  (slos.json:3)
        test `the budget burns`  (tests.yml:3)

    a side → a side: 1 change: 1 breaking
    ");
}

#[test]
fn files_that_are_equal_are_read_for_what_they_name_alone() {
    let broken =
        "groups:\n- name: b\n  rules:\n  - { alert: B, expr: unrelated_total > 1, fro: 1m }\n";
    let user = "groups:\n- name: c\n  rules:\n  - { alert: C, expr: job:requests:rate5m > 1 }\n";
    let side = |catalog| {
        let mut files = all(catalog);
        files.extend([("broken.yml", broken), ("user.yml", user)]);
        files
    };
    let after = CATALOG
        .replace("unit: seconds", "unit: milliseconds")
        .replace(
            "name: requests_total\n    kind: counter",
            "name: requests_total\n    kind: gauge",
        );
    // What is recorded in one file and used in another is found, and what does not matter is not even read.
    assert_snapshot!(shown(&report(&side(CATALOG), &side(&after))), @"
    breaking: metric `request_seconds`
      --> catalog.yml:12
      unit `seconds` → `milliseconds`
      touches 1 alert:
        alert `Slow` of group `api`  (rules.yml:17)

    breaking: metric `requests_total`
      --> catalog.yml:5
      type `counter` → `gauge`
      touches 3 alerts, 2 recording rules, 1 test:
        alert `Errors` of group `api`  (rules.yml:9)
        alert `Quiet` of group `api`, through `path:requests:rate5m`  (rules.yml:14)
        alert `C` of group `c`, through `path:requests:rate5m` and `job:requests:rate5m`  (user.yml:4)
        recording rule `job:requests:rate5m` of group `api`, through `path:requests:rate5m`  (rules.yml:7)
        recording rule `path:requests:rate5m` of group `api`  (rules.yml:5)
        test `errors page`  (rules.test.yml:4)

    a side → a side: 2 changes: 2 breaking
    ");
    assert_snapshot!(shown(&report(&side(CATALOG), &side(CATALOG))), @"a side → a side: no changes");
}

#[test]
fn a_runbook_is_one_and_names_who_leads_to_it() {
    let page = r##"{ "uid": "errors", "title": "Runbook: Errors", "tags": ["runbook"], "panels": [
        { "title": "What to do", "type": "text", "options": { "content": "Restart." } }] }"##;
    let before = [
        ("rules.yml", RULES),
        ("errors.json", page),
        ("rules.test.yml", TESTS),
    ];
    let changed = page.replace("Restart.", "Look first.");
    let after = [
        ("rules.yml", RULES),
        ("errors.json", &changed),
        ("rules.test.yml", TESTS),
    ];
    assert_snapshot!(shown(&report(&before, &after)), @"
    behaviour: panel `What to do` of dashboard `Runbook: Errors`
      --> errors.json:2
      `options.content` `Restart.` → `Look first.`

    a side → a side: 1 change: 1 behaviour
    ");
    // The page shows the alert's query under its name: that is told once.
    let shows = |limit: &str| {
        page.replace("What to do", "Errors")
            .replace("Restart.", limit)
    };
    let rules = RULES.replace("> 0.05", "> 0.1");
    let (old, new) = (shows("0.05"), shows("0.1"));
    let before_both = [("rules.yml", RULES), ("errors.json", old.as_str())];
    let after_both = [("rules.yml", rules.as_str()), ("errors.json", new.as_str())];
    assert_snapshot!(shown(&report(&before_both, &after_both)), @"
    behaviour: alert `Errors` of group `api`
      --> rules.yml:9
      query: threshold `0.05` → `0.1`
      changes with it: 1 panel

    a side → a side: 1 change: 1 behaviour
    ");
    let gone = [("rules.yml", RULES), ("rules.test.yml", TESTS)];
    assert_snapshot!(shown(&report(&before, &gone)), @"
    behaviour: runbook `Errors` is gone
      --> errors.json:1
      touches 1 alert:
        alert `Errors` of group `api`  (rules.yml:9)

    a side → a side: 1 change: 1 behaviour
    ");
}
