//! `obsctl check --prometheus URL`: documented answers, hostile ones, and Debian's Prometheus as it is.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{Reply, Request, Server};
use crate::common::CliTest;
use crate::engines::host::{Engine, free_port};
use crate::engines::{Need, program};

const RULES: &str = r#"groups:
  - name: g
    rules:
      - record: job:requests:rate5m
        expr: sum by (job) (rate(requests_total[5m]))
      - alert: Typo
        expr: rate(request_total[5m]) > 1
      - alert: Gone
        expr: left > 0
      - alert: Label
        expr: sum by (zone) (rate(requests_total[5m])) > 1
      - alert: Matcher
        expr: rate(requests_total{verb="GET"}[5m]) > 1
      - alert: Value
        expr: rate(requests_total{method="GTE"}[5m]) > 1
      - alert: Recorded
        expr: job:requests:rate5m > 1
      - alert: Slow
        expr: histogram_quantile(0.9, rate(latency_seconds_bucket[5m])) > 0.05
"#;

fn success(data: Value) -> Reply {
    Reply::ok(json!({"status": "success", "data": data}))
}

fn vector(values: &[(u64, &str)]) -> Reply {
    let result: Vec<_> = values
        .iter()
        .map(|(time, value)| json!({"metric": {}, "value": [time, value]}))
        .collect();
    success(json!({"resultType": "vector", "result": result}))
}

/// What Mimir, Thanos and VictoriaMetrics answer too: nothing of configuration, flags or state.
fn engine(request: &Request) -> Reply {
    let of = request.parameter("match[]").unwrap_or_default();
    let query = request.parameter("query").unwrap_or_default();
    match request.path.as_str() {
        "/prom/api/v1/metadata" => success(json!({
            "requests_total": [{"type": "counter", "help": "Requests.", "unit": ""}],
            "left": [{"type": "gauge", "help": "", "unit": ""}],
            "latency_seconds": [{"type": "histogram", "help": "", "unit": ""}],
        })),
        "/prom/api/v1/label/__name__/values" => success(json!([
            "latency_seconds_bucket",
            "latency_seconds_count",
            "latency_seconds_sum",
            "left",
            "requests_total",
            "up"
        ])),
        "/prom/api/v1/label/le/values" => success(json!(["0.1", "+Inf"])),
        "/prom/api/v1/label/method/values" => success(json!(["GET", "POST"])),
        "/prom/api/v1/labels" if of.contains("requests") => {
            success(json!(["__name__", "instance", "job", "method"]))
        }
        "/prom/api/v1/labels" if of.contains("latency") => {
            success(json!(["__name__", "instance", "job", "le"]))
        }
        "/prom/api/v1/labels" => success(json!(["__name__", "instance", "job"])),
        "/prom/api/v1/query"
            if request
                .parameter("stats")
                .is_some_and(|stats| stats == "all") =>
        {
            let error = "invalid parameter \"query\": per-step stats are not supported by Mimir query engine";
            Reply::Json(
                400,
                json!({"status": "error", "errorType": "bad_data", "error": error}),
            )
        }
        "/prom/api/v1/query" if request.parameter("stats").is_some() => Reply::ok(json!({
            "status": "success",
            "data": {"resultType": "vector", "result": []},
            "stats": {"seriesFetched": "70000"},
        })),
        "/prom/api/v1/query" if query.contains("left") || query.contains("GTE") => vector(&[]),
        "/prom/api/v1/query" if query.contains("verb") => vector(&[]),
        "/prom/api/v1/query" if query.contains("job:requests") => vector(&[]),
        "/prom/api/v1/query" => vector(&[(1, "1")]),
        "/prom/api/v1/query_range" if query.contains("last_over_time") => {
            let end: u64 = request.parameter("end").unwrap().parse().unwrap();
            let values = match query.contains("left") {
                true => json!([[end - 3 * 86_400, "1"]]),
                false => json!([]),
            };
            success(json!({"resultType": "matrix", "result": [{"metric": {}, "values": values}]}))
        }
        "/prom/api/v1/query_range" => {
            let end: u64 = request.parameter("end").unwrap().parse().unwrap();
            let values: Vec<_> = (0..60).map(|i| json!([end - i * 3600, "2"])).collect();
            success(json!({"resultType": "matrix", "result": [{"metric": {}, "values": values}]}))
        }
        _ => Reply::missing(),
    }
}

