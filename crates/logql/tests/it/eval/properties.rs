//! What holds for every query and all lines: an answer or an error, never a panic.

use obsctl_logql::eval::{Data, Engine, Entry, Options, Storage};
use obsctl_logql::{Expr, parse};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{SECOND, labels};
use crate::generate;

fn line() -> BoxedStrategy<String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        "([a-c]{1,2}=(\"[a-z \\\\\"]{0,5}\"?|[0-9.]{0,4}(ms|KB)?)? ){0,4}",
        "\\{(\"[a-c]\":(\"[a-z\\\\u0-9]{0,6}\"|[0-9.e-]{1,4}|null|\\[1,\"x\"\\]|\\{\"b\":1\\}),?){0,4}\\}?",
        "[0-9a-f.:/ -]{0,30}",
        Just(r#"{"_entry":"a=1","b":"x"}"#.to_owned()),
    ]
    .boxed()
}

prop_compose! {
    fn storage()(
        entries in vec((0..3_usize, 0..60_i64, line(), "[a-c]=[0-9x]{1,2}"), 0..12),
    ) -> Storage {
        let streams = ["a=1", "a=2 b=x", "job=api"];
        let mut storage = Storage::new();
        for (stream, seconds, line, metadata) in entries {
            let time = seconds * SECOND;
            let entry = Entry { time, line, metadata: labels(&metadata) };
            storage.push_entry(&labels(streams[stream]), entry);
        }
        storage
    }
}

const QUERIES: &[&str] = &[
    r#"{a=~".+"} | json"#,
    r#"{a=~".+"} | json x="a.b[0]", y="[\"c\"]""#,
    r#"{a=~".+"} | logfmt --strict --keep-empty"#,
    r#"{a=~".+"} | logfmt a, x="b""#,
    r#"{a=~".+"} | regexp "(?P<a>.)(?P<x>[a-z]+)?""#,
    r#"{a=~".+"} | pattern "<a> <_>=<b>""#,
    r#"{a=~".+"} | unpack | a > 1 or b < 2ms , c == 1KB"#,
    r#"{a=~".+"} |> "<_>a<_>" |= ip("::/0") !~ "a|b""#,
    r#"{a=~".+"} | logfmt | a = ip("10.0.0.0/8") | decolorize"#,
    r#"{a=~".+"} | logfmt | line_format "{{ .a | trunc 2 }}{{ __line__ | substr 0 3 }}" | json"#,
    r#"{a=~".+"} | logfmt | label_format x="{{ .a | int }}{{ div 1 .b }}", y=c | keep x, y, b=~"1.*""#,
    r#"{a=~".+"} | label_format x="{{ fromJson __line__ }}", y="{{ b64dec __line__ }}{{ urldecode __line__ }}""#,
    r#"{a=~".+"} | label_format x="{{ toDate \"2006-01-02\" __line__ }}{{ unixToTime __line__ }}""#,
    r#"sum by (a, x) (rate({a=~".+"} | logfmt | __error__="" [10s]))"#,
    r#"quantile_over_time(0.5, {a=~".+"} | logfmt | unwrap a | __error__="" [20s]) by (b)"#,
    r#"stddev_over_time({a=~".+"} | logfmt | unwrap duration(a) | __error__="" [20s]) without (b)"#,
    r#"rate_counter({a=~".+"} | json | unwrap bytes(a) | __error__="" [20s])"#,
    r#"topk(2, count_over_time({a=~".+"}[5s])) / ignoring (b) group_left bytes_rate({a=~".+"}[1m] offset 3s)"#,
];

/// Uses an engine with every limit open on a query, which may have errors.
fn evaluate(storage: &Storage, expr: &Expr) -> Option<Data> {
    let engine = Engine::new(Options {
        variants: true,
        max_steps: 20,
        ..Options::default()
    });
    let _ = engine.instant(storage, expr, 30 * SECOND);
    let _ = engine.instant(storage, expr, i64::MIN);
    let _ = engine.range(storage, expr, i64::MAX - 5, i64::MAX, 1);
    engine.range(storage, expr, 0, 60 * SECOND, 7 * SECOND).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_kind_of_query_is_evaluated(storage in storage(), query in prop::sample::select(QUERIES)) {
        let parsed = parse(query);
        prop_assert!(parsed.errors.is_empty(), "{query}: {:?}", parsed.errors);
        evaluate(&storage, &parsed.expr);
    }

    #[test]
    fn random_trees_are_evaluated(storage in storage(), expr in generate::expr()) {
        evaluate(&storage, &expr);
    }

    #[test]
    fn random_texts_are_evaluated(storage in storage(), text in "[ -~]{0,60}") {
        evaluate(&storage, &parse(&text).expr);
    }

    #[test]
    fn counts_of_groups_add_up(storage in storage()) {
        let total = |query: &str| match evaluate(&storage, &parse(query).expr) {
            Some(Data::Matrix(series)) => {
                series.iter().flat_map(|it| &it.points).map(|(_, value)| value).sum::<f64>()
            }
            _ => f64::NAN,
        };
        let all = total(r#"sum(count_over_time({a=~".+"}[30s]))"#);
        prop_assert_eq!(all, total(r#"count_over_time({a=~".+"}[30s])"#));
        let sums = r#"sum by (c) (count_over_time({a=~".+"} | logfmt c [30s]))"#;
        prop_assert_eq!(all, total(sums));
    }
}
