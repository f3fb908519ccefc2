//! The team's own containers.

use std::collections::BTreeMap;

use obsctl_model::{Image, Workload};

use super::parts::{base, healthcheck, publish};
use super::schema::{Build, Condition, Dependency, Mount, Service};
use super::settings::{self, reference};
use crate::project::Project;

/// All of a project, by name.
pub fn all(project: &Project) -> BTreeMap<String, Service> {
    let workloads = &project.stack().workloads;
    workloads
        .iter()
        .map(|workload| (workload.name.to_string(), service(workload, workloads)))
        .collect()
}

fn service(workload: &Workload, all: &[Workload]) -> Service {
    let memory = settings::memory(workload.name.as_str(), workload.memory);
    let fixed = workload.environment.iter();
    let set = workload.settings.iter();
    Service {
        image: literal(workload.image.name()),
        build: build(workload, all),
        scale: (workload.replicas != 1).then_some(workload.replicas),
        command: workload.command.iter().map(|word| literal(word)).collect(),
        environment: fixed
            .map(|(name, value)| (name.clone(), literal(value)))
            .chain(set.map(|setting| (setting.name.clone(), reference(setting))))
            .collect(),
        ports: workload
            .ports
            .iter()
            .filter_map(|port| Some(publish(port.published.as_ref()?, port.number)))
            .collect(),
        volumes: workload
            .volumes
            .iter()
            .map(|volume| Mount::Volume {
                source: volume.name.to_string(),
                target: volume.path.clone(),
            })
            .collect(),
        depends_on: after(workload, all),
        healthcheck: (!workload.health.is_empty()).then(|| healthcheck(&workload.health)),
        read_only: !workload.writable,
        // What programs and their libraries take for granted.
        tmpfs: if workload.writable {
            vec![]
        } else {
            vec!["/tmp:size=16m,mode=1777".to_owned()]
        },
        cap_drop: vec!["ALL".to_owned()],
        ..base(&memory)
    }
}

/// Of several that run one image the first builds it: Compose lets the others wait. The repository is the
/// context: the compose file is one folder below its root.
fn build(workload: &Workload, all: &[Workload]) -> Option<Build> {
    let first = all.iter().find(|one| one.image == workload.image)?;
    match &workload.image {
        Image::Built { dockerfile, .. } if first.name == workload.name => Some(Build {
            context: "..".to_owned(),
            dockerfile: dockerfile.clone(),
        }),
        _ => None,
    }
}

fn after(workload: &Workload, all: &[Workload]) -> BTreeMap<String, Dependency> {
    let condition = |name: &str| {
        let checked = all
            .iter()
            .any(|one| one.name.as_str() == name && !one.health.is_empty());
        if checked {
            Condition::ServiceHealthy
        } else {
            Condition::ServiceStarted
        }
    };
    let needed = workload.after.iter().map(|name| {
        let condition = condition(name.as_str());
        (name.to_string(), Dependency { condition })
    });
    needed.collect()
}

/// A text in which a `$` is a `$`.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}
