//! Parsing, checking and generating within one process: `cargo bench --bench stack`.
#![allow(missing_docs, reason = "benchmarks")]

mod synthetic;

use divan::{Bencher, black_box};
use obsctl::check;
use obsctl::generate::{self, Environment, rule_file};
use obsctl::model::query::promql;
use obsctl::model::{Engine, Service, Slug, Stack};
use obsctl::policy::Policy;
use obsctl::project::Project;
use obsctl::read::{self, File, Found, Queries};

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

/// Sloth's specifications as files, read and made into rule files.
#[divan::bench(sample_count = 5, args = [100, 1_000])]
fn slo_specs_to_rules(bencher: Bencher<'_, '_>, specs: usize) {
    let texts: Vec<_> = (0..specs).map(synthetic::slo_spec).collect();
    bencher.bench(|| {
        let queries = Queries::default();
        let mut found = Found::default();
        for text in &texts {
            let path = "slo.yml";
            found.append(read::outline(black_box(File { path, text }), &queries));
        }
        found.settle();
        let services = (0..specs).map(|spec| Service::new(synthetic::service(spec), "team", ""));
        let stack = Stack::new(Slug::from_static("slos")).services(services);
        let project = Project::link(stack.slos(found.slos));
        let files = rule_file::files(&project, Engine::Prometheus, Environment::Compose, "alerts");
        files.iter().map(|file| file.text.len()).sum::<usize>()
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
