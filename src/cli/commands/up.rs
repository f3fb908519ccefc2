//! `obsctl up`

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use obsctl_model::Stack;

use crate::cli::changes::Changes;
use crate::cli::compose::{self, Docker, Values};
use crate::cli::{CLEAN, CommandError, Terminal, Workspace};
use crate::generate::targets::compose::{containers, published};
use crate::generate::{self, Environment};
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  obsctl up
  GRAFANA_PORT=3001 obsctl up    with another port; compose/.env sets it for good
  obsctl up --timeout 300        on a machine that is slow or busy

It runs `docker compose up` with compose/compose.yaml and waits until every container is healthy. Interrupted, \
it leaves the containers as they are.

Exit status:
  0  everything is healthy
  2  could not run, or not everything became healthy";

/// Start the local stack in containers and wait until it is healthy
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Up {
    /// How long to wait once all containers are started
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u64,
}

impl Up {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let project = Project::link(stack);
        let docker = Docker::find(workspace)?;
        warn_of_drift(&project, workspace, terminal)?;
        let values = Values::read(workspace)?;
        let running = docker.containers()?;
        let ours: BTreeSet<u16> = running.iter().flat_map(compose::Container::ports).collect();
        compose::check_ports(&published(&project), &values, &ours)?;
        let addresses = compose::addresses(&project, &values)?;
        docker.run(&["up", "--detach", "--build", "--remove-orphans"])?;
        let limit = Duration::from_secs(self.timeout);
        let took = compose::wait(&docker, &containers(&project), limit, terminal)?;
        writeln!(terminal.out, "healthy after {} s", took.as_secs())?;
        compose::show_addresses(&addresses, &values, terminal.out)?;
        Ok(CLEAN)
    }
}

/// Containers see the files that are there, which may not be those that the definitions give.
fn warn_of_drift(
    project: &Project,
    workspace: &Workspace,
    terminal: &mut Terminal<'_>,
) -> Result<(), CommandError> {
    let artifacts = generate::run(project, Environment::Compose);
    let changes = Changes::between(workspace, &artifacts)?;
    if !changes.is_empty() {
        writeln!(
            terminal.err,
            "\x1b[1;33mwarning\x1b[0m: the stack runs with the files that are there, of which {} not as the definitions say\n  \
             help: run `obsctl generate` first",
            match changes.count() {
                1 => "1 is".to_owned(),
                count => format!("{count} are"),
            }
        )?;
    }
    Ok(())
}
