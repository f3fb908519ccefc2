//! Unit tests of rules: `obsctl test` and Debian's promtool say the same of the same files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::common::{CliTest, files, repository};
use crate::promtool::has_promtool;

/// Rules for the cases below: everything that promtool 2.42 knows.
const RULES: &str = r#"
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
fn file(cases: &[(&str, String)]) -> String {
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

/// What promtool says of each test of a file, by the names of those that fail.
fn promtool_fails(folder: &CliTest, path: &str) -> Vec<String> {
    let output = folder
        .command_of("promtool", &["test", "rules", path])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), !text.contains("FAILED"), "{text}");
    text.lines()
        .map(|line| line.trim_start().to_owned())
        .collect()
}

/// Which tests fail of a file that has one test only.
fn promtool_passes(folder: &CliTest, path: &str) -> bool {
    promtool_fails(folder, path).is_empty()
}

/// What obsctl says of a file: whether each test passed, by name.
fn verdicts(folder: &CliTest, path: &str) -> BTreeMap<String, bool> {
    let output = folder
        .command(&["test", "--format", "json", path])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let tests = report["files"][0]["tests"].as_array().unwrap();
    assert!(report["files"][0]["run"].as_bool().unwrap(), "{report:#}");
    let passed = report["summary"]["failed"] == 0;
    assert_eq!(output.status.code(), Some(i32::from(!passed)), "{report:#}");
    let verdict = |test: &serde_json::Value| {
        (
            test["name"].as_str().unwrap().to_owned(),
            test["passed"].as_bool().unwrap(),
        )
    };
    tests.iter().map(verdict).collect()
}

