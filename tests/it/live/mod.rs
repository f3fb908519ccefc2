//! `obsctl verify` against engines: Debian's Prometheus and Alertmanager as they are, the others by the documented
//! answers of their APIs, and servers that answer with anything else.

mod documented;
mod hostile;
mod interrupted;
mod local;
mod online;
mod running;
mod scenarios;
mod server;

use obsctl::Stack;
use serde_json::Value;

use crate::common::CliTest;

/// The report of a run, as JSON, and the exit status.
fn report(stack: Stack, args: &[&str]) -> (i32, Value) {
    let args: Vec<_> = ["verify", "--format", "json"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let shown = CliTest::new().run_over(stack, &args);
    let status = shown.lines().next().unwrap();
    let status = status
        .strip_prefix("exit status: ")
        .unwrap()
        .parse()
        .unwrap();
    let out = shown
        .split("----- stdout -----\n")
        .nth(1)
        .unwrap_or_else(|| panic!("{shown}"));
    let out = out.split("----- stderr -----").next().unwrap();
    (status, serde_json::from_str(out).unwrap())
}

/// Ids and results, with what is said: `rules/g/A failed: reason`.
fn lines(report: &Value) -> Vec<String> {
    let steps = report["steps"].as_array().unwrap();
    let line = |step: &Value| {
        let said = ["reason", "seen"].iter().find_map(|key| step[key].as_str());
        let said = said.map_or_else(String::new, |said| format!(": {said}"));
        format!(
            "{} {}{said}",
            step["id"].as_str().unwrap(),
            step["result"].as_str().unwrap()
        )
    };
    steps.iter().map(line).collect()
}
