//! The command line: the only place that touches files, prints and exits. [`run`] is what a team's own
//! `main` calls; each command is one file in `commands`, and `workspace` does all reading and writing.

mod baseline;
mod changes;
mod clock;
mod commands;
mod compose;
mod credentials;
mod error;
mod estate;
mod exposed;
mod findings;
mod fixes;
mod git;
mod interrupt;
mod manifest;
mod online;
mod paths;
mod progress;
mod settings;
mod sides;
mod speed;
mod terminal;
mod workspace;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use obsctl_model::Stack;

use commands::Command;
use error::{CommandError, Obstacle};
use terminal::Terminal;
use workspace::Workspace;

/// Exit status: nothing to report.
pub const CLEAN: u8 = 0;
/// Exit status: findings, or files that are not current.
pub const FINDINGS: u8 = 1;
/// Exit status: the command could not do its work.
pub const FAILED: u8 = 2;
/// Exit status: somebody ended it, and it left nothing behind.
pub const INTERRUPTED: u8 = 130;

const EXIT_STATUS: &str = "\
Exit status:
  0  clean
  1  findings, or files that are not current
  2  could not run";

/// Observability as code: generate and check what Grafana, Prometheus, Loki and Tempo need
#[derive(Debug, Parser)]
#[command(name = "obsctl", version, after_help = EXIT_STATUS, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Runs the tool with this process' arguments over what `stack` makes, where a command asks for it: the whole `main` of a
/// team's own binary.
///
/// ```no_run
/// use obsctl::model::{Slug, Stack};
///
/// fn main() -> std::process::ExitCode {
///     obsctl::run(|| Stack::new(Slug::from_static("shop")))
/// }
/// ```
#[must_use]
pub fn run(stack: impl FnOnce() -> Stack) -> ExitCode {
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    let mut err = anstream::AutoStream::auto(io::stderr().lock());
    let mut terminal = Terminal {
        styled: out.current_choice() != anstream::ColorChoice::Never,
        out: &mut out,
        live: io::stderr().is_terminal(),
        err: &mut err,
        today: clock::today(),
    };
    let status = run_on(stack, std::env::args_os(), Path::new(""), &mut terminal);
    ExitCode::from(status)
}

/// Runs the tool as [`run`] does, inside another program: relative paths start at `root`, and both writers
/// receive ANSI colours. Returns the exit status. What programs that it starts print goes to this process' own
/// outputs.
pub fn run_in(
    stack: Stack,
    args: impl IntoIterator<Item = OsString>,
    root: &Path,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let mut terminal = Terminal {
        out,
        styled: true,
        err,
        live: false,
        today: clock::today(),
    };
    run_on(|| stack, args, root, &mut terminal)
}

fn run_on(
    stack: impl FnOnce() -> Stack,
    args: impl IntoIterator<Item = OsString>,
    root: &Path,
    terminal: &mut Terminal<'_>,
) -> u8 {
    let result = match Cli::try_parse_from(args) {
        Ok(cli) => cli.command.run(stack, &Workspace::new(root), terminal),
        Err(usage) => terminal.show_usage(&usage),
    };
    match result.and_then(|status| terminal.flush().map(|()| status)) {
        Ok(status) => status,
        Err(error) if error.is_broken_pipe() => CLEAN,
        Err(error) => {
            // When even stderr is gone, the exit status is all that can still be said.
            let _ = terminal.show_error(&error);
            FAILED
        }
    }
}
