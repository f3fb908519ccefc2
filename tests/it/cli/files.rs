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
fn a_page_of_metrics_is_checked_itself() {
    let test = CliTest::new();
    test.write(
        "page.prom",
        "\
# HELP jobs_done Jobs that ended.
# TYPE jobs_done counter
jobs_done{jobName=\"a\"} 1
# TYPE queue_ms gauge
queue_ms 3
untyped_total 1
# HELP go_gc_gogc_percent Of the client library.
# TYPE go_gc_gogc_percent gauge
go_gc_gogc_percent 100
",
    );
    assert_snapshot!(test.run(&["check", "page.prom"]));
    // What is only known is not looked at.
    let rules = "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n";
    test.write("rules.yml", rules);
    let report = test.run(&["check", "rules.yml", "--metrics", "page.prom"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    // A page among the files is what there is.
    test.write("rules.yml", &rules.replace("up == 0", "job_done > 1"));
    let report = test.run(&["check", "rules.yml", "page.prom"]);
    assert!(report.contains("did you mean `jobs_done`?"), "{report}");
}

/// They come with their first event: an engine may not have them yet.
#[test]
fn metrics_of_the_telemetry_library_are_known() {
    let test = CliTest::new();
    let rules = "groups:\n- name: logs\n  rules:\n  - alert: Lost\n    expr: rate(telemetry_log_lines_dropped_total[5m]) > 1\n";
    test.write("rules.yml", rules);
    let report = test.run(&["check", "rules.yml", "--metrics", "node_exporter"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    test.write("rules.yml", &rules.replace("_lines_", "_linez_"));
    let report = test.run(&["check", "rules.yml", "--metrics", "node_exporter"]);
    assert!(
        report.contains("metric `telemetry_log_linez_dropped_total` does not exist"),
        "{report}"
    );
}

#[test]
fn what_is_no_rule_and_no_dashboard_is_said_where_it_is_named() {
    let test = team();
    test.write("notes.txt", "to do\n");
    assert_snapshot!(test.run(&["check", "notes.txt"]));
    assert_snapshot!(test.run(&["check", "nothing-here"]));
    assert_snapshot!(test.run(&["check", "rules", "--metrics", "nothing-here"]));
}

/// What is found in a file that is named, and in its folder.
fn of_bytes(name: &str, bytes: &[u8]) -> [String; 2] {
    let test = CliTest::new();
    test.write("in/ok.yml", "groups: []\n");
    std::fs::write(test.path(&format!("in/{name}")), bytes).unwrap();
    [&format!("in/{name}"), "in"].map(|path| test.run(&["check", path]))
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let rules = "groups:\n- name: é\n  rules:\n  - alert: A\n    expr: up\n";
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(rules.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let latin = rules.replace('é', "e").into_bytes();
    let latin: Vec<u8> = latin
        .iter()
        .enumerate()
        .map(|(at, byte)| if at == 16 { 0xe9 } else { *byte })
        .collect();
    // Of files that nothing says are ours, only those are told that are named.
    for (name, bytes, said, in_folders) in [
        (
            "bad.yml",
            &b"groups:\n- name: g\n   rules: x\n"[..],
            "not YAML: ",
            false,
        ),
        (
            "cut.json",
            br#"{"title": "x", "uid": ["#,
            "not JSON: ",
            false,
        ),
        (
            "cut2.json",
            br#"{"title": "x", "panels": ["#,
            "not JSON: ",
            true,
        ),
        ("empty.yml", b" \n", "the file is empty", false),
        (
            "utf16.yml",
            &utf16,
            "not UTF-8: it is written in UTF-16",
            true,
        ),
        (
            "latin.yml",
            &latin,
            "not UTF-8: a byte 0xE9 stands here",
            true,
        ),
        (
            "bytes.json",
            b"\xff\x00\x01",
            "not UTF-8: a byte 0xFF stands here",
            false,
        ),
        (
            "notes.txt",
            b"a: [",
            "holds neither rules, dashboards, SLOs nor metrics",
            false,
        ),
    ] {
        let [named, folder] = of_bytes(name, bytes);
        let said = format!("error[unreadable]: {said}");
        let said = said.replace(
            "error[unreadable]: holds",
            "error[unreadable]: `in/notes.txt` holds",
        );
        assert!(
            named.starts_with("exit status: 1") && named.contains(&said),
            "{named}"
        );
        assert_eq!(folder.contains(&said), in_folders, "{name}: {folder}");
    }
}

#[test]
fn what_cannot_be_read_is_not_imported_and_says_why() {
    let test = CliTest::new();
    for (bytes, said) in [
        (&b"groups:\n- name: g\n   rules: x\n"[..], "not YAML: "),
        (
            b"groups: [{name: \xe9, rules: [{record: a:b, expr: up}]}]\n",
            "not UTF-8: ",
        ),
    ] {
        std::fs::write(test.path("a.yml"), bytes).unwrap();
        let report = test.run(&["import", "a.yml"]);
        let said = format!("error[unreadable]: {said}");
        assert!(
            report.starts_with("exit status: 1") && report.contains(&said),
            "{report}"
        );
        assert!(!report.contains("stdout"), "{report}");
    }
}

#[test]
fn a_mark_of_utf8_is_no_trouble() {
    let [named, _] = of_bytes("bom.yml", b"\xef\xbb\xbfgroups: [{name: g, rules: []}]\n");
    assert!(named.starts_with("exit status: 0"), "{named}");
}

#[test]
fn folders_without_files_and_links_to_nothing_are_said() {
    let test = CliTest::new();
    test.write("notes/a.txt", "a");
    assert_snapshot!(test.run(&["check", "notes"]), @"
    exit status: 2
    ----- stderr -----
    error: there are no files to look at in `notes`
      help: of folders, files that end in `.yml`, `.yaml`, `.json` or `.rules` are read
    ");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("self", test.path("self")).unwrap();
        assert_snapshot!(test.run(&["check", "self"]), @"
        exit status: 2
        ----- stderr -----
        error: `self` is a link that leads to nothing
          help: name what it should lead to
        ");
    }
}

/// What is no file, or a file no more, is said, and the rest is checked. Permissions do not bind root, under which tests run too.
#[cfg(unix)]
#[test]
fn what_cannot_be_opened_does_not_keep_the_rest_from_being_checked() {
    use std::os::unix::fs::symlink;
    let test = CliTest::new();
    test.write(
        "rules/ok.yml",
        "groups: [{name: g, rules: [{record: 'a:b', expr: up}]}]\n",
    );
    test.write("elsewhere/b.yml", "groups: []\n");
    symlink("nowhere.yml", test.path("rules/gone.yml")).unwrap();
    symlink("../elsewhere", test.path("rules/folder.yml")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(test.path("rules/socket.yml")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(test.path("rules/pipe.yml"))
        .status();
    assert!(made.unwrap().success());
    assert_snapshot!(test.run(&["check", "rules"]), @"
    exit status: 1
    ----- stdout -----
    error[unreadable]: `rules/folder.yml` is a link to a folder, which is not followed
    --> rules/folder.yml:1:1
     = in: file `rules/folder.yml`
     = help: name the folder that it leads to

    error[unreadable]: `rules/gone.yml` is a link that leads to nothing
    --> rules/gone.yml:1:1
     = in: file `rules/gone.yml`
     = help: mend the link, or remove it

    error[unreadable]: `rules/pipe.yml` is no file: a pipe, a socket or a device
    --> rules/pipe.yml:1:1
     = in: file `rules/pipe.yml`
     = help: remove it, or name it to have it read

    error[unreadable]: `rules/socket.yml` is no file: a pipe, a socket or a device
    --> rules/socket.yml:1:1
     = in: file `rules/socket.yml`
     = help: remove it, or name it to have it read

    4 errors
    5 files: 1 group with 1 rule
    ");
    assert_snapshot!(test.run(&["check", "rules/socket.yml", "rules/ok.yml"]), @"
    exit status: 1
    ----- stdout -----
    error[unreadable]: `rules/socket.yml` cannot be read: No such device or address
    --> rules/socket.yml:1:1
     = in: file `rules/socket.yml`
     = help: mend it, or leave it out

    1 error
    2 files: 1 group with 1 rule
    ");
}

/// The layout of the second form names what it shows.
#[test]
fn elements_and_the_layout_have_to_fit() {
    let test = CliTest::new();
    let element = |name: &str| {
        format!(
            "{name}: {{kind: Panel, spec: {{id: 1, title: {name}, vizConfig: {{kind: VizConfig, group: text, spec: {{}}}}}}}}"
        )
    };
    let item = |name: &str| {
        format!(
            "{{kind: GridLayoutItem, spec: {{x: 0, y: 0, width: 9, height: 9, element: {{name: {name}}}}}}}"
        )
    };
    let of = |elements: &[&str], shown: &[&str]| {
        let elements: Vec<_> = elements.iter().map(|name| element(name)).collect();
        let items: Vec<_> = shown.iter().map(|name| item(name)).collect();
        let text = format!(
            "apiVersion: dashboard.grafana.app/v2beta1\nkind: Dashboard\nmetadata: {{name: b}}\nspec:\n  title: B\n  \
             elements: {{{}}}\n  layout: {{kind: GridLayout, spec: {{items: [{}]}}}}\n",
            elements.join(", "),
            items.join(", ")
        );
        test.write("b.yaml", &text);
        let only = "panel-not-shown,unknown-reference";
        let report = test.run(&["check", "b.yaml", "--only", only]);
        let lines = report.lines().filter(|line| line.contains("]: "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of(&["one", "two"], &["one", "two"]), [""; 0]);
    assert_eq!(
        of(&["one", "two"], &["one", "three"]),
        [
            "note[panel-not-shown]: no item of the layout shows panel `two`",
            "error[unknown-reference]: element `three` does not exist",
        ]
    );
}

#[test]
fn every_query_is_listed_with_what_it_uses() {
    let test = team();
    assert_snapshot!(test.run(&["queries", "rules", "dashboards"]));
    assert_snapshot!(test.run(&["queries", "rules", "dashboards", "--format", "metrics-used"]));
}

#[test]
fn what_is_only_known_is_not_looked_at() {
    let test = CliTest::new();
    test.write(
        "rules.yml",
        "groups:\n- name: x\n  rules:\n  - alert: Up\n    expr: up == 0\n",
    );
    let report = test.run(&["check", "rules.yml", "--stack"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    assert!(!report.contains("crates/stack"), "{report}");
}

/// A catalog of logs, and a datasource whose lines lead to traces by this field.
fn linked(field: &str) -> CliTest {
    let test = CliTest::new();
    let catalog = "logs:\n  standard_fields:\n  - {name: trace_id, kind: id, description: The trace., example: 0af7}\n";
    test.write("catalog.yml", catalog);
    let datasource = format!(
        "apiVersion: 1\ndatasources:\n- name: Logs\n  type: loki\n  uid: logs\n  jsonData:\n    derivedFields:\n    - name: Trace\n      \
         matcherRegex: '{field}=(\\w+)'\n      datasourceUid: traces\n- {{name: Traces, type: tempo, uid: traces}}\n"
    );
    test.write("datasources/all.yml", &datasource);
    test
}

#[test]
fn links_between_signals_take_what_lines_have() {
    let args = ["check", "datasources", "--metrics", "catalog.yml"];
    let report = linked("trace_id").run(&args);
    assert!(report.starts_with("exit status: 0"), "{report}");
    assert_snapshot!(linked("traceID").run(&args), @r#"
    exit status: 1
    ----- stdout -----
    warning[unknown-link-field]: `traceID=(\w+)` finds nothing in a log line that has every field of the catalog
     --> datasources/all.yml:8:7
      |
    8 |     - name: Trace
      |       ^^^^^^^^^^^
      |
      = in: derived field `Trace` of datasource `Logs`
      = help: did you mean `trace_id`?

    1 warning
    1 file: 2 datasources
    "#);
}

#[test]
fn the_generated_datasources_link_what_the_stack_has() {
    let test = CliTest::new();
    test.run(&["generate"]);
    let report = test.run(&["check", "provisioning", "--stack"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    assert!(report.contains("4 datasources"), "{report}");
}

#[test]
fn what_cannot_be_read_is_explained() {
    let report = CliTest::new().run(&["explain", "unreadable"]);
    assert!(report.contains("was looked at by no check"), "{report}");
}

/// Routing with what Alertmanager does not load, and what no alert can make happen.
const ROUTING: &str = r#"route:
  receiver: nobody
  routes:
    - matchers: [severity =~ "critical|warning"]
      receiver: ops
      routes:
        - matchers: [severity = "info"]
          receiver: chat
    - matchers: [severity = "critical", team = "a"]
      receiver: chat
    - matchers: [severity = "info", team =~ "a|b"]
      receiver: chatt
      mute_time_intervals: [nights]
    - matchers: [alertname = "Watchdog"]
      receiver: nobody
receivers:
  - name: nobody
  - name: ops
    webhook_configs: [{url: "http://localhost/"}]
  - name: chat
    webhook_configs: [{url: "http://localhost/"}]
inhibit_rules:
  - source_matchers: [severity = "critical"]
    target_matchers: [severity = "warning"]
    equal: [severity, job]
  - source_matchers: [severity = "critical"]
    target_matchers: [severity =~ "warning|info"]
    equal: [job]
"#;

const ROUTED: &str = "groups:
- name: app
  rules:
  - {alert: Lost, expr: sum(up) == 0, labels: {severity: page}}
  - {alert: Watchdog, expr: vector(1) > 0}
  - {alert: Told, expr: sum(up) == 1, labels: {severity: warning}}
  - {alert: Perhaps, expr: up == 0}
";

#[test]
fn routing_among_files_is_checked_as_far_as_it_is_certain() {
    let test = CliTest::new();
    test.write("alertmanager.yml", ROUTING);
    test.write("rules.yml", ROUTED);
    let only = "invalid-routing,unrouted-alert,unreachable-route,inhibition-never-applies";
    let report = test.run(&["check", "alertmanager.yml", "rules.yml", "--only", only]);
    let lines: Vec<_> = report.lines().collect();
    let found = lines.windows(2).filter_map(|two| {
        let place = two[1].trim_start().strip_prefix("--> alertmanager.yml:")?;
        Some(format!("{place} {}", two[0]))
    });
    let mut found: Vec<_> = found.collect();
    found.sort();
    assert_snapshot!(found.join("\n"), @"
    11:7 error[invalid-routing]: there is no receiver `chatt`
    11:7 error[invalid-routing]: there is no time interval `nights`
    23:5 warning[inhibition-never-applies]: no source and target of the inhibition agree on `severity`
    2:3 warning[unrouted-alert]: nobody is told of `Lost`: receiver `nobody` of the root has no channel
    7:11 warning[unreachable-route]: no alert can match the route to `chat`
    9:7 warning[unreachable-route]: the route to `ops` takes what the one to `chat` would
    ");
    assert!(report.contains("2 errors, 4 warnings"), "{report}");
}

#[test]
fn routing_of_files_is_not_judged_by_the_alerts_that_are_given() {
    let test = CliTest::new();
    // Every default goes to somebody, and other rules may set other labels.
    let routing = ROUTING.replace("receiver: nobody\n  routes", "receiver: ops\n  routes");
    let wrong = [
        "      routes:\n        - matchers: [severity = \"info\"]\n          receiver: chat\n",
        "    - matchers: [severity = \"critical\", team = \"a\"]\n      receiver: chat\n",
        "      mute_time_intervals: [nights]\n",
        "severity, ",
    ];
    let mut routing = routing.replace("chatt", "chat");
    for wrong in wrong {
        assert!(routing.contains(wrong), "{wrong}");
        routing = routing.replace(wrong, "");
    }
    test.write("alertmanager.yml", &routing);
    test.write(
        "rules.yml",
        "groups:\n- name: a\n  rules:\n  - {alert: A, expr: up == 0}\n",
    );
    let report = test.run(&["check", "."]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    assert!(
        report.contains("1 configuration of Alertmanager"),
        "{report}"
    );
}