/// Exit status, and the headlines of findings with the notes beside them.
fn check(test: &CliTest, args: &[&str]) -> (i32, Vec<String>, String) {
    let args: Vec<_> = ["check", "rules.yml", "--format", "json"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let shown = test.run_over(crate::common::shop(), &args);
    let (status, rest) = shown.split_once('\n').unwrap();
    let status = status.trim_start_matches("exit status: ").parse().unwrap();
    let (out, err) = rest
        .split_once("----- stderr -----\n")
        .unwrap_or((rest, ""));
    let out = out.trim_start_matches("----- stdout -----\n");
    let report: Value = serde_json::from_str(out).unwrap_or_else(|_| json!({"findings": []}));
    let lines = report["findings"].as_array().unwrap().iter();
    let lines = lines.map(|one| {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        format!(
            "{} {}: {}",
            text("severity"),
            text("check"),
            text("message")
        )
    });
    (status, lines.collect(), err.to_owned())
}

fn with_rules(rules: &str) -> CliTest {
    let test = CliTest::new();
    test.write("rules.yml", rules);
    test
}

#[test]
fn an_engine_without_configuration_is_catalog_and_witness() {
    let server = Server::start(engine);
    let url = format!("{}/prom", server.url);
    let (status, lines, err) = check(&with_rules(RULES), &["--prometheus", &url]);
    assert_eq!(
        lines,
        [
            "error unknown-metric: metric `request_total` does not exist",
            "warning series-missing: metric `left` has no series now",
            "error unknown-label: label `zone` does not exist here",
            "error unknown-label: label `verb` does not exist here",
            "warning series-missing: no series of `requests_total` has `method=\"GTE\"` now",
            "note series-missing: `job:requests:rate5m` does not exist yet",
        ],
        "{err}"
    );
    assert_eq!((status, err.as_str()), (1, ""));
    let asked = server.asked();
    assert!(asked.iter().all(|one| !one.path.contains("/status/")));
    let labels = asked.iter().filter(|one| one.path.ends_with("/labels"));
    assert!(
        labels
            .filter_map(|one| one.parameter("match[]"))
            .any(|of| of == r#"{__name__="requests_total"}"#)
    );
}

/// Rules that set a label which servers have, and show one that they do not have.
const LABELLED: &str = r#"groups:
  - name: g
    rules:
      - alert: A
        expr: rate(requests_total[5m]) > 1
        labels: {cluster: us-2}
        annotations: {summary: '{{ $externalLabels.region }}'}
"#;

#[test]
fn external_labels_are_those_of_a_server_that_shows_them() {
    let all = [
        "warning external-label-overridden: label `cluster` is `us-2`, and the server's own is `eu-1`",
        "warning unknown-external-label: summary shows `region`, which is no external label",
    ];
    let prometheus = "global:\n  evaluation_interval: 1m\n  external_labels:\n    cluster: eu-1\n";
    let scraper = "global:\n  scrape_interval: 1m\n  external_labels:\n    cluster: eu-1\n";
    for (shown, found) in [
        (Some(prometheus), &all[..]),
        (Some("global:\n  evaluation_interval: 1m\n"), &all[1..]),
        // VictoriaMetrics scrapes, and evaluates no rules.
        (Some(scraper), &[]),
        (Some(""), &[]),
        // Mimir and Thanos show nothing.
        (None, &[]),
    ] {
        let server = Server::start(move |request| match request.path.as_str() {
            "/prom/api/v1/status/config" => match shown {
                Some(yaml) => success(json!({"yaml": yaml})),
                None => Reply::missing(),
            },
            _ => engine(request),
        });
        let url = format!("{}/prom", server.url);
        let (status, lines, err) = check(&with_rules(LABELLED), &["--prometheus", &url]);
        assert_eq!(lines, found, "{shown:?}: {err}");
        assert_eq!((status, err.as_str()), (i32::from(!found.is_empty()), ""));
    }
}

#[test]
fn a_server_that_fails_to_show_its_configuration_leaves_a_question_open() {
    let server = Server::start(|request| match request.path.as_str() {
        "/prom/api/v1/status/config" => Reply::Json(500, json!({"error": "out of memory"})),
        _ => engine(request),
    });
    let url = format!("{}/prom", server.url);
    let (status, lines, err) = check(&with_rules(LABELLED), &["--prometheus", &url]);
    assert_eq!(lines, [""; 0]);
    assert!(err.contains("out of memory"), "{err}");
    assert_eq!(status, 2);
}

#[test]
fn the_past_of_alerts_and_the_cost_of_queries_are_said() {
    let server = Server::start(engine);
    let url = format!("{}/prom", server.url);
    let rules = "groups: [{name: g, rules: [\
        {alert: Often, expr: 'rate(requests_total[5m]) > 1'}, {alert: Scalars, expr: 'time() > 1'}]}]";
    let (status, lines, _) = check(
        &with_rules(rules),
        &["--prometheus", &url, "--history", "--cost"],
    );
    assert_eq!(
        lines,
        [
            "warning query-cost: the query touches 70000 series, and 50000 are the limit",
            "note alert-history: alert `Often` would have fired 60 times within 7 days",
            "error syntax: `>` between scalars needs `bool`",
        ]
    );
    assert_eq!(status, 1);
    // An engine would only refuse it.
    let asked = server.asked();
    let mut queries = asked.iter().filter_map(|one| one.parameter("query"));
    assert!(!queries.any(|query| query.contains("time()")));
}

#[test]
fn links_of_alerts_are_followed() {
    let server = Server::start(|request| match request.path.as_str() {
        "/there" => Reply::text("x"),
        _ => Reply::missing(),
    });
    let rules = format!(
        "groups: [{{name: g, rules: [{{alert: A, expr: up == 0, annotations: {{runbook_url: '{0}/there?a=b#c', other_url: '{0}/gone'}}}}]}}]",
        server.url
    );
    let (status, lines, _) = check(&with_rules(&rules), &["--links"]);
    let lines = lines.join("\n").replace(&server.url, "URL");
    assert_eq!(
        lines,
        "warning link-broken: `other_url` leads nowhere: URL/gone"
    );
    assert_eq!(status, 1);
}

#[test]
fn every_broken_engine_is_named() {
    type Case = (fn(&Request) -> Reply, &'static str);
    let cases: [Case; 8] = [
        (
            |_| Reply::Text(200, "text/html", "<html>Login".to_owned()),
            "a page of HTML where JSON is documented",
        ),
        (|_| success(json!({"no": "list"})), "JSON in another form"),
        (
            |_| Reply::ok(json!({"status": "partial", "data": []})),
            "the status `partial`",
        ),
        (|_| success(json!([])), "has no series at all"),
        (
            |_| Reply::missing(),
            "answered 404: there is no such page: the URL leads to something else",
        ),
        (
            |_| Reply::Json(401, json!({})),
            "set `PROMETHEUS_TOKEN`, or `PROMETHEUS_USER`",
        ),
        (
            |_| Reply::Text(401, "text/plain", "no org id\n".to_owned()),
            "answered 401: no org id: set `PROMETHEUS_TENANT`",
        ),
        (
            |_| Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[".to_vec()),
            "half an answer",
        ),
    ];
    for (reply, expected) in cases {
        let server = Server::start(reply);
        let (status, _, err) = check(&with_rules(RULES), &["--prometheus", &server.url]);
        assert!(err.contains(expected), "{expected} in {err}");
        assert_eq!(status, 2);
    }
}

#[test]
fn an_engine_without_tls_is_told_from_one_that_is_not_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    // Servers in Go answer the beginning of TLS with HTTP.
    let answer =
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            if stream.read(&mut [0; 16_384]).is_ok_and(|read| read > 0) {
                stream.write_all(answer).unwrap();
            }
        }
    });
    let (status, _, err) = check(&with_rules(RULES), &["--prometheus", &url]);
    let expected = "cannot be reached at URL: it does not speak TLS: write `http://`";
    assert!(err.replace(&url, "URL").contains(expected), "{err}");
    assert_eq!(status, 2);
}

