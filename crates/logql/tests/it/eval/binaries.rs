//! Binary operators.

use super::{instant, storage};

fn of(query: &str) -> String {
    let storage = storage(&[
        ("job=a env=x", 1.0, "1"),
        ("job=b env=x", 1.0, "1"),
        ("job=b env=x", 2.0, "2"),
        ("job=a team=t", 3.0, "1"),
        ("job=b team=t", 3.0, "1"),
    ]);
    let query = query.replace('#', r#"count_over_time({env="x"}[5s])"#);
    instant(
        &storage,
        &query.replace('@', r#"count_over_time({team="t"}[5s])"#),
        5,
    )
}

#[test]
fn a_vector_and_a_number() {
    for (query, a, b) in [
        ("# + 1", "2", "3"),
        ("# - 1", "0", "1"),
        ("3 - #", "2", "1"),
        ("# * 2", "2", "4"),
        ("# / 2", "0.5", "1"),
        ("# % 2", "1", "0"),
        ("2 ^ #", "2", "4"),
        ("# == bool 1", "1", "0"),
        ("# != bool 1", "0", "1"),
        ("# / 0", "NaN", "NaN"),
    ] {
        let expected = format!("{{env=\"x\", job=\"a\"}} {a}\n{{env=\"x\", job=\"b\"}} {b}");
        assert_eq!(of(query), expected, "{query}");
    }
    for (query, left) in [
        ("# > 1", "b\"} 2"),
        ("1 < #", "b\"} 2"),
        ("# <= 1", "a\"} 1"),
        ("2 >= # < 2", "a\"} 1"),
    ] {
        assert_eq!(of(query), format!("{{env=\"x\", job=\"{left}"), "{query}");
    }
}

#[test]
fn series_are_matched() {
    assert_eq!(
        of("# / #"),
        "{env=\"x\", job=\"a\"} 1\n{env=\"x\", job=\"b\"} 1"
    );
    assert_eq!(of("# / @"), "");
    assert_eq!(of("# / on (job) @"), "{job=\"a\"} 1\n{job=\"b\"} 2");
    assert_eq!(
        of("# / ignoring (env, team) @"),
        "{job=\"a\"} 1\n{job=\"b\"} 2"
    );
    assert_eq!(of("# > on (job) @"), "{job=\"b\"} 2");
    assert_eq!(of("@ < on (job) #"), "{job=\"b\"} 1");
    let left = "{env=\"x\", job=\"a\", team=\"t\"} 1\n{env=\"x\", job=\"b\", team=\"t\"} 2";
    assert_eq!(of("# * on (job) group_left (team) @"), left);
    assert_eq!(of("@ * on (job) group_right (team) #"), left);
}

#[test]
fn sets_keep_series() {
    assert_eq!(of("# and on (job) (@ > 5)"), "");
    assert_eq!(
        of("# and on (job) @"),
        "{env=\"x\", job=\"a\"} 1\n{env=\"x\", job=\"b\"} 2"
    );
    assert_eq!(of("# unless on (job) (# > 1)"), "{env=\"x\", job=\"a\"} 1");
    assert_eq!(
        of("(# > 1) or on (job) @"),
        "{env=\"x\", job=\"b\"} 2\n{job=\"a\", team=\"t\"} 1"
    );
}

#[test]
fn several_matches_are_refused() {
    let many = "many-to-many matching not allowed";
    assert!(of("# / on (env) #").contains(many));
    let explicit = "many-to-one matching must be explicit";
    assert!(of("# / on (env) sum by (env) (#)").contains(explicit));
    let unique = "grouping labels must ensure unique matches";
    assert!(of("# * on (env) group_left (job) sum by (env) (#)").contains(unique));
}
