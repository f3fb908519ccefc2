//! `scenario`, against a server that plays the demo's API.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use insta::assert_snapshot;

use crate::common::CliTest;

const LIST: &str = r#"[
    {"name": "provider-401", "summary": "A provider refuses every login.", "alerts": ["ConnectionAuthFailures"], "active": true},
    {"name": "slow-api", "summary": "Every answer takes seconds.", "alerts": ["HighApiLatency", "SloBurn"], "active": false},
    {"name": "quiet", "summary": "Nothing to see.", "alerts": [], "active": false}
]"#;

/// A server that gives one answer to reading and one to changing, and keeps what was asked.
struct Api {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Api {
    fn new(reading: (u16, &'static str), changing: (u16, &'static str)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(vec![]));
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let request = lines.next().unwrap().unwrap();
                assert!(lines.any(|line| line.unwrap().is_empty()));
                let (status, body) = if request.starts_with("GET") {
                    reading
                } else {
                    changing
                };
                seen.lock().unwrap().push(request.replace(" HTTP/1.1", ""));
                write!(
                    stream,
                    "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                )
                .unwrap();
            }
        });
        Self { url, asked }
    }

    fn run(&self, args: &[&str]) -> String {
        let mut command = CliTest::new().command(args);
        command.args(["--url", &self.url]);
        let output = command.current_dir(std::env::temp_dir()).output().unwrap();
        CliTest::new().shown(&output).replace(&self.url, "URL")
    }
}

#[test]
fn all_are_listed_with_what_they_set_off() {
    let api = Api::new((200, LIST), (204, ""));
    assert_snapshot!(api.run(&["scenario"]), @"
    exit status: 0
    ----- stdout -----
    * provider-401  A provider refuses every login.
                    sets off ConnectionAuthFailures
      slow-api      Every answer takes seconds.
                    sets off HighApiLatency, SloBurn
      quiet         Nothing to see.
    * goes on now
    ");
    assert_eq!(api.run(&["scenario", "--list"]), api.run(&["scenario"]));
}

#[test]
fn one_is_started_and_ended() {
    let api = Api::new((200, LIST), (204, ""));
    assert_snapshot!(api.run(&["scenario", "slow-api"]), @"
    exit status: 0
    ----- stdout -----
    started `slow-api`: Every answer takes seconds.
    it sets off HighApiLatency, SloBurn
    `obsctl scenario slow-api --end` ends it
    ");
    assert_snapshot!(api.run(&["scenario", "slow-api", "--end"]), @"
    exit status: 0
    ----- stdout -----
    ended `slow-api`
    ");
    assert_eq!(
        *api.asked.lock().unwrap(),
        [
            "GET /demo/scenarios",
            "PUT /demo/scenarios/slow-api",
            "GET /demo/scenarios",
            "DELETE /demo/scenarios/slow-api",
        ]
    );
}

#[test]
fn one_that_does_not_exist_is_not_asked_for() {
    let api = Api::new((200, LIST), (204, ""));
    assert_snapshot!(api.run(&["scenario", "provider-410"]), @"
    exit status: 2
    ----- stderr -----
    error: no scenario is called `provider-410`
      help: did you mean `provider-401`?
    ");
    assert_eq!(*api.asked.lock().unwrap(), ["GET /demo/scenarios"]);
}

#[test]
fn other_servers_are_recognized() {
    assert_snapshot!(Api::new((404, "not found"), (204, "")).run(&["scenario"]), @"
    exit status: 2
    ----- stderr -----
    error: URL is not the demo's API
      cause: the demo answered 404: not found
      help: say with `--url` where it is, or change `API_PORT` in `compose/.env`
    ");
    let page = Api::new((200, "<html>"), (204, "")).run(&["scenario"]);
    assert_snapshot!(page, @"
    exit status: 2
    ----- stderr -----
    error: URL is not the demo's API
      cause: the demo answered with a page of HTML where JSON is documented: another program may have its port
      help: say with `--url` where it is, or change `API_PORT` in `compose/.env`
    ");
    let refused = Api::new((200, LIST), (503, "no database\nmore")).run(&["scenario", "quiet"]);
    assert_snapshot!(refused, @"
    exit status: 2
    ----- stderr -----
    error: the demo answered 503: no database more
      help: `obsctl logs api` shows why
    ");
}

/// Where the stack's variables say the API is, without `--url`.
#[test]
fn without_a_server_it_says_how_to_start_one() {
    let test = CliTest::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    test.write("compose/.env", &format!("API_PORT={port}\n"));
    let report = test.run(&["scenario"]);
    let expected = format!(
        "error: the demo cannot be reached at http://localhost:{port}: connection refused\n"
    );
    assert!(
        report.starts_with("exit status: 2\n") && report.contains(&expected),
        "{report}"
    );
    assert!(
        report.contains("help: start the stack with `obsctl up`"),
        "{report}"
    );
}
