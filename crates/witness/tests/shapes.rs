//! Conditions of many shapes: each has a witness, and what cannot fire is told.

use std::collections::BTreeMap;

use obsctl_promql::ast::BinaryOp;
use obsctl_promql::{Expr, parse};
use obsctl_witness::{Alert, Facts, Recorded, Unknown, Values, contradiction, find};
use proptest::prelude::*;

fn expr(text: &str) -> Expr {
    let parsed = parse(text);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    parsed.expr
}

/// A small catalog.
struct Catalog {
    recorded: Vec<(&'static str, Expr, BTreeMap<String, String>)>,
}

impl Catalog {
    fn new() -> Self {
        let rule = |name, text: &str, labels: &[(&str, &str)]| {
            let labels = labels
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
            (name, expr(text), labels.collect())
        };
        Self {
            recorded: vec![
                rule(
                    "job:requests:rate5m",
                    "sum by (job) (rate(requests_total[5m]))",
                    &[],
                ),
                rule(
                    "job:errors:ratio",
                    r#"sum by (job) (rate(requests_total{code=~"5.."}[5m])) / job:requests:rate5m"#,
                    &[],
                ),
                rule("part", "sum(rate(requests_total[5m]))", &[("of", "api")]),
                rule("part", "sum(rate(jobs_total[5m]))", &[("of", "worker")]),
            ],
        }
    }
}

impl Facts for Catalog {
    fn bounds(&self, expr: &Expr) -> (f64, f64) {
        match expr.as_selector().and_then(|it| it.selector.name.as_ref()) {
            Some(name) if name.text == "up" => (0.0, 1.0),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    fn values(&self, metric: &str, label: &str) -> Values {
        match (metric, label) {
            ("queue", "state") => Values {
                known: vec!["busy".to_owned(), "idle".to_owned()],
                all: true,
            },
            _ => Values::default(),
        }
    }

    fn buckets(&self, metric: &str) -> Vec<f64> {
        match metric {
            "known_bucket" => vec![0.1, 0.5, 1.0, 5.0],
            _ => vec![],
        }
    }

    fn recorded(&self, name: &str) -> Vec<Recorded<'_>> {
        let named = self.recorded.iter().filter(|it| it.0 == name);
        named
            .map(|(_, expr, labels)| Recorded { expr, labels })
            .collect()
    }
}

#[test]
fn conditions_have_witnesses() {
    let mut missing = vec![];
    for text in [
        "up == 0",
        "up{job=\"api\"} < 1",
        "connections > 100",
        "100 < connections",
        "connections != 0",
        "-temperature > 5",
        "connections > 5 < 10",
        "connections > 100 and connections < 150",
        "sum by (job) (rate(requests_total{code=~\"5..\"}[5m])) > 0.5",
        "increase(restarts_total[10m]) > 3",
        "increase(restarts_total[1m]) > 0",
        "irate(requests_total[5m]) > 1",
        "delta(temperature[10m]) < -5",
        "deriv(temperature[10m]) > 1",
        "predict_linear(free_bytes[1h], 4 * 3600) < 0",
        "free_bytes / size_bytes * 100 < 10",
        "(size_bytes - free_bytes) / size_bytes > 0.9",
        "1 - free_bytes / size_bytes > 0.9",
        "free_bytes / size_bytes < 0.4 and predict_linear(free_bytes[1h], 24 * 3600) < 0 and on (instance) readonly == 0",
        "sum by (job) (rate(requests_total{code=~\"5..\"}[5m])) / sum by (job) (rate(requests_total[5m])) > 0.05",
        "sum(rate(requests_total{code=~\"5..\"}[5m])) / sum(rate(requests_total[5m])) > 0.05 and sum(rate(requests_total[5m])) > 0.1",
        "histogram_quantile(0.95, sum by (path, le) (rate(latency_bucket[5m]))) > 2",
        "histogram_quantile(0.95, sum by (path, le) (rate(known_bucket[5m]))) > 2",
        "histogram_quantile(0.95, rate(latency_bucket[5m])) > 2 and rate(latency_count[5m]) > 0.02",
        "absent(up{job=\"api\"})",
        "absent_over_time(up{job=\"api\"}[10m])",
        "absent(up{job=\"api\"} == 1)",
        "time() - last_success_timestamp_seconds > 3600",
        "time() - max by (job) (last_success_timestamp_ms) / 1000 > 3600",
        "certificate_expiry - time() < 86400 * 7",
        "time() - last_success_timestamp_seconds > 3600 and last_success_timestamp_seconds > 0",
        "last_success_timestamp_seconds > 0 and time() - last_success_timestamp_seconds > 3600",
        "load offset 10m > 5",
        "sum by (job) (rate(requests_total{code=~\"5..\"}[5m] offset 30m)) > 5",
        "load > 5 and on (instance) temperature offset 1h > 50",
        "avg_over_time(load[10m]) > 5",
        "max_over_time(load[10m]) > 5",
        "sum_over_time(errors[10m]) > 5",
        "quantile_over_time(0.9, load[10m]) > 5",
        "changes(leader[10m]) > 3",
        "resets(uptime[10m]) > 2",
        "stddev_over_time(load[10m]) > 2",
        "count(up == 0) > 2",
        "count by (job) (up == 1) < 3",
        "sum(up) < 3",
        "avg(up) < 0.5",
        "min by (job) (up) == 0",
        "topk(3, load) > 5",
        "quantile(0.9, load) > 5",
        "job:errors:ratio > 0.05 and job:requests:rate5m > 0.02",
        "part{of=\"worker\"} > 5",
        "requests > on (job) group_left () limits",
        "spec_replicas != available_replicas",
        "(spec_replicas - available_replicas) > 0",
        "pod_info * on (pod) group_left (node) node_info > 0",
        "sum(rate(accepted_total[10m])) > 0 unless sum(rate(received_total[10m])) > 0",
        "errors > 0 or failures > 0",
        "(sum(up{job=\"api\"}) or vector(0)) == 0",
        "vector(1)",
        "label_replace(up, \"node\", \"$1\", \"instance\", \"(.*):.*\") == 0",
        "sum by (node) (label_replace(load, \"node\", \"$1\", \"instance\", \"(.*):.*\")) > 5",
        "max_over_time(rate(requests_total[5m])[30m:1m]) > 5",
        "(up == bool 0) == 1",
        "sum(connections > bool 5) > 2",
        "count_over_time(up[5m]) > 2",
        "clamp_max(load, 10) > 5",
        "abs(offset_seconds) > 0.05",
        "ALERTS{alertname=\"Other\", alertstate=\"firing\"} == 1",
        "queue{state!=\"idle\"} > 5",
        "{__name__=~\"errors_.+\"} > 5",
        "last_timestamp < time() - 600",
        "rate(a_total[5m]) / (rate(a_total[5m]) + rate(b_total[5m])) > 0.5",
        "sum without (instance) (rate(requests_total[5m])) > 5",
        "node_load1 > 2 * count without (cpu, mode) (node_cpu_seconds_total{mode=\"idle\"})",
    ] {
        let expr = expr(text);
        let alert = Alert::new("Test", &expr).lasting(300_000);
        match find(&alert, &Catalog::new()) {
            Ok(witness) => {
                assert!(witness.fires <= witness.firing, "{text}");
                assert!(
                    witness.stops.is_none_or(|stops| stops > witness.firing),
                    "{text}"
                );
            }
            Err(obstacle) => missing.push(format!("{text}: {obstacle}")),
        }
        let proof = contradiction(&expr, &Catalog::new());
        assert_eq!(proof, None, "{text}");
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_point_in_time_is_no_number_below_zero() {
    let expr = expr("time() - done_seconds > 3600 and done_seconds > 0");
    let witness = find(&Alert::new("Old", &expr), &Unknown).unwrap();
    let values = &witness.series[0].values;
    assert!(values.starts_with("_x"), "{values}");
    assert!(witness.fires > 3_600_000, "{witness:?}");
}

#[test]
fn what_cannot_fire_is_told() {
    for (text, why) in [
        (
            "x > 5 and x < 3",
            "`x` would have to be above 5 and below 3",
        ),
        ("(x > 5) < 3", "`x` would have to be below 3 and above 5"),
        (
            "sum(x == 0) > 0",
            "`x` would have to be above 0 and exactly 0",
        ),
        (
            "x > 5 unless x > 3",
            "`x` would have to be above 5 and at most 3",
        ),
        ("x unless x", "`x` is left out wherever it is there"),
        ("up > 1", "`up` is between 0 and 1"),
        ("up * 100 > 100", "`up` is between 0 and 1"),
        ("sum(up > 2) > 5", "`up` is between 0 and 1"),
        (
            r#"queue{state="lost"} > 5"#,
            "no `state` that `queue` can have is asked for",
        ),
        (
            r#"part{of="nobody"} > 5"#,
            r#"no rule records `part{of="nobody"}`"#,
        ),
        (
            r#"x{a="1", a="2"} > 5"#,
            "no series has a `a` that all matchers accept",
        ),
        ("up > 1 or up < 0", "`up` is between 0 and 1"),
    ] {
        let expr = expr(text);
        let found = contradiction(&expr, &Catalog::new());
        assert_eq!(found.map(|it| it.message).as_deref(), Some(why), "{text}");
        let alert = Alert::new("Test", &expr);
        assert!(find(&alert, &Catalog::new()).is_err(), "{text}");
    }
}

#[test]
fn what_may_fire_is_no_contradiction() {
    for text in [
        "x > 5 and on (job) x < 3",
        "x > 5 or x < 3",
        "x > 5 unless x > 7",
        "up > 1 or x > 1",
        "x > 5 and y < 3",
        "x != 5 and x != 3",
        r#"queue{state=~"busy|lost"} > 5"#,
        "absent(up > 1)",
        "up >= 1",
    ] {
        assert_eq!(contradiction(&expr(text), &Catalog::new()), None, "{text}");
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (text, why) in [
        (
            "x > x offset 1d",
            "what a series did at another time (`offset`, `@`) is not derived",
        ),
        ("stddev(x) > 5", "what `stddev` needs is not derived"),
    ] {
        let expr = expr(text);
        let found = find(&Alert::new("Test", &expr), &Unknown).unwrap_err();
        assert_eq!(found.message, why);
    }
}

fn threshold() -> impl Strategy<Value = f64> {
    prop_oneof![
        (1_i32..100_000).prop_map(f64::from),
        (1_i32..1000).prop_map(|it| f64::from(it) / 1000.0),
        Just(0.0),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn simple_conditions_have_witnesses(
        left in prop::sample::select(vec![
            "x", "sum(x)", "sum by (job) (x)", "avg_over_time(x[10m])", "rate(x_total[5m])",
            "sum by (job) (increase(x_total[10m]))", "x - y", "max(x) * 100",
        ]),
        op in prop::sample::select(vec![
            BinaryOp::Greater, BinaryOp::GreaterEqual, BinaryOp::Less, BinaryOp::LessEqual,
        ]),
        value in threshold(),
        minutes in 0_i64..30,
    ) {
        // Nothing is below zero of what only grows.
        let grows = left.contains("_total");
        prop_assume!(!(grows && op == BinaryOp::Less && value == 0.0));
        // And nothing but the whole is left then to make it stop.
        let expr = expr(&format!("{left} {} {value}", op.symbol()));
        let alert = Alert::new("Test", &expr).lasting(minutes * 60_000);
        let witness = find(&alert, &Unknown);
        prop_assert!(witness.is_ok(), "{expr}: {witness:?}");
        let witness = witness.unwrap();
        prop_assert!(witness.quiet < Some(witness.fires));
        prop_assert!(witness.stops > Some(witness.firing));
    }
}
