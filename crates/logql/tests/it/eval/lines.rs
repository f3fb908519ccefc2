//! Log queries, and where labels come from.

use obsctl_logql::eval::{Direction, Engine, Options, Storage};
use obsctl_logql::parse;

use super::{SECOND, range, shown, storage};

fn streams() -> Storage {
    storage(&[
        ("job=api env=prod", 1.0, "first"),
        ("job=api env=prod|trace=t1", 2.0, "second"),
        ("job=web env=dev", 3.0, "third"),
        ("job=web env=dev", 3.0, "third"),
    ])
}

#[test]
fn streams_are_selected() {
    for (selector, jobs) in [
        (r#"{job="api"}"#, 2),
        (r#"{job!="api", env=~".+"}"#, 1),
        (r#"{job=~"a.*|web"}"#, 3),
        (r#"{env!~"prod|x", job=~".+"}"#, 1),
        (r#"{job="a"}"#, 0),
        (r#"{job="api", missing=""}"#, 2),
    ] {
        let found = range(&streams(), selector, (0, 10, 1));
        let lines = found.matches('@').count();
        assert_eq!(lines, jobs, "{selector}: {found}");
    }
}

#[test]
fn a_range_ends_before_its_end_and_an_entry_counts_once() {
    assert_eq!(
        range(&streams(), r#"{job="web"}"#, (0, 4, 1)),
        r#"{env="dev", job="web"} third@3"#
    );
    assert_eq!(range(&streams(), r#"{job="web"}"#, (0, 3, 1)), "");
    assert_eq!(
        range(&streams(), r#"{job="web"}"#, (3, 4, 1))
            .matches("third")
            .count(),
        1
    );
}

#[test]
fn structured_metadata_are_labels() {
    let of = |query: &str| range(&streams(), query, (0, 10, 1));
    assert_eq!(
        of(r#"{job="api"} | trace="t1""#),
        r#"{env="prod", job="api", trace="t1"} second@2"#
    );
    assert_eq!(
        of(r#"{job="api"} | trace!="t1" | keep job"#),
        r#"{job="api"} first@1"#
    );
    assert_eq!(
        of(r#"{job="api"} |= "second" | drop trace"#),
        r#"{env="prod", job="api"} second@2"#
    );
}

#[test]
fn labels_that_are_taken_get_another_name() {
    let storage = storage(&[("job=api|trace=t1 job=meta", 1.0, "job=x trace=y a=1")]);
    let found = range(&storage, r#"{job="api"} | logfmt"#, (0, 10, 1));
    let labels = r#"{a="1", job="api", job_extracted="x", trace="t1", trace_extracted="y"}"#;
    assert_eq!(found, format!("{labels} job=x trace=y a=1@1"));
    let found = range(
        &storage,
        r#"{job="api"} | logfmt | label_format trace="z""#,
        (0, 10, 1),
    );
    assert!(found.contains(r#"trace="z""#), "{found}");
}

#[test]
fn a_filter_behind_a_parser_runs_before_it() {
    let storage = storage(&[("job=api", 1.0, "\u{1b}[31mred\u{1b}[0m line")]);
    let of = |stages: &str| range(&storage, &format!(r#"{{job="api"}} {stages}"#), (0, 10, 1));
    // Loki moves the filter to the front: it sees the colors.
    assert_eq!(of(r#"| decolorize |= "red line""#), "");
    assert!(
        of(r#"| decolorize | line_format "{{__line__}}" |= "red line""#).ends_with("red line@1")
    );
}

#[test]
fn a_limit_keeps_the_first_of_the_direction() {
    let of = |direction| {
        let engine = Engine::new(Options {
            max_lines: 2,
            direction,
            ..Options::default()
        });
        let query = parse(r#"{job=~".+"}"#).expr;
        shown(
            &engine
                .range(&streams(), &query, 0, 10 * SECOND, SECOND)
                .unwrap(),
        )
    };
    assert!(
        of(Direction::Forward).contains("first@1") && !of(Direction::Forward).contains("third")
    );
    assert!(
        of(Direction::Backward).contains("third@3") && !of(Direction::Backward).contains("first")
    );
}
