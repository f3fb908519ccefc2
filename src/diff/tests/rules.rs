//! Alerts, recording rules and their groups.

use insta::assert_snapshot;

use super::{RULES, report, rules, shown};

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

#[test]
fn a_recording_rule_of_another_window_is_renamed() {
    let file = |rules: &[(&str, &str)]| {
        let rules = rules.iter().map(|(name, window)| {
            format!(
                "  - {{record: 'job:x_per_1s:{name}', expr: 'sum by (job) (rate(x[{window}]))'}}\n"
            )
        });
        format!(
            "groups:\n- name: g\n  rules:\n{}",
            rules.collect::<String>()
        )
    };
    let before = file(&[("rate5m", "5m")]);
    assert_snapshot!(rules(&before, &file(&[("rate1h30m", "1h30m")])), @"
    breaking: recording rule `job:x_per_1s:rate1h30m` of group `g`
      --> rules.yml:4
      was named `job:x_per_1s:rate5m`
      query: window `5m` → `1h30m` (behaviour)

    a side → a side: 1 change: 1 breaking
    ");
    // Which of two it became is not known, and another query is another rule.
    let several = file(&[("rate10m", "10m"), ("rate1h", "1h")]);
    assert!(!rules(&before, &several).contains("was named"));
    let other = file(&[("rate10m", "10m")]).replace("rate(x", "rate(y");
    assert!(!rules(&before, &other).contains("was named"));
}
