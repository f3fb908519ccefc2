//! Unit tests of routing, and that amtool says the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use obsctl::generate::targets::{alertmanager_config, routing_tests};
use obsctl::generate::yaml;
use obsctl::project::Project;
use obsctl_model::Rule;

use super::random::Dice;
use crate::common::{CliTest, repository};
use crate::engines::notice;

const CONFIG: &str = r#"
route:
  receiver: ops
  group_by: [alertname]
  routes:
  - {receiver: heartbeat, match: {alertname: Watchdog}}
  - {receiver: log, matchers: [severity=~"info|warning"], continue: true}
  - receiver: team-a
    matchers: ['{team="a", severity!="info"}']
    group_by: [service]
    mute_time_intervals: [weekend]
    routes:
    - {receiver: pager, match_re: {severity: crit.*}, active_time_intervals: [work]}
inhibit_rules:
- {source_matchers: [severity="critical"], target_matchers: [severity=~"warning|critical"], equal: [service]}
receivers: [{name: ops}, {name: heartbeat}, {name: log}, {name: team-a}, {name: pager}]
time_intervals:
- {name: weekend, time_intervals: [{weekdays: [saturday, sunday], location: Europe/Berlin}]}
- {name: work, time_intervals: [{times: [{start_time: '09:00', end_time: '17:00'}], location: Europe/Berlin}]}
"#;

#[test]
fn routes_inhibitions_and_silent_times_are_judged() {
    let cases = [
        (
            "{labels: {alertname: Watchdog, team: a}, exp_receivers: [heartbeat]}",
            true,
        ),
        (
            "{labels: {severity: warning, team: a}, exp_receivers: [log, team-a]}",
            true,
        ),
        (
            "{labels: {severity: warning, team: a}, exp_receivers: [team-a]}",
            false,
        ),
        (
            "{labels: {severity: info, team: a}, exp_receivers: [log]}",
            true,
        ),
        ("{labels: {}, exp_receivers: [ops]}", true),
        // A Saturday in Berlin, still Friday in UTC.
        (
            "{labels: {severity: warning, team: a}, at: 2026-01-30T23:30:00Z, exp_muted_by: [weekend]}",
            true,
        ),
        (
            "{labels: {severity: warning, team: a}, at: 2026-01-30T22:30:00Z}",
            true,
        ),
        (
            "{labels: {severity: critical, team: a}, exp_receivers: [pager], at: 2026-01-30T08:00:00Z}",
            true,
        ),
        // The mute times of the route around it are not its own.
        (
            "{labels: {severity: critical, team: a}, at: 2026-01-31T10:00:00Z}",
            true,
        ),
        (
            "{labels: {severity: critical, team: a}, at: 2026-01-31T16:00:00Z, exp_muted_by: [work]}",
            true,
        ),
        (
            "{labels: {severity: warning}, active_alerts: [{severity: critical}], exp_inhibited: true}",
            true,
        ),
        (
            "{labels: {severity: warning, service: x}, active_alerts: [{severity: critical}]}",
            true,
        ),
        (
            "{labels: {severity: critical, a: '1'}, active_alerts: [{severity: critical, a: '2'}]}",
            true,
        ),
        (
            "{labels: {severity: warning}, active_alerts: [{severity: warning}, {severity: critical}]}",
            false,
        ),
    ];
    let mut text = "alertmanager_config: am.yml\ntests:\n".to_owned();
    let mut expected = BTreeMap::new();
    for (number, (case, passes)) in cases.iter().enumerate() {
        writeln!(text, "- {{name: t{number}, route_test: [{case}]}}").unwrap();
        expected.insert(format!("t{number}"), *passes);
    }
    let folder = CliTest::new();
    folder.write("am.yml", CONFIG);
    folder.write("tests.yml", &text);
    assert_eq!(super::verdicts(&folder, "tests.yml"), expected);
}

