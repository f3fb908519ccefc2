//! Resources of Pyrra.

use insta::assert_snapshot;

use super::{PYRRA, changed, said};

#[test]
fn pyrra_resources_become_slos() {
    assert_snapshot!(said(&[PYRRA]), @r#"
        2:1 search/search-errors 99.5% in 28d by ["grpc_method"] owner search labels {"service": "search", "team": "search"}
          Bad { bad: promql("grpc_server_handled_total{job=\"search\", grpc_code=~\"Internal|Unavailable\"}"), total: promql("grpc_server_handled_total{job=\"search\"}") }
        25:1 search/search-latency 90% in 14d by [] owner search labels {"service": "search", "team": "search"}
          Latency { histogram: promql("search_duration_seconds_bucket{job=\"search\"}"), threshold: 1.0 }
        42:1 search/search-up 99% in 30d by [] owner search labels {"service": "search", "team": "search"}
          TimeSlices { good: promql("up{job=\"search\"}") }
        left out 23:5 `name` of `alerting`: alerts are a page and a ticket, named after the SLO
        left out 5:3 `prometheus` of the Kubernetes resource
        "#);
}

#[test]
fn what_is_wrong_in_pyrras_resources_is_found() {
    let found = changed(
        PYRRA,
        &[
            ("window: 4w", "windows: 4w"),
            ("window: 4w", "window: long"),
            ("target: \"99.5\"", "target: most"),
            ("target: \"99.5\"", "target: \"0\""),
            ("name: search-errors", "title: x"),
            ("grouping: [grpc_method]", "groupings: [grpc_method]"),
            ("grouping: [grpc_method]", "grouping: [\"a-b\"]"),
            ("metric: up{job=\"search\"}", "metric: sum(up)"),
            ("metric: up{job=\"search\"}", "query: up"),
            ("latency:", "latencies:"),
            (
                "total:\n        metric: search",
                "all:\n        metric: search",
            ),
            (
                "    name: SearchErrors",
                "    severities: {fastBurn: page, fast: x}",
            ),
        ],
    );
    assert_snapshot!(found, @r#"
        # windows: 4w
        error 12:3 a `spec` needs `window`
        error 14:3 a `spec` has no key `windows` (did you mean `window`?) (its keys are `description`, `target`, `window`, `indicator`, `alerting`, `partial_response_strategy`, `performanceOverAccuracy`, `ruleOutput`)
        # window: long
        error 14:11 `window`: `long` is not a duration: write it as `30s`, `5m` or `1h30m`
        # target: most
        error 13:11 `target: most` is no number of percent
        # target: "0"
        error 13:11 an objective of 0 percent cannot be kept: write one above 0 and below 100, with at most 6 decimals
        # title: x
        error 5:3 `metadata` needs `name`
        # groupings: [grpc_method]
        error 21:7 an indicator has no key `groupings` (did you mean `grouping`?) (its keys are `grouping`, `errors`, `total`)
        # grouping: ["a-b"]
        error 21:18 an element of `grouping` is no label name
        # metric: sum(up)
        error 54:15 the query of its gauge is no plain selector
        # query: up
        error 54:7 an indicator needs `metric`
        error 54:7 an indicator has no key `query` (its keys are `grouping`, `metric`)
        # latencies:
        error 36:5 `indicator` has no key `latencies` (did you mean `latency`?) (its keys are `ratio`, `latency`, `latencyNative`, `bool_gauge`)
        error 36:5 `indicator` has one of `ratio`, `latency`, `latencyNative`, `bool_gauge`
        # all:
        error 39:7 an indicator has no key `all` (its keys are `grouping`, `success`, `total`)
        error 37:7 an indicator needs `total`
        # severities: {fastBurn: page, fast: x}
        error 23:34 `severities` has no key `fast` (its keys are `absent`, `fastBurn`, `mediumBurn`, `slowBurn`, `longTermBurn`)
        "#);
}

#[test]
fn alerts_that_pyrra_does_not_make_are_not_made_here() {
    let said_of = |alerting: &str| {
        let from = "    name: SearchErrors\n";
        assert!(PYRRA.contains(from));
        said(&[&PYRRA.replacen(from, alerting, 1)])
    };
    for (alerting, ends, left_out) in [
        ("    disabled: true\n", " alerts none", false),
        ("    disabled: false\n", "}", false),
        ("    burnrates: false\n", " alerts none", false),
        ("    burnrates: true\n    absent: false\n", "}", false),
        (
            "    burnrates: false\n    absent: true\n",
            " alerts none",
            true,
        ),
        (
            "    disabled: true\n    absent: true\n",
            " alerts none",
            false,
        ),
    ] {
        let said = said_of(alerting);
        let first = said.lines().next().unwrap();
        assert!(first.ends_with(ends), "{alerting}: {first}");
        assert_eq!(said.contains("`absent` of `alerting`"), left_out, "{said}");
        assert!(
            !said.lines().any(|line| line.starts_with("error")),
            "{said}"
        );
    }
}
