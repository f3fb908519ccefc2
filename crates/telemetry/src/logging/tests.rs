use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Document, json};

use super::*;
use crate::config::{Guard, Telemetry};
use crate::context::{self, Context, TraceContext};
use crate::metrics::Registry;
use crate::metrics::own::{LineLoss, LogLines, LogLinesDropped, LogLinesSampledOut};
use crate::sampling::Sampler;

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is written while `act` runs.
fn logged(telemetry: Telemetry, act: impl FnOnce()) -> (String, Guard) {
    let memory = Memory::default();
    let (subscriber, guard) = telemetry
        .sink(Sink::Writer(Box::new(memory.clone())))
        .subscriber()
        .expect("it starts");
    tracing::subscriber::with_default(subscriber, act);
    assert!(guard.flush());
    let bytes = memory.0.lock().expect("whole").clone();
    (String::from_utf8(bytes).expect("text"), guard)
}

fn lines(act: impl FnOnce()) -> Vec<Document> {
    let (text, _guard) = logged(Telemetry::new("api").run_id("run-1"), act);
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn keys(line: &Document) -> Vec<&str> {
    line.as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn standard_fields_come_first_in_a_stable_order() {
    let trace = TraceContext::root();
    let context = Context::new()
        .with_correlation_id("cor-1")
        .with_trace(trace)
        .with("job_id", "j-1")
        .with("user_id", 7)
        .with("tenant_id", "t-1");
    let lines = lines(|| {
        let _scope = context.enter();
        tracing::info!(rows = 3, ratio = 0.5, done = true, level = "x", "job_done");
    });
    assert_eq!(
        keys(&lines[0]),
        [
            "timestamp",
            "level",
            "event",
            "logger",
            "service",
            "run_id",
            "schema_version",
            "correlation_id",
            "trace_id",
            "span_id",
            "tenant_id",
            "user_id",
            "job_id",
            "rows",
            "ratio",
            "done",
            "level_"
        ]
    );
    assert_eq!(lines[0]["event"], "job_done");
    assert_eq!(lines[0]["logger"], module_path!());
    assert_eq!(lines[0]["trace_id"], trace.trace_id.to_string());
    assert_eq!(lines[0]["user_id"], "7");
    assert_eq!(lines[0]["rows"], 3);
}

#[test]
fn keys_are_sorted_on_demand() {
    let telemetry = Telemetry::new("api").format(Json { sort_keys: true });
    let (text, _guard) = logged(telemetry, || {
        let nested = json!({"z": 1, "a": {"y": 2, "b": 3}});
        let _scope = Context::new().with("meta", nested).enter();
        tracing::info!(zebra = 1, ant = "x,\"y", "sorted");
    });
    let line: Document = serde_json::from_str(&text).expect("JSON");
    assert!(keys(&line).is_sorted(), "{text}");
    assert_eq!(line["ant"], "x,\"y");
    assert!(
        text.contains(r#""meta":{"a":{"b":3,"y":2},"z":1}"#),
        "{text}"
    );
    assert_eq!(line["event"], "sorted");
}

#[test]
fn outside_of_requests_the_run_correlates() {
    let lines = lines(|| tracing::warn!("queue_slow"));
    assert_eq!(
        keys(&lines[0]),
        [
            "timestamp",
            "level",
            "event",
            "logger",
            "service",
            "run_id",
            "schema_version",
            "correlation_id"
        ]
    );
    assert_eq!(lines[0]["correlation_id"], "run-1");
    assert_eq!(lines[0]["level"], "warning");
}

#[test]
fn fields_of_the_event_replace_bound_ones() {
    let lines = lines(|| {
        let _scope = Context::new()
            .with("step", 1)
            .with("meta", json!({"a": [1]}))
            .enter();
        tracing::error!(step = 2, critical = true, logger = "own", "down");
        context::bind("later", true);
        tracing::info!("up");
    });
    assert_eq!(
        (&lines[0]["step"], &lines[0]["level"]),
        (&json!(2), &json!("critical"))
    );
    assert_eq!(lines[0]["logger"], "own");
    assert_eq!(lines[0].get("critical"), None);
    assert_eq!(lines[1]["meta"], json!({"a": [1]}));
    assert_eq!(
        (&lines[1]["step"], &lines[1]["later"]),
        (&json!(1), &json!(true))
    );
}

#[test]
fn lines_within_a_span_have_its_place() {
    let trace = TraceContext::root();
    let lines = lines(|| {
        let _scope = Context::new().with_trace(trace).enter();
        tracing::info_span!("outer").in_scope(|| {
            tracing::info!("one");
            tracing::info_span!("inner").in_scope(|| tracing::info!("two"));
        });
        tracing::info!("three");
    });
    for line in &lines {
        assert_eq!(line["trace_id"], trace.trace_id.to_string());
    }
    assert_ne!(lines[0]["span_id"], lines[1]["span_id"]);
    assert_eq!(lines[2]["span_id"], trace.span_id.to_string());
}

#[test]
fn errors_are_written_with_their_causes_and_redacted() {
    #[derive(Debug, thiserror::Error)]
    #[error("login of jane@example.com failed")]
    struct Outer(#[source] io::Error);
    let cause = io::Error::other("sent Bearer abcdef0123456789");
    let lines = lines(|| {
        let error = Outer(cause);
        tracing::error!(
            error = &error as &dyn std::error::Error,
            password = 1234,
            "login_failed"
        );
    });
    assert_eq!(
        lines[0]["error"],
        "login of <email> failed: sent Bearer <token>"
    );
    assert_eq!(lines[0]["password"], "<redacted>");
}

#[test]
fn noisy_targets_are_quiet_and_levels_are_by_target() {
    let levels: Levels = "info,mine=debug,hyper=off".parse().expect("levels");
    let (text, _guard) = logged(Telemetry::new("api").levels(levels), || {
        tracing::info!(target: "sqlx::query", "no");
        tracing::warn!(target: "sqlx::query", "slow_query");
        tracing::error!(target: "hyper", "no");
        tracing::debug!(target: "mine", "yes");
        tracing::debug!("no");
    });
    let events: Vec<String> = (text.lines())
        .map(|line| serde_json::from_str::<Document>(line).expect("JSON")["event"].to_string())
        .collect();
    assert_eq!(events, ["\"slow_query\"", "\"yes\""]);
}

#[test]
fn what_is_sampled_out_is_counted() {
    let registry = Registry::new();
    let telemetry = Telemetry::new("api")
        .sampler(Sampler::new(0.0))
        .registry(registry.clone());
    let (text, _guard) = logged(telemetry, || {
        tracing::info!("probe_ok");
        tracing::info!("probe_ok");
        tracing::warn!("probe_ok");
    });
    assert_eq!(text.lines().count(), 1);
    let event = "probe_ok".into();
    assert_eq!(registry.counter(&LogLinesSampledOut { event }).get(), 2.0);
    assert_eq!(registry.counter(&LogLines {}).get(), 1.0);
}

#[test]
fn a_broken_sink_is_counted_and_harms_nothing() {
    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            tracing::error!("a sink that logs");
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }
    let registry = Registry::new();
    let telemetry = Telemetry::new("api")
        .sink(Sink::Writer(Box::new(Broken)))
        .registry(registry.clone());
    let (subscriber, guard) = telemetry.subscriber().expect("it starts");
    tracing::subscriber::with_default(subscriber, || tracing::info!("lost"));
    assert!(guard.flush());
    let reason = LineLoss::SinkFailed;
    assert_eq!(registry.counter(&LogLines {}).get(), 0.0);
    assert_eq!(registry.counter(&LogLinesDropped { reason }).get(), 1.0);
}

#[test]
fn a_value_that_logs_while_it_is_written_is_written() {
    struct Chatty;
    impl std::fmt::Debug for Chatty {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            tracing::info!("inner");
            f.write_str("chatty")
        }
    }
    let lines = lines(|| tracing::info!(value = ?Chatty, "outer"));
    assert!(lines.iter().any(|line| line["value"] == "chatty"));
}

#[test]
fn stack_traces_come_on_demand() {
    let (text, _guard) = logged(Telemetry::new("api").stacks(Stacks::Errors), || {
        tracing::info!("fine");
        tracing::error!("bad");
    });
    let [fine, bad] = [0, 1].map(|at| text.lines().nth(at).expect("a line"));
    assert!(!fine.contains("exc_info"));
    assert!(bad.contains("\"exc_info\":\""));
}

#[test]
fn the_console_form_is_one_line_that_cannot_be_forged() {
    let (text, _guard) = logged(
        Telemetry::new("api").run_id("r").format(Console::default()),
        || {
            tracing::info!(target: "app", user = "x\n2026 error", n = 1, "job_done");
        },
    );
    assert_eq!(text.lines().count(), 1);
    let (_, rest) = text.trim_end().split_once(' ').expect("a timestamp");
    assert_eq!(
        rest,
        r#"info     job_done user="x\n2026 error" n=1 logger=app correlation_id=r"#
    );
}

#[test]
fn strings_and_numbers_are_valid_json() {
    let text = "quote \" backslash \\ line \n tab \t bell \u{7} ü 漢";
    let lines = lines(|| tracing::info!(text, nan = f64::NAN, big = u64::MAX, low = i64::MIN, "x"));
    assert_eq!(lines[0]["text"], text);
    assert_eq!(lines[0]["nan"], Document::Null);
    assert_eq!(lines[0]["big"], u64::MAX);
    assert_eq!(lines[0]["low"], i64::MIN);
}
