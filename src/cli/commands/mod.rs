//! The list of commands: a `mod` line and a variant for each.

mod check;
mod completions;
mod diff;
mod down;
mod explain;
mod generate;
mod import;
mod logs;
mod promql;
mod queries;
mod scenario;
mod schema;
mod slo;
mod status;
mod test;
mod up;
mod verify;

use clap::Subcommand;
use obsctl_model::Stack;

use super::{CommandError, Terminal, Workspace};

/// A command with its arguments.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Generate(generate::Generate),
    Check(Box<check::Check>),
    Test(test::Test),
    Diff(diff::Diff),
    Queries(queries::Queries),
    Promql(promql::PromqlCommand),
    Import(import::Import),
    Explain(explain::Explain),
    Slo(slo::SloCommand),
    Up(up::Up),
    Status(status::Status),
    Logs(logs::Logs),
    Scenario(scenario::ScenarioCommand),
    Down(down::Down),
    Verify(Box<verify::Verify>),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

impl Command {
    /// Does it, and gives the exit status.
    pub(super) fn run(
        self,
        stack: impl FnOnce() -> Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        match self {
            Self::Generate(command) => command.run(stack(), workspace, terminal),
            Self::Check(command) => command.run(stack, workspace, terminal),
            Self::Test(command) => command.run(workspace, terminal),
            Self::Diff(command) => command.run(stack(), workspace, terminal),
            Self::Queries(command) => command.run(stack, workspace, terminal),
            Self::Promql(command) => command.run(workspace, terminal),
            Self::Import(command) => command.run(workspace, terminal),
            Self::Explain(command) => command.run(stack(), workspace, terminal),
            Self::Slo(command) => command.run(stack(), workspace, terminal),
            Self::Up(command) => command.run(stack(), workspace, terminal),
            Self::Status(command) => command.run(stack(), workspace, terminal),
            Self::Logs(command) => command.run(stack(), workspace, terminal),
            Self::Scenario(command) => command.run(stack(), workspace, terminal),
            Self::Down(command) => command.run(workspace, terminal),
            Self::Verify(command) => command.run(stack(), workspace, terminal),
            Self::Schema(command) => command.run(terminal),
            Self::Completions(command) => command.run(terminal),
        }
    }
}
