//! The `docker` program.

use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output, Stdio};

use super::Container;
use super::state;
use crate::cli::{CommandError, Obstacle, Workspace};
use crate::generate::targets::compose::PATH;

/// The oldest Compose that knows what the compose file says (`content` of `configs`).
const OLDEST_COMPOSE: Version = Version([2, 23, 1]);

/// The oldest engine that does (`start_interval` of `healthcheck`).
const OLDEST_ENGINE: Version = Version([25, 0, 0]);

const INSTALL: &str =
    "install Docker with its Compose plugin: https://docs.docker.com/engine/install/";

/// Docker Compose over the compose file of a workspace.
#[derive(Debug)]
pub(in crate::cli) struct Docker {
    file: PathBuf,
}

impl Docker {
    /// Docker, its Compose plugin and its daemon, all there and new enough, and a compose file.
    pub(in crate::cli) fn find(workspace: &Workspace) -> Result<Self, CommandError> {
        if workspace.read(PATH)?.is_none() {
            let help = "run `obsctl generate` first, or go to the folder that has it";
            return Err(Obstacle::new(format!("there is no `{PATH}` here"), help).into());
        }
        expect_compose()?;
        expect_daemon()?;
        Ok(Self {
            file: workspace.path(PATH),
        })
    }

    /// All containers of the stack, also those that do not run.
    pub(in crate::cli) fn containers(&self) -> Result<Vec<Container>, CommandError> {
        let mut command = self.compose(&["ps", "--all", "--format", "json"]);
        let output = output(&mut command)?;
        if !output.status.success() {
            return Err(failed(&command, output.status, &said(&output)).into());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let containers = state::parse(&text).map_err(|error| {
            let what = format!(
                "`{}` answered what is no list of containers",
                shown(&command)
            );
            Obstacle::new(what, "update Docker's Compose plugin").because(io::Error::other(error))
        })?;
        Ok(containers)
    }

    /// The last lines of a service's log.
    pub(in crate::cli) fn last_lines(
        &self,
        service: &str,
        lines: u32,
    ) -> Result<String, CommandError> {
        let tail = lines.to_string();
        let args = [
            "logs",
            "--no-color",
            "--no-log-prefix",
            "--tail",
            &tail,
            service,
        ];
        let output = output(&mut self.compose(&args))?;
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ok(text)
    }

    /// Does something whose output people watch: it goes to stderr.
    pub(in crate::cli) fn run(&self, args: &[&str]) -> Result<(), CommandError> {
        let mut command = self.compose(args);
        command.stdout(io::stderr());
        let status = status(&mut command)?;
        if status.success() {
            Ok(())
        } else {
            Err(failed(&command, status, "").into())
        }
    }

    /// Does something whose output is the report: it goes to stdout.
    pub(in crate::cli) fn report(&self, args: &[&str]) -> Result<(), CommandError> {
        let mut command = self.compose(args);
        let status = status(&mut command)?;
        // Whoever has seen enough closes the pipe, or interrupts.
        if status.success() || status.code().is_none_or(|code| code > 128) {
            Ok(())
        } else {
            Err(failed(&command, status, "").into())
        }
    }

    fn compose(&self, args: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command
            .args(["compose", "--file"])
            .arg(&self.file)
            .args(args)
            .stdin(Stdio::null());
        command
    }
}

fn expect_compose() -> Result<(), Obstacle> {
    let mut command = Command::new("docker");
    command
        .args(["compose", "version", "--short"])
        .stdin(Stdio::null());
    let output = output(&mut command)?;
    if !output.status.success() {
        let what = "`docker` has no Compose plugin (the older `docker-compose` is another program)";
        return Err(Obstacle::new(what, INSTALL));
    }
    expect_version("Docker Compose", &output, &OLDEST_COMPOSE)
}

fn expect_daemon() -> Result<(), Obstacle> {
    let mut command = Command::new("docker");
    command
        .args(["version", "--format", "{{.Server.Version}}"])
        .stdin(Stdio::null());
    let output = output(&mut command)?;
    if output.status.success() {
        return expect_version("Docker Engine", &output, &OLDEST_ENGINE);
    }
    let said = said(&output);
    let help = if said.to_lowercase().contains("permission denied") {
        "run it as a user who may use Docker: `sudo usermod --append --groups docker $USER`, then log in again"
    } else {
        "start it: Docker Desktop, or `sudo systemctl start docker`; `docker context ls` shows which one is meant"
    };
    Err(Obstacle::new("Docker's daemon does not answer", help).because(io::Error::other(said)))
}

/// What a version cannot be told from is taken for new: people build their own.
fn expect_version(program: &str, output: &Output, oldest: &Version) -> Result<(), Obstacle> {
    let text = String::from_utf8_lossy(&output.stdout);
    let text = text.trim();
    match Version::parse(text) {
        Some(version) if version < *oldest => Err(Obstacle::new(
            format!("{program} {text} is too old: the compose file needs {oldest}"),
            INSTALL,
        )),
        _ => Ok(()),
    }
}

fn output(command: &mut Command) -> Result<Output, Obstacle> {
    command
        .output()
        .map_err(|error| not_started(command, error))
}

fn status(command: &mut Command) -> Result<ExitStatus, Obstacle> {
    command
        .status()
        .map_err(|error| not_started(command, error))
}

fn not_started(command: &Command, error: io::Error) -> Obstacle {
    if error.kind() == io::ErrorKind::NotFound {
        return Obstacle::new("`docker` is not on PATH", INSTALL);
    }
    let what = format!("failed to run `{}`", shown(command));
    Obstacle::new(
        what,
        "see that `docker` on PATH is a program that you may run",
    )
    .because(error)
}

fn failed(command: &Command, status: ExitStatus, said: &str) -> Obstacle {
    let what = format!("`{}` failed ({status})", shown(command));
    if said.is_empty() {
        Obstacle::new(what, "what it said is above")
    } else {
        Obstacle::new(what, "it gave the cause").because(io::Error::other(said.to_owned()))
    }
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What a program said of its failure, on one line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("; ")
}

#[derive(Debug, PartialEq, PartialOrd)]
struct Version([u32; 3]);

impl Version {
    /// `v2.40.3-desktop.1`, `28.2.2`, `25.0`.
    fn parse(text: &str) -> Option<Self> {
        let end = |c: char| !c.is_ascii_digit() && c != '.';
        let numbers = text.trim_start_matches('v').split(end).next()?;
        let mut version = [0; 3];
        for (place, number) in version.iter_mut().zip(numbers.split('.')) {
            *place = number.parse().ok()?;
        }
        Some(Self(version))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (text, expected) in [
            ("v2.40.3-desktop.1", Some([2, 40, 3])),
            ("2.9", Some([2, 9, 0])),
            ("28.2.2+azure-1", Some([28, 2, 2])),
            ("dev", None),
            ("", None),
        ] {
            assert_eq!(Version::parse(text), expected.map(Version), "{text}");
        }
        assert!(Version([2, 9, 0]) < OLDEST_COMPOSE && Version([2, 23, 1]) >= OLDEST_COMPOSE);
    }
}
