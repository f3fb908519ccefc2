//! A `docker` that records how it is called and plays answers.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use obsctl::generate::targets::compose;
use obsctl::project::Project;

use crate::common::CliTest;

/// The containers of the reference stack.
pub fn containers() -> Vec<String> {
    let project = Project::link(obsctl_stack::stack());
    compose::containers(&project).into_keys().collect()
}

/// What an answer is, by the words it is asked with. Answers are shell, so that they can change.
const PROGRAM: &str = r#"#!/bin/sh
PATH=/usr/bin:/bin
here=${0%/*}
echo "$*" >> "$here/calls"
case "$*" in
  "compose version"*) answer=compose-version ;;
  "version "*) answer=engine-version ;;
  *" ps "*) answer=ps ;;
  *" up "*) answer=up ;;
  *" logs"*) answer=logs ;;
  *" down "*) answer=down ;;
  *) echo "unexpected: $*" >&2; exit 97 ;;
esac
. "$here/$answer"
"#;

/// A folder with the compose file, and a machine with Docker.
pub struct Machine {
    pub test: CliTest,
    ports: Vec<(String, u16)>,
}

impl Machine {
    /// Docker works, no container is there, and `up` starts all of them healthy.
    pub fn new() -> Self {
        let test = CliTest::new();
        test.write("bin/docker", PROGRAM);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(test.path("bin/docker"), mode).unwrap();
        test.write("compose/compose.yaml", "name: reference\n");
        let project = Project::link(obsctl_stack::stack());
        let ports = compose::published(&project).into_iter();
        let ports = ports.map(|one| (one.setting.name, free_port())).collect();
        let machine = Self { test, ports };
        machine.answer("compose-version", "echo 2.40.3");
        machine.answer("engine-version", "echo 28.2.2");
        machine.answer(
            "up",
            r#"touch "$here/started"; echo "Container reference-grafana-1 Started""#,
        );
        machine.answer("down", "true");
        machine.answer("logs", "echo a line of a log");
        machine.answer_states(|_| "healthy");
        machine
    }

    /// Plays this shell.
    pub fn answer(&self, to: &str, shell: &str) {
        self.test.write(&format!("bin/{to}"), shell);
    }

    /// Once started, containers have these states.
    pub fn answer_states(&self, health: impl Fn(&str) -> &'static str) {
        let lines = containers().into_iter().map(|name| {
            let health = health(&name);
            format!(r#"{{"Service":"{name}","State":"running","Health":"{health}","ExitCode":0,"Publishers":[]}}"#)
        });
        self.test
            .write("bin/states", &lines.collect::<Vec<_>>().join("\n"));
        self.answer(
            "ps",
            r#"if [ -f "$here/started" ]; then cat "$here/states"; fi"#,
        );
    }

    /// The port that a variable is set to.
    pub fn port(&self, variable: &str) -> u16 {
        self.ports
            .iter()
            .find(|(name, _)| name == variable)
            .unwrap()
            .1
    }

    /// The tool on this machine.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.test.command(args);
        command.env("PATH", self.test.path("bin"));
        for (name, port) in &self.ports {
            command.env(name, port.to_string());
        }
        command
    }

    /// Runs the tool; gives exit status, stdout and stderr.
    pub fn run(&self, args: &[&str]) -> String {
        self.test.shown(&self.command(args).output().unwrap())
    }

    /// How Docker was called, without the words that are always the same.
    pub fn calls(&self) -> Vec<String> {
        let calls = std::fs::read_to_string(self.test.path("bin/calls")).unwrap_or_default();
        let calls = calls
            .lines()
            .map(|call| call.replace("compose --file compose/compose.yaml ", ""));
        calls.collect()
    }
}

/// A port that nobody listens on, and that no other test was given.
fn free_port() -> u16 {
    static GIVEN: std::sync::Mutex<BTreeSet<u16>> = std::sync::Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap();
    loop {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        if given.insert(port) {
            return port;
        }
    }
}
