//! `obsctl check`

use clap::Args;
use obsctl_model::Stack;

use crate::check;
use crate::cli::baseline::Known;
use crate::cli::estate::Estate;
use crate::cli::findings::{self, FailOn, Format};
use crate::cli::settings::{self, Config, Selection};
use crate::cli::{CLEAN, CommandError, FINDINGS, Terminal, Workspace};
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  obsctl check
  obsctl check rules/ dashboards/ --metrics http://localhost:8000/metrics
  obsctl check --format json | jq '.findings[].message'
  obsctl check --format sarif > obsctl.sarif  for code scanning
  obsctl check --only unknown-metric,unknown-label
  obsctl check --write-baseline known.jsonl   accept what is found today
  obsctl check --baseline known.jsonl         report what is new since then
  obsctl explain unknown-label                what a check is about

Levels of checks and the team's own policy are read from `obsctl.toml`.

Exit status:
  0  nothing that `--fail-on` names
  1  findings
  2  could not run";

/// Find what is wrong in the definitions, or in files you already have
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// How findings are shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// The least severity that makes the exit status 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    known: Known,
    #[command(flatten)]
    estate: Estate,
}

impl Check {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let policy = self.selection.restrict(self.config.read(workspace)?)?;
        let (project, read) = if self.estate.is_given() {
            let read = self.estate.read(&stack, workspace)?;
            (read.project, Some(read.summary))
        } else {
            (Project::link(stack), None)
        };
        let project = settings::inform(project, &policy);
        let found = check::run(&project, &policy, Some(&terminal.today));
        // The process ends next: freeing a large stack piece by piece would take a tenth of the whole time.
        std::mem::forget(project);
        if let Some(recorded) = self.known.record(&found, workspace)? {
            writeln!(terminal.out, "{recorded}")?;
            return Ok(CLEAN);
        }
        let looked_at = |file: Option<&str>| self.estate.covers(file);
        let new = self.known.leave_out(found, &policy, looked_at, workspace)?;
        let (format, fail_on) = (self.format, self.fail_on);
        findings::write(&new.findings, format, fail_on, &policy, workspace, terminal)?;
        if let Some(read) = read.filter(|_| format == Format::Human) {
            writeln!(terminal.out, "{read}")?;
        }
        if let Some(left_out) = new.left_out {
            let beside = format != Format::Human;
            let to = if beside {
                &mut terminal.err
            } else {
                &mut terminal.out
            };
            writeln!(to, "{left_out}")?;
        }
        Ok(if self.fail_on.fails(&new.findings) {
            FINDINGS
        } else {
            CLEAN
        })
    }
}
