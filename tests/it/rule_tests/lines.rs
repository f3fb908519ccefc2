//! Unit tests of Loki's rules: lines in, alerts, series and lines out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use obsctl_model::{Engine, LogEvent, Presence, Rule};

use super::verdicts;
use crate::common::{CliTest, files, repository};

const LOG_RULES: &str = r#"
groups:
- name: logs
  rules:
  - record: job:errors:count1m
    expr: sum by (job) (count_over_time({job=~".+"} | logfmt | level="error" [1m]))
    labels: {tier: web}
  - alert: Errors
    expr: sum by (job) (count_over_time({job=~".+"} | logfmt | level="error" [1m])) > 3
    for: 2m
    labels: {severity: page}
    annotations: {summary: '{{ $labels.job }}: {{ $value }} errors in a minute'}
  - alert: Silent
    expr: absent_over_time({job="batch"}[5m])
"#;

const RULES: &str = r#"
groups:
- name: series
  rules:
  - alert: ManyErrors
    expr: job:errors:count1m > 5
"#;

/// Lines, and one test for each name and what is expected.
fn file(cases: &[(&str, &str)]) -> String {
    let mut text = "log_rule_files: [loki/*.yml]\nrule_files: [rules.yml]\ntests:\n".to_owned();
    for (name, expected) in cases {
        let streams = r#"
  input_streams:
  - stream: '{job="api"}'
    structured_metadata: {trace_id: abc}
    entries:
    - {at: 3m, every: 10s, times: 30, line: 'level=error took=10{{i}}ms'}
    - {at: 1m, line: level=info}
  - stream: '{job="batch"}'
    lines: [started, ~, 'level=error msg="x"']"#;
        writeln!(text, "- name: {name}{streams}\n{expected}").unwrap();
    }
    text
}

#[test]
fn lines_become_alerts_series_and_lines() {
    let alert = |time: &str, expected: &str| {
        format!(
            "  alert_rule_test: [{{eval_time: {time}, alertname: Errors, exp_alerts: [{expected}]}}]"
        )
    };
    let fires = "{exp_labels: {job: api, severity: page}, exp_annotations: {summary: 'api: 6 errors in a minute'}}";
    let query = |expr: &str, expected: &str| {
        format!("  logql_expr_test: [{{eval_time: 4m, expr: '{expr}', {expected}}}]")
    };
    let cases = [
        ("fires after two minutes", alert("6m", fires), true),
        ("is pending before", alert("5m59s", ""), true),
        ("is not silent", alert("5m", fires), false),
        (
            "is absent when its lines are too old",
            "  alert_rule_test: [{eval_time: 7m, alertname: Silent, exp_alerts: [{exp_labels: {job: batch}}]}]".to_owned(),
            true,
        ),
        (
            "a rule of Prometheus reads what one of Loki records",
            "  alert_rule_test: [{eval_time: 4m, alertname: ManyErrors, exp_alerts: [{exp_labels: {job: api, tier: web}}]}]\n  promql_expr_test: [{eval_time: 2m, expr: 'job:errors:count1m', exp_samples: [{labels: 'job:errors:count1m{job=\"batch\", tier=\"web\"}', value: 1}]}]".to_owned(),
            true,
        ),
        (
            "lines are numbered",
            query("{job=\"api\"} | logfmt | took > 104ms", "exp_lines: [level=error took=105ms, level=error took=106ms]"),
            true,
        ),
        (
            "lines that are missing",
            query("{job=\"api\"} | logfmt | took > 104ms", "exp_lines: [level=error took=105ms]"),
            false,
        ),
        (
            "metadata is a label",
            query(
                "count by (trace_id) (count_over_time({job=\"api\"}[5m]))",
                "exp_samples: [{labels: '{trace_id=\"abc\"}', value: 1}]",
            ),
            true,
        ),
        (
            "what is numbered is unwrapped",
            query(
                "max_over_time({job=\"api\"} | logfmt | unwrap duration(took) | __error__=\"\" [5m]) by (job)",
                "exp_samples: [{labels: '{job=\"api\"}', value: 0.106}]",
            ),
            true,
        ),
    ];
    let folder = CliTest::new();
    folder.write("loki/errors.yml", LOG_RULES);
    folder.write("rules.yml", RULES);
    let written: Vec<_> = cases
        .iter()
        .map(|(name, text, _)| (*name, text.as_str()))
        .collect();
    folder.write("tests.yml", &file(&written));
    let said = verdicts(&folder, "tests.yml");
    let expected = cases
        .iter()
        .map(|(name, _, passes)| ((*name).to_owned(), *passes));
    assert_eq!(said, expected.collect());
}