#[test]
fn an_engine_that_never_answers_costs_the_time_it_may() {
    let server = Server::start(|_| Reply::Silence);
    let began = Instant::now();
    let args = ["--prometheus", &server.url, "--timeout", "1s"];
    let (status, _, err) = check(&with_rules(RULES), &args);
    assert!(
        err.contains("did not answer everything within 1 s"),
        "{err}"
    );
    assert_eq!(status, 2);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_answer_without_end_is_cut() {
    let server = Server::start(|_| {
        let mut bytes = b"HTTP/1.1 200 OK\r\n\r\n{\"data\": \"".to_vec();
        bytes.resize(40 << 20, b'x');
        Reply::Raw(bytes)
    });
    let (status, _, err) = check(&with_rules(RULES), &["--prometheus", &server.url]);
    let said = ["more than 32 MiB", "did not answer"];
    assert!(said.iter().any(|said| err.contains(said)), "{err}");
    assert_eq!(status, 2);
}

#[test]
fn an_engine_that_gives_up_in_the_middle_leaves_questions_open() {
    let server = Server::start(|request| match request.path.as_str() {
        "/prom/api/v1/query" => {
            Reply::Json(422, json!({"status": "error", "error": "too many samples"}))
        }
        "/prom/api/v1/metadata" => Reply::missing(),
        _ => engine(request),
    });
    let url = format!("{}/prom", server.url);
    let rules = "groups: [{name: g, rules: [{alert: A, expr: requests_total > 1}]}]";
    let (status, lines, err) = check(&with_rules(rules), &["--prometheus", &url]);
    assert_eq!(lines, [""; 0]);
    assert!(
        err.contains("the types of metrics are not known: Prometheus answered 404"),
        "{err}"
    );
    assert!(
        err.contains("1 question without an answer: Prometheus answered 422: too many samples"),
        "{err}"
    );
    assert_eq!(status, 2);
}

/// Thanos goes on without a store that does not answer, and VictoriaMetrics' cluster without a node: what they have of a
/// query is there, and what they do not have may be.
#[test]
fn a_part_of_the_series_says_nothing_of_the_others() {
    const WHY: &str = "fetch series for {replica=\"b\"} Addr: 127.0.0.1:10901: connection refused";
    fn partly(request: &Request, mark: &Value) -> Reply {
        match (request.path.as_str(), engine(request)) {
            ("/prom/api/v1/query", Reply::Json(_, mut answer)) => {
                answer
                    .as_object_mut()
                    .unwrap()
                    .extend(mark.as_object().unwrap().clone());
                Reply::ok(answer)
            }
            (_, reply) => reply,
        }
    }
    let rules = "groups: [{name: g, rules: [{alert: A, expr: 'rate(requests_total[5m]) > 1'}, {alert: B, expr: left > 0}]}]";
    let asked = |mark: Value| {
        let server = Server::start(move |request| partly(request, &mark));
        let url = format!("{}/prom", server.url);
        check(&with_rules(rules), &["--prometheus", &url])
    };
    for (mark, why) in [
        (json!({"warnings": [WHY]}), WHY),
        (
            json!({"isPartial": true}),
            "a part of its storage does not answer",
        ),
    ] {
        let (status, lines, err) = asked(mark);
        assert_eq!(lines, [""; 0]);
        let said = format!("1 question without an answer: Prometheus answered only in part: {why}");
        assert!(err.contains(&said), "{err}");
        assert_eq!(status, 2);
    }
    // What is said of the query itself takes nothing away.
    let (status, lines, err) = asked(
        json!({"isPartial": false, "warnings": ["PromQL info: metric might not be a counter"]}),
    );
    assert_eq!(
        lines,
        ["warning series-missing: metric `left` has no series now"]
    );
    assert_eq!((status, err.as_str()), (1, ""));
}

#[test]
fn streams_and_attributes_are_looked_up() {
    let loki = Server::start(|request| match request.path.as_str() {
        "/loki/api/v1/labels" => success(json!(["job"])),
        "/loki/api/v1/label/job/values" => success(json!(["api"])),
        _ => Reply::missing(),
    });
    let tempo = Server::start(|request| match request.path.as_str() {
        "/api/v2/search/tags" => Reply::ok(json!({"scopes": [
            {"name": "resource", "tags": ["service.name"]}, {"name": "intrinsic", "tags": ["name"]}
        ]})),
        _ => Reply::missing(),
    });
    let rules = r#"groups: [{name: g, rules: [{alert: A, expr: 'sum(rate({job="apj"} |= "x" [5m])) > 1'}]}]"#;
    let test = with_rules(rules);
    test.write(
        "board.json",
        r#"{"uid": "d", "title": "D", "schemaVersion": 39, "panels": [{"id": 1, "type": "table", "title": "T",
            "datasource": {"type": "tempo", "uid": "t"},
            "targets": [{"refId": "A", "queryType": "traceql", "query": "{ resource.service.nam = `a` }"}]}]}"#,
    );
    let args = ["board.json", "--loki", &loki.url, "--tempo", &tempo.url];
    let (_, lines, err) = check(&test, &args);
    assert_eq!(
        lines,
        [
            "warning tag-missing: no span has the attribute `resource.service.nam`",
            "warning stream-missing: no stream has `job=\"apj\"`",
        ],
        "{err}"
    );
}

