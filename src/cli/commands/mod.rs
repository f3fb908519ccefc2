//! The list of commands: a `mod` line and a variant for each.

mod check;
mod completions;
mod explain;
mod generate;
mod schema;
mod verify;

use clap::Subcommand;
use obsctl_model::Stack;

use super::{CommandError, Terminal, Workspace};

/// A command with its arguments.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Generate(generate::Generate),
    Check(check::Check),
    Explain(explain::Explain),
    Verify(Box<verify::Verify>),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

impl Command {
    /// Does it, and gives the exit status.
    pub(super) fn run(
        self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        match self {
            Self::Generate(command) => command.run(stack, workspace, terminal),
            Self::Check(command) => command.run(stack, workspace, terminal),
            Self::Explain(command) => command.run(stack, workspace, terminal),
            Self::Verify(command) => command.run(stack, workspace, terminal),
            Self::Schema(command) => command.run(terminal),
            Self::Completions(command) => command.run(terminal),
        }
    }
}
