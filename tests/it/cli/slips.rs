//! Slips that everybody makes once: what is said has the place, the reason, and what to do about it.

use crate::common::CliTest;

/// Checks a file of this name and text.
fn check(name: &str, text: &str) -> String {
    let test = CliTest::new();
    test.write(name, text);
    test.run(&["check", name])
}

/// A rule file whose rule ends in these lines.
fn rule(lines: &str) -> String {
    format!("groups:\n  - name: g\n    rules:\n      - alert: A\n{lines}\n")
}

#[test]
fn files_say_what_is_wrong_and_what_to_do() {
    let tabs = "groups:\n  - name: g\n    rules:\n\t- alert: A\n";
    let template = "{{- if .Values.on }}\ngroups:\n  - name: g\n    rules:\n      - alert: A\n        expr: up\n{{- end }}\n";
    let cases: &[(&str, &str, &str, &str)] = &[
        ("a.yml", tabs, "a.yml:4:2", "indent with spaces"),
        (
            "a.yml",
            template,
            "a.yml:1:3",
            "of Helm with `helm template`",
        ),
        (
            "a.yml",
            &rule("        expr: up == 0\n        expr: up == 1"),
            "the key `expr` stands twice",
            "leave one of them",
        ),
        (
            "a.yml",
            &rule("         expr: up"),
            "a.yml:5:",
            "a key stands as deep as those before it",
        ),
        (
            "a.yml",
            &rule(
                "        expr: up\n        annotations:\n          summary: {{ $labels.job }} is down",
            ),
            "a.yml:7:",
            "a text that begins with `{` stands in quotes",
        ),
        (
            "a.yml",
            &rule("        expr: {job=\"a\"} > 1"),
            "a.yml:5:",
            "stands in quotes, or below `|`",
        ),
        (
            "a.yml",
            "groups:\n- name: g\n  rules:\n  - alert: A\n  expr: up\n",
            "a rule group has no key `expr`",
            "it is a rule's: indent it as deep as `alert`",
        ),
        (
            "a.yml",
            "groups:\n  name: g\n  rules: [{alert: A, expr: up}]\n",
            "`groups` is a list, not a map",
            "write a dash before each group",
        ),
        (
            "a.yml",
            "- alert: A\n  expr: up\n",
            "rules stand in a group, and groups in `groups`",
            "write `groups:` above them",
        ),
        (
            "a.yml",
            "rules:\n- alert: A\n  expr: up\n",
            "a group of rules stands in `groups`",
            "a dash before its `name`",
        ),
        (
            "prometheus.yml",
            "global: {}\nscrape_configs: []\nrule_files: [rules/*.yml]\n",
            "this is Prometheus' own configuration",
            "name the files of its `rule_files`",
        ),
        (
            "a.json",
            r#"{"message": "Unauthorized", "statusCode": 401}"#,
            "what a server answered: Unauthorized",
            "with a login",
        ),
        (
            "a.json",
            r#"{"dashboard": null, "message": "Not found"}"#,
            "what a server answered: Not found",
            "with a login",
        ),
        (
            "a.yml",
            "groups:\n- name: g\n  rules:\n  - record: my.metric\n    expr: up\n",
            "`my.metric` is not a metric name",
            "Prometheus 3 alone takes other names",
        ),
        (
            "a.json",
            r#"{"title": "x", "panels": [{"type": "stat""#,
            "`,` or `}` is expected, and the text ends",
            "the file is cut off",
        ),
        (
            "a.json",
            "{\n// my board\n\"panels\": []}",
            "a.json:2:1",
            "JSON has no comments",
        ),
        (
            "a.yml",
            &rule("        expr: 5"),
            "the alert has no condition",
            "compare with a threshold",
        ),
        (
            "a.yml",
            &rule("        expr: up == 0\n        for: 5"),
            "`5` is not a duration",
            "`5m`",
        ),
    ];
    for (name, text, said, help) in cases {
        let shown = check(name, text);
        assert!(shown.starts_with("exit status: 1"), "{text}\n{shown}");
        assert!(
            shown.contains(said) && shown.contains(help),
            "{text}\n{shown}"
        );
        assert!(
            !shown.contains("of another kind") || *name != "a.yml",
            "{shown}"
        );
    }
    // A heartbeat is none.
    let shown = check("a.yml", &rule("        expr: 1"));
    assert!(!shown.contains("alert-always-fires"), "{shown}");
}

