//! What fails a query, and what does not.

use obsctl_logql::eval::{Engine, Options};
use obsctl_logql::parse;

use super::{SECOND, data, instant, range, storage};

#[test]
fn a_line_with_an_error_fails_a_metric_query() {
    let storage = storage(&[("job=api", 1.0, r#"{"a":1}"#), ("job=api", 2.0, "text")]);
    let of = |stages: &str| {
        instant(
            &storage,
            &format!(r#"count_over_time({{job="api"}} {stages} [5s])"#),
            5,
        )
    };
    let error = of("| json");
    assert!(
        error.starts_with("error: pipeline error: 'JSONParserErr' for series: '{"),
        "{error}"
    );
    assert_eq!(of(r#"| json | __error__="""#), r#"{a="1", job="api"} 1"#);
    assert!(of(r#"| json | __error__!="JSONParserErr""#).starts_with("{a="));
    assert_eq!(
        of("| json | drop __error__, __error_details__, a"),
        r#"{job="api"} 2"#
    );
    // Outside of the range, the line does not count.
    let query = r#"count_over_time({job="api"} | json [1s])"#;
    assert_eq!(instant(&storage, query, 1), r#"{a="1", job="api"} 1"#);
}

#[test]
fn a_value_that_is_none_fails_behind_unwrap() {
    let storage = storage(&[("job=api", 1.0, "v=1"), ("job=api", 2.0, "v=x")]);
    let of = |stages: &str| {
        instant(
            &storage,
            &format!(r#"sum_over_time({{job="api"}} | logfmt | unwrap v {stages} [5s])"#),
            5,
        )
    };
    assert!(
        of("").starts_with("error: pipeline error: 'SampleExtractionErr'"),
        "{}",
        of("")
    );
    assert_eq!(of(r#"| __error__="""#), r#"{job="api"} 1"#);
}

#[test]
fn errors_that_are_asked_for_are_counted() {
    let storage = storage(&[("job=api", 1.0, "text"), ("job=api", 2.0, r#"{"a":1}"#)]);
    let query = r#"sum by (__error__) (count_over_time({job="api"} | json | __error__="JSONParserErr" [5s]))"#;
    assert_eq!(
        instant(&storage, query, 5),
        r#"{__error__="JSONParserErr"} 1"#
    );
}

#[test]
fn what_loki_refuses_is_an_error_with_its_place() {
    let storage = storage(&[("job=api", 1.0, "text")]);
    for (query, message, place) in [
        (
            r#"{job="api"}"#,
            "log queries are not supported as an instant query type",
            r#"{job="api"}"#,
        ),
        (
            r#"{job=~".*"} |= "x""#,
            "the selector selects every stream",
            r#"{job=~".*"}"#,
        ),
        (
            "rate({job=\"api\"}[$__auto])",
            "the variable has no value",
            "$__auto",
        ),
        (
            "sum(rate({job=\"api\"}[5m])) > $limit",
            "the variable has no value",
            "$limit",
        ),
        (
            r#"count_over_time({job="api"} | line_format "{{ .a | uper }}" [5m])"#,
            "",
            "",
        ),
        (
            r#"bytes_over_time({job="api"} | line_format "{{ .a | uper }}" [5m])"#,
            "this is no template: there is no function `uper`",
            r#""{{ .a | uper }}""#,
        ),
        (
            r#"variants(count_over_time({job="api"}[5m])) of ({job="api"}[5m])"#,
            "multi variant queries are disabled",
            "variants",
        ),
        (
            r#"sum_over_time({job="api"}[5m])"#,
            "needs `unwrap`",
            "sum_over_time",
        ),
    ] {
        if message.is_empty() {
            // Loki never reads a template whose line nobody needs.
            assert!(data(&storage, query, 5).is_ok(), "{query}");
            continue;
        }
        let error = data(&storage, query, 5).unwrap_err();
        assert!(error.message.contains(message), "{query}: {error}");
        let at = error.span.range();
        assert!(
            query[at.clone()].starts_with(place),
            "{query}: {}",
            &query[at]
        );
    }
}

#[test]
fn a_range_has_a_step_and_an_end() {
    let storage = storage(&[("job=api", 1.0, "text")]);
    let query = r#"rate({job="api"}[5m])"#;
    assert!(range(&storage, query, (0, 10, 0)).contains("the step must be positive"));
    assert!(range(&storage, query, (10, 0, 1)).contains("must not be before start"));
    assert!(range(&storage, query, (0, 11_000, 1)).contains("maximum resolution of 11000 points"));
}

#[test]
fn too_many_series_are_refused() {
    let lines: Vec<_> = (0..4)
        .map(|n| (format!("n={n} job=api"), 1.0, "x"))
        .collect();
    let lines: Vec<_> = lines
        .iter()
        .map(|(stream, time, line)| (stream.as_str(), *time, *line))
        .collect();
    let storage = storage(&lines);
    let engine = Engine::new(Options {
        max_series: 3,
        ..Options::default()
    });
    let count = |query: &str| engine.instant(&storage, &parse(query).expr, 5 * SECOND);
    let error = count(r#"rate({job="api"}[5s])"#).unwrap_err();
    assert!(
        error
            .message
            .starts_with("maximum number of series (3) reached"),
        "{error}"
    );
    assert!(count(r#"sum(rate({job="api"}[5s]))"#).is_ok());
    let expr = parse(r#"rate({job="api"}[5s])"#).expr;
    assert!(
        engine
            .range(&storage, &expr, 0, 5 * SECOND, SECOND)
            .is_err()
    );
}