#[test]
fn mistakes_are_shown_with_their_places() {
    let folder = CliTest::new();
    folder.write(
        "loki/bad.yml",
        "groups:\n- name: g\n  rules:\n  - {alert: Lines, expr: '{job=\"api\"}'}\n  - {alert: Metric, expr: 'rate(x[5m])'}\n",
    );
    folder.write(
        "bad.yml",
        r#"log_rule_files: [loki/*.yml]
tests:
- input_streams:
  - {stream: 'api{job="x"}', lines: [a]}
  - {stream: '{job=~"x"}', lines: [a]}
  - stream: '{job="x"}'
    entries:
    - {every: 0s, times: 5, line: same}
    - {att: 5m, line: x}
  logql_expr_test:
  - {expr: 'rate({job="x"}[5m])', exp_lines: [a]}
  - {expr: '{job="x"} |~ "("', exp_lines: [a]}
"#,
    );
    insta::assert_snapshot!(folder.run(&["test", "bad.yml"]), @r#"
    exit status: 2
    ----- stdout -----
    bad.yml: not run
    error[unreadable]: the query gives series: expect them with `exp_samples`
      --> bad.yml:11:46
       |
    11 |   - {expr: 'rate({job="x"}[5m])', exp_lines: [a]}
       |                                              ^^^^
       |
       = in: file `bad.yml`

    error[unreadable]: not a query: this is no regular expression: `(` is never closed at `(`
      --> bad.yml:12:14
       |
    12 | {job="x"} |~ "("
       |              ^^^ here
       |
       = in: file `bad.yml`

    error[unreadable]: `api{job="x"}` is no stream: write its labels as in `{job="api"}`
     --> bad.yml:4:14
      |
    4 |   - {stream: 'api{job="x"}', lines: [a]}
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = in: file `bad.yml`

    error[unreadable]: a series has labels only with `=`
     --> bad.yml:5:2
      |
    5 | {job=~"x"}
      |  ^^^^^^^^^ here
      |
      = in: file `bad.yml`
      = help: write the labels of a stream as in `{job="api"}`

    error[unreadable]: Loki keeps equal lines of the same time once: let `every` be more than 0, or write `{{i}}` into the line
     --> bad.yml:8:7
      |
    8 |     - {every: 0s, times: 5, line: same}
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = in: file `bad.yml`

    error[unreadable]: an entry of a stream has no key `att`
     --> bad.yml:9:8
      |
    9 |     - {att: 5m, line: x}
      |        ^^^^^^^^^^^^^^^^^
      |
      = in: file `bad.yml`
      = help: did you mean `at`?
      = help: its keys are `line`, `at`, `every`, `times`, `structured_metadata`

    error[unreadable]: a rule's query gives series, not lines: count them, as in `count_over_time(… [5m])`
     --> loki/bad.yml:4:26
      |
    4 |   - {alert: Lines, expr: '{job="api"}'}
      |                          ^^^^^^^^^^^^^^
      |
      = in: file `loki/bad.yml`

    error[unreadable]: not a query: `x` is not LogQL: streams have no name
     --> loki/bad.yml:5:6
      |
    5 | rate(x[5m])
      |      ^ here
      |
      = in: file `loki/bad.yml`

    0 tests passed, 0 failed, 1 file not run
    "#);
}

#[test]
fn a_rule_that_fails_on_a_line_fails_the_test() {
    let folder = CliTest::new();
    folder.write(
        "loki.yml",
        "groups:\n- name: g\n  rules:\n  - {alert: A, expr: 'sum by (x) (count_over_time({job=\"api\"} | json [5m])) > 0'}\n",
    );
    folder.write(
        "one.yml",
        "log_rule_files: [loki.yml]\ntests:\n- name: text\n  input_streams: [{stream: '{job=\"api\"}', lines: [plain]}]\n  alert_rule_test: [{eval_time: 1m, alertname: A}]\n  logql_expr_test: [{eval_time: 1m, expr: 'count_over_time({job=\"api\"}[5m])', exp_samples: [{labels: '{job=\"api\"}', value: 2}]}]\n",
    );
    insta::assert_snapshot!(folder.run(&["test", "one.yml"]), @r#"
    exit status: 1
    ----- stdout -----
    one.yml: 0 tests passed, 1 failed
      one.yml:3: test `text`
        rule `A` of group `g` cannot be evaluated after 0s: pipeline error: 'JSONParserErr' for series: '{__error__="JSONParserErr", __error_details__="Value looks like object, but can't find closing '}' symbol", job="api"}': leave such lines out with `| __error__!="JSONParserErr"`, or all errors with `| __error__=""`, behind `unwrap` where that fails (loki.yml:4)
    0 tests passed, 1 failed
    "#);
}

#[test]
fn every_log_alert_of_the_reference_stack_has_a_generated_test() {
    let tests: String = files(&repository().join("alerts/loki-tests"))
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let stack = obsctl_stack::stack();
    let rules = stack.rule_groups.iter().flat_map(|group| &group.rules);
    let mut alerts = 0;
    for rule in rules {
        if let (Rule::Alert(alert), Engine::Loki) = (rule, rule.query().engine()) {
            alerts += 1;
            let name = format!("{}: `", alert.name);
            assert!(tests.contains(&name), "no event sets off `{}`", alert.name);
        }
    }
    assert!(alerts > 0);
}

/// A line of an event as services write it: the fields that it must have, with the values that the catalog gives as
/// examples, or these.
fn line(event: &LogEvent, given: &[(&str, &str)]) -> String {
    let stack = obsctl_stack::stack();
    let logs = &stack.logs;
    let mut fields = serde_json::Map::new();
    let contexts = event.contexts.iter();
    let contexts = contexts.filter_map(|name| logs.contexts.iter().find(|one| one.name == *name));
    let all = logs
        .standard_fields
        .iter()
        .chain(contexts.flat_map(|one| &one.fields));
    for field in all.chain(&event.fields) {
        if field.presence != Presence::Optional {
            fields.insert(field.name.clone(), field.example.clone().into());
        }
    }
    fields.insert("event".to_owned(), event.name.clone().into());
    for (name, value) in given {
        assert!(logs.field(name).is_some(), "no event has a field `{name}`");
        fields.insert((*name).to_owned(), (*value).into());
    }
    serde_json::Value::Object(fields).to_string()
}

#[test]
fn every_log_alert_of_the_reference_stack_is_set_off_by_its_events_and_by_no_other() {
    let stack = obsctl_stack::stack();
    let events = &stack.logs.events;
    type Case = (
        &'static str,
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
    );
    let cases: [Case; 4] = [
        ("TenantIsolationBreach", "api", "tenant_mismatch", &[]),
        ("TenantContextMissing", "api", "tenant_context_missing", &[]),
        (
            "TenantContextMissing",
            "api",
            "request_handled",
            &[
                ("tenant_id", ""),
                ("status_code", "200"),
                ("path", "/api/v1/orders"),
            ],
        ),
        ("EncryptionKeyErrors", "worker", "decryption_failed", &[]),
    ];
    let folder = CliTest::new();
    for (path, text) in files(&repository().join("alerts/loki")) {
        folder.write(&format!("loki/{path}"), &text);
    }
    let alerts = BTreeSet::from(cases.map(|(alert, ..)| alert));
    let mut text = "log_rule_files: [loki/*.yml]\ntests:\n".to_owned();
    let mut tests = 0;
    let mut add = |name: &str, service: &str, line: &str, fires: Option<&str>| {
        writeln!(text, "- name: {name} {tests}\n  input_streams:\n  - stream: '{{service_name=\"{service}\"}}'\n    entries: [{{at: 1m, every: 10s, times: 30, line: {line:?}}}]\n  alert_rule_test:").unwrap();
        tests += 1;
        for alert in &alerts {
            let expected = if fires == Some(*alert) { "[{}]" } else { "[]" };
            writeln!(
                text,
                "  - {{eval_time: 6m, alertname: {alert}, exp_alerts: {expected}}}"
            )
            .unwrap();
        }
    };
    for (alert, service, name, given) in cases {
        let event = events
            .iter()
            .find(|event| event.name == name && event.service == service);
        add("fires", service, &line(event.unwrap(), given), Some(alert));
    }
    let own: Vec<_> = cases.iter().map(|(_, _, event, _)| *event).collect();
    let others = events
        .iter()
        .filter(|event| !own.contains(&event.name.as_str()));
    for event in others {
        add("silent", &event.service, &line(event, &[]), None);
    }
    folder.write("tests.yml", &text);
    let output = folder
        .command(&["test", "--format", "json", "tests.yml"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut set_off = vec![];
    for test in report["files"][0]["tests"].as_array().unwrap() {
        let name = test["name"].as_str().unwrap();
        for failure in test["failures"].as_array().unwrap() {
            // Labels and annotations are the alert's own: that it fires is what is expected here.
            let message = failure["message"].as_str().unwrap();
            assert!(
                message.contains("with other labels") && name.starts_with("fires"),
                "{name}: {failure:#}"
            );
            set_off.push(failure["got"].clone());
        }
    }
    assert_eq!(set_off.len(), cases.len(), "{report:#}");
    assert!(tests > 30, "only {tests} events");
    let shown = set_off.iter().map(ToString::to_string).collect::<String>();
    assert!(
        shown.contains("worker could not decrypt credentials 29 times in 5 minutes"),
        "{shown}"
    );
}