/// Prometheus 3 takes any name; definitions in Rust have those of the classic rule.
#[test]
fn names_of_any_kind_are_imported_as_text() {
    let server = Server::start(|request| match request.path.as_str() {
        "/api/v1/metadata" => success(json!({})),
        "/api/v1/label/__name__/values" => success(json!(["http.requests", "up"])),
        "/api/v1/labels" => success(json!(["__name__", "job", "k8s.pod"])),
        _ => Reply::missing(),
    });
    let test = CliTest::new();
    let shown = test.run(&["import", "--prometheus", &server.url, "-o", "out.yml"]);
    assert_eq!(shown, "exit status: 0\n");
    for name in [
        "- name: http.requests\n",
        "- name: k8s.pod\n",
        "- name: up\n",
    ] {
        assert!(test.read("out.yml").contains(name), "{name}");
    }
    let shown = test.run(&[
        "import",
        "--prometheus",
        &server.url,
        "--as",
        "rust",
        "-o",
        "out.rs",
    ]);
    let note = "not kept: `http.requests`, `up` with label `k8s.pod`: definitions in Rust";
    assert!(shown.contains(note), "{shown}");
}

/// A catalog that was there stays as it is.
#[test]
fn nothing_is_imported_from_an_empty_engine() {
    let server = Server::start(|_| success(json!([])));
    let test = CliTest::new();
    test.write("catalog.yml", "metrics: []\n");
    let shown = test.run(&["import", "--prometheus", &server.url, "-o", "catalog.yml"]);
    assert_eq!(
        shown.replace(&server.url, "URL"),
        "exit status: 2\n----- stderr -----\n\
         error: Prometheus at URL has no series at all\n  \
         help: look at the address, whether anything came within a day, and the tenant: `PROMETHEUS_TENANT`\n"
    );
    assert_eq!(test.read("catalog.yml"), "metrics: []\n");
}

