//! `obsctl check`

use clap::{Args, ValueEnum};
use obsctl_model::Stack;

use crate::check;
use crate::cli::findings::{self, Tally};
use crate::cli::{CLEAN, CommandError, FINDINGS, Terminal, Workspace};
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  obsctl check
  obsctl check --format json | jq '.findings[].message'
  obsctl explain unknown-label                what a check is about

Exit status:
  0  no errors and no warnings (notes do not count)
  1  errors or warnings
  2  could not run";

/// Find what is wrong in the definitions
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// How findings are shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

/// How findings are shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people, with the source underlined
    Human,
    /// One JSON document
    Json,
}

impl Check {
    pub(super) fn run(
        &self,
        stack: Stack,
        _workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let found = check::run(&Project::link(stack), None);
        let tally = Tally::of(&found);
        match self.format {
            Format::Human => {
                findings::show(&found, terminal.out)?;
                writeln!(terminal.out, "{tally}")?;
            }
            Format::Json => findings::show_json(&found, terminal.out)?,
        }
        Ok(if tally.errors + tally.warnings > 0 {
            FINDINGS
        } else {
            CLEAN
        })
    }
}
