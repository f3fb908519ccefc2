//! Routes, receivers and inhibitions.

use insta::assert_snapshot;

use super::{RULES, report, shown};

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
