//! Parsing, checking and generating within one process: `cargo bench --bench stack`.
#![allow(missing_docs, reason = "benchmarks")]

mod synthetic;

use divan::{Bencher, black_box};
use obsctl::check;
use obsctl::generate::{self, Environment};
use obsctl::model::query::promql;
use obsctl::policy::Policy;
use obsctl::project::Project;
use obsctl::read::{self, File, Queries};

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 10, args = [10_000, 100_000])]
fn parse_rules(bencher: Bencher<'_, '_>, rules: usize) {
    let queries: Vec<_> = (0..rules)
        .map(|rule| synthetic::query("svc", rule))
        .collect();
    bencher.bench(|| {
        queries
            .iter()
            .map(|query| promql(query).errors().len())
            .sum::<usize>()
    });
}

/// What is generated of a stack, read as files of others are: YAML of rules, JSON of dashboards.
#[divan::bench(sample_count = 5, args = [(10_000, 0), (10_000, 1_000)])]
fn read_rules_and_dashboards(bencher: Bencher<'_, '_>, (rules, dashboards): (usize, usize)) {
    let project = Project::link(synthetic::stack(rules, dashboards));
    let files = generate::run(&project, Environment::Compose);
    let texts: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.starts_with("alerts/") || path.starts_with("dashboards/"))
        .map(|(_, text)| text)
        .collect();
    bencher.bench(|| {
        let queries = Queries::default();
        let outlines = texts.iter().map(|text| {
            let path = "generated";
            read::outline(black_box(File { path, text }), &queries)
        });
        outlines
            .map(|found| found.groups.len() + found.dashboards.len())
            .sum::<usize>()
    });
}

#[divan::bench(sample_count = 5, args = [10_000, 100_000])]
fn check_rules(bencher: Bencher<'_, '_>, rules: usize) {
    bencher
        .with_inputs(|| synthetic::stack(rules, 0))
        .bench_values(|stack| {
            check::run(black_box(&Project::link(stack)), &Policy::default(), None).len()
        });
}

#[divan::bench(sample_count = 5, args = [(10_000, 1_000)])]
fn check_rules_and_dashboards(bencher: Bencher<'_, '_>, (rules, dashboards): (usize, usize)) {
    bencher
        .with_inputs(|| synthetic::stack(rules, dashboards))
        .bench_values(|stack| {
            check::run(black_box(&Project::link(stack)), &Policy::default(), None).len()
        });
}

#[divan::bench(sample_count = 5, args = [(10_000, 1_000)])]
fn generate_rules_and_dashboards(bencher: Bencher<'_, '_>, (rules, dashboards): (usize, usize)) {
    let project = Project::link(synthetic::stack(rules, dashboards));
    bencher.bench(|| {
        generate::run(black_box(&project), Environment::Compose)
            .iter()
            .count()
    });
}
