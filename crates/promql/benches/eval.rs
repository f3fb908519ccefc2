//! How long queries take over 10,000 series with a sample every 15 seconds.

use std::sync::LazyLock;

use divan::Bencher;
use obsctl_promql::eval::{Engine, Labels, Options, Storage};
use obsctl_promql::parse;

const SERIES: usize = 10_000;
const STEPS: i64 = 1_000;
const INTERVAL: i64 = 15_000;
const RANGE: i64 = 300_000;

fn main() {
    divan::main();
}

static STORAGE: LazyLock<Storage> = LazyLock::new(|| {
    let mut storage = Storage::new();
    for index in 0..SERIES {
        let labels: Labels = [
            ("__name__", "requests_total".to_owned()),
            ("instance", format!("host-{index}")),
            ("job", format!("job-{}", index % 7)),
            ("x", format!("x-{}", index % 100)),
        ]
        .into_iter()
        .collect();
        let series = storage.series(&labels);
        let mut value = 0.0;
        for step in 0..STEPS + RANGE / INTERVAL {
            value += ((index as i64 + step) % 13) as f64;
            // Some counters are reset now and then.
            if index % 10 == 0 && step % 400 == 399 {
                value = 0.0;
            }
            storage.push(series, step * INTERVAL, value);
        }
    }
    storage
});

fn range(bencher: Bencher<'_, '_>, query: &str) {
    let storage = &*STORAGE;
    let engine = Engine::new(Options::default());
    let expr = parse(query).expr;
    bencher.bench(|| {
        let end = RANGE + (STEPS - 1) * INTERVAL;
        engine.range(storage, &expr, RANGE, end, INTERVAL)
    });
}

fn instant(bencher: Bencher<'_, '_>, query: &str) {
    let storage = &*STORAGE;
    let engine = Engine::new(Options::default());
    let expr = parse(query).expr;
    bencher.bench(|| engine.instant(storage, &expr, RANGE + STEPS / 2 * INTERVAL));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn range_sum_by_rate(bencher: Bencher<'_, '_>) {
    range(bencher, "sum by (x) (rate(requests_total[5m]))");
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn range_sum_by_job_of_rate(bencher: Bencher<'_, '_>) {
    range(bencher, "sum by (job) (rate(requests_total[5m]))");
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn range_sum_by_selector(bencher: Bencher<'_, '_>) {
    range(bencher, "sum by (x) (requests_total)");
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn range_max_over_time_matched(bencher: Bencher<'_, '_>) {
    range(
        bencher,
        "max by (job) (max_over_time(requests_total{job=~\"job-[0-2]\"}[5m]) / requests_total)",
    );
}

#[divan::bench(sample_count = 20)]
fn instant_sum_by_rate(bencher: Bencher<'_, '_>) {
    instant(bencher, "sum by (x) (rate(requests_total[5m]))");
}

#[divan::bench(sample_count = 20)]
fn instant_selector(bencher: Bencher<'_, '_>) {
    instant(
        bencher,
        "requests_total{job=\"job-3\", instance=~\"host-1.*\"}",
    );
}

#[divan::bench(sample_count = 20)]
fn instant_topk(bencher: Bencher<'_, '_>) {
    instant(bencher, "topk(10, requests_total)");
}
