//! What the typed builder says in PromQL.
#![allow(missing_docs, reason = "declarations of a test")]

use obsctl_model::prelude::*;

labels! {
    pub enum Method { Get = "GET", Post = "POST" }
    pub bounded Route, at_most 40, like "/";
    pub pattern Status = "[1-5][0-9][0-9]", at_most 60, like "200";
}

metrics! {
    family "API", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests served.
    pub counter Requests("requests_total") { method: Method, path: Route, status: Status }
    /// Requests refused.
    pub counter Refused("refused_total") { path: Route }
    /// Time to serve.
    pub histogram Latency("latency_seconds", Seconds, [0.1, 1.0]) { path: Route }
    /// Size of answers.
    pub native_histogram Size("size_bytes", Bytes) { path: Route }
    /// Both forms.
    pub dual_histogram Wait("wait_seconds", Seconds, [0.1, 1.0]) { path: Route }
    /// Tasks waiting.
    pub gauge Waiting("waiting") { path: Route }
}

/// Queries that are built read as the text says, and the text parses.
#[track_caller]
fn says(query: impl Into<Promql>, text: &str) {
    let query = query.into();
    assert_eq!(query.as_str(), text);
    assert!(query.errors().is_empty(), "{:?}", query.errors());
}

#[test]
fn selectors_and_matchers() {
    says(Requests::select(), "requests_total");
    says(
        Requests::with(Requests::method.is(Method::Get)),
        r#"requests_total{method="GET"}"#,
    );
    says(
        Requests::with(Requests::status.matches("5..")).with(Requests::path.is_not("/health")),
        r#"requests_total{status=~"5..", path!="/health"}"#,
    );
    says(
        Requests::with(Requests::path.is_any(["/a.b", "/c"])),
        r#"requests_total{path=~"/a\\.b|/c"}"#,
    );
    says(
        Requests::with(Requests::path.chosen("path")),
        r#"requests_total{path=~"$path"}"#,
    );
    says(
        Waiting::with(TargetLabel::JOB.is("api")).offset(hours(1)),
        r#"waiting{job="api"} offset 1h"#,
    );
    says(Waiting::select().at_end(), "waiting @ end()");
    says(
        Waiting::select().predict_linear(hours(6), days(1)),
        "predict_linear(waiting[6h], 86400)",
    );
}

#[test]
fn functions_that_fit_the_kind() {
    says(Requests::rate(mins(5)), "rate(requests_total[5m])");
    says(
        Requests::increase(range()),
        "increase(requests_total[$__range])",
    );
    says(
        Waiting::select().max_over_time(mins(90)),
        "max_over_time(waiting[1h30m])",
    );
    says(
        Waiting::select().quantile_over_time(0.9, hours(1)),
        "quantile_over_time(0.9, waiting[1h])",
    );
    says(
        Latency::observations().rate(mins(5)),
        "rate(latency_seconds_count[5m])",
    );
}

#[test]
fn quantiles_add_le_for_classic_buckets_only() {
    says(
        Latency::rate(mins(5)).sum_by(Latency::path).quantile(0.95),
        "histogram_quantile(0.95, sum by (path, le) (rate(latency_seconds_bucket[5m])))",
    );
    says(
        Latency::rate(mins(5)).sum().quantile(0.5),
        "histogram_quantile(0.5, sum by (le) (rate(latency_seconds_bucket[5m])))",
    );
    says(
        Size::rate(mins(5)).sum_by(Size::path).quantile(0.95),
        "histogram_quantile(0.95, sum by (path) (rate(size_bytes[5m])))",
    );
    says(
        Size::rate(mins(5)).sum().quantile(0.95),
        "histogram_quantile(0.95, sum(rate(size_bytes[5m])))",
    );
    says(
        Wait::native().rate(mins(5)).quantile(0.9),
        "histogram_quantile(0.9, rate(wait_seconds[5m]))",
    );
    says(
        Latency::increase(interval()).sum().heatmap(),
        "sum by (le) (increase(latency_seconds_bucket[$__rate_interval]))",
    );
}

