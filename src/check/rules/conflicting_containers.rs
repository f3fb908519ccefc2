//! `conflicting-containers`

use std::collections::BTreeMap;

use obsctl_model::{Image, Origin, Setting, Slug, Stack, Workload};

use crate::check::{Check, Findings, Input, Run, example};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{Component, OTLP_PORTS, memory_variable, subject, variable};

/// Containers that want the same thing.
pub static CHECK: Check = Check {
    name: "conflicting-containers",
    severity: Severity::Error,
    docs: "\
Two containers of the local stack want the same name, the same port of the machine, or one variable with two meanings.

## Why it matters

Of two containers of one name only one would run. A port can be published once: the second container does not start. A
variable has one default, so that one of its users would get a value that it does not expect.

## How to fix it

Rename the workload or the variable, or give its port another default. The engines keep their own names (`grafana`,
`prometheus`, …), ports, and variables that begin with their names.
",
    run: Run::Once(run),
    fires: || stack("3000"),
    silent: || stack("3001"),
};

/// The example stack with a workload that publishes by this port.
fn stack(port: &str) -> Stack {
    let name = Slug::from_static("shop");
    let port = Setting::new("SHOP_PORT", port, "Port of the shop on 127.0.0.1");
    example::stack()
        .workload(Workload::new(name, "Sells things", Image::ready("shop:1")).publishes(8080, port))
}

fn run(input: &Input<'_>, findings: &mut Findings) {
    let workloads = &input.project.stack().workloads;
    names(workloads, findings);
    ports(workloads, findings);
    settings(workloads, findings);
}

fn names(workloads: &[Workload], findings: &mut Findings) {
    let mut seen: BTreeMap<&str, Origin> = BTreeMap::new();
    for workload in workloads {
        let name = workload.name.as_str();
        if Component::ALL.iter().any(|engine| engine.name() == name) {
            let message = format!("workload `{name}` has the name of an engine");
            findings.push(found(workload, message));
        }
        if let Some(first) = seen.get(name) {
            let message = format!("two workloads are called `{name}`");
            findings.push(found(workload, message).also(*first, "the first one"));
        }
        seen.entry(name).or_insert(workload.origin);
    }
}

fn ports(workloads: &[Workload], findings: &mut Findings) {
    let engine = |engine: Component| (engine.port().to_string(), (engine.name(), None));
    let published = Component::ALL
        .into_iter()
        .filter(|engine| *engine != Component::NodeExporter);
    let otlp = [OTLP_PORTS.0, OTLP_PORTS.1].map(|port| {
        let collector = Component::Alloy.name();
        (port.to_string(), (collector, None))
    });
    let mut seen: BTreeMap<String, (&str, Option<Origin>)> =
        published.map(engine).chain(otlp).collect();
    for workload in workloads {
        for setting in workload
            .ports
            .iter()
            .filter_map(|port| port.published.as_ref())
        {
            let port = &setting.default;
            if port.parse::<u16>().is_ok_and(|number| number > 0) {
                if let Some((other, origin)) = seen.get(port) {
                    let message = format!("port {port} is published by `{other}` already");
                    let finding = found(workload, message)
                        .help(format!("give `{}` another default", setting.name));
                    findings.push(match origin {
                        Some(origin) => finding.also(*origin, "published here"),
                        None => finding,
                    });
                }
            } else {
                let message = format!("`{port}` is no port that `{}` could be", setting.name);
                findings.push(found(workload, message).help("write a number from 1 to 65535"));
            }
            if workload.replicas > 1 {
                let message = format!("{} copies publish port {port}", workload.replicas);
                findings.push(found(workload, message).help("run one copy, or publish no port"));
            }
            seen.entry(port.clone())
                .or_insert((workload.name.as_str(), Some(workload.origin)));
        }
    }
}

