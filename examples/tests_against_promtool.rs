//! Whole processes: `obsctl test` and `promtool test rules` of the same unit tests, one after the other.
//! `cargo run --release --example tests_against_promtool [RULES] [TESTS]`; see `docs/benchmarks.md`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "measures processes"
)]

#[path = "../benches/unit_tests/mod.rs"]
mod unit_tests;

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

/// As in `src/main.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Some(code) = unit_tests::measured() {
        return Ok(code);
    }
    let number = |place, default| -> Result<usize, std::num::ParseIntError> {
        std::env::args()
            .nth(place)
            .map_or(Ok(default), |it| it.parse())
    };
    let (rules, tests) = (number(1, 1000)?, number(2, 20)?);
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("rules.yml"), rule_file(rules / 2))?;
    std::fs::write(folder.path().join("tests.yml"), test_file(rules / 2, tests))?;

    println!("{rules} rules, {tests} tests");
    unit_tests::compare(folder.path())?;
    Ok(ExitCode::SUCCESS)
}

/// Pairs of a recording rule and an alert on it, ten pairs in a group.
fn rule_file(pairs: usize) -> String {
    let mut text = "groups:\n".to_owned();
    for pair in 0..pairs {
        if pair % 10 == 0 {
            let _ = writeln!(text, "- name: group{pair}\n  rules:");
        }
        let _ = writeln!(
            text,
            r#"  - record: job:requests{pair}:rate5m
    expr: sum by (job) (rate(requests{pair}_total{{code=~"2.."}}[5m]))
  - alert: Slow{pair}
    expr: job:requests{pair}:rate5m < 0.5 and on (job) up == 1
    for: 5m
    labels: {{severity: page}}
    annotations:
      summary: "{{{{ $labels.job }}}} serves {{{{ $value | humanize }}}} requests a second""#
        );
    }
    text
}

/// Tests of an hour, each of another pair: the alert is silent first and fires later.
fn test_file(pairs: usize, tests: usize) -> String {
    let mut text = "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n".to_owned();
    for test in 0..tests {
        let pair = test % pairs.max(1);
        let _ = writeln!(
            text,
            r#"- name: test {test}
  interval: 1m
  input_series:
  - {{series: 'up{{job="api"}}', values: 1x60}}
  - {{series: 'requests{pair}_total{{job="api",code="200"}}', values: 0+60x40 2400+6x20}}
  - {{series: 'requests{pair}_total{{job="api",code="500"}}', values: 0+1x60}}
  alert_rule_test:
  - {{eval_time: 30m, alertname: Slow{pair}}}
  - eval_time: 1h
    alertname: Slow{pair}
    exp_alerts:
    - exp_labels: {{job: api, severity: page}}
      exp_annotations: {{summary: api serves 100m requests a second}}
  promql_expr_test:
  - expr: job:requests{pair}:rate5m
    eval_time: 30m
    exp_samples:
    - {{labels: 'job:requests{pair}:rate5m{{job="api"}}', value: 1}}"#
        );
    }
    text
}