#[test]
fn alerts_are_followed_to_their_receivers() {
    let folder = CliTest::new();
    folder.write("am.yml", CONFIG);
    folder.write(
        "rules.yml",
        "groups:\n- name: g\n  rules:\n  - {alert: Down, expr: up == 0, labels: {severity: critical}}\n",
    );
    let test = |receivers: &str| {
        format!(
            "rule_files: [rules.yml]\nalertmanager_config: am.yml\ntests:\n- name: down\n  external_labels: {{team: a}}\n  input_series: [{{series: up, values: '0'}}]\n  alert_rule_test:\n  - {{eval_time: 0m, alertname: Down, exp_alerts: [{{exp_labels: {{severity: critical}}, exp_receivers: {receivers}}}]}}\n"
        )
    };
    folder.write("good.yml", &test("[pager]"));
    assert!(super::verdicts(&folder, "good.yml")["down"]);
    folder.write("one.yml", &test("[ops]"));
    insta::assert_snapshot!(folder.run(&["test", "one.yml"]), @r#"
    exit status: 1
    ----- stdout -----
    one.yml: 0 tests passed, 1 failed
      one.yml:8: test `down`
        the alert `{alertname="Down", severity="critical", team="a"}` is routed in another way
        - expected  + got
          - receivers: ops
          + receivers: pager
            route to `pager`, grouped by service
    0 tests passed, 1 failed
    "#);
}

#[test]
fn mistakes_are_shown_with_their_places() {
    let folder = CliTest::new();
    folder.write("am.yml", CONFIG);
    folder.write(
        "bad.yml",
        "alertmanager_config: am.yml\ntests:\n- route_test:\n  - {labels: {a: b}, exp_receivers: [opps]}\n  - {labels: {a: b}, at: 2026-01-31T12:00:00Z, exp_muted_by: [weekends]}\n",
    );
    insta::assert_snapshot!(folder.run(&["test", "bad.yml"]), @"
    exit status: 2
    ----- stdout -----
    bad.yml: not run
    error[unreadable]: Alertmanager has no receiver `opps`
     --> bad.yml:4:5
      |
    4 |   - {labels: {a: b}, exp_receivers: [opps]}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = in: route test
      = help: did you mean `ops`?

    error[unreadable]: Alertmanager has no time interval `weekends`
     --> bad.yml:5:5
      |
    5 |   - {labels: {a: b}, at: 2026-01-31T12:00:00Z, exp_muted_by: [weekends]}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = in: route test
      = help: did you mean `weekend`?

    0 tests passed, 0 failed, 1 file not run
    ");
    folder.write(
        "none.yml",
        "tests:\n- route_test:\n  - {labels: {a: b}}\n  - {labels: {a: b}, exp_muted_by: [x], at: noon}\n",
    );
    insta::assert_snapshot!(folder.run(&["test", "none.yml"]), @"
    exit status: 2
    ----- stdout -----
    none.yml: not run
    error[unreadable]: a route test expects nothing: it needs `exp_receivers`, `at` or `active_alerts`
     --> none.yml:3:5
      |
    3 |   - {labels: {a: b}}
      |     ^^^^^^^^^^^^^^^^
      |
      = in: file `none.yml`

    error[unreadable]: `at` is a time as `2026-01-31T12:00:00Z`, or seconds since 1970
     --> none.yml:4:45
      |
    4 |   - {labels: {a: b}, exp_muted_by: [x], at: noon}
      |                                             ^^^^^
      |
      = in: file `none.yml`

    error[unreadable]: tests of routing need `alertmanager_config`: the path of Alertmanager's configuration
     --> none.yml:1:1
      |
    1 | tests:
      | ^^^^^^
      |
      = in: file `none.yml`

    0 tests passed, 0 failed, 1 file not run
    ");
    folder.write(
        "am.yml",
        &CONFIG
            .replace("[weekend]", "[weekends]")
            .replace("saturday, sunday", "'saturday:monday'"),
    );
    insta::assert_snapshot!(folder.run(&["test", "bad.yml"]), @"
    exit status: 2
    ----- stdout -----
    bad.yml: not run
    error[unreadable]: `saturday:monday` are no weekdays: write them as `monday:friday`, from `sunday` to `saturday`
      --> am.yml:18:3
       |
    18 | - {name: weekend, time_intervals: [{weekdays: ['saturday:monday'], location: Europe/Berlin}]}
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = in: time interval `weekend`

    error[unreadable]: there is no time interval `weekends`
     --> am.yml:8:5
      |
    8 |   - receiver: team-a
      |     ^^^^^^^^^^^^^^^^
      |
      = in: route to `team-a`
      = help: did you mean `weekend`?

    0 tests passed, 0 failed, 1 file not run
    ");
}

/// Whether amtool is there; a machine of CI must have it.
fn has_amtool() -> bool {
    let found = Command::new("amtool").arg("--version").output().is_ok();
    if !found {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "amtool is not on PATH: install Debian's package `prometheus-alertmanager`"
        );
        notice("`amtool` is not on PATH");
    }
    found
}

type Labels = BTreeMap<String, String>;

/// Where amtool sends an alert.
fn amtool(folder: &CliTest, config: &str, labels: &Labels) -> String {
    let mut args = vec!["config".to_owned(), "routes".to_owned(), "test".to_owned()];
    args.push(format!("--config.file={config}"));
    args.extend(
        labels
            .iter()
            .map(|(name, value)| format!("{name}={value:?}")),
    );
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let output = folder.command_of("amtool", &args).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A file of tests that expects of each alert what amtool says.
fn agreed(folder: &CliTest, config: &str, alerts: &[Labels]) -> String {
    let mut text = format!("alertmanager_config: {config}\ntests:\n- name: all\n  route_test:\n");
    for labels in alerts {
        let receivers = amtool(folder, config, labels);
        let shown = serde_json::to_string(labels).unwrap();
        writeln!(
            text,
            "  - {{labels: {shown}, exp_receivers: [{receivers}]}}"
        )
        .unwrap();
    }
    text
}

fn agree(folder: &CliTest, config: &str, alerts: &[Labels]) {
    folder.write("agreed.yml", &agreed(folder, config, alerts));
    let shown = folder.run(&["test", "agreed.yml"]);
    assert!(
        shown.starts_with("exit status: 0"),
        "{shown}\n{}",
        folder.read(config)
    );
}

#[test]
fn every_alert_of_the_reference_stack_goes_where_its_generated_test_says() {
    let folder = CliTest::new();
    let [tests, config] = [routing_tests::PATH, alertmanager_config::PATH].map(|path| {
        let text = std::fs::read_to_string(repository().join(path)).unwrap();
        folder.write(path, &text);
        text
    });
    assert!(config.contains("on-call"));
    let shown = folder.run(&["test"]);
    assert!(shown.starts_with("exit status: 0"), "{shown}");
    let file: routing_tests::TestFile = yaml::read(&tests).unwrap();
    let cases: Vec<_> = file.tests.iter().flat_map(|it| &it.route_test).collect();
    let tested: BTreeSet<_> = cases
        .iter()
        .map(|it| it.labels["alertname"].clone())
        .collect();
    let project = Project::link(obsctl_stack::stack());
    let rules = project.groups().iter().flat_map(|group| &group.rules);
    let alerts: BTreeSet<_> = rules
        .filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert.name.clone()),
            Rule::Record(_) => None,
        })
        .collect();
    assert_eq!(tested, alerts);
    for case in &cases {
        let receivers: &[&str] = match (&*case.labels["alertname"], &*case.labels["severity"]) {
            ("Watchdog", _) => &["heartbeat"],
            (_, "critical") => &["inbox", "on-call"],
            (_, "warning") => &["inbox", "chat"],
            _ => &["inbox"],
        };
        assert_eq!(case.exp_receivers, receivers, "{:?}", case.labels);
    }
    if has_amtool() {
        for case in &cases {
            let said = amtool(&folder, alertmanager_config::PATH, &case.labels);
            assert_eq!(said, case.exp_receivers.join(","), "{:?}", case.labels);
        }
    }
}

const NAMES: [&str; 3] = ["a", "b", "severity"];
const VALUES: [&str; 5] = ["x", "y", "xy", "", "critical"];

fn random_route(dice: &mut Dice, depth: usize) -> String {
    let mut fields = vec![];
    if depth == 0 || dice.roll(3) > 0 {
        fields.push(format!("receiver: r{}", dice.roll(5)));
    }
    if depth > 0 {
        let (name, value) = (dice.pick(&NAMES), dice.pick(&VALUES));
        let regex = dice.pick(&["x.*", "x|y", ".+", ".*", "x?", "(?i)X", "[^x]"]);
        let other = dice.pick(&NAMES);
        fields.push(match dice.roll(6) {
            0 => format!("match: {{{name}: '{value}'}}"),
            1 => format!("match_re: {{{name}: '{regex}'}}"),
            2 => format!("matchers: ['{name}=\"{value}\"']"),
            3 => format!("matchers: ['{name}!=\"{value}\"', '{other}=~\"{regex}\"']"),
            4 => format!("matchers: ['{{{name}!~\"{regex}\", {other}=\"{value}\"}}']"),
            _ => format!(
                "matchers: ['{name} = x', {other}!~{regex}]",
                regex = dice.pick(&["y", "x+"])
            ),
        });
        if dice.roll(3) == 0 {
            fields.push("continue: true".to_owned());
        }
    }
    if depth < 3 {
        let children: Vec<_> = (0..dice.roll(4))
            .map(|_| random_route(dice, depth + 1))
            .collect();
        fields.push(format!("routes: [{}]", children.join(", ")));
    }
    format!("{{{}}}", fields.join(", "))
}

#[test]
fn amtool_agrees_about_random_route_trees() {
    if !has_amtool() {
        return;
    }
    let folder = CliTest::new();
    let mut dice = Dice(11);
    for _ in 0..40 {
        let receivers: Vec<_> = (0..5)
            .map(|number| format!("{{name: r{number}}}"))
            .collect();
        let config = format!(
            "route: {}\nreceivers: [{}]\n",
            random_route(&mut dice, 0),
            receivers.join(", ")
        );
        folder.write("am.yml", &config);
        let alerts = (0..6).map(|_| {
            let names = NAMES
                .iter()
                .filter(|_| dice.roll(3) > 0)
                .copied()
                .collect::<Vec<_>>();
            names
                .into_iter()
                .map(|name| (name.to_owned(), dice.pick(&VALUES).to_owned()))
                .collect()
        });
        let alerts: Vec<Labels> = alerts.collect();
        agree(&folder, "am.yml", &alerts);
    }
}
