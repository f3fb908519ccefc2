//! `obsctl logs`

use clap::Args;
use obsctl_model::Stack;

use crate::cli::compose::Docker;
use crate::cli::{CLEAN, CommandError, Terminal, Workspace};
use crate::generate::targets::compose::containers;
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  obsctl logs                       of all containers
  obsctl logs grafana --tail 50
  obsctl logs api worker --follow   until interrupted

Exit status:
  0  shown
  2  could not run";

/// Show what the containers of the local stack print
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Logs {
    /// Containers; all without
    #[arg(value_name = "CONTAINER")]
    containers: Vec<String>,
    /// Go on with what is printed from now on
    #[arg(long, short)]
    follow: bool,
    /// Begin with so many lines of each
    #[arg(long, value_name = "LINES")]
    tail: Option<u32>,
}

impl Logs {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let known = containers(&Project::link(stack));
        for name in &self.containers {
            if !known.contains_key(name) {
                let known = known.keys().map(String::as_str);
                return Err(CommandError::unknown("container", name, known));
            }
        }
        let docker = Docker::find(workspace)?;
        let tail = self.tail.map(|lines| format!("--tail={lines}"));
        let mut args = vec!["logs"];
        args.extend(self.follow.then_some("--follow"));
        args.extend(tail.as_deref());
        args.extend(self.containers.iter().map(String::as_str));
        terminal.flush()?;
        docker.report(&args)?;
        Ok(CLEAN)
    }
}
