//! `obsctl completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::{CLEAN, Cli, CommandError, Terminal};

const EXAMPLE: &str = "\
Example:
  obsctl completions bash > /etc/bash_completion.d/obsctl";

/// Print shell completions
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Completions {
    /// Shell to complete for
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, terminal: &mut Terminal<'_>) -> Result<u8, CommandError> {
        let mut command = Cli::command();
        let name = command.get_name().to_owned();
        let mut script = vec![];
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        terminal.out.write_all(&script)?;
        Ok(CLEAN)
    }
}
