//! `alerts/loki-tests/`: unit tests of Loki's alerts, for `obsctl test`.

use obsctl_model::Engine;

use crate::generate::links::Links;
use crate::generate::log_tests::{self, TestFile};
use crate::generate::{Artifact, Environment, Target, rule_file, yaml};
use crate::project::{Project, Speed};

/// Unit tests of Loki's alerts.
pub static LOG_RULE_TESTS: Target = Target {
    name: "log-rule-tests",
    summary: "unit tests of Loki's alerts, for `obsctl test`: which declared log events set each off",
    generate,
};

fn generate(project: &Project, environment: Environment) -> Vec<Artifact> {
    // Of one machine the rules have another folder; the tests would be the same.
    if project.speed() != Speed::REAL || environment == Environment::Host {
        return vec![];
    }
    let links = Links::new(project, environment);
    let groups = project.groups().iter();
    let groups =
        groups.filter(|group| rule_file::has_rules(std::slice::from_ref(*group), Engine::Loki));
    let files = groups.filter_map(|group| {
        let tests = log_tests::tests(project, links, group);
        let name = rule_file::file_name(&group.name);
        let file = TestFile {
            log_rule_files: vec![format!("../loki/{name}.yml")],
            tests,
        };
        (!file.tests.is_empty()).then(|| {
            Artifact::new(
                format!("alerts/loki-tests/{name}.test.yml"),
                yaml::document(&file),
            )
        })
    });
    files.collect()
}
