//! What recording costs, beside a bare atomic add through `prometheus-client`'s own handle.
//!
//! `cargo bench -p obsctl-telemetry --bench metrics`; compare rows of one run.
#![allow(missing_docs, reason = "declarations of a benchmark")]

use divan::{Bencher, black_box};
use obsctl_model::LabelValue;
use obsctl_model::prelude::*;
use obsctl_telemetry::metrics::{RecordCounter, RecordHistogram, Registry};
use prometheus_client::metrics::counter::Counter as ClientCounter;
use prometheus_client::metrics::family::Family as ClientFamily;
use prometheus_client::metrics::histogram::Histogram as ClientHistogram;

labels! {
    pub enum Method { Get = "GET", Post = "POST" }
    pub bounded Route, at_most 40, like "/";
    pub unbounded Tenant, budget 10_000, like "acme";
}

metrics! {
    family "Bench", owner "platform", exposed_by Exposer::Service("api".into());

    /// Requests served.
    pub counter Requests("bench_requests_total") { method: Method, path: Route }
    /// Time to serve.
    pub histogram Latency("bench_latency_seconds", Seconds, [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]) {
        path: Route,
    }
    /// Requests of each customer.
    pub counter TenantRequests("bench_tenant_requests_total") { method: Method, tenant: Tenant }
}

fn main() {
    divan::main();
}

fn requests() -> Requests {
    Requests {
        method: Method::Get,
        path: "/api/v1/connections".into(),
    }
}

#[divan::bench(sample_size = 1_000)]
fn counter_prometheus_client(bencher: Bencher<'_, '_>) {
    let counter: ClientCounter = ClientCounter::default();
    bencher.bench_local(|| black_box(&counter).inc());
}

#[divan::bench(sample_size = 1_000)]
fn counter_handle(bencher: Bencher<'_, '_>) {
    let counter = requests().handle();
    bencher.bench_local(|| black_box(&counter).inc());
}

#[divan::bench(sample_size = 1_000)]
fn counter_label_set(bencher: Bencher<'_, '_>) {
    let labels = requests();
    bencher.bench_local(|| black_box(&labels).inc());
}

/// Labels as `prometheus-client` has them: a struct that can be hashed.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ClientLabels {
    method: ClientMethod,
    path: String,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum ClientMethod {
    Get,
}

#[divan::bench(sample_size = 1_000)]
fn counter_label_set_prometheus_client(bencher: Bencher<'_, '_>) {
    let family: ClientFamily<ClientLabels, ClientCounter> = ClientFamily::default();
    let labels = ClientLabels {
        method: ClientMethod::Get,
        path: requests().path.text().into_owned(),
    };
    bencher.bench_local(|| {
        black_box(&family).get_or_create(black_box(&labels)).inc();
    });
}

#[divan::bench(sample_size = 1_000)]
fn histogram_prometheus_client(bencher: Bencher<'_, '_>) {
    let histogram = ClientHistogram::new([0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]);
    bencher.bench_local(|| black_box(&histogram).observe(black_box(0.2)));
}

#[divan::bench(sample_size = 1_000)]
fn histogram_handle(bencher: Bencher<'_, '_>) {
    let histogram = Latency { path: "/".into() }.handle();
    bencher.bench_local(|| black_box(&histogram).observe(black_box(0.2)));
}

#[divan::bench(args = [10, 1_000])]
fn exposition(bencher: Bencher<'_, '_>, series: usize) {
    let registry = Registry::new();
    for n in 0..series {
        let method = if n % 2 == 0 {
            Method::Get
        } else {
            Method::Post
        };
        let tenant = format!("tenant-{n}").into();
        registry.counter(&TenantRequests { method, tenant }).inc();
    }
    bencher.bench_local(|| registry.exposition(None));
}
