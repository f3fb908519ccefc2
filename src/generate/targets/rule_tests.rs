//! `alerts/tests/`: promtool unit tests of the SLOs' alerts.

use crate::generate::{Artifact, Environment, Target, rule_tests, yaml};
use crate::project::{Project, Speed, slo};

/// Unit tests for promtool.
pub static RULE_TESTS: Target = Target {
    name: "rule-tests",
    summary: "promtool unit tests: each SLO's alerts fire at the computed time, and stop",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    // The computed times are those of real time.
    if project.speed() != Speed::REAL {
        return vec![];
    }
    project
        .stack()
        .slos
        .iter()
        .filter_map(|slo| {
            let lowering = slo::read(slo, project.catalog())?;
            let file = rule_tests::tests(project, &lowering, environment)?;
            Some(Artifact::new(
                format!("alerts/tests/slo-{}.test.yml", slo.name),
                yaml::document(&file),
            ))
        })
        .collect()
}
