//! Servers that are slow, broken, lying or huge give findings, never a hang or a panic.

use std::time::{Duration, Instant};

use serde_json::json;

use super::server::{Reply, Request, Server};
use super::{lines, report};
use crate::common::{CliTest, shop};

/// A Prometheus that says it is ready, and answers everything else so.
fn prometheus(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |request: &Request| match request.path.as_str() {
        "/-/ready" => Reply::text("ready"),
        "/api/v1/status/buildinfo" => {
            Reply::ok(json!({"status": "success", "data": {"version": "3.1.0"}}))
        }
        _ => reply(),
    })
}

fn rules_of(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (i32, String) {
    let server = prometheus(reply);
    let args = [
        "--prometheus",
        &server.url,
        "--request-timeout",
        "500ms",
        "--only",
        "rules",
    ];
    let (status, report) = report(shop(), &args);
    (
        status,
        lines(&report).join("\n").replace(&server.url, "URL"),
    )
}

#[test]
fn every_broken_answer_is_named() {
    type Case = (fn() -> Reply, &'static str);
    let cases: [Case; 9] = [
        (
            || {
                Reply::Text(
                    200,
                    "text/html",
                    "<!doctype html><title>Login</title>".to_owned(),
                )
            },
            "a page of HTML where JSON is documented: another program may have its port",
        ),
        (
            || Reply::ok(json!({"status": "success", "data": {"groups": "none\u{1b}"}})),
            "JSON in another form than it documents: invalid type: string \"none\\u{1b}\", expected a sequence at line 1 column 49",
        ),
        (
            || Reply::Text(200, "application/json", "{\"data\": {".to_owned()),
            "something that is not whole JSON",
        ),
        (|| Reply::text(""), "nothing where JSON is documented"),
        (
            || Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"da".to_vec()),
            "half an answer",
        ),
        (
            || Reply::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
            "something that is not HTTP",
        ),
        (
            || Reply::Text(302, "text/html", String::new()),
            "answered 302: it leads elsewhere, as to a login",
        ),
        (
            || Reply::Json(401, json!({"message": "no"})),
            "answered 401: set `PROMETHEUS_TOKEN`, or `PROMETHEUS_USER` and `PROMETHEUS_PASSWORD`",
        ),
        (
            || {
                Reply::Json(
                    500,
                    json!({"status": "error", "error": "it \u{1b}[31mburns"}),
                )
            },
            "answered 500: it [31mburns",
        ),
    ];
    for (reply, expected) in cases {
        let (status, shown) = rules_of(reply);
        assert!(
            shown.starts_with("rules/prometheus not_run: Prometheus answered "),
            "{shown}"
        );
        assert!(shown.contains(expected), "{expected} in {shown}");
        assert_eq!(status, 2);
    }
}

#[test]
fn an_answer_without_end_is_cut() {
    let (status, shown) = rules_of(|| {
        let mut bytes = b"HTTP/1.1 200 OK\r\n\r\n{\"data\": \"".to_vec();
        bytes.resize(40 << 20, b'x');
        Reply::Raw(bytes)
    });
    // On a slow machine its time is over first.
    let said = ["more than 32 MiB", "did not answer within"];
    assert!(said.iter().any(|said| shown.contains(said)), "{shown}");
    assert_eq!(status, 2);
}

#[test]
fn a_silent_server_costs_its_time_once() {
    let server = prometheus(|| Reply::Silence);
    let began = Instant::now();
    let args = ["--prometheus", &server.url, "--request-timeout", "500ms"];
    let (status, report) = report(shop(), &args);
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(status, 2);
    assert_eq!(report["summary"]["failed"], 0);
    assert!(report["summary"]["not_run"].as_u64() > Some(3));
}

#[test]
fn what_is_not_there_fails_with_its_address() {
    let closed = Server::start(|_| Reply::missing()).url.clone();
    let args = ["verify", "--loki", &closed, "--only", "ready"];
    let shown = CliTest::new()
        .run_over(shop(), &args)
        .replace(&closed, "URL");
    assert!(shown.starts_with("exit status: 1"), "{shown}");
    assert!(
        shown.contains("failed: Loki cannot be reached at URL: "),
        "{shown}"
    );
    assert!(
        shown.contains("fix: start it, or say where it is: `--loki URL`"),
        "{shown}"
    );
}

#[test]
fn asks_again_only_where_it_can_help() {
    let count = |status: u16| {
        let server = prometheus(move || Reply::Json(status, json!({})));
        report(shop(), &["--prometheus", &server.url, "--only", "rules"]);
        server
            .asked()
            .iter()
            .filter(|asked| asked.path == "/api/v1/rules")
            .count()
    };
    assert_eq!((count(503), count(429)), (3, 3));
    assert_eq!((count(400), count(401)), (1, 1));
}

#[test]
fn secrets_are_sent_and_never_shown() {
    let server = Server::start(|request| {
        let said = request
            .header("authorization")
            .unwrap_or_default()
            .to_owned();
        Reply::Text(400, "text/plain", format!("you sent {said}"))
    });
    let test = CliTest::new();
    for format in ["human", "json"] {
        let mut command = test.command(&["verify", "--tempo", &server.url, "--format", format]);
        command
            .env("TEMPO_TOKEN", "s3cret")
            .env("TEMPO_TENANT", "team-a");
        let shown = test.shown(&command.output().unwrap());
        assert!(shown.contains("you sent Bearer <redacted>"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
    let asked = server.asked();
    assert_eq!(asked[0].header("authorization"), Some("Bearer s3cret"));
    assert_eq!(asked[0].header("x-scope-orgid"), Some("team-a"));
    let url = server.url.replace("http://", "http://me:s3cret@");
    let shown = test.run(&["verify", "--tempo", &url]);
    assert!(
        !shown.contains("s3cret") && shown.contains("<redacted>"),
        "{shown}"
    );
    let shown = test.run(&["verify", "--tempo", "ftp://me:s3cret@x"]);
    assert!(
        shown.starts_with("exit status: 2") && !shown.contains("s3cret"),
        "{shown}"
    );
}
