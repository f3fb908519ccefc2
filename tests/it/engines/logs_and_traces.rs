//! Loki and Tempo run the generated configuration, where they are on `PATH`.

use std::path::Path;

use obsctl::generate::targets::host_commands;
use obsctl::generate::{Component, Environment};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::host::{Engine, free_port, hasten};
use super::{Need, generated, program, stack};
use crate::common::CliTest;

/// An engine with the generated configuration, started as the generated page says, on ports that are free.
struct Running {
    engine: Engine,
    /// What its ports became, as its configuration names them.
    ports: Vec<(u16, u16)>,
    _folder: TempDir,
}

impl Running {
    fn start(component: Component, program: &Path, config: &str, ports: &[u16]) -> Self {
        let folder = generated(Environment::Host);
        hasten(&folder.path().join("alerts/loki/fake"));
        let file = folder.path().join(config);
        let mut text = std::fs::read_to_string(&file).unwrap();
        let ports: Vec<_> = ports.iter().map(|port| (*port, free_port())).collect();
        for (usual, free) in &ports {
            let before = text.clone();
            for place in [": ", "127.0.0.1:"] {
                text = text.replace(&format!("{place}{usual}\n"), &format!("{place}{free}\n"));
            }
            assert_ne!(text, before, "{usual}");
        }
        std::fs::write(file, text).unwrap();
        let (_, arguments) = host_commands::command(component).unwrap();
        Self {
            engine: Engine::start(program, folder.path(), &arguments, ports[0].1),
            ports,
            _folder: folder,
        }
    }

    fn push(&self, usual: u16, path: &str, body: &Value) {
        let (_, port) = self
            .ports
            .iter()
            .find(|(known, _)| *known == usual)
            .unwrap();
        let url = format!("http://127.0.0.1:{port}{path}");
        let sent = ureq::post(&url)
            .header("content-type", "application/json")
            .send(body.to_string());
        sent.unwrap_or_else(|error| panic!("{url}: {error}"));
    }
}

fn nanoseconds() -> u128 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos()
}

/// Exit status and output of a check of a dashboard with one panel.
fn check(query: &str, language: &str, url: &str) -> String {
    let test = CliTest::new();
    let engine = if language == "logql" { "loki" } else { "tempo" };
    let key = if engine == "loki" { "expr" } else { "query" };
    let panel = json!({
        "id": 1, "type": "table", "title": "P", "datasource": {"type": engine, "uid": "x"},
        "targets": [{"refId": "A", "queryType": language, key: query}],
    });
    let board = json!({"uid": "d", "title": "D", "schemaVersion": 39, "panels": [panel]});
    test.write("board.json", &board.to_string());
    test.run(&["check", "board.json", &format!("--{engine}"), url])
}

#[test]
fn loki_has_the_rules_and_says_which_streams_there_are() {
    let Some(loki) = program(&["loki"], &Need::Nowhere) else {
        return;
    };
    let config = "provisioning/loki/config.yaml";
    let running = Running::start(Component::Loki, &loki, config, &[3100, 9095]);
    let url = &running.engine.url;
    let query = r#"{service_nam="api"}"#;
    let empty = check(query, "logql", url);
    assert!(empty.contains("Loki has no streams at all"), "{empty}");

    // Loki prints each expression in its own way: none is another one.
    let args = [
        "verify", "--loki", url, "--only", "ready", "--only", "rules",
    ];
    let shown = CliTest::new().run_over(stack(), &args);
    assert!(shown.starts_with("exit status: 0\n"), "{shown}");

    let line = json!({"stream": {"service_name": "api", "level": "info"}, "values": [[nanoseconds().to_string(), "{}"]]});
    running.push(3100, "/loki/api/v1/push", &json!({"streams": [line]}));
    running.engine.until("the stream is there", |engine| {
        engine.get("/loki/api/v1/labels")["data"].is_array()
    });
    let found = check(query, "logql", url);
    assert!(
        found.contains("no stream has the label `service_nam`"),
        "{found}"
    );
    assert!(found.contains("did you mean `service_name`?"), "{found}");
    let right = check(&query.replace("nam=", "name="), "logql", url);
    assert!(right.starts_with("exit status: 0\n"), "{right}");
}

#[test]
fn tempo_says_which_attributes_there_are() {
    let Some(tempo) = program(&["tempo"], &Need::Nowhere) else {
        return;
    };
    let config = "provisioning/tempo/tempo.yaml";
    let ports = [3200, 9096, 14317, 14318, 7946];
    let running = Running::start(Component::Tempo, &tempo, config, &ports);
    let url = &running.engine.url;
    let query = r#"{ resource.service.nam = "api" }"#;
    let empty = check(query, "traceql", url);
    assert!(empty.contains("Tempo has no spans at all"), "{empty}");

    let now = nanoseconds();
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let span = json!({
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7", "name": "GET /", "kind": 2,
        "startTimeUnixNano": (now - 1_000_000).to_string(), "endTimeUnixNano": now.to_string(),
        "attributes": [text("http.route", "/")],
    });
    let body = json!({"resourceSpans": [{
        "resource": {"attributes": [text("service.name", "api")]}, "scopeSpans": [{"spans": [span]}],
    }]});
    running.push(14318, "/v1/traces", &body);
    running.engine.until("the span is there", |engine| {
        let tags = engine.get("/api/v2/search/tags");
        tags.to_string().contains("http.route")
    });
    let found = check(query, "traceql", url);
    assert!(
        found.contains("no span has the attribute `resource.service.nam`"),
        "{found}"
    );
    assert!(
        found.contains("did you mean `resource.service.name`?"),
        "{found}"
    );
    let right = check(
        r#"{ resource.service.name = "api" && span.http.route = "/" }"#,
        "traceql",
        url,
    );
    assert!(right.starts_with("exit status: 0\n"), "{right}");
}
