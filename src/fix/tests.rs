//! Fixes in every way a text can be written in a file.

use obsctl_model::dashboard::Expression;
use obsctl_model::{Rule, RuleQuery};
use proptest::prelude::*;

use super::*;

/// The query of the only rule or panel of a file, and where it is.
fn query(path: &'static str, text: &str) -> (String, Origin) {
    let found = read::file(File { path, text });
    assert_eq!(found.problems, [], "{text}");
    if let Some(panel) = found
        .dashboards
        .iter()
        .flat_map(obsctl_model::Dashboard::panels)
        .next()
    {
        let Expression::Promql(query) = &panel.queries[0].expression else {
            panic!("{text} is PromQL");
        };
        return (query.as_str().to_owned(), query.origin());
    }
    let rule: &Rule = &found.groups[0].rules[0];
    let RuleQuery::Promql(query) = rule.query() else {
        panic!("{text} is PromQL");
    };
    (query.as_str().to_owned(), query.origin())
}

/// The file with `with` in place of `what` in its query.
fn put(text: &str, what: &str, with: &str) -> Result<String, Reason> {
    let (query, origin) = query("a.yml", text);
    let start = query
        .find(what)
        .unwrap_or_else(|| panic!("`{what}` in `{query}`"));
    let edit = Edit {
        origin,
        range: start..start + what.len(),
        text: query,
        with: with.to_owned(),
    };
    let file = File {
        path: "a.yml",
        text,
    };
    let fixed = apply(file, &[edit]);
    match fixed.refused.first() {
        Some(refused) => {
            assert_eq!((fixed.done, fixed.text.as_str()), (0, text));
            Err(refused.reason)
        }
        None => Ok(fixed.text),
    }
}

/// A rule file whose `expr` is written like this.
fn rule(expr: &str) -> String {
    format!(
        "groups:\n  - name: g\n    rules:\n      - alert: A # why\n        expr: {expr}\n        for: 5m # long\n"
    )
}

#[test]
fn every_form_keeps_its_own() {
    for (before, what, with, after) in [
        (
            r#"up{a=~"^b$"} == 0 # it"#,
            r#"=~"^b$""#,
            r#"="b""#,
            r#"up{a="b"} == 0 # it"#,
        ),
        (
            r#"'up{a=~"^b$"}'"#,
            r#"=~"^b$""#,
            r#"="it's""#,
            r#"'up{a="it''s"}'"#,
        ),
        (
            r#"'up{a="it''s"}'"#,
            r#"="it's""#,
            r#"="b""#,
            r#"'up{a="b"}'"#,
        ),
        (
            r#""up{a=~\"^b$\"}""#,
            r#"=~"^b$""#,
            r#"="b\\c""#,
            r#""up{a=\"b\\\\c\"}""#,
        ),
        (
            r#""up{a=~\"\x5eb\u0024\"}""#,
            r#"=~"^b$""#,
            r#"="b""#,
            r#""up{a=\"b\"}""#,
        ),
        (
            "\"up{a=\\\"b\\\"}\\\n          == 0\"",
            "== 0",
            "> 1",
            "\"up{a=\\\"b\\\"}\\\n          > 1\"",
        ),
        (
            "|\n          up\n          == 0",
            "== 0",
            "> 1",
            "|\n          up\n          > 1",
        ),
        (
            "|  # why\n          up\n\n            == 0\n          and x",
            "up\n\n  ==",
            "a\nb",
            "|  # why\n          a\n          b 0\n          and x",
        ),
        (
            "|2-\n            up\n          == 0",
            "up",
            "a",
            "|2-\n            a\n          == 0",
        ),
        (
            ">-\n          up\n          == 0",
            "== 0",
            "> 1",
            ">-\n          up\n          > 1",
        ),
        (
            ">\n          up\n\n          == 0\n            and a\n          or b",
            "or b",
            "or c",
            ">\n          up\n\n          == 0\n            and a\n          or c",
        ),
        ("up\n          == 0", "== 0", "> 1", "up\n          > 1"),
        ("'up\n          == 0'", "== 0", "> 1", "'up\n          > 1'"),
    ] {
        assert_eq!(put(&rule(before), what, with), Ok(rule(after)), "{before}");
        let windows = |text: &str| text.replace('\n', "\r\n");
        let result = put(&windows(&rule(before)), what, with);
        assert_eq!(result, Ok(windows(&rule(after))), "{before}");
        let marked = format!("\u{feff}{}", rule(before));
        assert_eq!(
            put(&marked, what, with),
            Ok(format!("\u{feff}{}", rule(after))),
            "{before}"
        );
    }
}

#[test]
fn several_lines_become_a_block() {
    for (before, after) in [
        ("up == 0 # it", "|- # it\n          a\n            b"),
        ("'up == 0'", "|-\n          a\n            b"),
        ("\"up == 0\"", "|-\n          a\n            b"),
        (
            ">\n          up\n          == 0",
            "|\n          a\n            b",
        ),
        ("up\n          == 0", "|-\n          a\n            b"),
        (
            "|\n          up\n          == 0",
            "|\n          a\n            b",
        ),
    ] {
        let what = query("a.yml", &rule(before)).0;
        assert_eq!(
            put(&rule(before), &what, "a\n  b"),
            Ok(rule(after)),
            "{before}"
        );
    }
    let block = |header: &str, text: &str| rule(&format!("{header} # why\n{text}"));
    for (header, after) in [("|", "|2"), (">-", "|2-"), ("|-", "|2-"), ("|1-", "|2-")] {
        let extra = if header == "|1-" {
            "         up"
        } else {
            "          up"
        };
        let expected = block(after, "            a\n          and b");
        assert_eq!(
            put(&block(header, extra), "up", "  a\nand b"),
            Ok(expected),
            "{header}"
        );
    }
    let flow = "groups: [{name: g, rules: [{alert: A, expr: up}]}]\n";
    assert_eq!(put(flow, "up", "a\n  b"), Err(Reason::Lines));
}

