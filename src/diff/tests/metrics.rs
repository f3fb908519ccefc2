//! Metrics and log events.

use insta::assert_snapshot;

use super::{CATALOG, all, report, shown};

#[test]
fn a_metric_names_what_it_touches() {
    let after = CATALOG
        .replace(
            "    - { name: path, domain: { bounded: { at_most: 40, example: / } } }\n",
            "",
        )
        .replace("['200', '500', '503']", "['200', '500', '404']")
        .replace("[0.1, 0.5, 1.0]", "[0.1, 0.25, 1.0]")
        .replace("name: queue_length", "name: jobs_waiting");
    assert_snapshot!(shown(&report(&all(CATALOG), &all(&after))), @"
    breaking: metric `jobs_waiting`
      --> catalog.yml:16
      was named `queue_length`

    breaking: metric `request_seconds`
      --> catalog.yml:11
      bucket `0.5` gone, `0.25` new
      touches 1 alert:
        alert `Slow` of group `api`  (rules.yml:17)

    breaking: metric `requests_total`
      --> catalog.yml:5
      label `path` is gone
      label `code`: value `503` gone, `404` new
      touches 1 alert, 1 recording rule:
        alert `Quiet` of group `api`, through `path:requests:rate5m`  (rules.yml:14)
        recording rule `path:requests:rate5m` of group `api`  (rules.yml:5)

    a side → a side: 3 changes: 3 breaking
    ");
}

#[test]
fn what_is_added_is_additive() {
    let after = CATALOG
        .replace("'503']", "'503', '504']")
        .replace("[0.1, 0.5, 1.0]", "[0.1, 0.5, 1.0, 2.0]")
        .replace(
            "    help: Jobs that wait.",
            "    help: Jobs that wait to be done.",
        );
    assert_snapshot!(shown(&report(&all(CATALOG), &all(&after))), @"
    additive: metric `request_seconds`
      --> catalog.yml:12
      bucket `2` new

    additive: metric `requests_total`
      --> catalog.yml:5
      label `code`: value `504` new

    cosmetic: metric `queue_length`
      --> catalog.yml:17
      help `Jobs that wait.` → `Jobs that wait to be done.`

    a side → a side: 3 changes: 2 additive, 1 cosmetic
    ");
}

#[test]
fn a_unit_breaks_whatever_uses_the_metric() {
    let after = CATALOG.replace("unit: seconds", "unit: milliseconds");
    assert_snapshot!(shown(&report(&all(CATALOG), &all(&after))), @"
    breaking: metric `request_seconds`
      --> catalog.yml:12
      unit `seconds` → `milliseconds`
      touches 1 alert:
        alert `Slow` of group `api`  (rules.yml:17)

    a side → a side: 1 change: 1 breaking
    ");
}

#[test]
fn log_events_touch_queries_of_logs() {
    let after = CATALOG
        .replace("name: login_failed", "name: login_refused")
        .replace("name: tenant, kind: text", "name: tenant, kind: integer");
    assert_snapshot!(shown(&report(&all(CATALOG), &all(&after))), @"
    breaking: log event `login_refused`
      --> catalog.yml:25
      was named `login_failed`
      touches 1 alert:
        alert `Logins` of group `logs`  (logs.yml:5)

    breaking: log field `tenant`
      type `text` → `integer`

    a side → a side: 2 changes: 2 breaking
    ");
}

#[test]
fn one_catalog_alone_says_nothing_about_changes() {
    let report = report(&all(CATALOG)[1..], &all(CATALOG));
    assert_snapshot!(shown(&report), @"
    note: metrics, log events and spans are not compared: a side has a catalog and a side has none
    a side → a side: no changes
    ");
}
