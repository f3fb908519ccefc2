//! What a thousand lines cost: ten fields, redacted, beside `tracing-subscriber`'s own JSON lines, which are not.

use std::io;

use divan::counter::ItemsCount;
use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context::Context;
use obsctl_telemetry::logging::Sink;
use obsctl_telemetry::metrics::Registry;
use obsctl_telemetry::metrics::own::{LineLoss, LogLinesDropped};
use tracing::subscriber::with_default;

fn main() {
    divan::main();
}

/// The line of a request.
fn line() {
    tracing::info!(
        method = "POST",
        path = "/api/v1/connections/{id}/sync",
        status_code = 202,
        duration_ms = 41.375,
        connection_id = "d4f5a678-1234-5678-9abc-def012345678",
        provider = "shopify",
        job_type = "shopify_sync",
        rows_processed = 150,
        cached = false,
        region = "eu-central-1",
        "request_handled"
    );
}

/// Lines of one sample: few enough to fit into the queue, so that none is dropped, which would be cheap.
const LINES: usize = 1000;

/// Our lines, formatted and handed over to the thread that writes them.
fn ours(bencher: divan::Bencher<'_, '_>, act: fn()) {
    let sink = Sink::Writer(Box::new(io::sink()));
    let registry = Registry::new();
    let telemetry = Telemetry::new("api").sink(sink).registry(registry.clone());
    let (subscriber, guard) = telemetry.subscriber().expect("it starts");
    with_default(subscriber, || {
        bencher
            .counter(ItemsCount::new(LINES))
            .with_inputs(|| assert!(guard.flush()))
            .bench_local_values(|()| (0..LINES).for_each(|_| act()));
    });
    let reason = LineLoss::QueueFull;
    assert_eq!(registry.counter(&LogLinesDropped { reason }).get(), 0.0);
}

#[divan::bench]
fn ours_with_redaction(bencher: divan::Bencher<'_, '_>) {
    ours(bencher, line);
}

#[divan::bench]
fn ours_with_redaction_and_context(bencher: divan::Bencher<'_, '_>) {
    let _scope = Context::new()
        .with_correlation_id("a1b2c3d4-e5f6-7890-abcd-ef1234567890")
        .with("tenant_id", "550e8400-e29b-41d4-a716-446655440000")
        .with("user_id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8")
        .enter();
    ours(bencher, line);
}

#[divan::bench]
fn theirs_without_redaction(bencher: divan::Bencher<'_, '_>) {
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(io::sink)
        .finish();
    with_default(subscriber, || {
        bencher
            .counter(ItemsCount::new(LINES))
            .bench_local(|| (0..LINES).for_each(|_| line()));
    });
}

#[divan::bench]
fn filtered_out(bencher: divan::Bencher<'_, '_>) {
    ours(bencher, || {
        tracing::debug!(rows = 3, path = "/x", "page_read");
    });
}