#[test]
fn what_does_not_fit_is_said() {
    for (expr, what, with, reason) in [
        ("up\n          == 0", "up == 0", "up", Reason::Folded),
        (
            ">-\n          up\n          == 0",
            "up == 0",
            "up",
            Reason::Folded,
        ),
        ("up == 0", "== 0", "# 0", Reason::ReadsDifferently),
        ("up{a=\"b\"}", "=", ": ", Reason::ReadsDifferently),
        (
            "&x up == 0\n        annotations: {a: *x}",
            "== 0",
            "> 1",
            Reason::ReadsDifferently,
        ),
    ] {
        assert_eq!(put(&rule(expr), what, with), Err(reason), "{expr}");
    }
    let alias = "groups:\n  - name: g\n    labels: {q: &x up == 0}\n    rules:\n      - {alert: A, expr: *x}\n";
    let found = read::file(File {
        path: "a.yml",
        text: alias,
    });
    assert_eq!(found.groups.len(), 1);
    assert_eq!(put(alias, "== 0", "> 1"), Err(Reason::Unknown));
}

#[test]
fn documents_inside_of_documents() {
    let inner = "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |-\n          up\n          == 0\n";
    let lines: String = inner.lines().map(|line| format!("    {line}\n")).collect();
    let map = format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  rules.yml: |\n{lines}");
    assert_eq!(
        put(&map, "== 0", "> 1\n  and x"),
        Ok(map.replace("== 0", "> 1\n                and x"))
    );
    let json =
        r#"{"title": "T", "panels": [{"type": "stat", "targets": [{"expr": "up{a=~\"^b$\"}"}]}]}"#;
    let quoted = serde_json::Value::from(json).to_string();
    let map = format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  d.json: {quoted}\n");
    let expected = map.replace(r#"=~\\\"^b$\\\""#, r#"=\\\"b\\\""#);
    assert_ne!(map, expected);
    assert_eq!(put(&map, r#"=~"^b$""#, r#"="b""#), Ok(expected));
}

#[test]
fn edits_that_overlap_wait() {
    let text = rule("up + up");
    let (query, origin) = query("a.yml", &text);
    let edit = |range, with: &str| Edit {
        origin,
        text: query.clone(),
        range,
        with: with.to_owned(),
    };
    let edits = [
        edit(0..2, "a"),
        edit(0..4, "b"),
        edit(5..7, "c"),
        edit(5..7, "c"),
    ];
    let fixed = apply(
        File {
            path: "a.yml",
            text: &text,
        },
        &edits,
    );
    assert_eq!((fixed.text, fixed.done), (rule("a + c"), 2));
}

/// Queries with what is special in some form: quotes, backslashes, colons, hashes, braces.
fn queries() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        r#"up{a=~"^b$"}"#,
        "sum by (x) (y)",
        r#"z{a="it's"}"#,
        r#"z{a="\\d: #"}"#,
        "`é`",
        "1",
        r#"q{a='\t"'}"#,
    ]);
    let line = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join(" + "));
    prop::collection::vec(line, 1..4).prop_map(|lines| lines.join("\n  + "))
}

/// The ways to write a text. Those that cannot hold it, or not exactly, give none.
fn written(form: usize, text: &str) -> Option<String> {
    let indented = |text: &str| text.replace('\n', "\n          ");
    let one_line = !text.contains('\n');
    match form {
        0 => Some(format!("|\n          {}", indented(text))),
        1 => Some(format!("|-  # why\n          {}", indented(text))),
        2 => Some(serde_json::Value::from(text).to_string()),
        3 => one_line.then(|| format!("'{}'", text.replace('\'', "''"))),
        4 => (one_line && !text.contains(['#', '`']) && !text.contains(": "))
            .then(|| text.to_owned()),
        _ => Some(format!(
            ">-\n          {}",
            indented(&text.replace('\n', " ")).replace(" + ", "\n          + ")
        )),
    }
}

proptest! {
    #[test]
    fn nothing_but_the_query_changes(text in queries(), form in 0_usize..6, from in 0_usize..200, to in 0_usize..200, with in "[a-z\"'\\\\#: é]{0,6}", windows: bool) {
        let Some(expr) = written(form, &text) else { return Ok(()); };
        let mut file = rule(&expr);
        if windows {
            file = file.replace('\n', "\r\n");
        }
        let (query, origin) = query("a.yml", &file);
        let boundary = |at: usize| {
            let at = at % (query.len() + 1);
            (0..=at).rev().find(|at| query.is_char_boundary(*at)).unwrap_or(0)
        };
        let (from, to) = (boundary(from), boundary(to));
        let range = from.min(to)..from.max(to);
        let mut expected = query.clone();
        expected.replace_range(range.clone(), &with);
        let edit = Edit { origin, text: query.clone(), range, with };
        let fixed = apply(File { path: "a.yml", text: &file }, std::slice::from_ref(&edit));
        if fixed.done == 0 {
            prop_assert_eq!(&fixed.text, &file);
            prop_assert_eq!(fixed.refused.len(), 1);
        } else {
            let (before, behind) = file.split_once("expr:").expect("it has one");
            let (_, end) = behind.rsplit_once("for: 5m").expect("it has one");
            prop_assert!(fixed.text.starts_with(before));
            let end = format!("        for: 5m{end}");
            prop_assert!(fixed.text.ends_with(&end));
            let read = self::query("a.yml", &fixed.text).0;
            // Readers leave out what stands at the ends.
            prop_assert_eq!(read.trim(), expected.trim());
        }
    }
}
