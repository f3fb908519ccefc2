//! Files that are broken, or made to break the reader.

use insta::assert_snapshot;

use super::{read, said};

#[test]
fn json_that_ends_too_early() {
    assert_snapshot!(said("{\"title\": \"x\",\n \"panels\": [{\"type\": "), @"2:22 not JSON: a value is expected, and the text ends (a quote or a bracket is missing, or the file is cut off: save or download it again)");
    assert_snapshot!(said("{\"panels\": [], \"panels\": []}"), @"1:16 the key `panels` stands twice in one map (leave one of them)");
    assert_snapshot!(said("{\"compilerOptions\": {}, // a comment\n}"), @"none of ours");
    assert_snapshot!(said("{\"panels\": [],}"), @"1:14 not JSON: no `,` may follow what is last");
}

#[test]
fn yaml_that_is_none() {
    assert_snapshot!(said("groups:\n  - name: g\n    rules:\n\t- alert: A\n"), @"4:2 not YAML: tabs disallowed within this context (block indentation) (indent with spaces: YAML takes no tabs)");
    assert_snapshot!(said("groups:\n  - name: g\n    name: h\n    rules:\n      - alert: A\n        expr: up\n"), @"3:5 the key `name` stands twice in one map (leave one of them)");
    assert_snapshot!(said("groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: *nobody\n"), @"5:15 not YAML: while parsing node, found unknown anchor (a text that begins with a sign like `{`, `*`, `!` or a quote stands in quotes, or below `|`)");
    assert_snapshot!(said("groups:\n  - name: g\n    rules:\n      - alert: \"A\n"), @"5:1 not YAML: invalid indentation in multiline quoted scalar (a quote before this place is never closed)");
    assert_snapshot!(said("image: shop\n? [a]\n: b\n"), @"none of ours");
}

#[test]
fn nothing_at_all() {
    for text in [
        "",
        "\n",
        "---\n",
        "# only a comment\n",
        "null",
        "{}",
        "[]",
        "7",
        "\u{feff}",
    ] {
        assert_eq!(said(text), "none of ours\n", "{text:?}");
    }
}

#[test]
fn groups_of_other_products_are_none_of_ours() {
    for text in [
        "groups: {a: b}",
        "groups: [{name: g, members: [x]}, {id: 1}]",
        "dashboard: text",
        "spec: {groups: 1}",
        "groups: []\nusers: []",
        "groups:\nimage: shop",
        r#"{"panels": "none"}"#,
    ] {
        assert_eq!(said(text), "none of ours\n", "{text}");
    }
}

#[test]
fn a_rule_file_may_have_no_rules() {
    for text in [
        "groups: []",
        "groups:\n",
        "namespace: x\ngroups: []\n",
        r#"{"groups": []}"#,
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {groups: []}",
    ] {
        assert_eq!(said(text), "", "{text}");
        assert!(read(text).has_rules, "{text}");
    }
}

#[test]
fn windows_writes_files_in_its_own_way() {
    let text = "\u{feff}groups:\r\n  - name: g\r\n    rules:\r\n      - record: a:b\r\n        expr: |\r\n          up\r\n";
    assert_snapshot!(said(text), @"
        group g
          4:9 record a:b {}
            6:11 promql up
        ");
    let text = "\u{feff}{\r\n\"title\": \"t\", \"panels\": [\r\n{\"type\": \"stat\", \"targets\": [{\"expr\": \"up\"}]}]}\r\n";
    assert_snapshot!(said(text), @"
        dashboard file-t `t` now-6h to now
          stat ``
            A promql up (3:39)
        ");
}

#[test]
fn depth_does_not_exhaust_the_stack() {
    const DEEP: usize = 100_000;
    for (open, close) in [("[", "]"), ("{\"panels\":", "}"), ("[{\"panels\":", "}]")] {
        let text = format!(
            "{{\"panels\": [{}1{}], \"title\": \"x\"}}",
            open.repeat(DEEP),
            close.repeat(DEEP)
        );
        let found = read(&text);
        assert!(found.dashboards.is_empty());
        assert_eq!(found.problems.len(), 1, "{open}");
    }
    for deep in ["[".repeat(DEEP), "- ".repeat(DEEP), "{a: ".repeat(DEEP)] {
        let found = read(&format!("groups:\n- alert: x\n{deep}"));
        assert!(found.groups.is_empty());
    }
    let query = "(".repeat(DEEP);
    let found = read(&format!(
        "groups: [{{name: g, rules: [{{record: a, expr: '{query}'}}]}}]"
    ));
    assert_eq!(found.groups.len(), 1);
}

#[test]
fn aliases_do_not_exhaust_memory() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let before = format!("*a{}", level - 1);
        let all = [before.as_str(); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{all}]\n"));
    }
    text.push_str("groups: [{name: g, rules: [{alert: A, expr: up}]}]\nalert: x\n");
    let found = read(&text);
    assert!(found.groups.is_empty());
    // One in another, as deep as copies allow.
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..2_000 {
        text.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    read(&text);
}

#[test]
fn maps_of_many_keys_are_read_in_time() {
    let keys: String = (0..100_000).map(|n| format!("k{n}: {n}\n")).collect();
    read(&keys);
    let keys: Vec<_> = (0..100_000).map(|n| format!("\"k{n}\": {n}")).collect();
    read(&format!("{{{}}}", keys.join(",")));
}
