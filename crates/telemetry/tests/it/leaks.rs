use std::collections::BTreeMap;

use http::HeaderMap;
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context::{self, Context, carried, restore};
use tracing::info_span;
use tracing::instrument::WithSubscriber;

use crate::support::Memory;

/// What one of a thousand requests does: binds, waits, spawns, enqueues a job that runs elsewhere.
async fn request(number: u64) {
    context::bind("own", number);
    tracing::info!(expected = number, "request_started");
    for _ in 0..5 {
        tokio::task::yield_now().await;
        tracing::info!(expected = number, "request_goes_on");
    }
    let task = carried(async move {
        tokio::task::yield_now().await;
        context::bind("only_in_task", number);
        tracing::info!(expected = number, "task_ran");
    });
    tokio::spawn(task.with_current_subscriber())
        .await
        .expect("it ends");
    let headers: HeaderMap = context::capture();
    let job = async move {
        let work = async move {
            tokio::task::yield_now().await;
            tracing::info!(expected = number, "job_ran");
        };
        restore(&headers)
            .traced(|| info_span!(parent: None, "job"), work)
            .await;
        assert_eq!(
            Context::current(),
            Context::new(),
            "it is cleared after the job"
        );
    };
    tokio::spawn(job.with_current_subscriber())
        .await
        .expect("it ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_leaks_between_a_thousand_concurrent_requests() {
    let memory = Memory::default();
    let dispatch = memory.start(Telemetry::new("api"));
    let requests: Vec<_> = (0..1000)
        .map(|number| {
            let context = Context::new()
                .with_correlation_id(format!("cor-{number}"))
                .with("number", number);
            let request = context.traced(
                || {
                    tracing::dispatcher::with_default(
                        &dispatch,
                        || info_span!(parent: None, "request"),
                    )
                },
                request(number),
            );
            tokio::spawn(request.with_subscriber(dispatch.clone()))
        })
        .collect();
    for request in requests {
        request.await.expect("it ends");
    }
    assert_eq!(memory.lines().len(), 8000);
    let mut traces = BTreeMap::new();
    for line in memory.lines() {
        let number = line["expected"].as_u64().expect("a number");
        assert_eq!(line["number"], number);
        assert_eq!(line["own"], number);
        assert_eq!(line["correlation_id"], format!("cor-{number}"));
        assert_eq!(
            line.get("only_in_task").is_some(),
            line["event"] == "task_ran"
        );
        let trace = line["trace_id"].as_str().expect("a trace").to_owned();
        assert_eq!(
            *traces.entry(number).or_insert_with(|| trace.clone()),
            trace,
            "{line}"
        );
    }
    assert_eq!(traces.len(), 1000);
}
