//! `obsctl down`

use clap::Args;

use crate::cli::compose::Docker;
use crate::cli::{CLEAN, CommandError, Terminal, Workspace};

const EXAMPLES: &str = "\
Examples:
  obsctl down              end the stack, keep its data
  obsctl down --volumes    and throw its data away

Exit status:
  0  nothing of it runs
  2  could not run";

/// End the local stack
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Down {
    /// Throw away its data too: samples, lines, traces, Grafana's users
    #[arg(long)]
    volumes: bool,
}

impl Down {
    pub(super) fn run(
        &self,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let docker = Docker::find(workspace)?;
        terminal.flush()?;
        let volumes = self.volumes.then_some("--volumes");
        let args: Vec<_> = ["down", "--remove-orphans"]
            .into_iter()
            .chain(volumes)
            .collect();
        docker.run(&args)?;
        Ok(CLEAN)
    }
}
