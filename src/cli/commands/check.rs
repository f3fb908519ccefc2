//! `obsctl check`

use clap::Args;
use obsctl_model::Stack;

use crate::check;
use crate::cli::baseline::Known;
use crate::cli::estate::{Estate, Gathered};
use crate::cli::findings::{self, FailOn, Format};
use crate::cli::online::Online;
use crate::cli::settings::{self, Config, Selection};
use crate::cli::{CLEAN, CommandError, FAILED, FINDINGS, Terminal, Workspace};
use crate::online::Judged;

const EXAMPLES: &str = "\
Examples:
  obsctl check
  obsctl check rules/ dashboards/ --metrics http://localhost:8000/metrics
  obsctl check rules/ dashboards/ --prometheus https://mimir.example.com/prometheus --history
  obsctl check --prometheus http://localhost:9090 --loki http://localhost:3100
  obsctl check --format json | jq '.findings[].message'
  obsctl check --format sarif > obsctl.sarif  for code scanning
  obsctl check --only unknown-metric,unknown-label
  obsctl check --write-baseline known.jsonl   accept what is found today
  obsctl check --baseline known.jsonl         report what is new since then
  obsctl explain unknown-label                what a check is about

Levels of checks and the team's own policy are read from `obsctl.toml`.

A server that is asked proves who is asking by the environment, as with `obsctl verify`: `PROMETHEUS_TOKEN`, or
`PROMETHEUS_USER` and `PROMETHEUS_PASSWORD`, and `PROMETHEUS_TENANT`; likewise for the others.

Exit status:
  0  nothing that `--fail-on` names
  1  findings
  2  could not run, or a question has no answer";

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

    #[command(flatten)]
    online: Online,
}

impl Check {
    pub(super) fn run(
        &self,
        stack: Stack,
        workspace: &Workspace,
        terminal: &mut Terminal<'_>,
    ) -> Result<u8, CommandError> {
        let policy = self.selection.restrict(self.config.read(workspace)?)?;
        let gathered = if self.estate.is_given() {
            self.estate.gather(&stack, workspace)?
        } else {
            Gathered::own(stack)
        };
        let read = gathered.summary();
        let (project, asked) = if self.online.is_given() {
            self.online.ask(gathered, terminal)?
        } else {
            (gathered.link(), Judged::default())
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
        if format == Format::Human {
            for line in read.iter().chain(&asked.said) {
                writeln!(terminal.out, "{line}")?;
            }
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
        for (why, count) in &asked.unanswered {
            let questions = findings::counted(*count, "question");
            writeln!(terminal.err, "{questions} without an answer: {why}")?;
        }
        Ok(if self.fail_on.fails(&new.findings) {
            FINDINGS
        } else if asked.unanswered.is_empty() {
            CLEAN
        } else {
            FAILED
        })
    }
}
