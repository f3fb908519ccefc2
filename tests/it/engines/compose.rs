//! The compose file is one, and mounts what is there.

use std::path::Path;
use std::process::Command;

use obsctl::generate::targets::compose::schema::{ComposeFile, Mount};
use obsctl::generate::{Environment, yaml};
use serde_json::Value;

use super::{Need, generated, notice, program, succeed};
use crate::common::repository;

#[test]
fn docker_compose_accepts_the_file() {
    let Some(docker) = program(&["docker"], &Need::Nowhere) else {
        return;
    };
    let version = Command::new(&docker)
        .args(["compose", "version"])
        .output()
        .unwrap();
    if !version.status.success() {
        return notice("`docker` has no compose plugin");
    }
    let folder = generated(Environment::Compose);
    succeed(Command::new(&docker).current_dir(folder.path()).args([
        "compose",
        "-f",
        "compose/compose.yaml",
        "config",
        "--quiet",
    ]));
}

#[test]
fn the_compose_file_keeps_to_the_specification() {
    let Some(folder) = std::env::var_os("OBSCTL_CONFORMANCE") else {
        return notice("`OBSCTL_CONFORMANCE` names no folder");
    };
    let schema = Path::new(&folder).join("compose/compose-spec.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .build(&schema)
        .unwrap();
    let outputs = generated(Environment::Compose);
    let text = std::fs::read_to_string(outputs.path().join("compose/compose.yaml")).unwrap();
    let file: Value = yaml::read(&text).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&file)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let broken = serde_json::json!({ "services": { "a": { "imagee": "b" } } });
    assert!(!validator.is_valid(&broken), "the schema finds nothing");
}

/// What an image is built from is in the repository, and not kept from the build.
#[test]
fn images_are_built_from_what_is_there() {
    let outputs = generated(Environment::Compose);
    let text = std::fs::read_to_string(outputs.path().join("compose/compose.yaml")).unwrap();
    let file: ComposeFile = yaml::read(&text).unwrap();
    let builds = file
        .services
        .values()
        .filter_map(|service| service.build.as_ref());
    let dockerfiles: Vec<_> = builds.map(|build| build.dockerfile.as_str()).collect();
    assert_eq!(
        dockerfiles,
        ["docker/demo.Dockerfile"],
        "one image is built once"
    );
    assert!(repository().join(dockerfiles[0]).is_file());
    let read = |path| std::fs::read_to_string(repository().join(path)).unwrap();
    let (ignored, manifest) = (read(".dockerignore"), read("Cargo.toml"));
    let (_, members) = manifest.split_once("members = [").unwrap();
    let (members, _) = members.split_once(']').unwrap();
    for member in members
        .split(',')
        .map(|member| member.trim().trim_matches('"'))
    {
        let folder = member.split('/').next().unwrap();
        assert!(ignored.contains(&format!("\n!{folder}\n")), "{member}");
    }
}

/// Every host path that is mounted is an output, the machine's own, or the folder for secrets.
#[test]
fn containers_mount_only_what_is_generated() {
    let folder = generated(Environment::Compose);
    let text = std::fs::read_to_string(folder.path().join("compose/compose.yaml")).unwrap();
    let file: ComposeFile = yaml::read(&text).unwrap();
    for mount in file.services.values().flat_map(|service| &service.volumes) {
        if let Mount::Bind { source, .. } = mount
            && let Some(path) = source.strip_prefix("../")
            // The dashboards' own target writes that folder.
            && path != "dashboards"
        {
            assert!(folder.path().join(path).is_dir(), "{path}");
        }
    }
}
