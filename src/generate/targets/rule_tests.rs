//! `alerts/tests/`: promtool unit tests of alerts.

use crate::generate::links::Links;
use crate::generate::{Artifact, Environment, Target, rule_tests, yaml};
use crate::project::{Project, Speed, slo};

/// Unit tests for promtool.
pub static RULE_TESTS: Target = Target {
    name: "rule-tests",
    summary: "promtool unit tests: each SLO's alerts fire at the computed time, and stop; every other alert fires on series \
        derived from its condition, and stops",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    // The computed times are those of real time.
    if project.speed() != Speed::REAL {
        return vec![];
    }
    let slos = project.stack().slos.iter().filter_map(|slo| {
        let lowering = slo::read(slo, project.catalog())?;
        let file = rule_tests::tests(project, &lowering, environment)?;
        Some((format!("slo-{}", slo.name), file))
    });
    let witnesses = rule_tests::witnesses::tests(project, Links::new(project, environment));
    let witnesses = witnesses
        .into_iter()
        .map(|(group, file)| (format!("alerts-{group}"), file));
    slos.chain(witnesses)
        .map(|(name, file)| {
            let path = format!("alerts/tests/{name}.test.yml");
            Artifact::new(path, yaml::document(&file))
        })
        .collect()
}