fn settings(workloads: &[Workload], findings: &mut Findings) {
    let memory: Vec<_> = workloads
        .iter()
        .map(|workload| {
            let name = memory_variable(workload.name.as_str());
            let meaning = format!("Memory of `{}` in MiB", workload.name);
            (
                workload,
                Setting::new(name, workload.memory.to_string(), meaning),
            )
        })
        .collect();
    let declared = workloads.iter().flat_map(|workload| {
        let published = workload
            .ports
            .iter()
            .filter_map(|port| port.published.as_ref());
        let all = workload.settings.iter().chain(published);
        all.map(move |setting| (workload, setting))
    });
    let memory = memory
        .iter()
        .map(|(workload, setting)| (*workload, setting));
    let mut seen: BTreeMap<&str, (&Setting, Origin)> = BTreeMap::new();
    for (workload, setting) in memory.chain(declared) {
        let name = setting.name.as_str();
        if let Some(engine) = engine_of(name) {
            let message = format!("`{name}` begins as the variables of `{engine}` do");
            findings.push(found(workload, message));
        }
        match seen.get(name) {
            Some((first, _)) if *first == setting => {}
            Some((_, origin)) => {
                let message = format!("`{name}` is declared twice, differently");
                findings.push(found(workload, message).also(*origin, "first declared here"));
            }
            None => {
                seen.insert(name, (setting, workload.origin));
            }
        }
    }
}

/// The engine whose variables begin like this one.
fn engine_of(setting: &str) -> Option<&'static str> {
    let begins = |container: &str| setting.starts_with(&variable(container, ""));
    let engine = Component::ALL.map(Component::name);
    let engine = engine.into_iter().find(|name| begins(name));
    engine.or_else(|| begins("otlp").then_some(Component::Alloy.name()))
}

fn found(workload: &Workload, message: String) -> Diagnostic {
    Diagnostic::new(subject::workload(workload), workload.origin, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{findings, report};

    fn messages(stack: Stack) -> Vec<String> {
        let mut found = findings(stack);
        found.retain(|finding| finding.check == CHECK.name);
        found.into_iter().map(|finding| finding.message).collect()
    }

    fn workload(name: &str) -> Workload {
        Workload::new(Slug::new(name).unwrap(), "", Image::ready("shop:1"))
    }

    #[test]
    fn names_the_engine_that_has_the_port() {
        insta::assert_snapshot!(report(&CHECK, (CHECK.fires)()), @"
        error[conflicting-containers]: port 3000 is published by `grafana` already
        --> definitions.rs
         = in: workload `shop`
         = help: give `SHOP_PORT` another default
        ");
    }

    #[test]
    fn names_are_given_once() {
        let stack = example::stack()
            .workload(workload("shop"))
            .workload(workload("shop"))
            .workload(workload("loki"));
        assert_eq!(
            messages(stack),
            [
                "`LOKI_MEMORY` begins as the variables of `loki` do",
                "two workloads are called `shop`",
                "workload `loki` has the name of an engine",
            ]
        );
    }

    #[test]
    fn ports_of_the_machine_are_given_once() {
        let port = |name: &str, port: &str| Setting::new(name, port, "Port");
        let stack = example::stack()
            .workload(workload("a").publishes(80, port("A_PORT", "8000")))
            .workload(workload("b").publishes(80, port("B_PORT", "8000")))
            .workload(workload("c").publishes(80, port("C_PORT", "http")))
            .workload(
                workload("d")
                    .publishes(80, port("D_PORT", "8003"))
                    .replicas(2),
            )
            .workload(workload("e").listens(80).replicas(2));
        assert_eq!(
            messages(stack),
            [
                "2 copies publish port 8003",
                "`http` is no port that `C_PORT` could be",
                "port 8000 is published by `a` already",
            ]
        );
    }

    #[test]
    fn a_variable_is_shared_only_as_it_is() {
        let speed = |default: &str| Setting::new("SPEED", default, "Speed");
        let same = example::stack()
            .workload(workload("a").setting(speed("1")))
            .workload(workload("b").setting(speed("1")));
        assert_eq!(messages(same), Vec::<String>::new());
        let different = example::stack()
            .workload(workload("a").setting(speed("1")))
            .workload(
                workload("b")
                    .setting(speed("2"))
                    .setting(Setting::new("A_MEMORY", "9", "")),
            );
        assert_eq!(
            messages(different),
            [
                "`A_MEMORY` is declared twice, differently",
                "`SPEED` is declared twice, differently",
            ]
        );
    }
}
