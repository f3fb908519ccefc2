//! Whole processes: `obsctl test` and `promtool test rules` of 30 days of one reference SLO at steps of a minute, one after the other.
//! `cargo run --release --example slo_month_against_promtool`; see `docs/benchmarks.md`. promtool takes minutes.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "measures processes"
)]

#[path = "../benches/unit_tests/mod.rs"]
mod unit_tests;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// As in `src/main.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Half of the budget burns: nothing fires, all windows are full.
const TESTS: &str = r#"rule_files: [sli-recordings.yml, alerts.yml]
evaluation_interval: 1m
group_eval_order: [sloth-slo-sli-recordings-api-api-availability, sloth-slo-alerts-api-api-availability]
tests:
- interval: 1m
  input_series:
  - {series: 'api_requests_total{status_code="500"}', values: 0+500x43200}
  - {series: 'api_requests_total{status_code="200"}', values: 0+999500x43200}
  alert_rule_test:
  - {eval_time: 30d, alertname: ApiAvailabilityFastBurn}
  - {eval_time: 30d, alertname: ApiAvailabilitySlowBurn}
  - {eval_time: 30d, alertname: ApiAvailabilityNoData}
  promql_expr_test:
  - expr: count(slo:sli_error:ratio_rate3d > 0.0004 < 0.0006)
    eval_time: 30d
    exp_samples: [{labels: '{}', value: 1}]
"#;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Some(code) = unit_tests::measured() {
        return Ok(code);
    }
    let folder = tempfile::tempdir()?;
    let rules = |part: &str| {
        let name = format!("alerts/prometheus/sloth-slo-{part}-api-api-availability.yml");
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
    };
    let recordings = without_the_period(&rules("sli-recordings")?);
    std::fs::write(folder.path().join("sli-recordings.yml"), recordings)?;
    std::fs::write(folder.path().join("alerts.yml"), rules("alerts")?)?;
    std::fs::write(folder.path().join("tests.yml"), TESTS)?;

    unit_tests::compare(folder.path())?;
    Ok(ExitCode::SUCCESS)
}

/// Without the ratio over 30 days: it asks for more samples than a query of promtool may hold.
fn without_the_period(rules: &str) -> String {
    rules
        .split_inclusive('\n')
        .scan(true, |kept, line| {
            if let Some(name) = line.trim_start().strip_prefix("- record: ") {
                *kept = name.trim_end() != "slo:sli_error:ratio_rate30d";
            }
            Some(if *kept { line } else { "" })
        })
        .collect()
}