#[test]
fn operators_keep_their_precedence() {
    let failed = || {
        Requests::with(Requests::status.matches("5.."))
            .rate(mins(5))
            .sum()
    };
    let all = || Requests::rate(mins(5)).sum();
    says(
        failed() / all(),
        r#"sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total[5m]))"#,
    );
    says(
        (failed() + all()) / 2.0,
        r#"(sum(rate(requests_total{status=~"5.."}[5m])) + sum(rate(requests_total[5m]))) / 2"#,
    );
    says(100.0 * all(), "100 * sum(rate(requests_total[5m]))");
    says(
        1.0 - failed() / all(),
        r#"1 - sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total[5m]))"#,
    );
    says(-all(), "-sum(rate(requests_total[5m]))");
    says(
        (Waiting::select().sum() + 1) * -2.5,
        "(sum(waiting) + 1) * -2.5",
    );
    says(
        (time() - Waiting::select().max()).gt(60),
        "time() - max(waiting) > 60",
    );
}

#[test]
fn matching_and_sets() {
    let per_path = Requests::rate(mins(5)).sum_by((Requests::path, Requests::method));
    let total = Requests::rate(mins(5)).sum_by(Requests::path);
    says(
        per_path.on(Requests::path).group_left(()).div(total),
        "sum by (path, method) (rate(requests_total[5m])) / on (path) group_left () sum by (path) (rate(requests_total[5m]))",
    );
    says(
        Waiting::select().gt(100).and(Refused::rate(mins(5)).gt(0)),
        "waiting > 100 and rate(refused_total[5m]) > 0",
    );
    says(
        Waiting::select().or(promql("vector(0)")).sum(),
        "sum(waiting or vector(0))",
    );
    says(
        Waiting::select().unless(Refused::select()),
        "waiting unless refused_total",
    );
    says(
        Waiting::select()
            .ignoring(Waiting::path)
            .mul(Refused::select()),
        "waiting * ignoring (path) refused_total",
    );
}

#[test]
fn aggregations_comparisons_and_subqueries() {
    says(
        Waiting::select().sum_without(Waiting::path),
        "sum without (path) (waiting)",
    );
    says(
        Requests::rate(mins(5)).sum_by(Requests::path).topk(5),
        "topk(5, sum by (path) (rate(requests_total[5m])))",
    );
    says(
        Waiting::select().quantile_across(0.9, ()),
        "quantile(0.9, waiting)",
    );
    says(Waiting::select().ge_bool(3), "waiting >= bool 3");
    says(
        Requests::rate(mins(5))
            .sum()
            .repeated(hours(1), Some(mins(1).into()))
            .max_over_time(),
        "max_over_time(sum(rate(requests_total[5m]))[1h:1m])",
    );
    says(Waiting::select().absent(), "absent(waiting)");
    says(
        Waiting::select().label_replace("service", "$1", "job", "(.*)"),
        r#"label_replace(waiting, "service", "$1", "job", "(.*)")"#,
    );
}

#[test]
fn text_is_kept_and_joined_with_built_queries() {
    says(promql(" up == 0 "), "up == 0");
    says(
        promql("vector(1)") + Waiting::select().sum(),
        "vector(1) + sum(waiting)",
    );
    let broken = promql("sum(");
    assert_eq!(broken.as_str(), "sum(");
    assert!(!broken.errors().is_empty());
}

#[test]
fn a_share_is_zero_where_the_part_is_missing() {
    let failed = Requests::with(Requests::status.matches("5..")).rate(mins(5));
    says(
        failed
            .sum_by(Requests::path)
            .share_of(Requests::rate(mins(5)).sum_by(Requests::path)),
        "(sum by (path) (rate(requests_total{status=~\"5..\"}[5m])) or sum by (path) (rate(requests_total[5m])) * 0) \
         / sum by (path) (rate(requests_total[5m]))",
    );
}

#[test]
fn a_total_is_zero_where_nothing_was_counted() {
    says(
        Refused::increase(mins(5)).sum().or_zero() + Requests::increase(mins(5)).sum(),
        "(sum(increase(refused_total[5m])) or vector(0)) + sum(increase(requests_total[5m]))",
    );
}
