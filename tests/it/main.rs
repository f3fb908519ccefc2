//! Integration tests: one binary, one module for each subject.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests set up and look at files themselves, and say aloud what they could not prove"
)]

mod alerts_fire;
mod architecture;
mod cli;
mod committed_outputs;
mod common;
mod dashboards;
mod defects;
mod definitions;
mod engines;
mod grafana_schemas;
mod import;
mod live;
mod outputs;
mod promtool;
mod registry;
mod rule_tests;
mod slo_months;
mod slo_specs;
mod templates;

use std::collections::BTreeSet;
use std::path::Path;

/// A file that no `mod` names compiles nowhere and tests nothing.
#[test]
fn every_file_is_a_module() {
    for folder in ["", "cli", "engines", "live", "rule_tests", "slo_months"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/it")
            .join(folder);
        let root = if folder.join("main.rs").exists() {
            "main.rs"
        } else {
            "mod.rs"
        };
        let source = std::fs::read_to_string(folder.join(root)).unwrap();
        let named: BTreeSet<_> = source
            .lines()
            .filter_map(|line| {
                line.trim_start_matches("pub ")
                    .strip_prefix("mod ")?
                    .strip_suffix(';')
            })
            .map(str::to_owned)
            .collect();
        let present: BTreeSet<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !path.ends_with(root) && !path.ends_with("snapshots"))
            .filter(|path| path.is_dir() || path.extension().is_some_and(|ext| ext == "rs"))
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(named, present, "in {}", folder.display());
    }
}
