//! Functions over ranges.

use obsctl_logql::eval::Storage;

use super::{instant, range, storage};

/// Values 4, 2, 8, 2 of 10, 20, 30 and 40 s.
fn values() -> Storage {
    storage(&[
        ("job=api", 10.0, "v=4 took=100ms size=1KB"),
        ("job=api", 20.0, "v=2 took=1s size=2KiB"),
        ("job=api", 30.0, "v=8 took=1m size=3B"),
        ("job=api", 40.0, "v=2 took=50ms size=5MB"),
        ("job=web", 40.0, "nothing"),
    ])
}

#[test]
fn lines_are_counted() {
    let storage = values();
    for (query, value) in [
        (r#"count_over_time({job="api"}[40s])"#, "4"),
        (r#"rate({job="api"}[40s])"#, "0.1"),
        (r#"bytes_over_time({job="api"}[40s])"#, "85"),
        (r#"bytes_rate({job="api"}[10s])"#, "2.2"),
        (r#"count_over_time({job="api"} |= "v=2" [40s])"#, "2"),
        (
            r#"bytes_over_time({job="api"} | logfmt | line_format "{{.v}}" [40s])"#,
            "",
        ),
    ] {
        let query = format!("sum({query})");
        let found = instant(&storage, &query, 40);
        if value.is_empty() {
            assert_eq!(found, "{} 4", "{query}");
        } else {
            assert_eq!(found, format!("{{}} {value}"), "{query}");
        }
    }
}

#[test]
fn unwrapped_values_are_computed() {
    let storage = values();
    for (function, value) in [
        ("sum_over_time", "16"),
        ("avg_over_time", "4"),
        ("min_over_time", "2"),
        ("max_over_time", "8"),
        ("first_over_time", "4"),
        ("last_over_time", "2"),
        ("stdvar_over_time", "6"),
        ("stddev_over_time", "2.449489743"),
        ("rate", "0.4"),
    ] {
        let query = format!(r#"{function}({{job="api"}} | logfmt v | unwrap v [40s])"#);
        let found = instant(&storage, &query, 40);
        assert_eq!(found, format!(r#"{{job="api"}} {value}"#), "{query}");
    }
    for (quantile, value) in [("0", "2"), ("0.5", "3"), ("0.9", "6.8"), ("1", "8")] {
        let query =
            format!(r#"quantile_over_time({quantile}, {{job="api"}} | logfmt v | unwrap v [40s])"#);
        let found = instant(&storage, &query, 40);
        assert_eq!(found, format!(r#"{{job="api"}} {value}"#), "{query}");
    }
}

#[test]
fn values_are_converted() {
    let storage = values();
    for (conversion, value) in [
        ("duration(took)", "61.15"),
        ("duration_seconds(took)", "61.15"),
        ("bytes(size)", "5003051"),
    ] {
        let query =
            format!(r#"sum(sum_over_time({{job="api"}} | logfmt | unwrap {conversion} [40s]))"#);
        assert_eq!(
            instant(&storage, &query, 40),
            format!("{{}} {value}"),
            "{query}"
        );
    }
}

#[test]
fn a_window_begins_after_its_start_and_ends_with_its_end() {
    let storage = values();
    let query = r#"count_over_time({job="api"}[10s])"#;
    assert_eq!(instant(&storage, query, 20), r#"{job="api"} 1"#);
    assert_eq!(instant(&storage, query, 19), r#"{job="api"} 1"#);
    assert_eq!(instant(&storage, query, 50), "");
    assert_eq!(
        range(&storage, query, (0, 60, 15)),
        r#"{job="api"} 1@15 1@30 1@45"#
    );
    let query = r#"count_over_time({job="api"}[20s] offset 10s)"#;
    assert_eq!(
        range(&storage, query, (20, 60, 10)),
        r#"{job="api"} 1@20 2@30 2@40 2@50 1@60"#
    );
}

#[test]
fn samples_are_grouped_where_they_are_computed() {
    let storage = storage(&[
        ("job=api env=prod", 1.0, "path=/a v=1"),
        ("job=api env=prod", 2.0, "path=/b v=2"),
        ("job=web env=prod", 3.0, "path=/a v=6"),
    ]);
    let of = |clause: &str| {
        let query = format!(r#"max_over_time({{env="prod"}} | logfmt | unwrap v [5s]) {clause}"#);
        instant(&storage, &query, 5)
    };
    assert_eq!(of("by (path)"), "{path=\"/a\"} 6\n{path=\"/b\"} 2");
    assert_eq!(of("without (job, path)"), r#"{env="prod"} 6"#);
    assert_eq!(of("by ()"), "{} 6");
    // Without a clause, all labels are left but the one that holds the value.
    assert_eq!(of("").lines().count(), 3);
}

#[test]
fn a_counter_may_be_reset() {
    let storage = storage(&[
        ("job=api", 10.0, "v=10"),
        ("job=api", 20.0, "v=30"),
        ("job=api", 30.0, "v=5"),
    ]);
    let rate = |seconds| {
        let query = format!(r#"rate_counter({{job="api"}} | logfmt | unwrap v [{seconds}s])"#);
        instant(&storage, &query, 30)
    };
    // One sample has no rate.
    assert_eq!(rate(5), r#"{job="api"} 0"#);
    // 25 in 20 s; the range is so short against nanoseconds that almost nothing is added before it.
    assert_eq!(rate(30), r#"{job="api"} 0.833334583"#);
}

#[test]
fn absence_has_the_labels_that_were_asked_for() {
    let storage = values();
    let query = r#"absent_over_time({job="api", env="prod", n=~"1", env="x"} |= "v" [5s])"#;
    assert_eq!(instant(&storage, query, 40), r#"{job="api"} 1"#);
    let query = r#"absent_over_time({job="api"}[5s])"#;
    assert_eq!(
        range(&storage, query, (35, 60, 5)),
        r#"{job="api"} 1@35 1@45 1@50 1@55 1@60"#
    );
}

#[test]
fn lines_without_the_value_are_left_out() {
    let storage = storage(&[
        ("job=api", 1.0, "v=1"),
        ("job=api", 2.0, "w=1"),
        ("job=api", 3.0, "v="),
    ]);
    let query =
        r#"sum by (job) (sum_over_time({job="api"} | logfmt --keep-empty | unwrap v [5s]))"#;
    assert_eq!(instant(&storage, query, 5), r#"{job="api"} 1"#);
}
