//! What is read of each side.

use insta::assert_snapshot;

use super::{CATALOG, RULES, TESTS, all, report, shown};

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
