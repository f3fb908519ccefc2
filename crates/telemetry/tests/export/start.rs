//! One call starts everything, as the environment says; the end and a panic lose nothing.

use std::convert::Infallible;
use std::process::{Command, Output};
use std::time::Duration;

use http::{Request, Response};
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::layer::RequestLayer;
use tower::{Layer, ServiceExt};

use crate::collector::{Behaviour, Collector, text};

/// Runs one of the processes below.
fn run(process: &str, variables: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", process, "--ignored", "--nocapture", "--quiet"])
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

#[test]
#[ignore = "a process of its own, started by another test"]
fn service() {
    let telemetry = Telemetry::new("unnamed").with_environment().unwrap();
    let guard = telemetry.init().unwrap();
    let handler = tower::service_fn(|_: Request<()>| async {
        tracing::info!(rows = 3, note = "two\nlines", "sync_job_completed");
        tracing::info!(target: "chatty::inner", "not_logged");
        Ok::<_, Infallible>(Response::new(()))
    });
    let request = Request::get("/sync").header("x-rid", "rid-1").body(());
    let response = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(RequestLayer::new().layer(handler).oneshot(request.unwrap()))
        .unwrap();
    for echo in ["x-rid", "x-correlation-id"] {
        assert_eq!(response.headers()[echo], "rid-1");
    }
    assert!(guard.shutdown(Duration::from_secs(10)));
}

#[test]
fn the_environment_starts_logs_and_traces() {
    let collector = Collector::start(Behaviour::Accepts);
    let endpoint = format!("http://{}", collector.address);
    let output = run(
        "start::service",
        &[
            ("OTEL_SERVICE_NAME", "shop"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "deployment.environment=staging,team=pay%20ments",
            ),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_LOGS_EXPORTER", "otlp"),
            ("REQUEST_ID_HEADER", "X-Rid"),
            ("LOG_QUIET", "chatty"),
            ("LOG_JSON_SORT_KEYS", "1"),
        ],
    );
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{stdout}");
    let line = stdout.lines().find(|line| line.starts_with('{')).unwrap();
    assert!(!stdout.contains("not_logged"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["service"], "shop");
    assert_eq!(line["correlation_id"], "rid-1");
    let keys: Vec<_> = line.as_object().unwrap().keys().cloned().collect();
    assert!(keys.is_sorted(), "{keys:?}");

    let records = collector.records();
    let (resource, record) = &records[0];
    assert_eq!(records.len(), 2, "one is of the request");
    assert_eq!(resource["service.name"], "shop");
    assert_eq!(resource["deployment.environment"], "staging");
    assert_eq!(resource["team"], "pay ments");
    assert_eq!(text(record.body.as_ref()), "sync_job_completed");
    let span = &collector.spans()[0];
    assert_eq!(span.name, "GET /sync");
    assert_eq!(span.span_id, record.span_id);
    assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
}

#[test]
fn the_console_shows_records_and_spans_a_line_each() {
    let output = run(
        "start::service",
        &[
            ("OTEL_LOGS_EXPORTER", "console"),
            ("OTEL_TRACES_EXPORTER", "console"),
            ("REQUEST_ID_HEADER", "X-Rid"),
        ],
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let line = |start: &str| {
        let mut lines = stderr.lines().filter(|line| line.starts_with(start));
        let line = lines.next().unwrap_or_else(|| panic!("{start}: {stderr}"));
        assert_eq!(lines.next(), None);
        line
    };
    let record = line(r#"log info "sync_job_completed" "#);
    for attribute in [
        " rows=3",
        r#" note="two\nlines""#,
        r#" correlation_id="rid-1""#,
    ] {
        assert!(record.contains(attribute), "{record}");
    }
    let handled = line(r#"log info "request_handled" "#);
    assert!(handled.contains(" status_code=200"), "{handled}");
    let span = line("span GET /sync ");
    assert!(span.contains("ms trace_id="), "{span}");
}

#[test]
#[ignore = "a process of its own, started by another test"]
fn crash() {
    let guard = Telemetry::new("shop").init().unwrap();
    // The writer lets lines gather now: nothing but the panic itself makes it write at once.
    tracing::info!("service_started");
    guard.flush();
    let _ = std::panic::catch_unwind(|| panic!("no order of jane.doe@example.com"));
    std::process::abort();
}

#[test]
fn a_panic_is_written_before_the_process_ends() {
    let output = run("start::crash", &[]);
    assert!(!output.status.success());
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains(r#""event":"panic""#), "{stdout}");
    assert!(stdout.contains("no order of <email>"), "{stdout}");
}
