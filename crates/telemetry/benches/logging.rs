//! What a line costs: ten fields, redacted, beside `tracing-subscriber`'s own JSON lines, which are not.

use std::io;

use obsctl_telemetry::config::Telemetry;
use obsctl_telemetry::context::Context;
use obsctl_telemetry::logging::Sink;
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

#[divan::bench]
fn ours_with_redaction(bencher: divan::Bencher<'_, '_>) {
    let sink = Sink::Writer(Box::new(io::sink()));
    let (subscriber, _guard) = Telemetry::new("api")
        .sink(sink)
        .subscriber()
        .expect("it starts");
    with_default(subscriber, || bencher.bench_local(line));
}

#[divan::bench]
fn ours_with_redaction_and_context(bencher: divan::Bencher<'_, '_>) {
    let sink = Sink::Writer(Box::new(io::sink()));
    let (subscriber, _guard) = Telemetry::new("api")
        .sink(sink)
        .subscriber()
        .expect("it starts");
    let _scope = Context::new()
        .with_correlation_id("a1b2c3d4-e5f6-7890-abcd-ef1234567890")
        .with("tenant_id", "550e8400-e29b-41d4-a716-446655440000")
        .with("user_id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8")
        .enter();
    with_default(subscriber, || bencher.bench_local(line));
}

#[divan::bench]
fn theirs_without_redaction(bencher: divan::Bencher<'_, '_>) {
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(io::sink)
        .finish();
    with_default(subscriber, || bencher.bench_local(line));
}

#[divan::bench]
fn filtered_out(bencher: divan::Bencher<'_, '_>) {
    let sink = Sink::Writer(Box::new(io::sink()));
    let (subscriber, _guard) = Telemetry::new("api")
        .sink(sink)
        .subscriber()
        .expect("it starts");
    with_default(subscriber, || {
        bencher.bench_local(|| tracing::debug!(rows = 3, path = "/x", "page_read"));
    });
}