/// The cases and whether each of them passes.
fn cases() -> Vec<(bool, &'static str, String)> {
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

#[test]
fn generated_tests_pass() {
    let folder = CliTest::new();
    for (path, text) in files(&repository().join("alerts")) {
        folder.write(&format!("alerts/{path}"), &text);
    }
    let output = folder.command(&["test"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.ends_with("23 tests passed, 0 failed\n"),
        "{text}"
    );
}

#[test]
fn every_kind_of_mistake_is_shown_with_its_place() {
    let folder = CliTest::new();
    folder.write("rules.yml", RULES);
    folder.write(
        "bad.yml",
        "rule_files: [rules.yml]\nevaluation_intervall: 1m\ntests:\n- input_series:\n  - series: a{b!=\"c\"}\n    values: 1 2 x\n",
    );
    insta::assert_snapshot!(folder.run(&["test", "bad.yml"]), @r#"
    exit status: 2
    ----- stdout -----
    bad.yml: not run
    error[unreadable]: a file of unit tests has no key `evaluation_intervall`
     --> bad.yml:2:1
      |
    2 | evaluation_intervall: 1m
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = in: file `bad.yml`
      = help: did you mean `evaluation_interval`?
      = help: its keys are `rule_files`, `group_eval_order`, `fuzzy_compare`, `evaluation_interval`, `tests`

    error[unreadable]: a series has labels only with `=`
     --> bad.yml:5:3
      |
    5 | a{b!="c"}
      |   ^^^^^^^ here
      |
      = in: file `bad.yml`
      = help: write a metric as in `up{job="api"}`

    0 tests passed, 0 failed, 1 file not run
    "#);
    folder.write(
        "one.yml",
        &file(&[("wrong annotation", cases()[6].2.clone())]),
    );
    insta::assert_snapshot!(folder.run(&["test", "one.yml"]), @r#"
    exit status: 1
    ----- stdout -----
    one.yml: 0 tests passed, 1 failed
      one.yml:16: test `wrong annotation`
        alert `ErrorRate` fires after 9m with other labels or annotations
        - expected  + got
            - labels:
                alertname: "ErrorRate"
                job: "api"
                pager: "api-oncall"
                severity: "page"
              annotations:
          -     summary: "other"
          +     first: "1"
          +     summary: "api: 1 errors a second in eu"
    0 tests passed, 1 failed
    "#);
    insta::assert_snapshot!(folder.run(&["test", "one.yml", "--only", "right"]), @r#"
    exit status: 2
    ----- stderr -----
    error: no test has `right` in its name
      help: `--only` takes a part of a test's name; without it all tests run
    "#);
    insta::assert_snapshot!(folder.run(&["test"]), @r#"
    exit status: 2
    ----- stderr -----
    error: there is no `alerts/tests`
      help: run `obsctl generate`, or name files of tests or folders of them
    "#);
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// Rules that read series and each other, forwards and backwards.
fn random_rules(dice: &mut Dice) -> String {
    let mut text = String::new();
    for group in 0..2 {
        writeln!(text, "- name: g{group}\n  rules:").unwrap();
        for rule in 0..4 {
            let metric = ["s0", "s1", "s2", "r0", "r1", "r2", "r3"];
            let (a, b) = (dice.pick(&metric), dice.pick(&metric));
            let number = dice.roll(40);
            let expr = match dice.roll(9) {
                0 => format!("sum by (x) ({a})"),
                1 => format!("max_over_time({a}[5m30s])"),
                2 => format!("{a} > {number}"),
                3 => format!("sum by (x) ({a}) / sum by (x) ({b})"),
                4 => format!("{a} unless on (x) ({b} > {number})"),
                // Of a counter that begins inside of the range promtool 2.42 has another rate.
                5 => format!("delta({a}[4m30s]) * 60"),
                6 => format!("absent({a}) or {b}"),
                7 => format!(
                    "count by (alertname) (ALERTS{{alertstate=\"{}\"}})",
                    dice.pick(&["firing", "pending"])
                ),
                _ => format!("min_over_time({a}[3m30s:1m])"),
            };
            if dice.roll(2) == 0 {
                let name = 2 * group + rule % 2;
                writeln!(
                    text,
                    "  - {{record: r{name}, expr: '{expr}', labels: {{rule: \"{group}-{rule}\"}}}}"
                )
                .unwrap();
            } else {
                let hold = dice.pick(&["0m", "1m", "3m"]);
                let keep = dice.pick(&["0m", "2m"]);
                let label = dice.pick(&[
                    "plain",
                    "{{ $labels.x }}",
                    "{{ if gt $value 10.0 }}high{{ else }}low{{ end }}",
                ]);
                writeln!(
                    text,
                    "  - {{alert: A{}, expr: '{expr}', for: {hold}, keep_firing_for: {keep}, labels: {{l: '{label}', rule: \"{group}-{rule}\"}}, annotations: {{v: '{{{{ $value }}}}'}}}}",
                    rule % 2
                )
                .unwrap();
            }
        }
    }
    format!("groups:\n{text}")
}

/// A test of these rules that expects nothing yet.
fn random_test(dice: &mut Dice, name: &str) -> String {
    let mut text = format!("- name: {name}\n  interval: 1m\n  input_series:\n");
    for series in 0..3 {
        for x in 0..=dice.roll(2) {
            let first = dice.roll(30);
            let values = match dice.roll(4) {
                0 => format!("{first}x20"),
                1 => format!("{first}+{}x20", dice.roll(9)),
                // Without a mark of its end a series is there for five minutes: promtool 2.42 counts their end in.
                2 => format!("{first}x4 _x3 {}+1x12", dice.roll(30)),
                _ => format!("{first}x6 stale _x6 {}-2x6", dice.roll(60)),
            };
            writeln!(
                text,
                "  - {{series: 's{series}{{x=\"{x}\"}}', values: '{values}'}}"
            )
            .unwrap();
        }
    }
    let metric = ["r0", "r1", "r2", "r3", "ALERTS", "ALERTS_FOR_STATE"];
    text.push_str("  alert_rule_test:\n");
    for alert in 0..2 {
        writeln!(
            text,
            "  - {{eval_time: {}m, alertname: A{alert}}}",
            1 + dice.roll(20)
        )
        .unwrap();
    }
    text.push_str("  promql_expr_test:\n");
    for _ in 0..3 {
        writeln!(
            text,
            "  - {{eval_time: {}m, expr: {}}}",
            1 + dice.roll(20),
            dice.pick(&metric)
        )
        .unwrap();
    }
    text
}

/// What obsctl says is there, as expectations: promtool has to agree.
fn with_expectations(text: &str, report: &serde_json::Value) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let tests = report["files"][0]["tests"].as_array().unwrap();
    for failure in tests
        .iter()
        .flat_map(|test| test["failures"].as_array().unwrap())
    {
        let line = &mut lines[failure["line"].as_u64().unwrap() as usize - 1];
        if failure["got"].is_null() {
            continue;
        }
        let got: Vec<_> = failure["got"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap())
            .collect();
        let alert = line.contains("alertname");
        let key = if alert { "exp_alerts" } else { "exp_samples" };
        let mut expected = String::new();
        if alert {
            for text in got {
                let (start, rest) = text.split_at(2);
                if start == "- " {
                    expected.push_str(if expected.is_empty() { "{" } else { "}}, {" });
                }
                match rest.trim() {
                    "labels:" => expected.push_str("exp_labels: {"),
                    "annotations:" => expected.push_str("}, exp_annotations: {"),
                    // The name is not repeated.
                    entry if entry.starts_with("alertname:") => {}
                    entry => write!(expected, "{entry}, ").unwrap(),
                }
            }
            expected.push_str("}}");
        } else {
            for text in got {
                let (labels, value) = text.rsplit_once(' ').unwrap();
                let value = value.replace("NaN", ".nan").replace("Inf", ".inf");
                write!(expected, "{{labels: '{labels}', value: {value}}}, ").unwrap();
            }
        }
        line.truncate(line.rfind('}').unwrap());
        write!(line, ", {key}: [{expected}]}}").unwrap();
    }
    lines.join("\n") + "\n"
}

#[test]
fn random_rules_do_what_they_do_in_promtool() {
    if !has_promtool() {
        return;
    }
    let folder = CliTest::new();
    let mut dice = Dice(7);
    let mut judged = 0;
    for round in 0..60 {
        folder.write("rules.yml", &random_rules(&mut dice));
        let name = format!("round{round}");
        let test = random_test(&mut dice, &name);
        let text = format!(
            "rule_files: [rules.yml]\nevaluation_interval: 1m\ngroup_eval_order: [g0, g1]\ntests:\n{test}"
        );
        folder.write("one.yml", &text);
        let output = folder
            .command(&["test", "--format", "json", "one.yml"])
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let failures = &report["files"][0]["tests"][0]["failures"];
        let nan = failures.to_string().contains(" NaN\"");
        let ended = failures
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["got"].is_null());
        let text = with_expectations(&text, &report);
        folder.write("one.yml", &text);
        let said = promtool_fails(&folder, "one.yml");
        let rules = std::fs::read_to_string(folder.path("rules.yml")).unwrap();
        // A sample that is NaN equals no expectation.
        assert_eq!(
            said.is_empty(),
            !ended && !nan,
            "{rules}\n{text}\n{said:#?}\n{report:#}"
        );
        judged += usize::from(!ended && !nan && text.contains("exp_"));
    }
    assert!(judged > 20, "only {judged} of the tests expected anything");
}
