//! Whole processes: `obsctl check` of a synthetic stack and `promtool check rules` of the same rules, one
//! after the other. `cargo run --release --example against_promtool [RULES]`; see `docs/benchmarks.md`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "measures processes"
)]

#[path = "../benches/processes/mod.rs"]
mod processes;
#[path = "../benches/synthetic/mod.rs"]
mod synthetic;

use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};

use obsctl::generate::{self, Environment};
use obsctl::project::Project;

/// The variable that makes a process one of those that are measured: how many rules it checks.
const MEASURED: &str = "OBSCTL_MEASURED_RULES";
const ROUNDS: usize = 3;
const RULES: &str = "rules.yml";

/// As in `src/main.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Ok(rules) = std::env::var(MEASURED) {
        let rules = rules.parse()?;
        return Ok(obsctl::run(|| synthetic::stack(rules, 0)));
    }
    let rules: usize = std::env::args()
        .nth(1)
        .map_or(Ok(10_000), |rules| rules.parse())?;
    let folder = tempfile::tempdir()?;
    write_rules(rules, &folder.path().join(RULES))?;

    let mut ours = Command::new(std::env::current_exe()?);
    ours.arg("check")
        .env(MEASURED, rules.to_string())
        .current_dir(folder.path());
    let mut promtool = Command::new("promtool");
    promtool
        .args(["check", "rules", RULES])
        .current_dir(folder.path());

    println!("{rules} rules");
    processes::compare((&mut ours, ROUNDS), (&mut promtool, ROUNDS))?;
    Ok(ExitCode::SUCCESS)
}

/// All groups in one file, as our target writes them.
fn write_rules(rules: usize, file: &Path) -> Result<(), Box<dyn Error>> {
    let artifacts = generate::run(
        &Project::link(synthetic::stack(rules, 0)),
        Environment::Compose,
    );
    let mut all = String::from("groups:\n");
    for (path, text) in artifacts
        .iter()
        .filter(|(path, _)| path.starts_with("alerts/prometheus/"))
    {
        let (_, groups) = text
            .split_once("groups:\n")
            .ok_or_else(|| format!("no groups in {path}"))?;
        all.push_str(groups);
    }
    std::fs::write(file, all)?;
    Ok(())
}
