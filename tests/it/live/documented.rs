//! Grafana, Loki and Tempo by the documented answers of their APIs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use obsctl::Stack;
use obsctl::generate::{self, Environment};
use obsctl::model::ScrapeJob;
use obsctl::model::prelude::*;
use obsctl::project::Project;
use serde_json::{Value, json};

use super::server::{Reply, Request, Server};
use super::{lines, report};

fn stack() -> Stack {
    let lines = Alert::new("ManyErrors")
        .when(logql(
            r#"sum(count_over_time({service_name="api"} |= "error" [5m])) > 10"#,
        ))
        .lasting(mins(1))
        .severity(Severity::Warning)
        .owner("platform")
        .summary("errors")
        .runbook(Slug::from_static("errors"));
    Stack::new(Slug::from_static("test"))
        .rule_group(RuleGroup::new("logs").alert(lines))
        .dashboard(
            Dashboard::new("all", "All")
                .variable(variable::query("service", log_label_values("service_name")).multi())
                .variable(variable::query("span", trace_tag_values("name")))
                .row(
                    "R",
                    (
                        timeseries("Metric").query(promql("up")),
                        timeseries("Wrong").query(promql("wrong")),
                        logs("Lines").query(logql(r#"{service_name=~"$service"}"#)),
                        logs("None").query(logql(r#"{service_name="other"} |= "x""#)),
                        timeseries("Rate").query(logql(
                            r#"sum(rate({service_name=~"$service"} |= "no" [$__auto]))"#,
                        )),
                        table("Search").query(traceql(r#"{ name = "$span" }"#)),
                        table("Nothing").query(traceql("{ status = error }")),
                        timeseries("Spans").query(traceql("{} | rate()")),
                    ),
                ),
        )
}

/// The generated dashboards, by uid.
fn dashboards() -> BTreeMap<String, Value> {
    let files = generate::run(&Project::link(stack()), Environment::Compose);
    let dashboards = files
        .iter()
        .filter(|(path, _)| path.starts_with("dashboards/"));
    dashboards
        .map(|(_, text)| serde_json::from_str(text).unwrap())
        .map(|one: Value| (one["uid"].as_str().unwrap().to_owned(), one))
        .collect()
}

fn loki(request: &Request) -> Reply {
    let success = |data: Value| Reply::ok(json!({"status": "success", "data": data}));
    let query = request.parameter("query").unwrap_or_default();
    match request.path.as_str() {
        "/ready" => Reply::text("ready\n"),
        "/loki/api/v1/status/buildinfo" => Reply::ok(json!({"version": "3.7.6", "revision": "x"})),
        "/prometheus/api/v1/rules" => success(json!({"groups": [{
            "name": "logs", "file": "security.yml", "interval": 60, "evaluationTime": 0.1, "limit": 0,
            "lastEvaluation": "2026-01-01T00:00:00Z",
            "rules": [{
                "state": "inactive", "name": "ManyErrors", "type": "alerting", "health": "ok", "lastError": "",
                "query": "(sum(count_over_time({service_name=\"api\"} |= \"error\"[5m])) > 10)",
                "duration": 60, "labels": {"severity": "warning", "team": "platform"}, "annotations": {},
                "alerts": [], "evaluationTime": 0.1, "lastEvaluation": "2026-01-01T00:00:00Z"
            }]
        }]})),
        "/loki/api/v1/label/service_name/values" => success(json!(["api", "worker.1"])),
        "/loki/api/v1/series" => success(match request.parameter("match[]").unwrap().as_str() {
            r#"{service_name="other"}"# => json!([]),
            _ => json!([{"service_name": "api"}]),
        }),
        "/loki/api/v1/query_range" if query.starts_with("sum") => {
            success(json!({"resultType": "matrix", "result": [], "stats": {}}))
        }
        "/loki/api/v1/query_range" => success(json!({
            "resultType": "streams",
            "result": if query.contains("other") { json!([]) } else {
                json!([{"stream": {"service_name": "api"}, "values": [["1", "line"]]}])
            }
        })),
        _ => Reply::missing(),
    }
}

fn tempo(request: &Request) -> Reply {
    let query = request.parameter("q").unwrap_or_default();
    match request.path.as_str() {
        "/ready" => Reply::text("ready\n"),
        "/api/status/buildinfo" => Reply::ok(json!({"version": "3.0.3"})),
        "/api/v2/search/tag/name/values" => Reply::ok(json!({
            "tagValues": [{"type": "string", "value": "GET /"}], "metrics": {}
        })),
        "/api/search" if query.contains("error") => {
            Reply::ok(json!({"metrics": {"totalBlocks": 1}}))
        }
        "/api/search" => Reply::ok(json!({"traces": [{"traceID": "1"}], "metrics": {}})),
        "/api/metrics/query_range" => Reply::ok(json!({
            "series": [{"labels": [], "samples": [{"timestampMs": "1", "value": 2}]}]
        })),
        _ => Reply::missing(),
    }
}

#[test]
fn loki_and_tempo_are_asked_by_their_own_apis() {
    let (loki, tempo) = (Server::start(loki), Server::start(tempo));
    let (status, report) = report(stack(), &["--loki", &loki.url, "--tempo", &tempo.url]);
    assert_eq!(
        lines(&report),
        [
            "ready/loki passed: version 3.7.6",
            "ready/tempo passed: version 3.0.3",
            "rules/logs/ManyErrors passed",
            "queries/all/Lines/A passed",
            "queries/all/None/A empty: no stream matches `{service_name=\"other\"}`",
            "queries/all/Nothing/A empty: there are traces, and none of them matches",
            "queries/all/Rate/A empty: its streams have lines, and none of them passes its filters",
            "queries/all/Search/A passed",
            "queries/all/Spans/A passed",
            "queries/all/variable service passed: 2 values",
            "queries/all/variable span passed: 1 values",
        ]
    );
    assert_eq!(status, 0);
    let asked = |server: &Server, path: &str, name: &str| {
        let asked = server.asked().into_iter().filter(|one| one.path == path);
        asked
            .filter_map(|one| one.parameter(name))
            .collect::<Vec<_>>()
    };
    let queries = asked(&loki, "/loki/api/v1/query_range", "query");
    assert!(
        queries.contains(&r#"{service_name=~"api"}"#.to_owned()),
        "{queries:?}"
    );
    let searches = asked(&tempo, "/api/search", "q");
    assert!(
        searches.contains(&r#"{ name = "GET /" }"#.to_owned()),
        "{searches:?}"
    );
}

/// Loki begins to wait when it is first asked whether it is ready.
#[test]
fn an_engine_that_settles_is_waited_for() {
    let asked = AtomicUsize::new(0);
    let settling = Server::start(move |request| match request.path.as_str() {
        "/ready" if asked.fetch_add(1, Ordering::Relaxed) < 4 => Reply::Text(
            503,
            "text/plain",
            "Ingester not ready: waiting for 1s after being ready\n".to_owned(),
        ),
        _ => loki(request),
    });
    let (status, report) = report(stack(), &["--loki", &settling.url, "--only", "ready"]);
    assert_eq!(lines(&report), ["ready/loki passed: version 3.7.6"]);
    assert_eq!(status, 0);
}

/// Grafana with the generated dashboards, and datasources that lead to the others.
fn grafana(request: &Request) -> Reply {
    let dashboards = dashboards();
    let path = request.path.as_str();
    if let Some(uid) = path.strip_prefix("/api/dashboards/uid/") {
        return match dashboards.get(uid) {
            Some(dashboard) => {
                Reply::ok(json!({"dashboard": dashboard, "meta": {"provisioned": true}}))
            }
            None => Reply::Json(404, json!({"message": "Dashboard not found"})),
        };
    }
    if let Some(inner) = path.strip_prefix("/api/datasources/proxy/uid/") {
        let (uid, path) = inner.split_once('/').unwrap();
        let path = format!("/{path}");
        let request = Request {
            path,
            ..request.clone()
        };
        return match uid {
            "loki" => loki(&request),
            "tempo" => tempo(&request),
            _ => prometheus(&request),
        };
    }
    match path {
        "/api/health" => Reply::ok(json!({"database": "ok", "version": "13.0.1", "commit": "x"})),
        "/api/datasources/uid/prometheus/health"
        | "/api/datasources/uid/loki/health"
        | "/api/datasources/uid/tempo/health" => {
            Reply::ok(json!({"status": "OK", "message": "works"}))
        }
        "/api/datasources/uid/alertmanager/health" => Reply::Json(
            400,
            json!({"status": "ERROR", "message": "dial tcp: connection refused"}),
        ),
        "/api/ds/query" => {
            let body = request.json();
            let query = &body["queries"][0];
            let frame = |values: Value| {
                json!({"status": 200, "frames": [{
                    "schema": {"fields": [{"name": "Time", "type": "time"}, {"name": "Value", "type": "number"}]},
                    "data": {"values": values}
                }]})
            };
            match query["expr"].as_str().unwrap() {
                "wrong" => Reply::Json(
                    400,
                    json!({"results": {"A": {
                        "status": 400, "error": "bad_data: invalid parameter", "errorSource": "downstream", "frames": []
                    }}}),
                ),
                text if text.contains("other") || text.starts_with("sum") => {
                    Reply::ok(json!({"results": {"A": {"status": 200, "frames": []}}}))
                }
                _ => Reply::ok(json!({"results": {"A": frame(json!([[1], [1]]))}})),
            }
        }
        _ => Reply::missing(),
    }
}

fn prometheus(request: &Request) -> Reply {
    let success = |data: Value| Reply::ok(json!({"status": "success", "data": data}));
    match request.path.as_str() {
        "/api/v1/label/__name__/values" => success(json!(["up"])),
        "/api/v1/metadata" => success(json!({})),
        "/api/v1/targets" => success(json!({"activeTargets": []})),
        _ => success(json!({"resultType": "vector", "result": []})),
    }
}

#[test]
fn everything_is_asked_through_grafana() {
    let grafana = Server::start(grafana);
    let (status, report) = report(stack(), &["--grafana", &grafana.url]);
    let found = lines(&report);
    for line in [
        "ready/grafana passed: version 13.0.1",
        "datasources/prometheus passed",
        "datasources/alertmanager failed: Grafana cannot reach it: dial tcp: connection refused",
        "dashboards/all passed",
        "queries/all/Metric/A passed",
        "queries/all/Wrong/A failed: Grafana answered 400: bad_data: invalid parameter",
        "queries/all/Lines/A passed",
        "queries/all/None/A empty: no stream matches `{service_name=\"other\"}`",
        "queries/all/Search/A passed",
        "queries/all/Spans/A passed",
        "queries/all/variable service passed: 2 values",
    ] {
        assert!(
            found.iter().any(|found| found == line),
            "{line} in {found:#?}"
        );
    }
    assert_eq!(status, 1);
    let asked = grafana.asked();
    let query = asked
        .iter()
        .find(|one| one.path == "/api/ds/query" && one.body.contains("\"up\""))
        .unwrap();
    let body = query.json();
    assert_eq!(body["queries"][0]["datasource"]["uid"], "prometheus");
    assert_eq!(body["queries"][0]["intervalMs"], 15_000);
    let time = |key: &str| body[key].as_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(time("to") - time("from"), 3_600_000);
}

#[test]
fn a_dashboard_that_is_not_there_or_another_one_fails() {
    let server = Server::start(|request| {
        if request.path == "/api/dashboards/uid/all" {
            let mut other = dashboards()["all"].clone();
            other["title"] = json!("Old");
            return Reply::ok(json!({"dashboard": other}));
        }
        match request.path.as_str() {
            "/api/health" => Reply::ok(json!({"database": "ok", "version": "13.0.1"})),
            _ => Reply::Json(404, json!({"message": "Dashboard not found"})),
        }
    });
    let runbook = Runbook::new(Slug::from_static("errors"), "Errors", "errors");
    let (_, report) = report(
        stack().runbook(runbook),
        &["--grafana", &server.url, "--only", "dashboards"],
    );
    assert_eq!(
        lines(&report),
        [
            "dashboards/all failed: the title is `Old`, and `All` is generated",
            "dashboards/runbook-errors failed: Grafana has no dashboard of that uid",
        ]
    );
}

#[test]
fn the_report_keeps_to_its_schema() {
    let loki = Server::start(loki);
    let (_, report) = report(stack(), &["--loki", &loki.url]);
    let schema = crate::common::CliTest::new().run(&["schema", "verify"]);
    let schema = schema.split("----- stdout -----\n").nth(1).unwrap();
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(!validator.is_valid(&json!({"version": 1, "steps": [{"id": 1}], "summary": {}})));
}

/// What each of two services exposes.
mod api {
    use obsctl::model::prelude::*;

    metrics! {
        family "Api", owner "platform", exposed_by Exposer::Service("api".into());
        /// Requests that wait.
        pub gauge Queue("api_queue") {}
    }
}

mod worker {
    use obsctl::model::prelude::*;

    metrics! {
        family "Worker", owner "platform", exposed_by Exposer::Service("worker".into());
        /// Jobs that wait.
        pub gauge Queue("worker_queue") {}
    }
}

/// A stack of two jobs with a rule, and panels of what they expose.
fn scraped() -> Stack {
    let job = |name: &str| ScrapeJob::new(name, Exposer::Service(name.to_owned()), "localhost", 80);
    Stack::new(Slug::from_static("test"))
        .scrape_job(job("api"))
        .scrape_job(job("worker"))
        .metric_family(api::family())
        .metric_family(worker::family())
        .rule_group(RuleGroup::new("g").record(RecordingRule::new(
            MetricName::from_static("job:up:sum"),
            promql("sum by (job) (up)"),
        )))
        .dashboard(Dashboard::new("all", "All").row(
            "R",
            (
                timeseries("Api").query(promql("api_queue")),
                timeseries("Worker").query(promql("worker_queue")),
                timeseries("Recorded").query(promql("job:up:sum")),
                timeseries("Scraped").query(promql("scrape_samples_scraped")),
            ),
        ))
}

/// What VictoriaMetrics answers that is fed by remote write; `rules` as its groups have them.
fn store(request: &Request, groups: &Value) -> Reply {
    let success = |data: Value| Reply::ok(json!({"status": "success", "data": data}));
    let query = request.parameter("query").unwrap_or_default();
    match request.path.as_str() {
        "/-/ready" | "/-/healthy" | "/health" => Reply::text("OK"),
        "/api/v1/status/buildinfo" => success(json!({"version": "2.24.0"})),
        "/api/v1/targets" => success(json!({"activeTargets": [], "droppedTargets": []})),
        "/api/v1/rules" => success(json!({"groups": groups})),
        "/api/v1/label/__name__/values" => success(json!(["up"])),
        "/api/v1/metadata" => success(json!({})),
        "/api/v1/query" if query.contains("max by") => success(json!({
            "resultType": "vector",
            "result": [
                {"metric": {"job": "api"}, "value": [1, "1"]},
                {"metric": {"job": "worker"}, "value": [1, "0"]},
            ]
        })),
        "/api/v1/query" => success(json!({"resultType": "vector", "result": []})),
        "/api/v1/query_range" => success(json!({"resultType": "matrix", "result": []})),
        _ => Reply::Text(400, "text/plain", "unsupported path requested".to_owned()),
    }
}

#[test]
fn a_store_that_neither_scrapes_nor_evaluates_is_said_once() {
    let server = Server::start(|request| store(request, &json!([])));
    let (status, report) = report(scraped(), &["--prometheus", &server.url]);
    let said = "it scrapes nothing and has no rules: it stores what others send, has them for another tenant, or runs without its configuration";
    let elsewhere = "this server does not do that: it has what others send, so let whoever";
    assert_eq!(
        lines(&report),
        [
            "ready/prometheus passed: version 2.24.0".to_owned(),
            format!("rules/prometheus not_run: {said}"),
            format!("targets/prometheus not_run: {said}"),
            format!("alerting/connection not_run: {said}"),
            "queries/all/Api/A failed: `api_queue` has no series, although job `api`, which exposes it, is up".to_owned(),
            format!(
                "queries/all/Recorded/A empty: `job:up:sum` is recorded by group `g`, and {elsewhere} evaluates that send it here"
            ),
            format!(
                "queries/all/Scraped/A empty: `scrape_samples_scraped` is made with each scrape, and {elsewhere} scrapes send it here"
            ),
            "queries/all/Worker/A empty: job `worker`, which exposes `worker_queue`, is not up".to_owned(),
        ]
    );
    assert_eq!(status, 1);
}

#[test]
fn rules_without_targets_are_compared_and_each_job_is_missing() {
    let groups = json!([{"name": "theirs", "rules": [{
        "name": "x", "query": "up", "health": "ok"
    }]}]);
    let server = Server::start(move |request| store(request, &groups));
    let only = ["--only", "rules", "--only", "targets"];
    let args = [&["--prometheus", server.url.as_str()][..], &only].concat();
    let (_, report) = report(scraped(), &args);
    assert_eq!(
        lines(&report),
        [
            "rules/g/job:up:sum failed: Prometheus has no group of that name",
            "targets/api failed: Prometheus has no target of the job",
            "targets/worker failed: Prometheus has no target of the job",
        ]
    );
}

/// Mimir has rules, and no paths for targets and Alertmanagers: what scrapes, and who is told, is of others. Thanos says
/// `null` where no metric is declared.
#[test]
fn an_engine_that_knows_no_targets_is_no_engine_without_them() {
    let server = Server::start(|request| match request.path.as_str() {
        "/-/ready" | "/api/v1/targets" | "/api/v1/alertmanagers" => {
            Reply::Text(404, "text/plain", "404 page not found\n".to_owned())
        }
        "/api/v1/metadata" => Reply::ok(json!({"status": "success", "data": null})),
        _ => {
            let rule = json!({"name": "job:up:sum", "query": "sum by (job) (up)", "health": "ok"});
            store(
                request,
                &json!([{"name": "g", "file": "shop", "rules": [rule]}]),
            )
        }
    });
    let (status, report) = report(scraped(), &["--prometheus", &server.url]);
    assert_eq!(
        lines(&report),
        [
            "ready/prometheus passed: version 2.24.0",
            "rules/g/job:up:sum passed",
            "targets/prometheus not_run: it scrapes nothing itself: ask the one who scrapes for its targets",
            "alerting/connection not_run: it does not say which Alertmanagers it tells of alerts",
            "queries/all/Api/A failed: `api_queue` has no series, although job `api`, which exposes it, is up",
            "queries/all/Recorded/A empty: `job:up:sum` is recorded by group `g`, and there `up` has series, and none matches `up`",
            "queries/all/Scraped/A empty: `scrape_samples_scraped` is made with each scrape, and this server does not do that: it has what others send, so let whoever scrapes send it here",
            "queries/all/Worker/A empty: job `worker`, which exposes `worker_queue`, is not up",
        ]
    );
    assert_eq!(status, 1);
}

/// Thanos' querier with a sidecar and a ruler, and the same without the one of them that does not answer.
fn thanos(request: &Request, warnings: &Value) -> Reply {
    let success =
        |data: Value| Reply::ok(json!({"status": "success", "data": data, "warnings": warnings}));
    let rules = |replica: &str, file: &str| {
        json!({
            "name": "g", "file": file, "interval": 15, "limit": 0, "partialResponseStrategy": "ABORT",
            "rules": [{
                "name": "job:up:sum", "query": "sum by (job) (up)", "type": "recording", "health": "ok",
                "labels": {"cluster": "eu", "replica": replica},
            }],
        })
    };
    match request.path.as_str() {
        "/api/v1/alertmanagers" => Reply::missing(),
        "/api/v1/rules" => success(json!({"groups": [rules("a", "a.yml"), rules("r", "b.yml")]})),
        "/api/v1/targets" => success(json!({"activeTargets": [
            {"labels": {"job": "api", "instance": "api:80"}, "health": "up", "lastError": ""},
            {"labels": {"job": "worker", "instance": "worker:80"}, "health": "up", "lastError": ""},
        ]})),
        "/api/v1/query_range" => {
            success(json!({"resultType": "matrix", "analysis": {}, "result": [
                {"metric": {}, "values": [[1, "1"]]}
            ]}))
        }
        _ => store(request, &json!([])),
    }
}

#[test]
fn thanos_answers_for_all_whom_it_asks() {
    let server = Server::start(|request| thanos(request, &json!(null)));
    let (status, report) = report(scraped(), &["--prometheus", &server.url]);
    let found = lines(&report);
    for line in [
        "rules/g/job:up:sum passed",
        "targets/api/api:80 passed",
        "alerting/connection not_run: it does not say which Alertmanagers it tells of alerts",
        "queries/all/Api/A passed",
    ] {
        assert!(
            found.iter().any(|found| found == line),
            "{line} in {found:#?}"
        );
    }
    assert_eq!(status, 2);
}

#[test]
fn what_thanos_cannot_ask_is_not_judged() {
    let why = "fetching rules from rules client: connection refused";
    let server = Server::start(move |request| thanos(request, &json!([why])));
    let (status, report) = report(scraped(), &["--prometheus", &server.url]);
    let found = lines(&report);
    let partly = format!("Prometheus answered only in part: {why}");
    for line in [
        format!("rules/prometheus not_run: {partly}"),
        format!("targets/prometheus not_run: {partly}"),
        "queries/all/Api/A passed".to_owned(),
    ] {
        assert!(found.contains(&line), "{line} in {found:#?}");
    }
    assert_eq!(status, 2);
}