#[test]
fn a_rule_file_without_rules_is_one() {
    for text in ["groups: []\n", "groups:\n"] {
        let shown = check("a.yml", text);
        assert!(shown.starts_with("exit status: 0"), "{shown}");
        assert!(shown.contains("1 file: no rules"), "{shown}");
    }
    let shown = check("a.yml", "");
    assert!(
        shown.contains("1 file: nothing that could be read"),
        "{shown}"
    );
}

#[test]
fn a_pattern_without_files_is_told_from_a_file() {
    let shown = CliTest::new().run(&["check", "rules/*.yml"]);
    assert!(shown.contains("no file fits the pattern"), "{shown}");
}

#[test]
fn what_is_no_page_of_metrics_is_said_once() {
    let test = CliTest::new();
    test.write("rules.yml", &rule("        expr: up == 0"));
    test.write(
        "page.html",
        "<!DOCTYPE html>\n<html>\n<h1>404</h1>\n</html>\n",
    );
    test.write("page.json.txt", "{\"status\": \"success\"}\n");
    test.write("empty.prom", "");
    test.write("board.json", r#"{"title": "x", "panels": []}"#);
    test.write("folder/a.prom", "up 1\n");
    let packed = [0x1f, 0x8b, 8, 8, 0, 107, 0x8f, 10, 65, 0, 10];
    std::fs::write(test.path("page.gz"), packed).unwrap();
    for (source, said, help) in [
        (
            "page.html",
            "this is a web page and not metrics",
            "look at the address",
        ),
        (
            "page.json.txt",
            "this is JSON and not a page of metrics",
            "a catalog is in a file",
        ),
        (
            "page.gz",
            "this is no text: it may be compressed",
            "unpack it first",
        ),
        (
            "empty.prom",
            "there are no metrics in `empty.prom`",
            "name a page of metrics",
        ),
        (
            "board.json",
            "there are no metrics in `board.json`",
            "name a page of metrics",
        ),
        ("folder", "`folder` is a folder", "name a page of metrics"),
        (
            "node_exportr",
            "there is no `node_exportr`",
            "did you mean the catalog `node_exporter`?",
        ),
        (
            "localhost:80/metrics",
            "there is no `localhost:80/metrics`",
            "`http://localhost:8000/metrics`",
        ),
    ] {
        let shown = test.run(&["check", "rules.yml", "--metrics", source]);
        assert!(shown.starts_with("exit status: 2"), "{source}: {shown}");
        assert!(
            shown.contains(said) && shown.contains(help),
            "{source}: {shown}"
        );
        assert_eq!(shown.matches("error").count(), 1, "{shown}");
    }
    test.write("kept.yml", "mine\n");
    let shown = test.run(&["import", "page.html", "-o", "kept.yml"]);
    assert!(shown.starts_with("exit status: 1"), "{shown}");
    assert_eq!(test.read("kept.yml"), "mine\n");
    let shown = test.run(&["import", "empty.prom"]);
    assert!(
        shown.contains("note: empty.prom: holds nothing that can be imported"),
        "{shown}"
    );
}

#[test]
fn what_cannot_be_compared_or_listed_is_said_with_its_place() {
    let test = CliTest::new();
    test.write("rules.yml", &rule("        expr: up == 0"));
    test.write("page.html", "<html>\n");
    test.write("tabs.yml", "groups:\n- name: g\n  rules:\n\t- alert: A\n");
    let shown = test.run(&["diff", "rules.yml", "page.html"]);
    assert!(
        shown.contains("`page.html` holds nothing that can be compared"),
        "{shown}"
    );
    let shown = test.run(&["queries", "rules.yml", "tabs.yml"]);
    assert!(
        shown.contains("not read: tabs.yml:4:2: not YAML"),
        "{shown}"
    );
    assert!(shown.contains("1 query, 1 metric\n"), "{shown}");
}

#[test]
fn settings_and_baselines_are_explained_in_a_line() {
    let test = CliTest::new();
    test.write("rules.yml", &rule("        expr: up == 0"));
    test.write("known.jsonl", "[]\n");
    let shown = test.run(&["check", "rules.yml", "--baseline", "known.jsonl"]);
    assert!(
        shown.contains("this is no JSON object with `check`, `file`"),
        "{shown}"
    );
    test.write(
        "obsctl.toml",
        "[check.levels]\nno-such-thing-here = \"off\"\n",
    );
    let shown = test.run(&["check", "rules.yml"]);
    assert!(
        shown.contains("help: `docs/checks/README.md` lists all of them"),
        "{shown}"
    );
}
