//! `obsctl check`

use clap::{Args, ValueEnum};
use obsctl_model::Stack;

use crate::check;
use crate::cli::estate::Estate;
use crate::cli::findings;
use crate::cli::{CLEAN, CommandError, FINDINGS, Terminal, Workspace};
use crate::diagnostic::{Severity, render};
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  obsctl check
  obsctl check rules/ dashboards/ --metrics http://localhost:8000/metrics
  obsctl check --format json | jq '.findings[].message'
  obsctl explain unknown-label                what a check is about

Exit status:
  0  no errors and no warnings (notes do not count)
  1  errors or warnings
  2  could not run";

/// Find what is wrong in the definitions, or in files you already have
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// How findings are shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,

    #[command(flatten)]
    estate: Estate,
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
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let (project, read) = if self.estate.is_given() {
            let read = self.estate.read(&stack, workspace)?;
            (read.project, Some(read.summary))
        } else {
            (Project::link(stack), None)
        };
        let found = check::run(&project, Some(&terminal.today));
        // The process ends next: freeing a large stack piece by piece would take a tenth of the whole time.
        std::mem::forget(project);
        match self.format {
            Format::Human => {
                findings::show(&found, workspace, terminal.out)?;
                if let Some(read) = read {
                    writeln!(terminal.out, "{read}")?;
                }
            }
            Format::Json => {
                let source = |path: &str| workspace.source(path);
                write!(terminal.out, "{}", render::json(&found, &source))?;
            }
        }
        Ok(if findings::any(&found, Severity::Warning) {
            FINDINGS
        } else {
            CLEAN
        })
    }
}
