//! The evaluator through its public face.

use obsctl_promql::eval::{
    Data, Engine, EvalError, Labels, Options, Output, STALE, Storage, Value,
};
use obsctl_promql::{Span, parse};

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().copied().collect()
}

/// `m{i="0"}` to `m{i="9"}`, a sample each second for a minute, at times as values.
fn storage() -> Storage {
    let mut storage = Storage::new();
    for index in 0..10 {
        let series = storage.series(&labels(&[("__name__", "m"), ("i", &index.to_string())]));
        for second in 0..60 {
            storage.push(series, second * 1000, second as f64);
        }
    }
    storage
}

fn instant(options: Options, query: &str) -> Result<Output, EvalError> {
    Engine::new(options).instant(&storage(), &parse(query).expr, 30_000)
}

#[test]
fn errors_name_the_place() {
    let place = |query: &str| {
        let error = instant(Options::default(), query).unwrap_err();
        let text = &query[error.span.range()];
        format!("{text}: {}", error.message)
    };
    assert_eq!(place("sum(m"), "sum(m: the query has syntax errors");
    assert_eq!(place("m + $x"), "$x: the query has the variable `x`");
    assert_eq!(place("1 + rates(m[5m])"), "rates: unknown function `rates`");
    assert_eq!(
        place("1 + m / on () m"),
        "m / on () m: found duplicate series for the match group {} on the right hand-side of the \
         operation: [{__name__=\"m\", i=\"0\"}, {__name__=\"m\", i=\"1\"}];many-to-many matching not \
         allowed: matching labels must be unique on one side"
    );
    assert_eq!(
        place("1 + sum(m[1m - 2m])"),
        "1m - 2m: duration must be greater than 0"
    );
    assert!(place("m{i=~\"(\"}").starts_with("\"(\": `(` is not a regular expression: "));
    assert!(place("-topk(1e30, m)").starts_with("1e30: Scalar value 1e+30 overflows int64"));
}

#[test]
fn a_query_that_is_too_large_is_an_error_and_takes_no_memory() {
    let options = Options {
        max_samples: 1000,
        ..Options::default()
    };
    let engine = Engine::new(options);
    let storage = storage();
    let range = |query: &str, end: i64, step: i64| {
        engine
            .range(&storage, &parse(query).expr, 0, end, step)
            .map(|_| ())
            .map_err(|it| it.message)
    };
    let limit =
        "the query needs more than 1000 samples at once: select fewer series or a shorter time";
    assert_eq!(range("m", 200_000, 1000), Err(limit.to_owned()));
    assert_eq!(range("sum(rate(m[5s]))", 50_000, 1000), Ok(()));
    assert_eq!(range("1", i64::MAX / 8, 1), Err(limit.to_owned()));
    assert_eq!(
        range("sum_over_time(sum(m)[1y:1ms])", 1000, 1000),
        Err(limit.to_owned())
    );
    assert_eq!(range("m or m or m", 50_000, 1000), Err(limit.to_owned()));
}

#[test]
fn extreme_times_and_durations_do_not_overflow() {
    let engine = Engine::new(Options::default());
    let storage = storage();
    let far = 1 << 61;
    for query in [
        "m",
        "rate(m[292y])",
        "m offset 292y",
        "m offset -292y",
        "m @ 9e15",
        "m @ -9e15 offset 292y",
        "sum_over_time(m[5m:1m] @ 9e15)",
        "rate(m[5m] smoothed)",
        "year(vector(1e300)) + minute(vector(-1e300))",
        "predict_linear(m[292y], 1e300)",
        "info(m offset 292y)",
        "timestamp(m @ -9e15)",
    ] {
        let expr = parse(query).expr;
        for time in [-far, -1, 0, far] {
            assert!(
                engine.instant(&storage, &expr, time).is_ok(),
                "{query} at {time}"
            );
            assert!(
                engine.range(&storage, &expr, time, time, 1).is_ok(),
                "{query} at {time}"
            );
        }
        assert!(engine.instant(&storage, &expr, i64::MAX).is_err());
    }
}

#[test]
fn deep_queries_fit_into_the_stack() {
    let engine = Engine::new(Options::default());
    let storage = storage();
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}m{{i=\"1\"}}{}", open.repeat(depth), close.repeat(depth))
    };
    for query in [
        nested("abs(", ")", 200),
        nested("-", "", 200),
        nested("sum(", ")", 200),
        nested("max_over_time(", "[1m:30s])", 60),
        nested("label_replace(", ", \"a\", \"\", \"b\", \"\")", 200),
        nested("1 + (", ")", 120),
        vec!["m"; 400].join(" + "),
        vec!["1"; 400].join(" + "),
        vec!["m"; 400].join(" or "),
    ] {
        let parsed = parse(&query);
        assert!(parsed.errors.is_empty(), "{query}: {:?}", parsed.errors);
        let range = engine.range(&storage, &parsed.expr, 30_000, 40_000, 10_000);
        assert!(range.is_ok(), "{query}: {range:?}");
    }
}