/// What Loki and Tempo answer before they have data, and to a tenant they do not know.
#[test]
fn empty_engines_are_said_once() {
    let loki = Server::start(|_| Reply::ok(json!({"status": "success"})));
    let tempo = Server::start(|_| {
        Reply::ok(json!({
            "scopes": [{"name": "intrinsic", "tags": ["duration", "name"]}],
            "metrics": {},
        }))
    });
    let rules = r#"groups: [{name: g, rules: [{alert: A, expr: 'sum(rate({job="api"} |= "x" [5m])) > 1'}]}]"#;
    let test = with_rules(rules);
    let (status, lines, err) = check(&test, &["--loki", &loki.url, "--tempo", &tempo.url]);
    assert_eq!(lines, [""; 0]);
    for said in [
        "1 question without an answer: Loki has no streams at all: look at the address, `--look-back`, and the tenant: `LOKI_TENANT`",
        "1 question without an answer: Tempo has no spans at all: look at the address, `--look-back`, and the tenant: `TEMPO_TENANT`",
    ] {
        assert!(err.contains(said), "{said} in {err}");
    }
    assert_eq!(status, 2);
}

#[test]
fn prometheus_itself_knows_what_it_exposes() {
    let Some(prometheus) = program(&["prometheus"], &Need::InCi) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    std::fs::write(
        folder.path().join("prometheus.yml"),
        format!(
            "global: {{scrape_interval: 1s, external_labels: {{cluster: eu-1}}}}\nscrape_configs: [{{job_name: self, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n"
        ),
    )
    .unwrap();
    let args = [
        "--config.file=prometheus.yml".to_owned(),
        format!("--web.listen-address=127.0.0.1:{port}"),
        "--storage.tsdb.path=data".to_owned(),
    ];
    let engine = Engine::start(&prometheus, folder.path(), &args, port);
    engine.until("it scraped itself", |engine| {
        let found = engine.get("/api/v1/query?query=prometheus_http_requests_total");
        !found["data"]["result"].as_array().unwrap().is_empty()
    });
    let rules = r#"groups:
  - name: g
    rules:
      - record: handler:requests:rate5m
        expr: sum by (handler) (rate(prometheus_http_requests_total{code="200"}[5m]))
      - alert: Right
        expr: histogram_quantile(0.9, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[5m]))) > 1
      - alert: Summary
        expr: go_gc_duration_seconds{quantile="0.5"} > 1
      - alert: Down
        expr: up{job="self"} == 0
        labels: {cluster: us-2}
        annotations: {summary: 'in {{ $externalLabels.clutser }}, not {{ $externalLabels.cluster }}'}
      - alert: WrongName
        expr: rate(prometheus_http_request_total[5m]) > 1
      - alert: WrongLabel
        expr: sum by (handle) (rate(prometheus_http_requests_total[5m])) > 1
      - alert: WrongValue
        expr: rate(prometheus_http_requests_total{job="sefl"}[5m]) > 1
      - alert: WrongKind
        expr: rate(go_goroutines[5m]) > 1
"#;
    let url = engine.url.clone();
    let args = [
        "--prometheus",
        &url,
        "--history",
        "--cost",
        "--look-back",
        "1h",
    ];
    let (status, lines, err) = check(&with_rules(rules), &args);
    assert_eq!(
        lines,
        [
            "warning external-label-overridden: label `cluster` is `us-2`, and the server's own is `eu-1`",
            "warning unknown-external-label: summary shows `clutser`, which is no external label",
            "error unknown-metric: metric `prometheus_http_request_total` does not exist",
            "error unknown-label: label `handle` does not exist here",
            "warning series-missing: no series of `prometheus_http_requests_total` has `job=\"sefl\"` now",
            "error rate-of-gauge: `rate` of gauge `go_goroutines`",
        ],
        "{err}"
    );
    assert_eq!((status, err.as_str()), (1, ""));
}
