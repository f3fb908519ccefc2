//! What parsers leave out because a metric query does not need it.

use super::{instant, storage};

fn of(query: &str) -> String {
    let storage = storage(&[
        ("job=api", 1.0, r#"{"a":"x","b":"y" broken"#),
        ("job=api", 2.0, "text"),
    ]);
    instant(&storage, query, 5)
}

#[test]
fn nothing_is_parsed_for_a_sum_of_everything() {
    assert_eq!(
        of(r#"sum(count_over_time({job="api"} | json [5s]))"#),
        "{} 2"
    );
    assert!(of(r#"avg(count_over_time({job="api"} | json [5s]))"#).starts_with("error"));
}

#[test]
fn a_parser_stops_behind_the_labels_that_are_needed() {
    let broken = r#"sum by (a) (count_over_time({job="api"} |= "a" | json [5s]))"#;
    assert_eq!(of(broken), r#"{a="x"} 1"#);
    let more = r#"sum by (a, c) (count_over_time({job="api"} |= "a" | json [5s]))"#;
    assert!(
        of(more).starts_with("error: pipeline error"),
        "{}",
        of(more)
    );
}

#[test]
fn a_condition_leaves_a_line_out_before_it_is_read_to_its_end() {
    let query = r#"count_over_time({job="api"} |= "a" | json | a="z" [5s])"#;
    assert_eq!(of(query), "");
    let query = r#"count_over_time({job="api"} |= "a" | json | a="x" [5s])"#;
    assert!(of(query).starts_with("error"), "{}", of(query));
}

#[test]
fn a_label_that_a_stream_has_is_needed_under_both_names() {
    let storage = storage(&[("job=api", 1.0, r#"{"job":"x","a":"1"}"#)]);
    let query = r#"sum by (job_extracted) (count_over_time({job="api"} | json [5s]))"#;
    assert_eq!(instant(&storage, query, 5), r#"{job_extracted="x"} 1"#);
}