#[test]
fn several_threads_query_one_storage() {
    let storage = storage();
    let engine = Engine::new(Options::default());
    let expr = parse("sum(rate(m[10s]))").expr;
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| engine.instant(&storage, &expr, 30_000).map(|it| it.data)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    let Ok(Data::Vector(samples)) = &results[0] else {
        panic!("{results:?}");
    };
    assert_eq!(samples[0].value, Value::Float(10.0));
    assert!(results.iter().all(|result| result == &results[0]));
}

#[test]
fn results_do_not_depend_on_the_order_of_loading() {
    let load = |backwards: bool| {
        let mut storage = Storage::new();
        let mut order: Vec<usize> = (0..50).collect();
        if backwards {
            order.reverse();
        }
        for index in order {
            let labels = labels(&[("__name__", "m"), ("i", &index.to_string())]);
            storage.append(&labels, 0, 0.1 * index as f64 + 1e16);
        }
        storage
    };
    let engine = Engine::new(Options::default());
    for query in [
        "sum(m)",
        "topk(3, m)",
        "m",
        "quantile(0.3, m)",
        "limitk(3, m)",
    ] {
        let expr = parse(query).expr;
        let data = |backwards| engine.instant(&load(backwards), &expr, 0).map(|it| it.data);
        assert_eq!(data(false), data(true), "{query}");
    }
}

/// Prometheus drops names at once unless a feature is on, which makes a difference where they would tell
/// series apart.
#[test]
fn names_are_dropped_at_once_or_at_the_end() {
    let mut storage = Storage::new();
    for name in ["a_total", "b_total"] {
        storage.append(&labels(&[("__name__", name)]), 0, 1.0);
    }
    let at_once = Engine::new(Options::default());
    let at_end = Engine::new(Options {
        delayed_name_removal: true,
        ..Options::default()
    });
    let query = "count by (__name__) (max_over_time({__name__=~\".*_total\"}[1m]))";
    let error = at_once
        .instant(&storage, &parse(query).expr, 0)
        .unwrap_err();
    assert_eq!(
        error.message,
        "vector cannot contain metrics with the same labelset"
    );
    let query = "count(sum by (__name__) (max_over_time({__name__=~\".*_total\"}[1m])))";
    let output = at_end
        .instant(&storage, &parse(query).expr, 0)
        .expect("two groups");
    let Data::Vector(samples) = output.data else {
        panic!("no vector")
    };
    assert_eq!(samples[0].value, Value::Float(2.0));
    let negated = parse("-{__name__=~\".*_total\"}").expr;
    assert!(at_once.instant(&storage, &negated, 0).is_err());
    assert!(at_end.instant(&storage, &negated, 0).is_err());
}

#[test]
fn types_and_units_can_be_labels() {
    let mut storage = Storage::new();
    let metric = labels(&[
        ("__name__", "m"),
        ("__type__", "gauge"),
        ("__unit__", "seconds"),
    ]);
    storage.append(&metric, 0, 1.0);
    storage.append(&metric, 1000, 2.0);
    let engine = Engine::new(Options {
        type_and_unit_labels: true,
        ..Options::default()
    });
    let query = "rate(m[10s])";
    let output = engine
        .instant(&storage, &parse(query).expr, 1000)
        .expect("a rate");
    let texts: Vec<_> = output.annotations.iter().map(|it| it.text(query)).collect();
    assert_eq!(
        texts,
        [
            "PromQL info: metric might not be a counter, __type__ label is not set to \"counter\" or \
          \"histogram\", got \"gauge\": \"m\" (1:6)"
        ]
    );
    let Data::Vector(samples) = output.data else {
        panic!("no vector")
    };
    assert!(samples[0].labels.is_empty());
}

#[test]
fn markers_are_no_values() {
    let mut storage = Storage::new();
    let series = storage.series(&labels(&[("__name__", "m")]));
    storage.push(series, 0, 1.0);
    storage.push(series, 1000, STALE);
    let engine = Engine::new(Options::default());
    let at = |query: &str| {
        engine
            .instant(&storage, &parse(query).expr, 1000)
            .map(|it| it.data)
    };
    assert_eq!(at("m"), Ok(Data::Vector(Vec::new())));
    assert_eq!(at("scalar(count_over_time(m[5m]))"), Ok(Data::Scalar(1.0)));
    // What no sample is, is nowhere in a result.
    assert_eq!(at("absent(m)"), at("vector(1)"));
}

#[test]
fn a_range_query_needs_a_step_and_a_vector() {
    let engine = Engine::new(Options::default());
    let range = |query: &str, step| {
        engine
            .range(&storage(), &parse(query).expr, 0, 1000, step)
            .unwrap_err()
    };
    assert_eq!(range("m", 0).message, "the step must be greater than 0");
    assert_eq!(
        range("m[1m]", 1000),
        EvalError {
            span: Span::default(),
            message: "invalid expression type \"range vector\" for range query, must be Scalar or instant \
                      Vector"
                .to_owned(),
        }
    );
}
