//! What a query gives at one time does not depend on the other times it is evaluated at, and no query
//! panics.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use obsctl_promql::eval::{Data, Engine, Labels, Options, STALE, Storage, Value};
use obsctl_promql::parse;
use proptest::prelude::*;

/// Counters with resets and gaps, gauges, a classic and native histograms, info series.
static STORAGE: LazyLock<Storage> = LazyLock::new(|| {
    let mut storage = Storage::new();
    let mut load = |labels: &[(&str, &str)], value: &dyn Fn(i64) -> Option<Value>| {
        let labels: Labels = labels.iter().copied().collect();
        let series = storage.series(&labels);
        for minute in 0..30 {
            if let Some(value) = value(minute) {
                storage.push(series, minute * 60_000, value);
            }
        }
    };
    let float = |value: f64| Some(Value::Float(value));
    for (index, job) in ["a", "b", "c"].into_iter().enumerate() {
        let index = index as i64;
        load(&[("__name__", "c_total"), ("job", job)], &|minute| {
            float(((minute * (index + 2)) % 17) as f64)
        });
        load(
            &[("__name__", "g"), ("job", job), ("x", "1")],
            &|minute| match (minute + index) % 7 {
                0 => None,
                1 => float(STALE),
                2 => float(f64::NAN),
                rest => float(rest as f64 - 3.5),
            },
        );
        load(&[("__name__", "g"), ("job", job), ("x", "2")], &|minute| {
            (minute % 2 == index % 2).then_some(Value::Float(minute as f64))
        });
        for (le, part) in [("1", 1), ("2", 2), ("+Inf", 4)] {
            load(
                &[("__name__", "t_bucket"), ("job", job), ("le", le)],
                &|minute| float((part * (minute % 11)) as f64),
            );
        }
        load(&[("__name__", "h"), ("job", job)], &|minute| {
            let count = (minute + index) % 9;
            let text = format!(
                "{{{{schema:{} count:{count} sum:{count} buckets:[{count}]}}}}",
                index % 2
            );
            Some(
                text.parse::<obsctl_promql::histogram::FloatHistogram>()
                    .expect("a histogram")
                    .into(),
            )
        });
    }
    load(
        &[("__name__", "target_info"), ("job", "a"), ("v", "1")],
        &|minute| float(if minute == 9 { STALE } else { 1.0 }),
    );
    storage
});

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(texts)
}

fn selector() -> impl Strategy<Value = String> + Clone {
    let shift = [
        "",
        "",
        "",
        " offset 2m",
        " offset -1m",
        " @ 600",
        " @ 300 offset 1m",
    ];
    let of = one_of(&[
        "c_total",
        "g",
        "h",
        "t_bucket",
        "g{x=\"1\"}",
        "{job=\"a\"}",
        "missing",
    ]);
    (of, prop::sample::select(shift.to_vec())).prop_map(|(of, shift)| format!("{of}{shift}"))
}

