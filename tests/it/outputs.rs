//! What holds for every file that is generated.

use obsctl::generate::header::{HASH, MARKDOWN, SLASHES};
use obsctl::generate::rule_file::RuleFile;
use obsctl::generate::targets::{
    alertmanager_config, compose, grafana_dashboard_providers, grafana_datasources, loki_config,
    metric_catalog, openslo, prometheus_config, routing_tests, slo_list, tempo_config,
};
use obsctl::generate::{self, ArtifactSet, Environment, log_tests, rule_tests, yaml};
use obsctl::project::Project;
use obsctl::read;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn outputs(environment: Environment) -> ArtifactSet {
    generate::run(&Project::link(obsctl_stack::stack()), environment)
}

#[test]
fn every_file_says_where_it_is_changed() {
    for (path, text) in Environment::ALL
        .map(outputs)
        .iter()
        .flat_map(ArtifactSet::iter)
    {
        let header = match path.rsplit_once('.') {
            Some((_, "json")) => continue,
            Some((_, "md")) => MARKDOWN,
            Some((_, "alloy")) => SLASHES,
            _ => HASH,
        };
        assert!(text.starts_with(header), "{path}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
    }
}

/// Reads a file by a type that knows every key of ours and no other, and writes it again.
fn assert_round_trip<T: DeserializeOwned + Serialize>(path: &str, text: &str) {
    let read: T = yaml::read(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(yaml::document(&read), text, "{path}");
}

#[test]
fn every_yaml_file_reads_back_by_its_type() {
    for (path, text) in Environment::ALL
        .map(outputs)
        .iter()
        .flat_map(ArtifactSet::iter)
    {
        let extension = path.rsplit_once('.').map(|(_, extension)| extension);
        if !matches!(extension, Some("yml" | "yaml")) {
            continue;
        }
        match path {
            alertmanager_config::PATH => {
                assert_round_trip::<alertmanager_config::Config>(path, text);
            }
            grafana_dashboard_providers::PATH => {
                assert_round_trip::<grafana_dashboard_providers::File>(path, text);
            }
            grafana_datasources::PATH => {
                assert_round_trip::<grafana_datasources::File>(path, text);
            }
            loki_config::PATH => assert_round_trip::<loki_config::Config>(path, text),
            prometheus_config::PATH => assert_round_trip::<prometheus_config::Config>(path, text),
            // Variants of the vocabulary are maps here, which only our own reader takes.
            metric_catalog::PATH => {
                let found = read::file(read::File {
                    path: metric_catalog::PATH,
                    text,
                });
                assert!(found.problems.is_empty(), "{:#?}", found.problems);
                let catalog = serde_json::to_value(&found.catalogs[0]).unwrap();
                assert_eq!(yaml::document(&catalog), text, "{path}");
            }
            slo_list::PATH => {
                let path = slo_list::PATH;
                let found = read::file(read::File { path, text });
                assert!(found.problems.is_empty(), "{:#?}", found.problems);
                assert_eq!(slo_list::document(found.slos), text, "{path}");
            }
            openslo::PATH => {
                let path = openslo::PATH;
                let mut found = read::file(read::File { path, text });
                found.settle();
                assert_eq!((found.problems, found.left_out), (vec![], vec![]));
                let mut slos = Project::link(obsctl_stack::stack()).stack().slos.clone();
                slos.iter_mut().for_each(|slo| slo.allow.clear());
                assert_eq!(found.slos, slos, "{path}");
            }
            tempo_config::PATH => assert_round_trip::<tempo_config::Config>(path, text),
            "compose/compose.yaml" => {
                assert_round_trip::<compose::schema::ComposeFile>(path, text);
            }
            routing_tests::PATH => assert_round_trip::<routing_tests::TestFile>(path, text),
            _ if path.starts_with("alerts/tests/") => {
                assert_round_trip::<rule_tests::file::TestFile>(path, text);
            }
            _ if path.starts_with("alerts/loki-tests/") => {
                assert_round_trip::<log_tests::TestFile>(path, text);
            }
            _ if path.starts_with("alerts/") => assert_round_trip::<RuleFile>(path, text),
            _ => panic!("no type is known for {path}"),
        }
    }
}

/// Receivers take secrets from files: a key that would hold one itself is never written.
#[test]
fn no_output_has_a_place_for_a_secret() {
    let keys = [
        "api_url",
        "auth_password",
        "credentials",
        "password",
        "routing_key",
        "service_key",
    ];
    for (path, text) in Environment::ALL
        .map(outputs)
        .iter()
        .flat_map(ArtifactSet::iter)
    {
        if !path.starts_with("provisioning/") {
            continue;
        }
        for line in text.lines() {
            let key = line.trim_start_matches([' ', '-']).split([':', ' ']).next();
            assert!(
                !key.is_some_and(|key| keys.contains(&key)),
                "{path}: {line}"
            );
        }
    }
}

/// On one machine every address is loopback and every path relative.
#[test]
fn one_machine_needs_no_other_and_no_place_of_its_own() {
    for (path, text) in outputs(Environment::Host).iter() {
        if path.starts_with("provisioning/") && !path.ends_with(".md") {
            assert!(!text.contains("0.0.0.0"), "{path}");
            assert!(!text.contains("/stack/"), "{path}");
        }
    }
}

/// A laptop has this much to spare.
#[test]
fn all_containers_together_keep_within_three_gibibytes() {
    let outputs = outputs(Environment::Compose);
    let file: compose::schema::ComposeFile =
        yaml::read(outputs.get("compose/compose.yaml").unwrap()).unwrap();
    let limits = file.services.iter().map(|(name, service)| {
        let (_, default) = service.mem_limit.split_once(":-").expect(name);
        let mebibytes = default.strip_suffix("}m").expect(name);
        mebibytes.parse::<u32>().expect(name) * service.scale.unwrap_or(1)
    });
    assert!(limits.sum::<u32>() <= 3 * 1024);
}

/// The whole starts as fast as its slowest pair.
#[test]
fn no_container_waits_for_one_that_waits() {
    let outputs = outputs(Environment::Compose);
    let file: compose::schema::ComposeFile =
        yaml::read(outputs.get("compose/compose.yaml").unwrap()).unwrap();
    for (name, service) in &file.services {
        for needed in service.depends_on.keys() {
            assert!(
                file.services[needed].depends_on.is_empty(),
                "{name} waits for {needed}"
            );
        }
        let check = service.healthcheck.as_ref();
        assert!(
            check.is_none_or(|check| check.start_interval == "2s"),
            "{name}"
        );
    }
}
