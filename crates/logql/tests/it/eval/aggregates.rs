//! Aggregations over series, `label_replace`, `vector`.

use obsctl_logql::eval::Storage;

use super::{instant, range, storage};

/// 1, 2 and 3 lines of three streams.
fn streams() -> Storage {
    storage(&[
        ("job=a env=x", 1.0, "1"),
        ("job=b env=x", 1.0, "1"),
        ("job=b env=x", 2.0, "2"),
        ("job=c env=y", 1.0, "1"),
        ("job=c env=y", 2.0, "2"),
        ("job=c env=y", 3.0, "3"),
    ])
}

fn of(query: &str) -> String {
    let counts = r#"count_over_time({job=~".+"}[5s])"#;
    instant(&streams(), &query.replace('#', counts), 5)
}

#[test]
fn groups_have_one_value() {
    for (op, all, x) in [
        ("sum", "6", "3"),
        ("avg", "2", "1.5"),
        ("min", "1", "1"),
        ("max", "3", "2"),
        ("count", "3", "2"),
        ("stdvar", "0.666666667", "0.25"),
        ("stddev", "0.816496581", "0.5"),
    ] {
        assert_eq!(of(&format!("{op}(#)")), format!("{{}} {all}"));
        let by = of(&format!("{op} by (env) (#)"));
        assert_eq!(
            by.lines().next(),
            Some(&*format!(r#"{{env="x"}} {x}"#)),
            "{op}: {by}"
        );
        assert_eq!(of(&format!("{op} without (job) (#)")), by, "{op}");
    }
}

#[test]
fn series_are_picked_and_sorted() {
    let [a, b, c] = [
        r#"{env="x", job="a"} 1"#,
        r#"{env="x", job="b"} 2"#,
        r#"{env="y", job="c"} 3"#,
    ];
    assert_eq!(of("topk(2, #)"), format!("{b}\n{c}"));
    assert_eq!(of("approx_topk(1, #)"), c);
    assert_eq!(of("bottomk(2, #)"), format!("{a}\n{b}"));
    assert_eq!(of("topk by (env) (1, #)"), format!("{b}\n{c}"));
    assert_eq!(of("sort(#)"), format!("{a}\n{b}\n{c}"));
    assert_eq!(of("sort_desc(#)"), format!("{c}\n{b}\n{a}"));
    assert_eq!(of("sort_desc(# > 1)"), format!("{c}\n{b}"));
}

#[test]
fn labels_are_replaced() {
    let query = r#"label_replace(#, "to", "x-$1", "job", "(b|c)")"#;
    assert_eq!(
        of(query),
        "{env=\"x\", job=\"a\"} 1\n{env=\"x\", job=\"b\", to=\"x-b\"} 2\n{env=\"y\", job=\"c\", to=\"x-c\"} 3"
    );
    assert_eq!(
        of(r#"sum by (env) (label_replace(#, "env", "", "env", "x"))"#),
        "{} 3\n{env=\"y\"} 3"
    );
}

#[test]
fn vectors_and_numbers_are_constant() {
    assert_eq!(of("vector(2)"), "{} 2");
    assert_eq!(of("1 + 2 * 3"), "7");
    assert_eq!(of("2 > 1"), "1");
    assert_eq!(
        range(&streams(), "vector(2)", (0, 20, 10)),
        "{} 2@0 2@10 2@20"
    );
    assert_eq!(range(&streams(), "1 / 4", (0, 10, 10)), "{} 0.25@0 0.25@10");
    assert_eq!(
        of(r#"sum(count_over_time({job="none"}[5s])) or vector(0)"#),
        "{} 0"
    );
}