/// Expressions that give instant vectors.
fn vector() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![selector(), Just("vector(time())".to_owned())];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let range = prop_oneof![
            (selector(), one_of(&["[1m]", "[5m]", "[7m30s]"])).prop_map(|(selector, range)| {
                match selector.split_once(' ') {
                    Some((of, shift)) => format!("{of}{range} {shift}"),
                    None => format!("{selector}{range}"),
                }
            }),
            (
                inner.clone(),
                one_of(&["[5m:1m]", "[3m:45s]", "[4m:2m] offset 1m", "[2m:] @ 700"])
            )
                .prop_map(|(inner, range)| format!("({inner}){range}")),
        ];
        let over = one_of(&[
            "rate",
            "increase",
            "delta",
            "irate",
            "idelta",
            "changes",
            "resets",
            "deriv",
            "avg_over_time",
            "sum_over_time",
            "count_over_time",
            "min_over_time",
            "max_over_time",
            "last_over_time",
            "first_over_time",
            "present_over_time",
            "stddev_over_time",
            "mad_over_time",
            "absent_over_time",
            "ts_of_max_over_time",
        ]);
        let of = one_of(&[
            "abs",
            "-",
            "timestamp",
            "absent",
            "sgn",
            "hour",
            "histogram_count",
            "histogram_avg",
            "sort",
            "info",
            "histogram_stddev",
            "vector(scalar",
        ]);
        let operator = one_of(&[
            "+", "-", "*", "/", "^", "%", "==", "!=", "<", ">=", "> bool", "</",
        ]);
        let number = one_of(&["2", "0", "-1.5", "NaN", "time()"]);
        let matching = one_of(&[
            " and ",
            " or ",
            " unless on (job) ",
            " + on (job, x) ",
            " / ignoring (x) ",
            " * on (job) group_left () ",
            " - on (job) group_right (x) ",
            " > on (job) fill (1) ",
        ]);
        let aggregation = one_of(&[
            "sum",
            "avg",
            "min",
            "max",
            "count",
            "group",
            "stdvar",
            "topk(2, ",
            "bottomk(1, ",
            "limitk(2, ",
            "quantile(0.4, ",
            "count_values(\"v\", ",
            "limit_ratio(0.6, ",
        ]);
        let grouping = one_of(&["", " by (job)", " by (__name__)", " without (x)"]);
        prop_oneof![
            (over, range.clone()).prop_map(|(over, range)| format!("{over}({range})")),
            range
                .clone()
                .prop_map(|range| format!("predict_linear({range}, 60)")),
            range.prop_map(|range| format!("quantile_over_time(0.3, {range})")),
            (of, inner.clone()).prop_map(|(of, inner)| {
                let open = of.matches('(').count() + 1;
                format!("{of}({inner}{}", ")".repeat(open))
            }),
            (inner.clone(), operator.clone(), number.clone())
                .prop_map(|(inner, operator, number)| format!("({inner}) {operator} {number}")),
            (number, operator, inner.clone())
                .prop_map(|(number, operator, inner)| format!("{number} {operator} ({inner})")),
            (inner.clone(), matching, inner.clone())
                .prop_map(|(left, matching, right)| format!("({left}){matching}({right})")),
            (aggregation, grouping, inner.clone()).prop_map(|(aggregation, grouping, inner)| {
                match aggregation.split_once('(') {
                    Some((name, param)) => format!("{name}{grouping} ({param}{inner})"),
                    None => format!("{aggregation}{grouping} ({inner})"),
                }
            }),
            inner
                .clone()
                .prop_map(|inner| format!("histogram_quantile(0.7, {inner})")),
            inner
                .clone()
                .prop_map(|inner| format!("clamp({inner}, -1, 2)")),
            inner.prop_map(|inner| {
                format!("label_replace({inner}, \"y\", \"$1\", \"job\", \"(a|b)\")")
            }),
        ]
    })
}

type Sorted = BTreeMap<Labels, String>;

fn shown(value: &Value) -> String {
    match value {
        Value::Float(value) if value.is_nan() => "NaN".to_owned(),
        Value::Float(value) => format!("{value} {:x}", value.to_bits()),
        Value::Histogram(histogram) => histogram.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_step_gives_what_an_instant_query_gives(query in vector(), delayed in any::<bool>()) {
        let engine = Engine::new(Options { delayed_name_removal: delayed, ..Options::default() });
        let parsed = parse(&query);
        prop_assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        let (start, end, step) = (250_000, 1_900_000, 110_000);
        let Ok(range) = engine.range(&STORAGE, &parsed.expr, start, end, step) else {
            // Some queries fail, but none at one step only of which an instant query knows nothing.
            let mut times = (start..=end).step_by(step as usize);
            let fails = times.any(|time| engine.instant(&STORAGE, &parsed.expr, time).is_err());
            let merged = !delayed || query.contains("label_replace");
            prop_assert!(fails || merged || query.contains(':'), "only the range query fails");
            return Ok(());
        };
        let Data::Matrix(series) = range.data else { panic!("a range query gives series") };
        for time in (start..=end).step_by(step as usize) {
            let instant = engine.instant(&STORAGE, &parsed.expr, time);
            let instant = instant.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let Data::Vector(samples) = instant.data else { panic!("a vector has samples") };
            let instant: Sorted =
                samples.iter().map(|it| (it.labels.without_metadata(), shown(&it.value))).collect();
            let at_step: Sorted = series
                .iter()
                .filter_map(|series| {
                    let (_, value) = series.points.iter().find(|(at, _)| *at == time)?;
                    Some((series.labels.without_metadata(), shown(value)))
                })
                .collect();
            prop_assert_eq!(at_step, instant, "at {}", time);
        }
    }
}
